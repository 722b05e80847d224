"""The maps: who stands where, how large a circle is, and where it leads; and the lists that say the same."""

import re
from math import pi
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tequio.network.models import Organisation
from tequio.reference.models import Region
from tequio.site import maps, queries
from tests.cast import Cast
from tests.pages import all_of, links, main_of, text_of
from tests.pages import queries as sql_of

OAXACA, JALISCO = (17.06, -96.72), (20.67, -103.35)


@pytest.fixture
def placed(cast: Cast) -> Cast:
    """Two states with their middle, three more schools, and an embassy with its coordinates."""
    for pk, (latitude, longitude) in {"MX-OAX": OAXACA, "MX-JAL": JALISCO}.items():
        Region.objects.filter(pk=pk).update(latitude=latitude, longitude=longitude)
    for number in range(3):
        cast.organisation(f"school-{number}", "school", f"Escuela {number}", region_id="MX-JAL")
    Organisation.objects.filter(slug="embassy-de").update(latitude=52.51, longitude=13.35)
    return cast


# The world ----------------------------------------------------------------------------


def test_chapters_and_posts_are_marked_and_chapters_lie_on_top(placed: Cast) -> None:
    world = queries.world()
    assert [(mark.kind, mark.title) for mark in world.marks] == [
        ("post", "Embajada en Alemania"),
        ("chapter", "Capítulo Berlín"),
        ("chapter", "Capítulo Madrid"),
    ]
    assert [mark.url for mark in world.marks] == [
        "/organisations/embassy-de/", "/organisations/chapter-berlin/", "/organisations/chapter-madrid/",
    ]  # fmt: skip


def test_a_seat_that_is_known_is_where_the_projection_puts_it(placed: Cast) -> None:
    (embassy, *_chapters) = queries.world().marks
    assert (float(embassy.x), float(embassy.y)) == maps.project_world(52.51, 13.35)


def test_a_chapter_without_a_seat_stands_within_its_country(placed: Cast) -> None:
    for mark, (west, east, south, north) in zip(
        queries.world().marks[1:], [(5.9, 15.1, 47.2, 55.1), (-9.4, 3.4, 36.0, 43.8)], strict=True
    ):
        left, bottom = maps.project_world(south, west)[0], maps.project_world(south, west)[1]
        right, top = maps.project_world(north, east)
        assert left < float(mark.x) < right
        assert top < float(mark.y) < bottom


def test_countries_are_drawn_once_by_their_part(placed: Cast) -> None:
    world, paths = queries.world(), maps.world_paths()
    assert world.home == paths["MX"]
    assert world.on == paths["DE"] + paths["ES"]
    assert len(world.rest) == sum(map(len, paths.values())) - len(world.home) - len(world.on)


def test_a_country_with_a_post_alone_is_not_coloured(placed: Cast) -> None:
    Organisation.objects.filter(kind="chapter").update(withdrawn_on="2026-01-01")
    world = queries.world()
    assert world.on == ""
    assert [mark.kind for mark in world.marks] == ["post"]


def test_who_has_neither_seat_nor_country_is_listed_and_not_drawn(placed: Cast) -> None:
    Organisation.objects.filter(slug="chapter-madrid").update(country=None)
    world = queries.world()
    assert [mark.title for mark in world.marks] == ["Embajada en Alemania", "Capítulo Berlín"]
    assert [(name, [str(row) for row in rows]) for name, rows in world.by_country] == [
        ("", ["Capítulo Madrid"]),
        ("Alemania", ["Capítulo Berlín", "Embajada en Alemania"]),
    ]


def test_an_empty_world_is_still_drawn(db: None) -> None:
    world = queries.world()
    assert world.rest == "".join(maps.world_paths().values())
    assert (world.on, world.home, world.marks, world.by_country) == ("", "", [], [])


