"""The drawing of a route, made from its table alone: the way down the middle, and beside each step its side ways.

The same drawing stands in `docs/processes` and, with the case's place marked, on its pages.
"""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from tequio.circuit.models import Case
from tequio.circuit.states import STATES
from tequio.kernel.texts import pick

WIDTH, MARGIN, GAP = 320, 8, 20
LINE, PADDING, BETWEEN = 20, 10, 14
MAIN = {"x": MARGIN, "width": 164, "letters": 17}
SIDE = {"x": MARGIN + 164 + GAP, "width": 120, "letters": 12}
ASIDE = {"question", "declined", "withdrawn", "no-reply", "not-done", "unconfirmed", "merged"}
SIGNS = {"been": "■ ", "here": "◉ ", "ahead": ""}
Step = dict[str, Any]


@dataclass
class Box:
    """A step as it is drawn. `mark`: here, been or ahead; `back`: the way leads back to where it came from."""

    slug: str
    lines: list[str]
    x: int
    y: int
    width: int
    mark: str = "ahead"
    back: bool = False
    ends: bool = False

    @property
    def height(self) -> int:
        return LINE * len(self.lines) + 2 * PADDING

    @property
    def middle(self) -> int:
        return self.y + self.height // 2

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def text(self) -> list[tuple[int, str]]:
        """Each line of the label with its baseline."""
        return [(self.y + PADDING + LINE * n + 15, line) for n, line in enumerate(self.lines)]


@dataclass
class Rung:
    """A step of the main way, and the side ways that begin at it."""

    box: Box
    sides: list[Box] = field(default_factory=list)

    @property
    def bottom(self) -> int:
        return max(box.bottom for box in [self.box, *self.sides])


@dataclass(frozen=True)
class Drawing:
    rungs: list[Rung]
    height: int
    width: int = WIDTH

    @property
    def boxes(self) -> list[Box]:
        return [box for rung in self.rungs for box in [rung.box, *rung.sides]]


def main_way(steps: Sequence[Step]) -> list[Step]:
    """From the first step along the first way ahead at each, to an end; rows that are side ways left out."""
    rows = {row["slug"]: row for row in steps}
    way: list[Step] = []
    row = steps[0] if steps else None
    while row is not None:
        way.append(row)
        ahead = (rows[slug] for slug in row["next"] if slug in rows)
        row = next((each for each in ahead if each["does"] not in ASIDE and each not in way), None)
    return way


def _box(row: Step, y: int, column: dict[str, int], marks: dict[str, str], language: str | None) -> Box:
    mark = marks.get(row["slug"], "ahead")
    label = f"{SIGNS[mark]}{pick(row['label'], language) or row['slug']}"
    lines = textwrap.wrap(label, column["letters"], break_long_words=True)
    return Box(row["slug"], lines, column["x"], y, column["width"], mark, ends=not row["next"])


def draw(
    steps: Sequence[Step], *, language: str | None = None, here: str = "", been: Iterable[str] = ()
) -> Drawing:
    """Lays a route out, in units of a pixel; `here`: the slug at which a case stands, `been`: those behind it."""
    marks = {**dict.fromkeys(been, "been"), here: "here"}
    rows = {row["slug"]: row for row in steps}
    way = main_way(steps)
    rungs, y = [], MARGIN
    for row in way:
        rung = Rung(_box(row, y, MAIN, marks, language))
        for slug in row["next"]:
            aside = rows.get(slug)
            if aside is None or aside in way:
                continue
            box = _box(aside, rung.sides[-1].bottom + 6 if rung.sides else y, SIDE, marks, language)
            box.back = row["slug"] in aside["next"]
            rung.sides.append(box)
        rungs.append(rung)
        y = rung.bottom + BETWEEN + 10
    return Drawing(rungs, rungs[-1].bottom + MARGIN if rungs else 0)


def svg(drawing: Drawing, title: str, *, alone: bool = False) -> SafeString:
    """The drawing as SVG; `alone`: a file of its own, which brings its colours along."""
    return render_to_string("circuit/route.svg", {"drawing": drawing, "title": title, "alone": alone})


def plain_steps() -> list[Step]:
    """The hub's own table, for a kind whose pack gives none."""
    ahead = {
        "at-desk": ["question", "arranged", "answered", "declined", "withdrawn"],
        "question": ["at-desk", "no-reply", "withdrawn"],
        "arranged": ["done", "not-done", "unconfirmed", "withdrawn"],
        "unconfirmed": ["done", "not-done"],
    }
    return [
        {"slug": slug, "does": slug, "label": {"es": str(state.label)}, "who": state.who, "days": 0,
         "next": ahead.get(slug, [])}
        for slug, state in STATES.items()
    ]  # fmt: skip


def of_case(case: Case) -> SafeString:
    """The route on which the case runs, with where it stands and where it has been."""
    steps = case.route.steps if case.route and case.route.steps else plain_steps()
    been = {leg.step for leg in case.legs.all()} | (
        {steps[0]["slug"]} if steps[0]["does"] == "asked" else set()
    )
    if case.commitments.exists():
        been |= {row["slug"] for row in steps if row["does"] == "arranged"}
    return svg(draw(steps, here=case.step, been=been - {case.step}), str(case.kind))
