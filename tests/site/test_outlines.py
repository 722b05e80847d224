"""tools/geo reads TopoJSON as its specification says and writes paths without surprises."""

import json

import pytest

from tequio.site import maps
from tools.geo import outlines

SQUARE = [[0, 0], [10, 0], [0, 10], [-10, 0], [0, -10]]


def topology(arcs, geometries):
    return {
        "transform": {"scale": [1, 1], "translate": [-100, 10]},
        "arcs": arcs,
        "objects": {"countries": {"geometries": geometries}},
    }


def test_arcs_are_sums_of_steps_scaled_and_moved():
    shape = topology([[[1, 2], [3, 0]]], [])
    assert outlines.decode_arcs(shape) == [[(-99, 12), (-96, 12)]]


def test_an_arc_with_a_negative_number_runs_backwards():
    arcs = [[(0.0, 0.0), (1.0, 0.0)], [(0.0, 0.0), (1.0, 1.0), (1.0, 0.0)]]
    geometry = {"type": "Polygon", "arcs": [[0, ~1]]}
    assert list(outlines.rings_of(geometry, arcs)) == [[(0, 0), (1, 0), (1, 1), (0, 0)]]


def test_a_multipolygon_gives_the_rings_of_all_its_parts():
    arcs = [[(0.0, 0.0), (1.0, 0.0), (0.0, 0.0)], [(5.0, 5.0), (6.0, 5.0), (5.0, 5.0)]]
    geometry = {"type": "MultiPolygon", "arcs": [[[0]], [[1]]]}
    assert list(outlines.rings_of(geometry, arcs)) == arcs


@pytest.mark.parametrize(
    ("geometry", "alpha2"),
    [
        ({"id": "484", "properties": {"name": "Mexico"}}, "MX"),
        ({"id": "516", "properties": {"name": "Namibia"}}, "NA"),
        ({"properties": {"name": "Kosovo"}}, "XK"),
        ({"properties": {"name": "Nowhere"}}, None),
    ],
)
def test_a_country_is_known_by_its_number_or_by_the_table(geometry, alpha2):
    assert outlines.alpha2_of(geometry) == alpha2


def test_a_ring_away_from_the_antimeridian_stays_as_it_is():
    ring = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)]
    (part,) = outlines.cut(ring)
    assert set(part) == set(ring)


def test_a_ring_across_the_antimeridian_becomes_two():
    ring = [(170.0, 0.0), (-170.0, 0.0), (-170.0, 10.0), (170.0, 10.0), (170.0, 0.0)]
    west, east = sorted(outlines.cut(ring))
    assert {lon for lon, _ in west} == {-180, -170}
    assert {lon for lon, _ in east} == {170, 180}


def test_a_path_is_relative_closed_and_leaves_specks_out():
    def plain(lat, lon):
        return lon, lat

    land = [(0.0, 0.0), (20.0, 0.0), (20.0, 20.0), (0.0, 20.0), (0.0, 0.0)]
    speck = [(40.0, 40.0), (41.0, 40.0), (41.0, 41.0), (40.0, 41.0), (40.0, 40.0)]
    assert outlines.path([speck, land], plain) == "M0 0l20 0 0 20-20 0z"


def test_the_only_island_of_a_country_stays_however_small():
    speck = [(4.0, 4.0), (5.0, 4.0), (5.0, 5.0), (4.0, 5.0), (4.0, 4.0)]
    assert outlines.path([speck], lambda lat, lon: (lon, lat)) == "M4 4l1 0 0 1-1 0z"


@pytest.fixture
def folder(tmp_path):
    """A world of one square country, in both details."""
    mexico = {"id": "484", "type": "Polygon", "properties": {"name": "Mexico"}, "arcs": [[0]]}
    antarctica = {"id": "010", "type": "Polygon", "properties": {"name": "Antarctica"}, "arcs": [[0]]}
    shape = json.dumps(topology([SQUARE], [mexico, antarctica]))
    for detail in ("110m", "50m"):
        (tmp_path / f"countries-{detail}.json").write_text(shape)
    return tmp_path


def test_the_world_leaves_antarctica_out(folder):
    drawn = outlines.world(folder)
    assert list(drawn["countries"]) == ["MX"]
    assert (drawn["width"], drawn["height"]) == (maps.WORLD_WIDTH, maps.WORLD_HEIGHT)


def test_a_country_fills_its_frame(folder):
    drawn = outlines.country(folder, "MX")
    assert (drawn["west"], drawn["north"], drawn["parallel"]) == (-100, 20, 15)
    assert drawn["path"].startswith(f"M{maps.MARGIN} ")


def test_a_run_writes_the_files_that_maps_reads(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(maps, "DATA", tmp_path / "data")
    monkeypatch.setattr("sys.argv", ["outlines", str(folder), "--country", "MX"])
    outlines.main()
    assert json.loads((tmp_path / "data" / "world.json").read_text()) == outlines.world(folder)
    assert json.loads((tmp_path / "data/countries/mx.json").read_text()) == outlines.country(folder, "MX")
    assert "world.json" in capsys.readouterr().out