@pytest.mark.parametrize(
    ("path", "middle"),
    [
        ("", None),
        ("M0 0l10 0 0 10-10 0z", (5.0, 5.0)),
        ("M0 0l0 10 10 0 0-10z", (5.0, 5.0)),
        ("M100 50l6 0-3 9z", (103.0, 53.0)),
        ("M0 0l2 0 0 2-2 0zM20 20l10 0 0 10-10 0z", (25.0, 25.0)),
        ("M20 20l10 0 0 10-10 0zM0 0l2 0 0 2-2 0z", (25.0, 25.0)),
        ("M1.5 1.5l1 0 0 1-1 0z", (2.0, 2.0)),
        ("M5 5l3 0z", None),
    ],
)
def test_the_middle_of_a_country_is_that_of_its_largest_part(
    path: str, middle: tuple[float, float] | None
) -> None:
    assert queries._middle(path) == middle


@given(
    st.tuples(st.integers(0, 1900), st.integers(0, 800)),
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=4),
)
def test_the_middle_of_stairs_lies_within_their_bounds(
    start: tuple[int, int], steps: list[tuple[int, int]]
) -> None:
    width, height = sum(dx for dx, _ in steps), sum(dy for _, dy in steps)
    walk = " ".join(f"{dx} 0 0 {dy}" for dx, dy in steps)
    middle = queries._middle(f"M{start[0]} {start[1]}l{walk} {-width} 0z")
    assert middle is not None
    assert start[0] <= middle[0] <= start[0] + width
    assert start[1] <= middle[1] <= start[1] + height


def test_every_country_that_is_drawn_has_a_middle_on_the_drawing() -> None:
    for country, path in maps.world_paths().items():
        middle = queries._middle(path)
        assert middle is not None, country
        assert 0 <= middle[0] <= maps.WORLD_WIDTH
        assert 0 <= middle[1] <= maps.WORLD_HEIGHT


# Home --------------------------------------------------------------------------------


def test_a_state_is_a_circle_at_its_middle_that_leads_to_its_schools(placed: Cast) -> None:
    (home,) = queries.homes()
    jalisco, oaxaca = home.marks
    assert (str(home.country), home.schools) == ("México", 4)
    assert (jalisco.title, jalisco.count, oaxaca.title, oaxaca.count) == ("Jalisco", 3, "Oaxaca", 1)
    assert jalisco.url == "/organisations/?kind=school&region=MX-JAL"
    assert (float(oaxaca.x), float(oaxaca.y)) == home.drawing.frame.project(*OAXACA)


def test_the_area_of_a_circle_is_the_number_of_schools(placed: Cast) -> None:
    jalisco, oaxaca = queries.homes()[0].marks
    one = pi * queries.CIRCLE**2
    assert pi * float(oaxaca.r) ** 2 == pytest.approx(one, rel=0.02)
    assert pi * float(jalisco.r) ** 2 == pytest.approx(3 * one, rel=0.02)


def test_only_schools_that_are_listed_count(placed: Cast) -> None:
    Organisation.objects.filter(slug="school-0").update(withdrawn_on="2026-01-01")
    Organisation.objects.filter(slug="school-oaxaca").update(withdrawn_on="2026-01-01")
    assert [(mark.title, mark.count) for mark in queries.homes()[0].marks] == [("Jalisco", 2)]


def test_a_country_without_schools_or_drawing_has_no_map(cast: Cast) -> None:
    assert queries.homes() == []


# The page -------------------------------------------------------------------------------


def test_the_lists_say_the_same_as_the_maps(client: Client, placed: Cast) -> None:
    html = main_of(client.get("/en/map/"))
    in_drawings = re.findall(r'<a href="([^"]+)" tabindex="-1">', html)
    listed = links(re.sub(r"<svg.*?</svg>", "", html, flags=re.S))
    assert len(in_drawings) == 5
    assert {link.replace("&amp;", "&") for link in in_drawings} <= set(listed)


