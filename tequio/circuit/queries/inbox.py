"""The inbox of those who hold offices, page by page along the index of open legs; nothing is loaded to be counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from tequio.circuit.models import Draft, Leg, Pause
from tequio.circuit.visibility import Seen, seen_at
from tequio.kernel import clock
from tequio.network.models import Mandate, Office
from tequio.network.queries import actors
from tequio.people.models import Person

WEEK = timedelta(days=7)
ROWS = 25
TABS: dict[str, Text] = {
    "mine": _("To answer"),
    "today": _("Due today"),
    "late": _("Late"),
    "waiting": _("Waiting"),
    "deputy": _("In other hands"),
    "all": _("All"),
}
GROUPS: dict[str, Text] = {
    "late": _("Late"),
    "today": _("Due today"),
    "week": _("This week"),
    "later": _("Later"),
}
SHAPES = {"late": "late", "today": "soon", "week": "progress", "later": "progress", "waiting": "waiting"}
SHOWN = ("region", "organisation", "field", "subfield", "country")


@dataclass(frozen=True)
class Seat:
    """An office in which a person holds a mandate now; `acts`: they are the one to act for it."""

    office: Office
    acts: bool


@dataclass(frozen=True)
class Load:
    """How many legs are open at an office. Those whose asker owes a reply are `waiting`, and neither late nor due."""

    open: int = 0
    late: int = 0
    today: int = 0
    waiting: int = 0

    @property
    def owed(self) -> int:
        return self.open - self.waiting

    def __add__(self, other: "Load") -> "Load":
        return Load(
            self.open + other.open,
            self.late + other.late,
            self.today + other.today,
            self.waiting + other.waiting,
        )


@dataclass(frozen=True)
class Row:
    """One open leg as the inbox shows it; `group`: how much it presses."""

    leg: Leg
    group: str
    days_late: int
    acts: bool

    @property
    def ask(self) -> Seen:
        return seen_at(self.leg)

    @property
    def shape(self) -> str:
        return SHAPES[self.group]

    @property
    def heading(self) -> Text:
        return GROUPS.get(self.group, TABS["waiting"])


def seats_of(person: Person) -> list[Seat]:
    """The offices in which the person holds a mandate now, and whether they act there. One query."""
    held = Mandate.objects.current().filter(person=person).values("office")
    current: dict[Office, list[Mandate]] = {}
    mandates = Mandate.objects.current().with_absence().filter(office__in=held)
    for mandate in mandates.select_related("office__organisation").order_by("office", "pk"):
        current.setdefault(mandate.office, []).append(mandate)
    return [
        Seat(office, any(each.person_id == person.pk for each in actors(group)))
        for office, group in current.items()
    ]


def loads(seats: Iterable[Seat]) -> dict[int, Load]:
    """By office, what is open there. One query, over the index of open legs and over the open pauses."""
    offices, now = [seat.office for seat in seats], clock.now()
    keys = [office.pk for office in offices]
    legs = Leg.objects.filter(closed_at=None, owner__in=keys)
    paused = Pause.objects.filter(ended_at=None, leg__closed_at=None, leg__owner__in=keys)
    found = {key: Load() for key in keys}
    counted = _counted(legs, offices, now, "", 1).union(_counted(paused, offices, now, "leg__", -1), all=True)
    for office, sign, n, late, today in counted:
        waiting = n if sign < 0 else 0
        found[office] += Load(n - waiting, sign * late, sign * today, waiting)
    return found


def _counted(rows: QuerySet[Any], offices: Sequence[Office], now: datetime, at: str, sign: int) -> Any:
    """By office: how many rows, those of them late, and those due today. `at`: the way from a row to its leg."""
    wanted = {
        "late": Count("pk", filter=Q(**{f"{at}due_at__lte": now})),
        "today": Count("pk", filter=_due_today(offices, now, at)),
    }
    columns = rows.order_by().annotate(sign=Value(sign)).values_list(f"{at}owner", "sign")
    return columns.annotate(Count("pk"), **wanted)


def _due_today(offices: Iterable[Office], now: datetime, at: str = "") -> Q:
    """Due by the end of this day where the office sits."""
    zones: dict[str, list[int]] = {}
    for office in offices:
        zones.setdefault(office.organisation.zone, []).append(office.pk)
    due = Q(pk__in=[])
    for zone, keys in zones.items():
        until = clock.end_of(clock.today(zone), zone)
        due |= Q(**{f"{at}owner__in": keys, f"{at}due_at__gt": now, f"{at}due_at__lte": until})
    return due


def in_hand(seats: Sequence[Seat]) -> list[Seat]:
    """The seats whose due, late and waiting asks are the person's own; all of them for who acts nowhere."""
    return [seat for seat in seats if seat.acts] or list(seats)


