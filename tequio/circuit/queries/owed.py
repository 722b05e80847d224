"""What offices promised and how it ended, by office and government: from the tables and from the journal alone."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from tequio.circuit.models import Commitment, CommitmentChange, Review
from tequio.circuit.states import CHANGE_REASONS, Change, Confirmed
from tequio.circuit.statistics import wilson
from tequio.journal.models import Entry
from tequio.kernel import clock
from tequio.network.models import Administration, Office

OPEN = Q(kept_at=None, broken_at=None, dropped_at=None)
UNSAID = "unconfirmed"


@dataclass
class Promised:
    """Counts of one office under one government: the one under which it was promised, whoever ended it.

    `made` + `taken_over` = `handed_over` + `kept` + `broken` + `dropped` + `lapsed` + `open`. `lapsed`: the asker
    withdrew, or the answer was taken back. Of the open ones: `overdue`, past their date; `unsaid`, of which the
    asker has said nothing; `undecided`, on which a new holder has not decided by the day that was set.
    """

    made: int = 0
    taken_over: int = 0
    handed_over: int = 0
    by_asker: int = 0
    by_beneficiary: int = 0
    by_silence: int = 0
    broken: int = 0
    dropped: int = 0
    lapsed: int = 0
    amended: int = 0
    open: int = 0
    overdue: int = 0
    unsaid: int = 0
    undecided: int = 0
    in_kind: int = 0

    @property
    def kept(self) -> int:
        return self.by_asker + self.by_beneficiary + self.by_silence

    @property
    def judged(self) -> int:
        return self.kept + self.broken

    @property
    def percents(self) -> tuple[int, int] | None:
        """The interval of the share kept, in whole per cent; None below ten."""
        interval = wilson(self.kept, self.judged)
        return (round(100 * interval[0]), round(100 * interval[1])) if interval else None

    def add(self, other: "Promised") -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(frozen=True)
class Row:
    """What one office promised under one government (None: it acts under none)."""

    office: Office
    administration: Administration | None
    figures: Promised


@dataclass
class Promise:
    """What the journal says of one commitment."""

    office: str
    administration: str
    reference: str
    in_kind: str
    due_at: datetime
    ended: str = ""
    by: str = ""
    why: str = ""
    done: bool = False
    decide_at: datetime | None = None


Owed = dict[tuple[str, str], Promised]
KEPT_BY = {
    Confirmed.ASKER: "by_asker",
    Confirmed.BENEFICIARY: "by_beneficiary",
    Confirmed.SILENCE: "by_silence",
}


def from_tables(*, now: datetime | None = None, **where: Any) -> Owed:
    """The counts as the tables have them; `where` narrows the offices (`office=…`). Three queries."""
    now, owed = now or clock.now(), defaultdict(Promised)
    names = _names("", "")
    unsaid, over = Q(case__state=UNSAID), Q(due_at__lte=now, office_done_at=None)
    wanted = {
        **{name: Q(kept_at__isnull=False, confirmed_by=by) for by, name in KEPT_BY.items()},
        "broken": Q(broken_at__isnull=False),
        "open": OPEN,
        "overdue": OPEN & over & (Q(case=None) | ~unsaid),
        "unsaid": OPEN & unsaid,
        "in_kind": ~Q(in_kind=""),
    }
    counts = {name: Count("pk", filter=condition) for name, condition in wanted.items()}
    here: dict[tuple[str, str], int] = {}
    rows = Commitment.objects.filter(**where).order_by().values(*names)
    for row in rows.annotate(here=Count("pk"), **counts):
        key = _key(row, names)
        here[key] = row.pop("here")
        owed[key] = Promised(**row)
    _count_changes(owed, here, where)
    names = _names("commitment__", "commitment__")
    open_ = {f"commitment__{name}": None for name in ("kept_at", "broken_at", "dropped_at")}
    waiting = Review.objects.filter(
        decision="",
        transition__decide_at__lte=now,
        **open_,
        **{f"commitment__{k}": v for k, v in where.items()},
    )
    for row in waiting.order_by().values(*names).annotate(n=Count("commitment", distinct=True)):
        owed[_key(row, names)].undecided = row["n"]
    return dict(owed)


def _count_changes(owed: Owed, here: dict[tuple[str, str], int], where: dict[str, Any]) -> None:
    """What is counted where it happened: made, handed over, amended, dropped."""
    names = _names("", "commitment__")
    by_rule = Q(reason__in=CHANGE_REASONS)
    wanted = {
        "made": Q(kind=Change.MADE),
        "handed_over": Q(kind=Change.MOVED),
        "amended": Q(kind=Change.AMENDED),
        "dropped": Q(kind=Change.DROPPED) & ~by_rule,
        "lapsed": Q(kind=Change.DROPPED) & by_rule,
    }
    counts = {name: Count("pk", filter=condition) for name, condition in wanted.items()}
    for row in CommitmentChange.objects.filter(**where).order_by().values(*names).annotate(**counts):
        figures = owed[_key(row, names)]
        for name, value in row.items():
            setattr(figures, name, value)
    for key, figures in owed.items():
        figures.taken_over = here.get(key, 0) + figures.handed_over - figures.made


def _names(office: str, commitment: str) -> tuple[str, ...]:
    government = f"{commitment}administration"
    return (
        f"{office}office_id",
        f"{office}office__organisation__slug",
        f"{government}__home_id",
        f"{government}__slug",
    )


def _key(row: dict[str, Any], names: Iterable[str]) -> tuple[str, str]:
    office, slug, home, government = (row.pop(name) for name in names)
    return f"{slug}/{office}", f"{home}/{government}" if government else ""


def from_journal(entries: Iterable[Entry] | None = None, now: datetime | None = None) -> Owed:
    """The counts rebuilt from the public facts of the journal alone; they must equal `from_tables`."""
    promises: dict[int, Promise] = {}
    states: dict[str, str] = {}
    owed: Owed = defaultdict(Promised)
    if entries is None:
        entries = Entry.objects.order_by("sequence").iterator(chunk_size=2000)
    for entry in entries:
        facts = json.loads(entry.facts)
        if "state" in facts:
            states[entry.reference] = facts["state"]
        for fact in facts.get("owes", ()):
            replay(owed, promises, entry.reference, fact)
    for promise in promises.values():
        _count(owed[promise.office, promise.administration], promise, states, now or clock.now())
    return dict(owed)


def replay(owed: Owed, promises: dict[int, Promise], reference: str, fact: dict[str, Any]) -> None:
    """Applies one change of one commitment."""
    change, due_at = fact["change"], str(fact.get("due_at"))
    if change == Change.MADE:
        promises[fact["id"]] = Promise(
            fact["office"], fact["administration"], reference, fact["in_kind"], datetime.fromisoformat(due_at)
        )
    promise = promises[fact["id"]]
    figures = owed[promise.office, promise.administration]
    figures.made += change == Change.MADE
    figures.amended += change == Change.AMENDED
    if change == Change.MOVED:
        figures.handed_over += 1
        promise.office = fact["office"]
        owed[promise.office, promise.administration].taken_over += 1
    elif change == Change.AMENDED:
        promise.due_at, promise.done, promise.decide_at = datetime.fromisoformat(due_at), False, None
    elif change == Change.DONE:
        promise.done = True
    elif change == Change.REVIEWED:
        promise.decide_at = datetime.fromisoformat(fact["decide_at"])
    elif change == Change.CONFIRMED:
        promise.decide_at = None
    elif change in (Change.KEPT, Change.BROKEN, Change.DROPPED):
        promise.ended, promise.by, promise.why = change, fact.get("by", ""), fact.get("why", "")


def _count(figures: Promised, promise: Promise, states: dict[str, str], now: datetime) -> None:
    """Counts how a commitment stands, at the office that has it."""
    figures.in_kind += bool(promise.in_kind)
    if promise.ended == Change.KEPT:
        name = KEPT_BY[Confirmed(promise.by)]
        setattr(figures, name, getattr(figures, name) + 1)
    elif promise.ended == Change.BROKEN:
        figures.broken += 1
    elif promise.ended == Change.DROPPED:
        figures.lapsed += bool(promise.why)
        figures.dropped += not promise.why
    else:
        unsaid = states.get(promise.reference) == UNSAID
        figures.open += 1
        figures.unsaid += unsaid
        figures.overdue += promise.due_at <= now and not promise.done and not unsaid
        figures.undecided += promise.decide_at is not None and promise.decide_at <= now


def owed_rows(now: datetime | None = None, **where: Any) -> list[Row]:
    """The counts by office and government, in the order of names, the latest government first. Five queries."""
    owed = from_tables(now=now, **where)
    pks = {code: int(code.rpartition("/")[2]) for code, _ in owed}
    offices = Office.objects.select_related("organisation").in_bulk(pks.values())
    governments = {f"{each.home_id}/{each.slug}": each for each in Administration.objects.all()}
    rows = [Row(offices[pks[code]], governments.get(name), figures) for (code, name), figures in owed.items()]
    return sorted(
        rows,
        key=lambda row: (
            row.office.organisation.sort_key,
            row.office.pk,
            -row.administration.starts_on.toordinal() if row.administration else 0,
        ),
    )


def total(rows: Iterable[Row]) -> Promised:
    figures = Promised()
    for row in rows:
        figures.add(row.figures)
    return figures
