"""The drawings agree with the globe: places fall where their country is drawn."""

import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tequio.site import maps

LATS = st.floats(maps.SOUTH, maps.NORTH)
LONS = st.floats(-180, 180)

CITIES = {
    "MX": (19.43, -99.13),
    "DE": (52.52, 13.40),
    "ES": (40.42, -3.70),
    "JP": (35.68, 139.69),
    "AU": (-33.87, 151.21),
    "VE": (10.49, -66.88),
    "BR": (-15.79, -47.88),
    "ZA": (-26.20, 28.05),
    "US": (38.90, -77.04),
    "IN": (28.61, 77.21),
}


def rings(path):
    """The rings of a relative path, as lists of points."""
    drawn = []
    for part in re.findall(r"M(-?\d+) (-?\d+)l([^z]*)z", path):
        x, y = int(part[0]), int(part[1])
        points = [(x, y)]
        numbers = [int(n) for n in re.findall(r"-?\d+", part[2])]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        drawn.append(points)
    return drawn


def inside(point, ring):
    """Whether a ray from the point crosses the ring an odd number of times."""
    x, y = point
    odd = False
    for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            odd = not odd
    return odd


def near(point, path, reach=6):
    """Whether the path holds the point, or one within `reach` units of it: a coast is only roughly drawn."""
    x, y = point
    around = [(x + dx, y + dy) for dx in (-reach, 0, reach) for dy in (-reach, 0, reach)]
    return any(inside(place, ring) for place in around for ring in rings(path))


def test_the_projection_has_the_published_values_at_the_equator_and_at_the_pole():
    assert maps.natural_earth(0, 0) == (0, 0)
    assert maps.natural_earth(0, 180)[0] == pytest.approx(2.7354, abs=1e-3)
    assert maps.natural_earth(90, 0)[1] == pytest.approx(1.4223, abs=1e-3)


@given(LATS, LONS)
def test_every_place_falls_inside_the_drawing_of_the_world(lat, lon):
    x, y = maps.project_world(lat, lon)
    assert 0 <= x <= maps.WORLD_WIDTH
    assert 0 <= y <= maps.WORLD_HEIGHT


@given(LATS, LONS, LONS)
def test_what_lies_further_east_is_drawn_further_right(lat, one, other):
    west, east = sorted((one, other))
    assert maps.project_world(lat, west)[0] <= maps.project_world(lat, east)[0]


@given(LATS, LATS, LONS)
def test_what_lies_further_north_is_drawn_higher_up(one, other, lon):
    south, north = sorted((one, other))
    assert maps.project_world(north, lon)[1] <= maps.project_world(south, lon)[1]


@given(LATS, LONS)
def test_east_and_west_mirror_each_other(lat, lon):
    right, left = maps.project_world(lat, lon)[0], maps.project_world(lat, -lon)[0]
    assert right + left == pytest.approx(maps.WORLD_WIDTH, abs=0.2)


def test_a_place_beyond_the_drawing_is_put_on_its_edge():
    assert maps.project_world(89, 0)[1] == 0
    assert maps.project_world(-80, 0)[1] == pytest.approx(maps.WORLD_HEIGHT, abs=0.6)


@pytest.mark.parametrize("alpha2", CITIES)
def test_a_known_city_lies_in_its_country(alpha2):
    assert near(maps.project_world(*CITIES[alpha2]), maps.world_paths()[alpha2])


@pytest.mark.parametrize(("alpha2", "city"), [("MX", "DE"), ("ES", "MX"), ("JP", "AU"), ("DE", "ES")])
def test_a_city_of_another_country_does_not(alpha2, city):
    assert not near(maps.project_world(*CITIES[city]), maps.world_paths()[alpha2])


def test_the_world_has_every_large_country_and_no_antarctica():
    assert len(maps.world_paths()) > 170
    assert {"MX", "VE", "DE", "ES", "AU", "JP", "NA", "XK"} <= set(maps.world_paths())
    assert "AQ" not in maps.world_paths()


def test_no_line_crosses_the_world_from_edge_to_edge():
    for alpha2, path in maps.world_paths().items():
        for ring in rings(path):
            assert max(abs(x1 - x0) for (x0, _), (x1, _) in pairwise(ring)) < maps.WORLD_WIDTH / 3, alpha2


def test_every_path_stays_inside_the_world():
    for alpha2, path in maps.world_paths().items():
        for x, y in (point for ring in rings(path) for point in ring):
            assert 0 <= x <= maps.WORLD_WIDTH and 0 <= y <= maps.WORLD_HEIGHT, alpha2


def test_the_world_is_light_and_names_its_source():
    file = maps.DATA / "world.json"
    assert file.stat().st_size <= 60_000
    content = json.loads(file.read_text())
    assert content["source"].startswith("Natural Earth, public domain")
    assert (content["width"], content["height"]) == (maps.WORLD_WIDTH, maps.WORLD_HEIGHT)


def mexico():
    drawing = maps.country_map("MX")
    assert drawing is not None
    return drawing


MEXICO = {
    "Tijuana": (32.51, -117.04),
    "Mérida": (20.97, -89.62),
    "Oaxaca": (17.07, -96.72),
    "Tapachula": (14.91, -92.26),
    "Chihuahua": (28.63, -106.08),
}


@pytest.mark.parametrize("city", MEXICO)
def test_a_city_of_mexico_lies_in_its_outline(city):
    assert near(maps.project_country("MX", *MEXICO[city]), mexico().path)


def test_a_degree_is_as_wide_as_it_should_be_on_the_middle_parallel():
    frame = mexico().frame
    x0, y0 = frame.project(frame.parallel, -100)
    x1, y1 = frame.project(frame.parallel + 1, -99)
    assert (x1 - x0) / (y0 - y1) == pytest.approx(0.914, abs=0.01)


def test_a_place_outside_the_frame_is_not_drawn():
    assert maps.project_country("MX", 52.52, 13.40) is None


@pytest.mark.parametrize("alpha2", ["ZZ", "", "../world", "M1"])
def test_a_country_without_a_drawing_has_none(alpha2):
    assert maps.country_map(alpha2) is None
    assert maps.project_country(alpha2, 19.43, -99.13) is None


def test_the_frame_of_an_outline_holds_all_of_it():
    corners = [(-117.1, 32.7), (-86.7, 14.5), (-97.0, 25.0)]
    frame = maps.frame_around(corners)
    assert frame.width == maps.COUNTRY_WIDTH
    assert all(frame.holds(lat, lon) for lon, lat in corners)
    assert frame.project(32.7, -117.1) == (maps.MARGIN, maps.MARGIN)
