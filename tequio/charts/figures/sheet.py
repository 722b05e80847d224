"""The sheet that every figure is drawn on: the title above, the source below, one hand, few colours.

Sizes are pixels of a sheet that is 600 wide; on a phone of 320 it is shown at half of that, so nothing is written
smaller than 18. Every place is reckoned here and in the figures, none by the library from the width of its text,
which depends on the fonts of the machine; and nothing is clipped, since the library numbers what it clips. So the same
data give the same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten, wrap
from typing import Any
from xml.sax.saxutils import escape

import altair as alt
import vl_convert

WIDTH, EDGE = 600, 16
INK, SOFT, LINE, CONTROL, GROUND = "#1F1B2D", "#5B566B", "#E4DCCB", "#857E6E", "#FFFFFF"
DYES = {"anil": "#2B3A8C", "agave": "#1F6B4F", "grana": "#A11D3C", "cempa": "#8A5300"}
PALE = {"anil": "#C3C8DF", "agave": "#BBD2C9", "grana": "#E4BDC6", "cempa": "#E2D0BA"}
SANS = "system-ui, sans-serif"
TITLE, TEXT, SMALL = 25, 20, 18
WIDE = 0.54  # the mean width of a letter, in sizes
LEADING = 1.25
STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500)

Layer = alt.Chart
Note = tuple[float, float, str]


@dataclass(frozen=True)
class Picture:
    svg: str
    width: int
    height: int


@dataclass(frozen=True)
class Frame:
    """Where the figure lies: its height, and the room around it in which it writes itself."""

    height: float
    left: int = EDGE
    right: int = EDGE
    above: int = 0
    below: int = 0

    @property
    def width(self) -> int:
        return WIDTH - self.left - self.right


def ticks(top: float, most: int = 5) -> list[int]:
    """At most so many round steps from nought; the last is the first that is not below `top`."""
    step = next((step for step in STEPS if top <= step * most), None)
    if step is None:
        return [10 * tick for tick in ticks(top / 10, most)]
    return list(range(0, step * max(1, -int(-top // step)) + 1, step))


def folded(text: str, room: float, size: float = TEXT) -> list[str]:
    """The text in lines that fit into so many pixels."""
    return wrap(text, max(8, int(room / (size * WIDE)))) or [""]


def cut(text: str, room: float, size: float = TEXT) -> str:
    """The text on one line that fits into so many pixels, its end left out if need be."""
    return shorten(text, max(8, int(room / (size * WIDE))), placeholder="…")


def rows(values: Sequence[Mapping[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=list(values))


def write(
    *notes: Note,
    ink: str = INK,
    align: str = "left",
    size: int = TEXT,
    bold: bool = False,
    halo: bool = False,
) -> Layer:
    """Words at places of the figure (pixels from its upper left corner, to the foot of the line). `halo`: not the
    words but white around them, to be laid under words that cross a line.
    """
    values = [{"x": round(x, 2), "y": round(y, 2), "text": text} for x, y, text in notes]
    style: dict[str, Any] = (
        {"stroke": GROUND, "strokeWidth": 6, "strokeJoin": "round"} if halo else {"color": ink}
    )
    chart = alt.Chart(rows(values)).mark_text(
        align=align,  # type: ignore[arg-type]
        baseline="alphabetic",
        fontSize=size,
        fontWeight="bold" if bold else "normal",
        **style,
    )
    words: Layer = chart.encode(at("x"), at("y"), text="text:N")
    return words


def at(channel: str, field: str = "") -> Any:
    """A field whose values are places in pixels already, as x, y, x2 or y2."""
    if channel in ("x2", "y2"):
        return {"x2": alt.X2, "y2": alt.Y2}[channel](field or channel)
    return {"x": alt.X, "y": alt.Y}[channel](f"{field or channel}:Q", scale=None, axis=None)


def lines(*ends: tuple[float, float, float, float], ink: str = LINE, **style: Any) -> Layer:
    """Straight lines from one place to another (x, y, x2, y2 in pixels)."""
    values = [dict(zip(("x", "y", "x2", "y2"), (round(n, 2) for n in each), strict=True)) for each in ends]
    chart = alt.Chart(rows(values)).mark_rule(color=ink, **style)
    drawn: Layer = chart.encode(at("x"), at("y"), at("x2"), at("y2"))
    return drawn


def sheet(data: Mapping[str, Any], frame: Frame, layers: Sequence[Layer]) -> Picture:
    """The whole picture: the figure, its title in bold above, its source and as-of line below."""
    room = WIDTH - 2 * EDGE
    title = folded(data["title"], room, round(TITLE * 1.14))
    foot = [line for text in (data["source"], data["as_of"]) for line in folded(text, room, SMALL)]
    lead, small = TITLE * LEADING, SMALL * LEADING
    head = round(EDGE + len(title) * lead + 8)
    tail = round(EDGE + len(foot) * small + 8)
    top, height, x = head + frame.above, round(frame.height), EDGE - frame.left
    said = [(x, EDGE + TITLE * 0.9 + lead * place - top, line) for place, line in enumerate(title)]
    told = [(x, height + frame.below + 12 + small * (n + 1), line) for n, line in enumerate(foot)]
    chart = alt.layer(*layers, write(*said, size=TITLE, bold=True), write(*told, size=SMALL, ink=SOFT))
    whole = chart.properties(
        width=frame.width,
        height=height,
        padding={"left": frame.left, "right": frame.right, "top": top, "bottom": frame.below + tail},
        autosize=alt.AutoSizeParams(type="none"),
        background=GROUND,
    )
    drawn = whole.configure(font=SANS, aria=False).configure_view(stroke=None)
    svg = vl_convert.vegalite_to_svg(drawn.to_dict())
    return Picture(_named(svg, data["alt"]), WIDTH, top + height + frame.below + tail)


def _named(svg: str, alt_text: str) -> str:
    """The picture with what is told of it, for who opens it alone."""
    head, sign, rest = svg.partition(">")
    return f"{head}{sign}<title>{escape(alt_text)}</title>{rest}"
