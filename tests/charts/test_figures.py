"""The figures: what they draw for given numbers, that it fits, and that it can be shown anywhere."""

import io
import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from tequio.charts import figures
from tequio.charts.figures import sheet
from tequio.charts.figures.weeks import spread
from tequio.charts.rules import FIGURES
from tests.charts.data import ALL, bars, curve, weeks

TOKENS = Path(__file__).resolve().parents[2] / "tequio" / "site" / "static" / "site" / "tokens.css"
TAGS = {"svg", "title", "rect", "g", "path", "line", "text"}
CASES = {
    **{name: (name, data) for name, data in ALL.items()},
    "nothing known": ("curve", curve(steps=[], promised_days=None, median=None)),
    "promised today": ("curve", curve(promised_days=0)),
    "promised late": ("curve", curve(promised_days=200, median=90)),
    "one week": ("weeks", weeks(1)),
    "nothing counted": ("weeks", weeks(4, series=[{"label": "recibidas", "values": [None] * 4}])),
    "fifteen bars": ("bars", bars(rows=[[f"{n} {'ñandú ' * 20}", n * 100_000] for n in range(15)])),
    "no count": ("bars", bars(rows=[["Ninguna", 0]])),
}


@pytest.fixture(params=CASES)
def picture(request: pytest.FixtureRequest) -> sheet.Picture:
    figure, data = CASES[request.param]
    return figures.draw(figure, "es", data)


def elements(svg: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter())


def words(picture: sheet.Picture) -> list[str]:
    return [each.text or "" for each in elements(picture.svg) if each.tag.endswith("}text")]


def marks(picture: sheet.Picture, kind: str) -> list[dict[str, str]]:
    """The attributes of the paths in the groups of a kind of mark (line, area, rect, symbol)."""
    groups = (each for each in elements(picture.svg) if f"mark-{kind} " in each.get("class", ""))
    return [path.attrib for group in groups for path in group.iter() if path.tag.endswith("}path")]


def test_every_figure_can_be_drawn() -> None:
    assert set(figures.DRAW) == FIGURES == set(ALL)


def test_a_picture_has_no_script_no_style_and_nothing_from_elsewhere(picture: sheet.Picture) -> None:
    tags, names = set(), set()
    for each in elements(picture.svg):
        tags.add(each.tag.rpartition("}")[2])
        names |= {name.rpartition("}")[2] for name in each.attrib}
    assert tags <= TAGS
    assert {name for name in names if name in ("style", "href", "src") or name.startswith("on")} == set()
    addresses = re.findall(r"https?://[^\"\s]*|url\([^)]*\)|data:", picture.svg)
    assert set(addresses) == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_words_stay_words() -> None:
    told = "<script>alert(1)</script> & “más”"
    drawn = figures.draw("bars", "es", bars(title=told, alt=told, rows=[["</text><script/>", 1]]))
    assert {each.tag.rpartition("}")[2] for each in elements(drawn.svg)} <= TAGS
    assert ("</text><script/>" in words(drawn), told in words(drawn)) == (True, True)


def test_the_same_data_give_the_same_bytes(picture: sheet.Picture, request: pytest.FixtureRequest) -> None:
    figure, data = CASES[request.node.callspec.params["picture"]]
    figures.draw("weeks", "en", weeks(9))
    assert figures.draw(figure, "es", data) == picture


def test_everything_lies_on_the_sheet(picture: sheet.Picture) -> None:
    """Drawn with the fonts of this machine, nothing touches the outermost pixels, which are white."""
    drawn = Image.open(io.BytesIO(vl_convert.svg_to_png(picture.svg))).convert("RGB")
    assert drawn.size == (picture.width, picture.height)
    white = Image.new("RGB", drawn.size, "white")
    left, top, right, bottom = ImageChops.difference(drawn, white).getbbox() or (0, 0, 0, 0)
    assert (left >= 4, top >= 4, right <= drawn.width - 4, bottom <= drawn.height - 4) == (True,) * 4


def test_nothing_is_written_smaller_than_a_phone_can_show(picture: sheet.Picture) -> None:
    sizes = {float(size) for size in re.findall(r'font-size="([\d.]+)px"', picture.svg)}
    assert sizes == {sheet.TITLE, sheet.TEXT, sheet.SMALL}
    assert min(sizes) * 320 / picture.width >= 9.5
    assert set(re.findall(r'font-family="([^"]*)"', picture.svg)) == {"system-ui, sans-serif"}


