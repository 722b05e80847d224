"""What the ledger counts of a leg, and how counts are added up; wherever the leg was read from."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime

from tequio.circuit.states import ANSWERS, LegOutcome

OUTCOMES = {
    "accepted": LegOutcome.ACCEPTED,
    "answered": LegOutcome.ANSWERED,
    "elsewhere": LegOutcome.ELSEWHERE,
    "forwarded": LegOutcome.FORWARDED,
    "opinions": LegOutcome.OPINION,
    "declined": LegOutcome.DECLINED,
    "passed_on": LegOutcome.PASSED_ON,
    "moved": LegOutcome.MOVED,
    "withdrawn": LegOutcome.WITHDRAWN,
    "no_reply": LegOutcome.NO_REPLY,
    "undone": LegOutcome.UNDONE,
    "undelivered": LegOutcome.UNDELIVERED,
    "not_needed": LegOutcome.NOT_NEEDED,
    "merged": LegOutcome.MERGED,
}


@dataclass
class Figures:
    """Counts of one office and one kind of ask.

    `matured`: legs whose date is over or that were answered late or missed; `kept`: those of them answered
    by their date. `missed`: nothing came, or the ask was passed on after its date. `done`, `done_silent` and
    `not_done` are what became of what the office had accepted; `disputed` and `silent` what became of its answers.
    """

    asked: int = 0
    in_time: int = 0
    late: int = 0
    missed: int = 0
    waiting: int = 0
    waiting_since: datetime | None = None
    accepted: int = 0
    answered: int = 0
    elsewhere: int = 0
    forwarded: int = 0
    opinions: int = 0
    declined: int = 0
    passed_on: int = 0
    moved: int = 0
    withdrawn: int = 0
    no_reply: int = 0
    undone: int = 0
    undelivered: int = 0
    not_needed: int = 0
    merged: int = 0
    pauses: int = 0
    contested: int = 0
    done: int = 0
    done_silent: int = 0
    not_done: int = 0
    disputed: int = 0
    silent: int = 0
    matured: int = 0
    kept: int = 0

    def add(self, other: "Figures") -> None:
        self.waiting_since = min(filter(None, (self.waiting_since, other.waiting_since)), default=None)
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def rerouted(self) -> int:
        """Stays after which the ask went to another office: passed on, or moved on without an answer."""
        answers = (self.accepted, self.answered, self.elsewhere, self.forwarded, self.opinions, self.declined)
        passed_late = sum(answers) + self.passed_on - self.in_time - self.late
        return self.passed_on + self.moved + self.missed - passed_late

    def days_waiting(self, now: datetime) -> int:
        return (now - self.waiting_since).days if self.waiting_since else 0


COUNTS = [each.name for each in fields(Figures) if each.name != "waiting_since"]


@dataclass
class LegRecord:
    """What the ledger needs to know of a leg. `settled`: by commitment, whether it was kept and by whose word."""

    office: str
    kind: str
    opened_at: datetime
    due_at: datetime
    administration: str = ""
    rung: str = ""
    answered_at: datetime | None = None
    outcome: str = ""
    in_time: bool | None = None
    pauses: int = 0
    contested: int = 0
    disputed: int = 0
    silent: int = 0
    settled: dict[int, tuple[bool | None, str]] = field(default_factory=dict)

    @property
    def passed_late(self) -> bool:
        return self.outcome == LegOutcome.PASSED_ON and self.in_time is False

    @property
    def answers(self) -> bool:
        """Whether the office answered, in time or late. What it passed on after its date it has missed."""
        return self.outcome in ANSWERS and not self.passed_late


Key = tuple[str, str]
FullKey = tuple[str, str, str]
Ledger = dict[Key, Figures]
FullLedger = dict[FullKey, Figures]


def count(legs: Iterable[LegRecord], now: datetime) -> FullLedger:
    """Counts legs by office, kind and administration."""
    ledger: FullLedger = defaultdict(Figures)
    names = {outcome: name for name, outcome in OUTCOMES.items()}
    for leg in legs:
        row = ledger[leg.office, leg.kind, leg.administration]
        row.asked += 1
        if leg.outcome in names:
            name = names[LegOutcome(leg.outcome)]
            setattr(row, name, getattr(row, name) + 1)
        _count_time(row, leg, now)
        for name in ("pauses", "contested", "disputed", "silent"):
            setattr(row, name, getattr(row, name) + getattr(leg, name))
        for kept, by in leg.settled.values():
            row.done += kept is True and by != "silence"
            row.done_silent += kept is True and by == "silence"
            row.not_done += kept is False
    return dict(ledger)


def _count_time(row: Figures, leg: LegRecord, now: datetime) -> None:
    late = leg.outcome in ANSWERS and leg.in_time is False
    row.in_time += leg.in_time is True
    row.late += late and not leg.passed_late
    row.missed += leg.passed_late or leg.outcome == LegOutcome.MISSED
    if not leg.outcome:
        row.waiting += 1
        row.waiting_since = min(filter(None, (row.waiting_since, leg.opened_at)))
    if leg.in_time is not None and leg.due_at <= now or leg.in_time is False:
        row.matured += 1
        row.kept += leg.in_time is True


def folded(ledger: FullLedger) -> Ledger:
    """The same without regard to administrations."""
    found: Ledger = defaultdict(Figures)
    for (office, kind, _administration), figures in ledger.items():
        found[office, kind].add(figures)
    return dict(found)
