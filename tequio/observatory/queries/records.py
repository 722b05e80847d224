"""The record of an entry point: what an asker can expect there, from what was, against what was announced.

All records of a hub are written at night, as of one instant and one entry of the journal, and read as they are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.functional import Promise as Text

from tequio.circuit.models import AskKind, EntryPoint, Promise, Route
from tequio.circuit.queries import public, recalls, spreads
from tequio.circuit.queries.figures import COUNTS, Figures, FullLedger, Key, folded
from tequio.circuit.queries.recalls import Recalls
from tequio.circuit.queries.record import full_from_tables
from tequio.circuit.queries.routes import with_office
from tequio.circuit.states import Measure
from tequio.circuit.statistics import RATE_FROM, Curve, curve_of, median_of
from tequio.kernel.texts import pick
from tequio.network.models import Administration, Hub
from tequio.observatory.models import Record

METER = (Measure.DAYS, Measure.STEPS, Measure.HANDED_ON, Measure.QUESTIONS)
SHOWN = 12


@dataclass(frozen=True)
class Meter:
    """One line of what asks that began at the office took until somebody's last answer: the middle one of `n`, and the
    most. `announced`: what the route and the promise said of it beforehand; None where nothing is said.
    """

    measure: str
    n: int
    median: float | None
    most: int
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
class Part:
    """What was kept under one administration; "" where the office stood under none."""

    administration: str
    figures: Figures


@dataclass(frozen=True)
class Sheet(public.Record):
    """The record for one kind of ask, as it was written.

    `days`: the curve of first answers in a few lines, [] below ten asks; `median`: the day by which half were answered,
    None where that day has not come; `promised`: working days, None without a promise in force; `again`: what askers
    drawn by lot said weeks later; `key`: of its drawing.
    """

    kind: AskKind
    key: str
    parts: list[Part]
    promised: int | None
    days: list[Answered]
    median: float | None
    meter: list[Meter]
    again: Recalls

    @property
    def governments(self) -> list[Part]:
        """Its parts, where at least one is under a government."""
        return self.parts if any(part.administration for part in self.parts) else []


@dataclass(frozen=True)
class Written:
    """What is known of an office and a kind of ask when the records are written."""

    figures: Figures
    parts: Mapping[str, Figures]
    counts: Mapping[str, spreads.Counts]
    again: Recalls
    promised: int | None
    announced: Mapping[str, int | None]

    @property
    def curve(self) -> Curve | None:
        """The time to the first answer of the office. What it missed, or passed on after its date, it never answers;
        what was withdrawn, moved, merged or not delivered is not in it. None below ten.
        """
        answered = self.counts.get(Measure.ANSWERED, {})
        waiting = self.counts.get(Measure.WAITING, {})
        n = sum(answered.values()) + sum(waiting.values()) + self.figures.missed
        return curve_of(answered, waiting, never=self.figures.missed) if n >= RATE_FROM else None

    @property
    def meter(self) -> list[Meter]:
        return [self._meter(measure) for measure in METER if self.counts.get(measure)]

    def _meter(self, measure: str) -> Meter:
        counts = self.counts[measure]
        n = sum(counts.values())
        median = median_of(counts) if n >= RATE_FROM else None
        announced = self.promised if measure == Measure.DAYS else self.announced.get(measure)
        return Meter(measure, n, median, max(counts), announced)


def written(hub: Hub, now: datetime) -> dict[Key, Written]:
    """By the codes of office and kind, what the hub's records say at `now`. Six queries, whatever there is."""
    full = of_hub(hub, full_from_tables(now=now))
    counts = spreads.from_tables(now=now)
    again = recalls.from_tables(office__organisation__home=hub.home_id)
    live = Promise.objects.live().filter(kind__home=hub.home_id)
    codes = ("entry_point__office", "entry_point__office__organisation__slug", "kind__slug", "days")
    promised = {
        (f"{slug}/{office}", f"{hub.home_id}/{kind}"): days
        for office, slug, kind, days in live.values_list(*codes)
    }
    announced, parts = routes(hub), _parts(full)
    return {
        key: Written(
            figures,
            parts[key],
            counts.get(key, {}),
            again.get(key, Recalls()),
            promised.get(key),
            announced[key[1]],
        )
        for key, figures in sorted(folded(full).items())
    }


