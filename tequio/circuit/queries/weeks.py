"""The ledger week by week: how often each office was asked, answered and missed. No day, no text, no asker."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncWeek

from tequio.circuit.models import AskKind, Leg
from tequio.circuit.queries.record import IN_TIME, LATE, MISSED
from tequio.circuit.rules import UNDO_WITHIN
from tequio.network.models import Office

WEEKS = 6
WEEK = timedelta(weeks=1)


@dataclass
class Counts:
    asked: int = 0
    in_time: int = 0
    late: int = 0
    missed: int = 0

    @property
    def answered(self) -> int:
        return self.in_time + self.late


@dataclass(frozen=True)
class Entry:
    """One office in one week (Monday to Sunday, UTC), for one kind of ask; `updated`: when the week was told."""

    office: Office
    kind: AskKind
    monday: datetime
    counts: Counts

    @property
    def week(self) -> str:
        return f"{self.monday:%G-W%V}"

    @property
    def sunday(self) -> datetime:
        return self.monday + WEEK - timedelta(days=1)

    @property
    def updated(self) -> datetime:
        return self.monday + WEEK + UNDO_WITHIN


@dataclass(frozen=True)
class Weeks:
    updated: datetime
    entries: list[Entry] = field(default_factory=list)


def last_end(now: datetime) -> datetime:
    """The end of the last week of which no answer can be taken back any more."""
    told = (now - UNDO_WITHIN).astimezone(UTC)
    midnight = told.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())


def weeks(now: datetime, kinds: Iterable[AskKind], **where: Any) -> Weeks:
    """The last weeks that are over, the latest first, then by the names of offices. Three queries."""
    until = last_end(now)
    since = until - WEEKS * WEEK
    legs, found = Leg.objects.filter(**where).order_by(), defaultdict[tuple[Any, ...], Counts](Counts)
    opened = _by_week(legs.filter(opened_at__gte=since, opened_at__lt=until), "opened_at")
    for monday, office, kind, asked in opened.annotate(Count("pk")):
        found[monday, office, kind].asked = asked
    ended = {"in_time": IN_TIME, "late": LATE, "missed": MISSED}
    counts = {f"n_{name}": Count("pk", filter=condition) for name, condition in ended.items()}
    closed = _by_week(legs.filter(closed_at__gte=since, closed_at__lt=until), "closed_at")
    for monday, office, kind, *numbers in closed.annotate(**counts):
        each = found[monday, office, kind]
        each.in_time, each.late, each.missed = numbers
    offices = Office.objects.select_related("organisation").in_bulk({key[1] for key in found})
    by_pk = {kind.pk: kind for kind in kinds}
    entries = [
        Entry(offices[office], by_pk[kind], monday, numbers)
        for (monday, office, kind), numbers in found.items()
        if numbers != Counts()
    ]
    return Weeks(until + UNDO_WITHIN, sorted(entries, key=_order))


def _by_week(legs: Any, name: str) -> Any:
    return legs.annotate(monday=TruncWeek(name, tzinfo=UTC)).values_list("monday", "owner", "kind")


def _order(entry: Entry) -> tuple[float, str, int, int]:
    return -entry.monday.timestamp(), entry.office.organisation.sort_key, entry.office.pk, entry.kind.order