def test_the_title_stands_first_and_the_source_last() -> None:
    for figure, data in ALL.items():
        drawn = figures.draw(figure, "es", data)
        said = " ".join(words(drawn))
        assert data["title"] in said
        assert said.endswith(f"{data['source']} {data['as_of']}")


def test_the_dyes_are_those_of_the_site() -> None:
    light = TOKENS.read_text().partition("@media")[0]
    tokens = dict(re.findall(r"--([a-z-]+): (#[0-9A-F]{6});", light))
    drawn = {**sheet.DYES, "ink": sheet.INK, "soft": sheet.SOFT, "line": sheet.LINE, "control": sheet.CONTROL}
    assert drawn == {name: tokens[name] for name in drawn}
    assert tokens["surface"] == sheet.GROUND


def test_a_curve_steps_on_its_days() -> None:
    steps = [[1, 0.5, 0.25, 0.75, 10], [2, 1, 0.5, 1, 4]]
    drawn = figures.draw("curve", "es", curve(steps=steps, promised_days=None, median=None))
    assert [line["d"] for line in marks(drawn, "line")] == ["M0,250L248,250L248,125L496,125L496,0"]
    (band,) = marks(drawn, "area")
    upper, lower = "L248,250L248,187.5L496,187.5L496,125", "L496,0L496,62.5L248,62.5L248,250L0,250Z"
    assert band["d"] == f"M0,250{upper}{lower}"
    assert {"0", "1", "2", "0 %", "100 %"} <= set(words(drawn))


def test_a_curve_that_is_answered_at_once_begins_above_nought() -> None:
    drawn = figures.draw("curve", "es", curve(steps=[[0, 0.5, 0.2, 0.8, 12], [1, 1, 0.5, 1, 6]]))
    assert marks(drawn, "line")[0]["d"].startswith("M0,125L")


def test_below_a_curve_stands_how_many_are_not_answered() -> None:
    said = words(figures.draw("curve", "es", curve()))
    at = said.index("0")
    assert said[at : at + 12] == "0 5 10 15 20 25 60 37 2 2 2 0".split()
    assert "aún sin respuesta" in said
    steps = [[5, 0.25, 0.1, 0.5, 40], [10, 0.5, 0.2, 0.8, 20]]  # at 10 days: who is answered on that day too
    said = words(figures.draw("curve", "es", curve(steps=steps)))
    at = said.index("0")
    assert said[at : at + 12] == "0 2 4 6 8 10 40 40 40 20 20 20".split()


def test_what_a_curve_has_not_is_not_drawn() -> None:
    both, none = curve(), curve(promised_days=None, median=None)
    labels = both["labels"]["promised"], both["labels"]["median"]
    drawn = [figures.draw("curve", "es", data) for data in (both, none)]
    assert [[label in words(each) for label in labels] for each in drawn] == [[True, True], [False, False]]
    assert [each.svg.count("stroke-dasharray") for each in drawn] == [1, 0]
    assert [len(marks(each, "symbol")) for each in drawn] == [1, 0]


def test_the_rule_of_a_promise_stands_at_its_days() -> None:
    drawn = figures.draw("curve", "es", curve(promised_days=10))
    (rule,) = (each for each in elements(drawn.svg) if each.get("stroke-dasharray"))
    assert (rule.get("transform"), rule.get("x2"), rule.get("y2")) == ("translate(198.4,-6)", "0", "256")


def test_weeks_differ_by_more_than_colour() -> None:
    values = [[1, 2, 3], [3, 2, 1], [2, 2, 2]]
    three = [{"label": str(n), "values": each} for n, each in enumerate(values)]
    drawn = figures.draw("weeks", "es", weeks(3, series=three))
    lines = marks(drawn, "line")
    assert len({line.get("stroke-dasharray") for line in lines}) == 3
    assert len({line["stroke"] for line in lines}) == 3
    shapes = [mark["d"] for mark in marks(drawn, "symbol")]
    assert (len(shapes), len(set(shapes))) == (6, 3)


