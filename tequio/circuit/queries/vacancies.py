"""Offices that nobody holds, what has moved away from them, and when the last mandate of the others runs out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from tequio.circuit.models import CommitmentChange, Leg
from tequio.circuit.states import Change, LegOutcome
from tequio.kernel import clock
from tequio.network.models import Hub, Mandate, Office

SHOWN = 50
SOON = timedelta(days=30)


@dataclass(frozen=True)
class Vacancy:
    """An office that somebody has held and nobody holds now. `asks`, `commitments`: open ones that moved away."""

    office: Office
    since: date
    asks: int
    commitments: int


@dataclass(frozen=True)
class RunningOut:
    """An office after whose `last_day` nobody acts for it, as things stand."""

    office: Office
    last_day: date
    soon: bool


def vacant_since(offices: Iterable[Office]) -> dict[int, date]:
    """By office, the last day of its last mandate; those that nobody has ever held are not there. One query."""
    zones = {office.pk: office.organisation.zone for office in offices}
    if not zones:
        return {}
    ended = Mandate.objects.filter(office__in=zones, ends_at__lte=clock.now()).order_by()
    rows = ended.values_list("office").annotate(Max("ends_at"))
    return {office: _day(end, zones[office]) for office, end in rows}


def with_end(offices: QuerySet[Office]) -> QuerySet[Any]:
    """Each with the end of its last mandate that is over, as `ended`: for one query over many offices."""
    return offices.annotate(ended=Max("mandates__ends_at", filter=Q(mandates__ends_at__lte=clock.now())))


def ended_on(office: Any) -> date | None:
    """The last day of the last mandate of an office read `with_end`; None where nobody has ever held it."""
    return _day(office.ended, office.organisation.zone) if office.ended else None


def vacancies(hubs: Iterable[Hub]) -> list[Vacancy]:
    """Those from which most has moved away first, then those vacant for longest. Three queries."""
    current = Mandate.objects.current().filter(office=OuterRef("pk"))
    offices = (
        _offices(hubs)
        .filter(~Exists(current), mandates__ends_at__lte=clock.now())
        .annotate(ended=Max("mandates__ends_at"))
    )
    found = {office.pk: office for office in offices}
    asks = _counted(
        Leg.objects.filter(owner__in=found, outcome=LegOutcome.MOVED, case__closed_at=None),
        "owner",
        "case",
    )
    unsettled = Q(commitment__kept_at=None, commitment__broken_at=None, commitment__dropped_at=None)
    moved = CommitmentChange.objects.filter(unsettled, office__in=found, kind=Change.MOVED)
    owed = _counted(moved.exclude(commitment__office=F("office")), "office", "commitment")
    rows = [
        Vacancy(office, _day(office.ended, office.organisation.zone), asks.get(pk, 0), owed.get(pk, 0))
        for pk, office in found.items()
    ]
    return sorted(rows, key=lambda row: (-row.asks - row.commitments, row.since, row.office.pk))


def running_out(hubs: Iterable[Hub]) -> list[RunningOut]:
    """Offices all of whose mandates end, by the day of the last; those with one that has no end are not there."""
    now = clock.now()
    current = Mandate.objects.current().filter(office=OuterRef("pk"))
    offices = (
        _offices(hubs)
        .filter(Exists(current), ~Exists(current.filter(ends_at=None)), mandates__ends_at__gt=now)
        .annotate(ended=Max("mandates__ends_at"))
        .order_by("ended", "pk")
    )
    return [
        RunningOut(office, _day(office.ended, office.organisation.zone), office.ended <= now + SOON)
        for office in offices[:SHOWN]
    ]


def _offices(hubs: Iterable[Hub]) -> Any:
    homes = [hub.pk for hub in hubs]
    listed = Office.objects.filter(organisation__home__in=homes, organisation__withdrawn_on=None)
    return listed.select_related("organisation")


def _counted(rows: Any, by: str, what: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(by).annotate(Count(what, distinct=True)))


def _day(end: datetime, zone: str) -> date:
    return clock.last_day(end, zone)
