"""Find a desk: the few offices that would answer an ask, by how well they fit, and never by how well they kept it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery

from tequio.circuit.models import Ask, Leg
from tequio.circuit.queries.public import Record
from tequio.circuit.queries.record import Figures, answers
from tequio.circuit.queries.routes import kinds_for
from tequio.circuit.queries.routing import ranked, unsent
from tequio.circuit.queries.service import ANSWERED
from tequio.kernel import clock
from tequio.network.models import Office

AT_MOST = 3


@dataclass(frozen=True)
class Desk:
    """An office that takes such asks: its promise, its record for the kind, and the Monday of the last week in which
    it answered an ask of any kind (None: it has answered none yet).
    """

    promise: Any
    record: Record
    answered: date | None

    @property
    def slug(self) -> str:
        return str(self.promise.entry_point.slug)


def desks_for(ask: Ask) -> list[Desk]:
    """At most three offices that new asks like this one can go to: those that name its place and topic most closely
    first, then the quickest, then by name. Three queries, and one of the route.
    """
    case = unsent(ask)
    live = [each for each in ranked(ask, kinds=kinds_for(case, case.step)) if each.quiet_since is None]
    promises = sorted(live, key=_order)[:AT_MOST]
    if not promises:
        return []
    now, offices = clock.now(), [each.entry_point.office for each in promises]
    ledger, answered = answers(owner__in=offices, kind=ask.kind, now=now), _answered(offices)
    kind = f"{ask.kind.home_id}/{ask.kind.slug}"
    return [
        Desk(promise, Record(ledger.get((office.code, kind), Figures()), now), answered.get(office.pk))
        for promise, office in zip(promises, offices, strict=True)
    ]


def _order(promise: Any) -> tuple[int, int, int, str, int]:
    name = promise.entry_point.office.organisation.sort_key
    return (-promise.territory, -promise.topic, promise.days, name, promise.pk)


def _answered(offices: list[Office]) -> dict[int, date]:
    """By office, the Monday of the week in which it answered last, by its own calendar."""
    last = Leg.objects.filter(ANSWERED, owner=OuterRef("pk")).order_by("-closed_at").values("closed_at")
    zones = {office.pk: office.organisation.zone for office in offices}
    rows = Office.objects.filter(pk__in=zones).values_list("pk", Subquery(last[:1]))
    return {pk: _monday(at, zones[pk]) for pk, at in rows if at}


def _monday(at: datetime, zone: str) -> date:
    day = clock.day_of(at, zone)
    return day - timedelta(days=day.weekday())