def test_the_page_names_countries_and_counts(client: Client, placed: Cast) -> None:
    html = main_of(client.get("/en/map/"))
    assert all_of(r"<dt>(.*?)</dt>", html) == ["Germany", "Spain"]
    assert all_of(r"<dd>(.*?)</dd>", html) == [
        "Capítulo Berlín (en) Embajada en Alemania (en)",
        "Capítulo Madrid (en)",
    ]
    assert all_of(r"<li>([^<]*<a.*?)</li>", html) == ["Jalisco 3", "Oaxaca 1"]
    assert "4 in all" in text_of(client.get("/en/map/"))


@pytest.mark.parametrize("path", ["/map/", "/en/map/", "/"])
def test_drawings_are_hidden_from_readers_aloud_and_from_the_keyboard(
    client: Client, placed: Cast, path: str
) -> None:
    html = main_of(client.get(path))
    drawings = re.findall(r"<svg[^>]*>.*?</svg>", html, re.S)
    assert drawings
    for drawing in drawings:
        assert 'aria-hidden="true"' in drawing
        assert drawing.count("<a ") == drawing.count('tabindex="-1"')


@pytest.mark.parametrize("language", ["", "/en"])
def test_numbers_of_a_drawing_are_not_written_as_the_reader_writes_them(
    client: Client, placed: Cast, language: str
) -> None:
    html = main_of(client.get(f"{language}/map/"))
    numbers = re.findall(r' (?:c[xy]|r|viewBox)="([^"]*)"', html)
    assert numbers
    assert not [number for number in numbers if "," in number]


def test_no_style_and_no_script_is_in_the_drawing(client: Client, placed: Cast) -> None:
    assert not re.findall(r"<style|<script|style=|on\w+=", main_of(client.get("/map/")))


def test_the_map_takes_as_many_queries_for_one_chapter_as_for_many(client: Client, placed: Cast) -> None:
    one = len(sql_of(client, "/map/"))
    for number in range(20):
        placed.organisation(f"chapter-{number}", "chapter", f"Capítulo {number}", country="US")
    assert len(sql_of(client, "/map/")) == one <= 6


def test_the_page_weighs_little(client: Client, placed: Cast) -> None:
    """Before compression; the whole visit is weighed by `make bench`."""
    answer: Any = client.get("/map/")
    assert len(answer.content) < 90_000


# A closer look at Europe ------------------------------------------------------------------


def test_what_lies_close_together_is_drawn_again_larger(client: Client, placed: Cast) -> None:
    cast = placed
    Organisation.objects.filter(slug="chapter-madrid").update(latitude=19.43, longitude=-99.13)
    near = {mark.title: mark.near for mark in queries.world().marks}
    assert near == {"Embajada en Alemania": True, "Capítulo Berlín": True, "Capítulo Madrid": False}
    html = main_of(client.get("/map/"))
    whole, closer = re.findall(
        r"<svg viewBox=\"0 0 2000 866\".*?</svg>|<svg class=\"closer\".*?</svg>", html, re.S
    )
    assert all_of(r"<title>(.*?)</title>", whole) == [
        "Embajada en Alemania", "Capítulo Berlín", "Capítulo Madrid",
    ]  # fmt: skip
    assert all_of(r"<title>(.*?)</title>", closer) == ["Embajada en Alemania", "Capítulo Berlín"]
    assert (closer.count('<use href="#lands"/>'), html.count('id="lands"')) == (1, 1)
    assert cast.office("chapter-madrid").organisation.latitude == 19.43


@pytest.mark.parametrize(
    ("place", "within"),
    [
        ((52.5, 13.4), True),
        ((40.4, -3.7), True),
        ((19.4, -99.1), False),
        ((55.75, 37.6), True),
        ((30.0, 31.2), False),
    ],
)
def test_europe_is_what_the_closer_drawing_holds(place: tuple[float, float], within: bool) -> None:
    assert maps.is_within(maps.project_world(*place), maps.EUROPE) is within
