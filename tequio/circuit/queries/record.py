"""The ledger: what offices were asked and how they answered, from the tables and from the journal alone."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from math import sqrt

from tequio.circuit.models import Commitment, Leg
from tequio.circuit.states import ANSWERS, LegOutcome
from tequio.journal.models import Entry
from tequio.kernel import clock

RATE_FROM = 10


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


def from_tables(*, office: int | None = None, now: datetime | None = None) -> Ledger:
    """The ledger as the tables have it, of all offices or of one: two queries."""
    legs = Leg.objects.select_related("owner__organisation", "kind")
    commitments = Commitment.objects.filter(dropped_at=None)
    if office:
        legs, commitments = legs.filter(owner=office), commitments.filter(leg__owner=office)
    settled = {c.leg_id: True if c.kept_at else False if c.broken_at else None for c in commitments}
    records = []
    for leg in legs.order_by().iterator(chunk_size=2000):
        assert leg.owner is not None and leg.due_at is not None
        kind = f"{leg.kind.home_id}/{leg.kind.slug}"
        record = LegRecord(leg.owner.code, kind, leg.opened_at, leg.due_at, leg.outcome, leg.in_time)
        record.kept = settled.get(leg.pk)
        records.append(record)
    return count(records, now or clock.now())


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