def counts(seats: Sequence[Seat], found: dict[int, Load]) -> dict[str, int]:
    """By tab, how many legs it holds."""
    mine = sum((found[seat.office.pk] for seat in seats if seat.acts), Load())
    others = sum((found[seat.office.pk] for seat in seats if not seat.acts), Load())
    scope = mine if any(seat.acts for seat in seats) else others
    return {
        "mine": mine.owed,
        "today": scope.today,
        "late": scope.late,
        "waiting": scope.waiting,
        "deputy": others.open,
        "all": mine.open + others.open,
    }


def legs_in(tab: str, seats: Sequence[Seat], now: datetime) -> QuerySet[Leg]:
    """The legs of a tab, by date."""
    wanted = {
        "mine": [seat for seat in seats if seat.acts],
        "deputy": [seat for seat in seats if not seat.acts],
        "all": seats,
    }.get(tab, in_hand(seats))
    offices = [seat.office for seat in wanted]
    legs = Leg.objects.filter(owner__in=[office.pk for office in offices], closed_at=None)
    paused = Pause.objects.filter(ended_at=None)
    if tab == "waiting":
        legs = legs.filter(pk__in=paused.values("leg"))
    elif tab in ("mine", "today", "late"):
        legs = legs.exclude(Exists(paused.filter(leg=OuterRef("pk"))))
    if tab == "late":
        legs = legs.filter(due_at__lte=now)
    if tab == "today":
        legs = legs.filter(_due_today(offices, now))
    return legs.order_by("due_at", "pk")


class _Counted(Paginator[Any]):
    """Pages of rows whose number is known."""

    def __init__(self, rows: QuerySet[Leg, Any], number: int) -> None:
        super().__init__(rows, ROWS)
        self.known = number

    @property
    def count(self) -> int:
        return self.known


def page_of(tab: str, seats: Sequence[Seat], number: str, total: int) -> "Page[Any]":
    """One page of a tab, as rows. One query, which reads no more legs than the page shows."""
    now = clock.now()
    page = _Counted(legs_in(tab, seats, now).values("pk"), total).get_page(number)
    acts = {seat.office.pk: seat.acts for seat in seats}
    chosen = Leg.objects.filter(pk__in=page.object_list)
    legs = (
        chosen.select_related("owner__organisation", "case__kind", *(f"case__ask__{name}" for name in SHOWN))
        .annotate(
            paused=Exists(Pause.objects.filter(leg=OuterRef("pk"), ended_at=None)),
            drafted=Exists(Draft.objects.filter(leg=OuterRef("pk"), office=OuterRef("owner"))),
        )
        .order_by("due_at", "pk")
    )
    page.object_list = [_row(leg, now, acts[leg.owner_id or 0]) for leg in legs]
    return page


def _row(leg: Any, now: datetime, acts: bool) -> Row:
    today = clock.today(leg.owner.organisation.zone)
    return Row(leg, _group(leg, now, today), max((today - leg.due_on).days, 0), acts)


def _group(leg: Any, now: datetime, today: date) -> str:
    if leg.paused:
        return "waiting"
    if leg.due_at <= now:
        return "late"
    if leg.due_on <= today:
        return "today"
    return "week" if leg.due_on <= today + WEEK else "later"
