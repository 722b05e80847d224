"""Counts week by week."""

from datetime import date
from typing import Any

import altair as alt
from babel import Locale
from babel.dates import format_skeleton

from tequio.charts.figures.sheet import (
    CONTROL,
    DYES,
    EDGE,
    LEADING,
    PALE,
    SOFT,
    TEXT,
    Frame,
    Layer,
    Picture,
    at,
    folded,
    lines,
    rows,
    sheet,
    ticks,
    write,
)
from tequio.charts.rules import MOST_SERIES, MOST_WEEKS, Series, WeeksData

FRAME = Frame(height=260, left=60, right=184, above=42, below=60)
IN_TURN = ("anil", "agave", "grana")
DASHES = ([1, 0], [10, 6], [3, 5])
SHAPES = ("circle", "square", "triangle-up")
DATES, BESIDE = 4, 28
LINE_OF_TEXT = TEXT * LEADING


def weeks(data: WeeksData, language: str) -> Picture:
    """Lines that differ by dash and end mark besides colour, at most one series as bars behind them; the name of each
    stands at its end.
    """
    _refuse(data)
    top = max([count for each in data["series"] for count in each["values"] if count is not None], default=0)
    levels = ticks(max(top, 1), 4)
    places = [_place(each, levels[-1], len(data["mondays"])) for each in data["series"]]
    drawn: list[Layer] = []
    for number, (each, place) in enumerate(zip(data["series"], places, strict=True)):
        is_bars = each.get("kind") == "bars"
        drawn[:0] = _bars(each, number, place) if is_bars else []
        drawn += [] if is_bars else _line(each, number, place)
    layers = [*_ground(data, levels, language), *drawn, *_names(data["series"], places)]
    return sheet(data, FRAME, layers)


Place = list[tuple[float, float | None]]


def _refuse(data: WeeksData) -> None:
    series, n = data["series"], len(data["mondays"])
    if not 1 <= len(series) <= MOST_SERIES or not 1 <= n <= MOST_WEEKS:
        raise ValueError(f"{len(series)} series of {n} weeks cannot be drawn")
    if any(len(each["values"]) != n for each in series):
        raise ValueError("each series has one value for each Monday")
    if sum(each.get("kind") == "bars" for each in series) > 1:
        raise ValueError("one series at most is drawn as bars")


def _x(week: int, weeks: int) -> float:
    return (week + 0.5) * FRAME.width / weeks


def _place(series: Series, top: int, weeks: int) -> Place:
    return [
        (_x(week, weeks), None if count is None else (1 - count / top) * FRAME.height)
        for week, count in enumerate(series["values"])
    ]


def _dye(series: Series, number: int) -> str:
    return series.get("dye") or IN_TURN[number]


def _bars(series: Series, number: int, place: Place) -> list[Layer]:
    half = FRAME.width / len(place) * 0.38
    values = [
        {"x": round(x - half, 2), "x2": round(x + half, 2), "y": round(y, 2), "y2": FRAME.height}
        for x, y in place
        if y is not None
    ]
    name = _dye(series, number)
    chart = alt.Chart(rows(values)).mark_rect(color=PALE[name], stroke=DYES[name], strokeWidth=1)
    return [chart.encode(at("x"), at("x2"), at("y"), at("y2"))]


def _line(series: Series, number: int, place: Place) -> list[Layer]:
    """The line, broken where no count is told, and its mark at the last one and at those that stand alone."""
    dye = DYES[_dye(series, number)]
    run, values = 0, []
    for x, y in place:
        run += y is None
        if y is not None:
            values.append({"x": round(x, 2), "y": round(y, 2), "run": run})
    runs = [row["run"] for row in values]
    marked = [row for row in values if row is values[-1] or runs.count(row["run"]) == 1]
    line = alt.Chart(rows(values)).mark_line(
        color=dye, strokeWidth=3.5, strokeDash=DASHES[number], strokeJoin="round"
    )
    return [line.encode(at("x"), at("y"), detail="run:N"), _marks(series, number, marked)]


def _marks(series: Series, number: int, places: list[dict[str, float]]) -> Layer:
    """The mark of a series: a shape of its own, or a piece of a bar."""
    name = _dye(series, number)
    if series.get("kind") == "bars":
        style: dict[str, Any] = {
            "shape": "square",
            "color": PALE[name],
            "stroke": DYES[name],
            "strokeWidth": 1,
        }
    else:
        style = {"shape": SHAPES[number], "color": DYES[name]}
    marks = alt.Chart(rows(places)).mark_point(filled=True, size=150, opacity=1, **style)
    drawn: Layer = marks.encode(at("x"), at("y"))
    return drawn


def _names(series: list[Series], places: list[Place]) -> list[Layer]:
    """The name of each series at its last value, with its mark, pushed apart where they would lie on each other."""
    found = []
    for number, (each, place) in enumerate(zip(series, places, strict=True)):
        last = next((y for _x, y in reversed(place) if y is not None), FRAME.height)
        text = folded(each["label"], FRAME.right - BESIDE - EDGE / 2)
        found.append((last, number, text))
    found.sort(key=lambda name: name[:2])
    tops = spread(
        [y - TEXT * 0.65 for y, _number, _text in found], [len(t) * LINE_OF_TEXT + 4 for *_, t in found]
    )
    layers: list[Layer] = []
    for top, (_y, number, text) in zip(tops, found, strict=True):
        words = [(FRAME.width + BESIDE, top + LINE_OF_TEXT * n + TEXT, line) for n, line in enumerate(text)]
        layers.append(write(*words, ink=DYES[_dye(series[number], number)]))
        layers.append(
            _marks(series[number], number, [{"x": FRAME.width + BESIDE - 13, "y": round(top + 13, 2)}])
        )
    return layers


def spread(tops: list[float], heights: list[float], foot: float = FRAME.height + 24) -> list[float]:
    """The tops, in order, moved down and then up as little as needed so that none lies on the next or under `foot`."""
    moved = list(tops)
    for i in range(1, len(moved)):
        moved[i] = max(moved[i], moved[i - 1] + heights[i - 1])
    for i in reversed(range(len(moved))):
        below = moved[i + 1] if i + 1 < len(moved) else foot
        moved[i] = min(moved[i], below - heights[i])
    return moved


def _ground(data: WeeksData, levels: list[int], language: str) -> list[Layer]:
    height, n, top = FRAME.height, len(data["mondays"]), levels[-1]
    grid = [((1 - level / top) * height, str(level)) for level in levels]
    every = -(-n // DATES)
    days = [(_x(week, n), date.fromisoformat(data["mondays"][week])) for week in range(0, n, every)]
    years = [(x, day) for i, (x, day) in enumerate(days) if i == 0 or day.year != days[i - 1][1].year]
    locale = Locale.parse(language, sep="-")
    return [
        lines(*((0, y, FRAME.width, y) for y, _level in grid)),
        lines(
            (0, height, FRAME.width, height), *((x, height, x, height + 6) for x, _day in days), ink=CONTROL
        ),
        write(*((-10, y + 7, level) for y, level in grid), ink=SOFT, align="right"),
        write(
            *((x, height + 28, format_skeleton("MMMd", day, locale=locale)) for x, day in days),
            *((x, height + 52, str(day.year)) for x, day in years),
            ink=SOFT,
            align="center",
        ),
        write((EDGE - FRAME.left, -22, data["labels"]["y"]), ink=SOFT),
    ]
