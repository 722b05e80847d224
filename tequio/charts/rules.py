"""What a figure is drawn from, and when a drawing has to be made anew. Light: nothing here draws."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, NotRequired, TypedDict

FIGURES = {"curve", "weeks", "bars"}
MOST_WEEKS, MOST_SERIES, MOST_ROWS = 52, 3, 15
CODE = Path(__file__).parent / "figures"
DRAWN_BY = ("altair", "vl-convert-python")


class Texts(TypedDict):
    """What stands around a figure, translated: `title` is its answer in a sentence, `alt` what is told of it to who
    does not see it, `source` and `as_of` one line each.
    """

    title: str
    alt: str
    source: str
    as_of: str


class CurveLabels(TypedDict):
    """`promised` and `median` stand at their marks ("promised: 10 days"); `at_risk` before the numbers below."""

    x: str
    y: str
    at_risk: str
    promised: NotRequired[str]
    median: NotRequired[str]


class CurveData(Texts):
    """`steps`: [day, share, low, high, at_risk] for each day on which something ended (a Kaplan-Meier curve's own
    steps), in order: from that day on the share (0 to 1) and the bounds of its interval; `at_risk`: how many had
    lasted until that day. Nothing is drawn after the last one. `promised_days`, `median`: days, null for none.
    """

    steps: list[tuple[float, float, float, float, int]]
    promised_days: float | None
    median: float | None
    labels: CurveLabels


class Series(TypedDict):
    """`values`: a count a Monday, null where none is told. `dye`: anil, agave (kept, done), grana (late, broken) or
    cempa (due soon); without one they are anil, agave and grana in turn.
    """

    label: str
    values: list[int | None]
    kind: NotRequired[str]  # line (as if not said) or bars, at most one of these
    dye: NotRequired[str]


class WeeksLabels(TypedDict):
    y: str


class WeeksData(Texts):
    """`mondays`: ISO days, in order, at most 52; one to three series with a value for each."""

    mondays: list[str]
    series: list[Series]
    labels: WeeksLabels


class BarsLabels(TypedDict):
    x: str


class BarsData(Texts):
    """`rows`: [label, count], at most 15, from above to below."""

    rows: list[tuple[str, int]]
    labels: BarsLabels


class Wanted(NamedTuple):
    """A drawing that a page wants to show: `key` names it there, `data` is the shape that its figure takes."""

    key: str
    language: str
    figure: str
    data: Mapping[str, Any]


@lru_cache
def drawing_code() -> str:
    """Names the code that draws: another one may draw the same numbers differently."""
    parts = [f"{name} {version(name)}" for name in DRAWN_BY]
    parts += [file.read_text() for file in sorted(CODE.glob("*.py"))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def sha_of(wanted: Wanted) -> str:
    """Names the picture that comes of it: its figure, language, data and the code that draws them."""
    what = [drawing_code(), wanted.figure, wanted.language, wanted.data]
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()
