"""The ledger: what offices were asked and how they answered, from the tables and from the journal alone.

What can no longer change is kept as tallies (`actions/tallying.py`); every read adds to them, in the same query,
what the legs that are not tallied say now.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Case as Either
from django.db.models import Count, DateTimeField, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from tequio.circuit.models import Commitment, Event, Leg, Pause, Tally
from tequio.circuit.queries.figures import (
    COUNTS,
    OUTCOMES,
    Figures,
    FullKey,
    FullLedger,
    Ledger,
    folded,
)
from tequio.circuit.queries.replay import full_from_journal
from tequio.circuit.states import ANSWERS, CONTRADICTIONS, Confirmed, LegOutcome
from tequio.journal.models import Entry
from tequio.kernel import clock

__all__ = [
    "Figures", "Ledger", "answers", "from_journal", "from_tables", "full_from_journal", "full_from_tables",
    "live_counts", "tallies_off",
]  # fmt: skip

PASSED_LATE = Q(outcome=LegOutcome.PASSED_ON, answered_at__gt=F("due_at"))
IN_TIME = Q(outcome__in=ANSWERS, answered_at__lte=F("due_at"))
LATE = Q(outcome__in=ANSWERS, answered_at__gt=F("due_at")) & ~Q(outcome=LegOutcome.PASSED_ON)
MISSED = Q(outcome=LegOutcome.MISSED) | PASSED_LATE
OPEN = Q(closed_at=None)
KEYS = (
    "{office}_id",
    "{office}__organisation__slug",
    "kind__home_id",
    "kind__slug",
    "administration__home_id",
    "administration__slug",
)
LEG_KEYS = [name.format(office="owner") for name in KEYS]
ROW_KEYS = ["owner_id", "kind_id", "administration_id"]
TALLY_KEYS = [name.format(office="office") for name in KEYS]


def _of_legs(now: datetime | None) -> dict[str, Count]:
    """What a leg's own row says; `now` is None where every date is over."""
    over = Q(due_at__lte=now) if now else Q()
    wanted = {
        "asked": Q(),
        "in_time": IN_TIME,
        "late": LATE,
        "missed": MISSED,
        "waiting": OPEN,
        "matured": IN_TIME & over | LATE | MISSED,
        "kept": IN_TIME & over,
        **{name: Q(outcome=outcome) for name, outcome in OUTCOMES.items()},
    }
    return {name: Count("pk", filter=condition) for name, condition in wanted.items()}


def _number(rows: QuerySet[Any], expression: str = "pk") -> Coalesce:
    """How many rows hang on a leg."""
    counted = rows.filter(leg=OuterRef("pk")).order_by().values("leg").annotate(n=Count(expression))
    return Coalesce(Subquery(counted.values("n")), 0)


def _of_others() -> dict[str, Any]:
    """What hangs on a leg: its pauses, what became of its commitments, what its asker said of the answer."""
    owed = Commitment.objects.filter(dropped_at=None)
    silence = Q(confirmed_by=Confirmed.SILENCE)
    answered = {
        "done": _number(owed.exclude(silence), "kept_at"),
        "done_silent": _number(owed.filter(silence), "kept_at"),
        "not_done": _number(owed, "broken_at"),
        "disputed": _number(Event.objects.filter(kind__in=CONTRADICTIONS)),
        "silent": _number(Event.objects.filter(kind="silent")),
    }
    return {
        "pauses": _number(Pause.objects.all()),
        "contested": _number(Pause.objects.all(), "contested_at"),
        **{
            name: Either(When(outcome__in=ANSWERS, then=number), default=0)
            for name, number in answered.items()
        },
    }


def live_counts(
    legs: QuerySet[Leg], now: datetime | None, *, keys: list[str] = LEG_KEYS, whole: bool = True
) -> Any:
    """Counts of these legs by office, kind and administration: the keys, the counts, the longest wait.

    `whole`: with what hangs on each leg; else only what its own row says. `now`: None where every date is over.
    """
    others = _of_others() if whole else {}
    own = _of_legs(now)
    zero = Value(0)
    counts = {f"n_{name}": own.get(name) or (Sum(f"each_{name}") if whole else zero) for name in COUNTS}
    return (
        legs.order_by()
        .annotate(**{f"each_{name}": number for name, number in others.items()})
        .values(*keys)
        .annotate(**counts, since=Min("opened_at", filter=OPEN))
        .values_list(*keys, *counts, "since")
    )


def tallies(*, sign: int = 1, whole: bool = True, **where: Any) -> Any:
    """The same columns of what is tallied, or with `sign=-1` what has to be taken off."""
    found = Tally.objects.filter(**{name.replace("owner", "office", 1): v for name, v in where.items()})
    left_out = {"waiting", *(() if whole else _of_others())}
    counts = {f"n_{name}": Value(0) if name in left_out else F(name) * sign for name in COUNTS}
    nothing = Value(None, output_field=DateTimeField())
    return found.order_by().annotate(**counts, since=nothing).values_list(*TALLY_KEYS, *counts, "since")


def _read(now: datetime | None, where: dict[str, Any], *, whole: bool) -> FullLedger:
    """Tallies and live counts in one query, so that no reader counts a leg twice while it is being tallied."""
    live = live_counts(Leg.objects.filter(tallied_at=None, **where), now or clock.now(), whole=whole)
    return added(live.union(tallies(whole=whole, **where), all=True))


def added(rows: Iterable[tuple[Any, ...]]) -> FullLedger:
    """Rows of counts as a ledger; rows of the same key are added up."""
    ledger: FullLedger = defaultdict(Figures)
    for row in rows:
        counts = dict(zip(COUNTS, row[len(KEYS) : -1], strict=True))
        ledger[key_of(row)].add(Figures(**counts, waiting_since=row[-1]))
    return dict(ledger)


def key_of(row: tuple[Any, ...]) -> FullKey:
    """By what the ledger knows a row: the office's code, the kind in its country, the administration or ""."""
    office, slug, home, kind, country, administration = row[: len(KEYS)]
    return f"{slug}/{office}", f"{home}/{kind}", f"{country}/{administration}" if administration else ""


def tallies_off() -> list[FullKey]:
    """Where the tallies are not what counting their legs anew gives. One query."""
    counted = live_counts(Leg.objects.exclude(tallied_at=None), None)
    ledger = added(counted.union(tallies(sign=-1), all=True))
    return sorted(key for key, figures in ledger.items() if figures != Figures())


def answers(*, now: datetime | None = None, **where: Any) -> Ledger:
    """What is known of legs and answers, without pauses, outcomes and disputes; `where` narrows the legs."""
    return folded(_read(now, where, whole=False))


def full_from_tables(*, now: datetime | None = None, **where: Any) -> FullLedger:
    """The ledger as the tables have it, by office, kind and administration. One query."""
    return _read(now, where, whole=True)


def from_tables(*, office: int | None = None, now: datetime | None = None, **where: Any) -> Ledger:
    """The ledger as the tables have it, of all offices, of one, or narrowed by `where`. One query."""
    if office:
        where["owner"] = office
    return folded(full_from_tables(now=now, **where))


def from_journal(entries: Iterable[Entry] | None = None, now: datetime | None = None) -> Ledger:
    """The ledger rebuilt from the public facts of the journal alone; it must equal `from_tables`."""
    return folded(full_from_journal(entries, now))
