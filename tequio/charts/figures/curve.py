"""The share that is answered, by day."""

import altair as alt

from tequio.charts.figures.sheet import (
    CONTROL,
    DYES,
    EDGE,
    GROUND,
    PALE,
    SOFT,
    Frame,
    Layer,
    Picture,
    at,
    cut,
    lines,
    rows,
    sheet,
    ticks,
    write,
)
from tequio.charts.rules import CurveData

FRAME = Frame(height=250, left=76, right=28, above=66, below=122)
PERCENT = (0, 25, 50, 75, 100)
START = (0.0, 0.0, 0.0, 0.0, 0)


def curve(data: CurveData, language: str) -> Picture:
    """A step line, 1 - the Kaplan-Meier curve, with its interval as a band; how many were at risk stands below."""
    _refuse(data)
    last = max([*(step[0] for step in data["steps"]), data["promised_days"] or 0, data["median"] or 0, 1])
    days = ticks(last)
    scale = FRAME.width / days[-1]
    layers = [*_ground(days, scale), *_shares(data, scale), *_below(data, days, scale)]
    layers += [*_promised(data, scale), *_median(data, scale)]
    return sheet(data, FRAME, layers)


def _refuse(data: CurveData) -> None:
    days = [day for day, *_rest in data["steps"]]
    bounds = [share for _day, *shares, _at_risk in data["steps"] for share in shares]
    if days != sorted(set(days)) or not all(0 <= share <= 1 for share in bounds) or min([0, *days]) < 0:
        raise ValueError("steps that are not in order, or of shares that are none, cannot be drawn")


def _y(share: float) -> float:
    return (1 - share) * FRAME.height


def _ground(days: list[int], scale: float) -> list[Layer]:
    levels = [_y(share / 100) for share in PERCENT]
    notches = [(day * scale, FRAME.height, day * scale, FRAME.height + 6) for day in days]
    beside = [(-10, y + 7, f"{share} %") for share, y in zip(PERCENT, levels, strict=True)]
    return [
        lines(*((0, y, FRAME.width, y) for y in levels)),
        lines((0, FRAME.height, FRAME.width, FRAME.height), *notches, ink=CONTROL),
        write(*beside, ink=SOFT, align="right"),
    ]


def _shares(data: CurveData, scale: float) -> list[Layer]:
    steps = data["steps"]
    if not steps or steps[0][0] > 0:
        steps = [START, *steps]
    values = [
        {
            "x": round(day * scale, 2),
            "y": round(_y(share), 2),
            "low": round(_y(low), 2),
            "high": round(_y(high), 2),
        }
        for day, share, low, high, _at_risk in steps
    ]
    base = alt.Chart(rows(values))
    band = base.mark_area(interpolate="step-after", color=PALE["anil"])
    line = base.mark_line(interpolate="step-after", color=DYES["anil"], strokeWidth=4)
    return [band.encode(at("x"), at("y", "low"), at("y2", "high")), line.encode(at("x"), at("y"))]


def _promised(data: CurveData, scale: float) -> list[Layer]:
    """A dashed rule at the promised days, and above the figure, where nothing else is, what it is."""
    if data["promised_days"] is None:
        return []
    x, dye = data["promised_days"] * scale, DYES["cempa"]
    rule = lines((x, -6, x, FRAME.height), ink=dye, strokeDash=[8, 6], strokeWidth=2.5)
    label = data["labels"].get("promised", "")
    place = {"left": -6.0, "center": 0.0, "right": 6.0}
    side = "left" if x < FRAME.width / 3 else "right" if x > FRAME.width * 2 / 3 else "center"
    return [rule, write((x + place[side], -14, label), ink=dye, align=side)]


def _median(data: CurveData, scale: float) -> list[Layer]:
    """A point on the curve where half are answered; its label in the free corner: below to the right of a curve that
    rises early, else above to the left.
    """
    if data["median"] is None:
        return []
    x, y, dye = data["median"] * scale, _y(0.5), DYES["anil"]
    early = x < FRAME.width * 0.45
    room = (FRAME.width - x if early else x) - EDGE
    text = cut(data["labels"].get("median", ""), room)
    note = (x + 14, y + 28, text) if early else (x - 14, y - 14, text)
    point = alt.Chart(rows([{"x": round(x, 2), "y": y}])).mark_point(
        shape="circle", filled=True, size=180, color=dye, opacity=1, stroke=GROUND, strokeWidth=2
    )
    align = "left" if early else "right"
    return [
        point.encode(at("x"), at("y")),
        write(note, align=align, halo=True),
        write(note, ink=dye, align=align),
    ]


def _below(data: CurveData, days: list[int], scale: float) -> list[Layer]:
    """The days at the foot, what they are, and for each how many were still at risk."""
    foot = FRAME.height
    here = [(day * scale, foot + 28, str(day)) for day in days]
    left = [(day * scale, foot + 116, str(_at_risk(data, day))) for day in days]
    edge, labels = EDGE - FRAME.left, data["labels"]
    names = [(edge, -44, labels["y"]), (edge, foot + 56, labels["x"]), (edge, foot + 90, labels["at_risk"])]
    return [
        write(*here, ink=SOFT, align="center"),
        write(*left, align="center"),
        write(*names, ink=SOFT),
    ]


def _at_risk(data: CurveData, day: float) -> int:
    """How many had lasted until that day: as many as at the next step, none after the last."""
    return next((step[4] for step in data["steps"] if step[0] >= day), 0)