def of_hub(hub: Hub, full: FullLedger) -> FullLedger:
    """What belongs to kinds of the hub. Left out here rather than by the query, which would walk every leg of a kind
    instead of those that are not tallied.
    """
    return {key: figures for key, figures in full.items() if key[1].startswith(f"{hub.home_id}/")}


def _parts(full: FullLedger) -> dict[Key, dict[str, Figures]]:
    found: dict[Key, dict[str, Figures]] = defaultdict(dict)
    for (office, kind, administration), figures in full.items():
        found[office, kind][administration] = figures
    return found


def routes(hub: Hub) -> dict[str, dict[str, int | None]]:
    """By the code of the kind, what its route announces: how many offices' steps; never a hand-over or a question."""
    latest = Prefetch("routes", Route.objects.order_by("-version"), "versions")
    found: dict[str, dict[str, int | None]] = {}
    for kind in AskKind.objects.filter(home=hub.home_id).prefetch_related(latest):
        steps = kind.versions[0].steps if kind.versions else []
        desks = sum(with_office(row) for row in steps)
        found[f"{hub.home_id}/{kind.slug}"] = {
            Measure.STEPS: desks or 1,
            Measure.HANDED_ON: 0,
            Measure.QUESTIONS: 0,
        }
    return found


def as_row(kind: str, found: Written, names: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a record, to be read by `sheets`; `names`: of administrations, by their codes."""
    curve = found.curve
    return {
        "kind": kind,
        "figures": _counts(found.figures),
        "parts": [[names[code], _counts(found.parts[code])] for code in names if code in found.parts],
        "promised": found.promised,
        "median": curve.median if curve else None,
        "days": [asdict(line) for line in table(curve)] if curve else [],
        "meter": [asdict(line) for line in found.meter],
        "again": asdict(found.again),
    }


def governments(hub: Hub) -> dict[str, Any]:
    """The names of the hub's administrations by their codes, in the order of their beginning; "" for none."""
    return {**{each.code: each.names for each in Administration.objects.filter(home=hub.home_id)}, "": {}}


def _counts(figures: Figures) -> dict[str, Any]:
    since = figures.waiting_since
    counts: dict[str, Any] = {name: n for name in COUNTS if (n := getattr(figures, name))}
    return {**counts, "waiting_since": since.isoformat()} if since else counts


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


# Read -------------------------------------------------------------------------------------------


def key_of(office: int, kind: str) -> str:
    """By what the drawing of a record is known."""
    return f"record/{office}/{kind}"


def sheets(record: Record) -> list[Sheet]:
    """A record as it was written, by kind of ask, in the order of kinds. One query."""
    kinds = {kind.slug: kind for kind in AskKind.objects.filter(home=record.hub_id)}
    found = {row["kind"]: row for row in record.kinds}
    return [_sheet(record, kind, found[slug]) for slug, kind in kinds.items() if slug in found]


def _sheet(record: Record, kind: AskKind, row: Mapping[str, Any]) -> Sheet:
    return Sheet(
        _figures(row["figures"]),
        record.as_of,
        kind,
        key_of(record.office_id, kind.slug),
        [Part(pick(names) if names else "", _figures(counts)) for names, counts in row["parts"]],
        row["promised"],
        [Answered(**line) for line in row["days"]],
        row["median"],
        [Meter(**line) for line in row["meter"]],
        Recalls(**row["again"]),
    )


def _figures(counts: Mapping[str, Any]) -> Figures:
    since = counts.get("waiting_since")
    return Figures(**{**counts, "waiting_since": datetime.fromisoformat(since) if since else None})


def promise_history(entry_point: EntryPoint) -> list[Promise]:
    """Every promise that was ever signed there, the latest first, with the mandate that signed it."""
    signed = entry_point.promises.select_related("kind", "signed_by__office__organisation")
    return list(signed.order_by("-signed_at", "-pk"))
