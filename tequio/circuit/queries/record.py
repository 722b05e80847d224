"""The ledger: what offices were asked and how they answered, from the tables and from the journal alone."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from math import sqrt
from typing import Any

from django.db.models import Count, F, Min, Q

from tequio.circuit.models import Commitment, Leg
from tequio.circuit.states import ANSWERS, LegOutcome
from tequio.journal.models import Entry
from tequio.kernel import clock

RATE_FROM = 10
IN_TIME = Q(outcome__in=ANSWERS, answered_at__lte=F("due_at"))
LATE = Q(outcome__in=ANSWERS, answered_at__gt=F("due_at"))


@dataclass
class Figures:
    """Counts of one office and one kind of ask.

    `matured`: legs whose date is over or that were answered late or missed; `kept`: those of them answered
    by their date. `done` and `not_done` are what askers said of what the office had accepted.
    """

    asked: int = 0
    in_time: int = 0
    late: int = 0
    missed: int = 0
    waiting: int = 0
    waiting_since: datetime | None = None
    accepted: int = 0
    declined: int = 0
    passed_on: int = 0
    done: int = 0
    not_done: int = 0
    matured: int = 0
    kept: int = 0

    def add(self, other: "Figures") -> None:
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            if each.name == "waiting_since":
                self.waiting_since = min(filter(None, (mine, theirs)), default=None)
            else:
                setattr(self, each.name, mine + theirs)

    def days_waiting(self, now: datetime) -> int:
        return (now - self.waiting_since).days if self.waiting_since else 0


@dataclass
class LegRecord:
    """What the ledger needs to know of a leg, wherever it was read from."""

    office: str
    kind: str
    opened_at: datetime
    due_at: datetime
    outcome: str = ""
    in_time: bool | None = None
    kept: bool | None = None


Ledger = dict[tuple[str, str], Figures]


def wilson(kept: int, of: int) -> tuple[float, float] | None:
    """The 95 % score interval of a share (Wilson 1927, JASA 22:209); None below ten, where no rate is shown."""
    if of < RATE_FROM:
        return None
    z, p = 1.959964, kept / of
    middle, spread = p + z * z / (2 * of), z * sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return (middle - spread) / (1 + z * z / of), (middle + spread) / (1 + z * z / of)


def count(legs: Iterable[LegRecord], now: datetime) -> Ledger:
    """Counts legs by office and kind."""
    ledger: Ledger = defaultdict(Figures)
    for leg in legs:
        row = ledger[leg.office, leg.kind]
        row.asked += 1
        row.in_time += leg.in_time is True
        row.late += leg.in_time is False and leg.outcome in ANSWERS
        row.missed += leg.outcome == LegOutcome.MISSED
        row.accepted += leg.outcome == LegOutcome.ACCEPTED
        row.declined += leg.outcome == LegOutcome.DECLINED
        row.passed_on += leg.outcome == LegOutcome.PASSED_ON
        row.done += leg.kept is True
        row.not_done += leg.kept is False
        if not leg.outcome:
            row.waiting += 1
            row.waiting_since = min(filter(None, (row.waiting_since, leg.opened_at)))
        if leg.in_time is not None and leg.due_at <= now or leg.in_time is False:
            row.matured += 1
            row.kept += leg.in_time is True
    return dict(ledger)


def answers(*, now: datetime | None = None, **where: Any) -> Ledger:
    """What the tables know of legs and answers, outcomes left out; `where` narrows the legs. One query."""
    names = ("owner_id", "owner__organisation__slug", "kind__home_id", "kind__slug")
    over = Q(due_at__lte=now or clock.now())
    wanted = {
        "asked": Q(),
        "in_time": IN_TIME,
        "late": LATE,
        "missed": Q(outcome=LegOutcome.MISSED),
        "waiting": Q(outcome=""),
        "accepted": Q(outcome=LegOutcome.ACCEPTED),
        "declined": Q(outcome=LegOutcome.DECLINED),
        "passed_on": Q(outcome=LegOutcome.PASSED_ON),
        "matured": IN_TIME & over | LATE | Q(outcome=LegOutcome.MISSED),
        "kept": IN_TIME & over,
    }
    counts = {name: Count("pk", filter=condition) for name, condition in wanted.items()}
    since = Min("opened_at", filter=Q(outcome=""))
    rows = Leg.objects.filter(**where).order_by().values(*names).annotate(waiting_since=since, **counts)
    return {_key(row, names): Figures(**row) for row in rows}


def from_tables(*, office: int | None = None, now: datetime | None = None, **where: Any) -> Ledger:
    """The ledger as the tables have it, of all offices, of one, or narrowed by `where`: two queries."""
    if office:
        where["owner"] = office
    ledger = answers(now=now, **where)
    names = ("leg__owner_id", "leg__owner__organisation__slug", "leg__kind__home_id", "leg__kind__slug")
    settled = Commitment.objects.filter(dropped_at=None, **{f"leg__{name}": v for name, v in where.items()})
    rows = settled.order_by().values(*names)
    for row in rows.annotate(done=Count("kept_at"), not_done=Count("broken_at")):
        figures = ledger[_key(row, names)]
        figures.done, figures.not_done = row["done"], row["not_done"]
    return ledger


def _key(row: dict[str, Any], names: Iterable[str]) -> tuple[str, str]:
    """Takes out of an aggregated row what the ledger knows it by: the office's code, the kind in its country."""
    office, slug, home, kind = (row.pop(name) for name in names)
    return f"{slug}/{office}", f"{home}/{kind}"


def from_journal(entries: Iterable[Entry] | None = None, now: datetime | None = None) -> Ledger:
    """The ledger rebuilt from the public facts of the journal alone; it must equal `from_tables`."""
    legs: dict[tuple[str, int], LegRecord] = {}
    if entries is None:
        entries = Entry.objects.order_by("sequence").iterator(chunk_size=2000)
    for entry in entries:
        facts = json.loads(entry.facts)
        replay(legs, entry, facts)
    return count(legs.values(), now or clock.now())


def replay(legs: dict[tuple[str, int], LegRecord], entry: Entry, facts: dict[str, dict[str, object]]) -> None:
    """Applies one entry's facts: a leg closes, another opens, one is reopened, resumed, or settled."""
    ref = entry.reference
    if closed := facts.get("closes"):
        leg = legs[ref, int(str(closed["leg"]))]
        leg.outcome, leg.in_time = str(closed["outcome"]), _flag(closed["in_time"])
    if opened := facts.get("opens"):
        kind = f"{facts['home']}/{facts['kind']}"
        opened_at, due_at = (datetime.fromisoformat(str(opened[name])) for name in ("opened_at", "due_at"))
        legs[ref, int(str(opened["leg"]))] = LegRecord(str(opened["office"]), kind, opened_at, due_at)
    if reopened := facts.get("reopens"):
        leg = legs[ref, int(str(reopened))]
        leg.outcome, leg.in_time, leg.kept = "", None, None
        for other, record in legs.items():
            if other[0] == ref and other[1] > int(str(reopened)) and not record.outcome:
                record.outcome = LegOutcome.UNDONE
    if resumed := facts.get("resumes"):
        legs[ref, int(str(resumed["leg"]))].due_at = datetime.fromisoformat(str(resumed["due_at"]))
    if settled := facts.get("settles"):
        legs[ref, int(str(settled["leg"]))].kept = _flag(settled["kept"])


def _flag(value: object) -> bool | None:
    return None if value is None else bool(value)
