"""The record of an entry point, whole: what an asker can expect there, from what was, against what was announced."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch
from django.utils.functional import Promise as Text

from tequio.circuit.models import AskKind, EntryPoint, Promise, Route
from tequio.circuit.queries import recalls, spreads
from tequio.circuit.queries.figures import Figures
from tequio.circuit.queries.public import Row, ledger_rows
from tequio.circuit.queries.recalls import Recalls
from tequio.circuit.queries.routes import with_office
from tequio.circuit.states import Measure
from tequio.circuit.statistics import RATE_FROM, Curve, curve_of, median_of
from tequio.kernel import clock

METER = (Measure.DAYS, Measure.STEPS, Measure.HANDED_ON, Measure.QUESTIONS)
SHOWN = 12


@dataclass(frozen=True)
class Meter:
    """One line of what asks that began here took until somebody's last answer: the middle one of `n` and the most.

    `announced`: what the route and the promise say of it beforehand; None where nothing is said.
    """

    measure: str
    n: int
    median: float | None
    most: int | None
    announced: int | None

    @property
    def label(self) -> Text | str:
        return Measure(self.measure).label


@dataclass(frozen=True)
class Answered:
    """The share answered by a day, in whole per cent with its 95 % interval; `waiting`: how many had no answer when
    that day began.
    """

    day: int
    share: int
    low: int
    high: int
    waiting: int


@dataclass(frozen=True)
class Sheet:
    """The record for one kind of ask. `counts`: by measure, how often each whole number occurred.

    `again`: what askers drawn by lot said weeks later. `promise`: the one in force; None where there is none now.
    """

    row: Row
    promise: Promise | None
    counts: Mapping[str, spreads.Counts]
    announced: Mapping[str, int | None]
    again: Recalls

    @property
    def key(self) -> str:
        """Of its drawing."""
        return key_of_curve(self.row.office.pk, self.row.kind.pk)

    @property
    def curve(self) -> Curve | None:
        """The time to the first answer of the office; None below ten asks."""
        return curve(self.counts, self.row.figures)

    @property
    def median(self) -> float | None:
        return self.curve.median if self.curve else None

    @property
    def days(self) -> list[Answered]:
        """The curve in a few lines."""
        return table(self.curve) if self.curve else []

    @property
    def meter(self) -> list[Meter]:
        return [self._meter(measure) for measure in METER if self.counts.get(measure)]

    def _meter(self, measure: str) -> Meter:
        counts = self.counts[measure]
        n = sum(counts.values())
        median = median_of(counts) if n >= RATE_FROM else None
        return Meter(measure, n, median, max(counts), self.announced.get(measure))


def curve(counts: Mapping[str, spreads.Counts], figures: Figures) -> Curve | None:
    """The curve of an office's answers. What it missed, or passed on after its date, it never answers; what was
    withdrawn, moved, merged or not delivered is not in it. None below ten.
    """
    answered, waiting = counts.get(Measure.ANSWERED, {}), counts.get(Measure.WAITING, {})
    n = sum(answered.values()) + sum(waiting.values()) + figures.missed
    return curve_of(answered, waiting, never=figures.missed) if n >= RATE_FROM else None


def key_of_curve(office: int, kind: int) -> str:
    """By what the drawing of a record is known."""
    return f"record/{office}/{kind}"


def table(curve: Curve) -> list[Answered]:
    """The first and the last day on which somebody was answered, and at most ten in between, evenly apart in order."""
    steps = [step for step in curve.steps if step.events]
    places: Iterable[int] = range(len(steps))
    if len(steps) > SHOWN:
        places = sorted({round(place * (len(steps) - 1) / (SHOWN - 1)) for place in range(SHOWN)})
    found = []
    for step in (steps[place] for place in places):
        share, (low, high) = curve.answered_by(step.time) or (0, (0, 0))
        percents = [round(100 * each) for each in (share, low, high)]
        found.append(Answered(int(step.time), percents[0], percents[1], percents[2], step.at_risk))
    return found


def sheets(entry_point: EntryPoint, *, now: datetime | None = None) -> list[Sheet]:
    """The record of an entry point by kind of ask, in the order of kinds; [] before the first ask. Seven queries."""
    now, office = now or clock.now(), entry_point.office
    rows = ledger_rows(now, owner=office.pk)
    counts = spreads.from_tables(now=now, owner=office.pk) if rows else {}
    promises = {each.kind_id: each for each in entry_point.promises.live()} if rows else {}
    again = recalls.from_tables(office=office.pk) if rows else {}
    announced = routes([row.kind.pk for row in rows])
    found = []
    for row in rows:
        promise, plan = promises.get(row.kind.pk), dict(announced.get(row.kind.pk, {}))
        plan[Measure.DAYS] = promise.days if promise else None
        key = office.code, f"{row.kind.home_id}/{row.kind.slug}"
        found.append(Sheet(row, promise, counts.get(key, {}), plan, again.get(key, Recalls())))
    return found


def routes(kinds: Iterable[int]) -> dict[int, dict[str, int | None]]:
    """By kind, what its route announces: how many offices' steps. Hand-overs and questions are never announced."""
    versions = Prefetch("routes", Route.objects.order_by("-version"), "versions")
    found: dict[int, dict[str, int | None]] = {}
    for kind in AskKind.objects.filter(pk__in=list(kinds)).prefetch_related(versions):
        steps = kind.versions[0].steps if kind.versions else []
        desks = sum(with_office(row) for row in steps)
        found[kind.pk] = {Measure.STEPS: desks or 1, Measure.HANDED_ON: 0, Measure.QUESTIONS: 0}
    return found


def promise_history(entry_point: EntryPoint) -> list[Promise]:
    """Every promise that was ever signed there, the latest first, with the mandate that signed it."""
    signed = entry_point.promises.select_related("kind", "signed_by__office__organisation")
    return list(signed.order_by("-signed_at", "-pk"))
