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
    first, then the quickest, then by name. Two queries, and one of the route.
    """
    case, now = unsent(ask), clock.now()
    found = ranked(ask, kinds=kinds_for(case, case.step), answered_at=_answered_at())
    promises = sorted((each for each in found if each.quiet_since is None), key=_order)[:AT_MOST]
    offices = [each.entry_point.office for each in promises]
    ledger = answers(owner__in=offices, kind=ask.kind, now=now) if offices else {}
    kind = f"{ask.kind.home_id}/{ask.kind.slug}"
    return [
        Desk(
            promise,
            Record(ledger.get((office.code, kind), Figures()), now),
            _monday(promise.answered_at, office.organisation.zone),
        )
        for promise, office in zip(promises, offices, strict=True)
    ]


def _order(promise: Any) -> tuple[int, int, int, str, int]:
    name = promise.entry_point.office.organisation.sort_key
    return (-promise.territory, -promise.topic, promise.days, name, promise.pk)


def _answered_at() -> Subquery:
    """When the office of a promise answered last."""
    legs = Leg.objects.filter(ANSWERED, owner=OuterRef("entry_point__office"))
    return Subquery(legs.order_by("-closed_at").values("closed_at")[:1])


def _monday(at: datetime | None, zone: str) -> date | None:
    if at is None:
        return None
    day = clock.day_of(at, zone)
    return day - timedelta(days=day.weekday())
