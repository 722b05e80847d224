"""Counts of named things."""

import altair as alt

from tequio.charts.figures.sheet import (
    CONTROL,
    DYES,
    EDGE,
    SOFT,
    WIDTH,
    Frame,
    Picture,
    at,
    cut,
    lines,
    rows,
    sheet,
    write,
)
from tequio.charts.rules import MOST_ROWS, BarsData

ROW, THICK, DIGIT, ABOVE = 54, 20, 13, 40


def bars(data: BarsData, language: str) -> Picture:
    """Bars that lie, each under its name, with its number at the end; the longest is as wide as there is room."""
    counts = [count for _label, count in data["rows"]]
    if not 1 <= len(counts) <= MOST_ROWS or min(counts) < 0:
        raise ValueError(f"{len(counts)} bars, or one that is less than nothing, cannot be drawn")
    right = EDGE + 8 + DIGIT * len(str(max(counts)))
    frame = Frame(height=ROW * len(counts), right=right, above=ABOVE)
    scale = frame.width / max(*counts, 1)
    feet = [ROW * (row + 1) - 6 for row in range(len(counts))]
    values = [
        {"x": 0, "x2": round(count * scale, 2), "y": foot - THICK, "y2": foot}
        for count, foot in zip(counts, feet, strict=True)
    ]
    drawn = alt.Chart(rows(values)).mark_rect(color=DYES["anil"])
    labels = [cut(label, WIDTH - 2 * EDGE) for label, _count in data["rows"]]
    names = [(0, foot - THICK - 7, label) for label, foot in zip(labels, feet, strict=True)]
    numbers = [(count * scale + 8, foot - 3, str(count)) for count, foot in zip(counts, feet, strict=True)]
    layers = [
        drawn.encode(at("x"), at("x2"), at("y"), at("y2")),
        lines((0, 0, 0, frame.height), ink=CONTROL),
        write(*names),
        write(*numbers, bold=True),
        write((0, -14, data["labels"]["x"]), ink=SOFT),
    ]
    return sheet(data, frame, layers)