def test_a_series_takes_the_dye_that_it_names() -> None:
    series = [{"label": "a", "values": [1, 2], "dye": "grana"}, {"label": "b", "values": [2, 1]}]
    lines = marks(figures.draw("weeks", "es", weeks(2, series=series)), "line")
    assert [line["stroke"] for line in lines] == [sheet.DYES["grana"], sheet.DYES["agave"]]


def test_a_line_is_broken_where_nothing_is_told() -> None:
    series = [{"label": "a", "values": [1, 2, None, 3, None, 1, 1]}]
    drawn = figures.draw("weeks", "es", weeks(7, series=series))
    assert [line["d"].count("L") for line in marks(drawn, "line")] == [1, 0, 1]
    assert len(marks(drawn, "symbol")) == 3  # the week alone, the last one, and at the name


def test_bars_of_weeks_are_as_high_as_their_counts() -> None:
    series = [{"label": "a", "values": [1, 2, None, 4], "kind": "bars"}]
    drawn = figures.draw("weeks", "es", weeks(4, series=series))
    heights = [float(d) for bar in marks(drawn, "rect") for d in re.findall(r"v(-?[\d.]+)", bar["d"])]
    assert heights == [65, 130, 260]


def test_the_weeks_are_dated_in_the_reader_s_language() -> None:
    said = [words(figures.draw("weeks", language, weeks())) for language in ("es", "en")]
    assert [[word for word in ("1 dic", "2 mar", "Dec 1", "Mar 2") if word in each] for each in said] == [
        ["1 dic", "2 mar"],
        ["Dec 1", "Mar 2"],
    ]
    assert [[word for word in each if word in ("2025", "2026")] for each in said] == [["2025", "2026"]] * 2


def test_bars_are_as_long_as_their_counts_and_say_them() -> None:
    drawn = figures.draw("bars", "es", bars())
    widths = [float(width) for bar in marks(drawn, "rect") for width in re.findall(r"h([\d.]+)v", bar["d"])]
    assert widths == [508, 254, 0]
    assert [word for word in words(drawn) if word.isdecimal()] == ["1234", "617", "0"]


@pytest.mark.parametrize(
    ("figure", "data"),
    [
        ("weeks", weeks(53)),
        ("weeks", weeks(0)),
        ("weeks", weeks(2, series=[])),
        ("weeks", weeks(2, series=[{"label": str(n), "values": [1, 2]} for n in range(4)])),
        ("weeks", weeks(2, series=[{"label": "a", "values": [1]}])),
        ("weeks", weeks(2, series=[{"label": n, "values": [1, 2], "kind": "bars"} for n in "ab"])),
        ("bars", bars(rows=[])),
        ("bars", bars(rows=[["a", 1]] * 16)),
        ("bars", bars(rows=[["a", -1]])),
        ("curve", curve(steps=[[1, 0.5, 0.2, 1.5, 3]])),
        ("curve", curve(steps=[[2, 0.5, 0.2, 0.7, 3], [1, 0.6, 0.2, 0.7, 2]])),
    ],
)
def test_what_a_figure_cannot_show_is_refused(figure: str, data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"cannot be drawn|one series|one value"):
        figures.draw(figure, "es", data)


def test_a_year_of_weeks_is_light() -> None:
    assert len(figures.draw("weeks", "es", weeks(52)).svg) < 30_000


@given(st.floats(0.5, 1e7), st.integers(2, 6))
def test_steps_are_round_few_and_reach_the_top(top: float, most: int) -> None:
    found = sheet.ticks(top, most)
    assert (found[0], len(found) <= most + 1, found[-1] >= top, found[-2] < top) == (0, True, True, True)
    assert len({b - a for a, b in pairwise(found)}) == 1


@given(st.lists(st.tuples(st.floats(-13, 260), st.sampled_from([29.0, 54.0])), min_size=1, max_size=3))
def test_names_beside_lines_never_lie_on_each_other(names: list[tuple[float, float]]) -> None:
    names.sort()
    tops, heights = [top for top, _height in names], [height for _top, height in names]
    moved = spread(tops, heights)
    ends = [top + height for top, height in zip(moved, heights, strict=True)]
    assert [end <= after + 1e-9 for end, after in zip(ends, [*moved[1:], 284.0], strict=True)] == [
        True
    ] * len(ends)
    assert spread(moved, heights) == pytest.approx(moved)
