"""Reads for opinions: whom an office may ask for one, which were given, and what the asker may know of them."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from tequio.circuit.models import Case, Event, Leg
from tequio.circuit.queries.routes import desk_again, kinds_for
from tequio.circuit.queries.routing import promises_in_force, ranked
from tequio.circuit.states import LegOutcome
from tequio.circuit.visibility import Sight
from tequio.network.models import Office
from tequio.network.queries import reached

AT_MOST = 2


def left_to_ask(leg: Leg) -> int:
    """How many offices the leg may still ask for an opinion."""
    return AT_MOST - leg.opinions.exclude(outcome=LegOutcome.NOT_NEEDED).count()


def advisers(leg: Leg) -> QuerySet[Office]:
    """Offices that may be asked for an opinion: held, of another organisation, and either with a promise for this
    kind of ask or of a kind that takes its step. Not those that have had the ask.
    """
    kinds = kinds_for(leg.case, desk_again(leg.case, leg.step)) or leg.case.kind.for_kinds
    promised = promises_in_force().filter(kind=leg.kind_id).values("entry_point__office")
    held = reached().filter(office=OuterRef("pk"))
    asked = leg.opinions.exclude(outcome=LegOutcome.NOT_NEEDED).exclude(owner=None).values("owner")
    had = leg.case.way().exclude(owner=None).values("owner")
    return (
        Office.objects.filter(
            Q(pk__in=promised) | Q(organisation__kind__in=kinds),
            Exists(held),
            organisation__home=leg.case.kind.home_id,
            organisation__withdrawn_on=None,
            organisation__closed_on=None,
        )
        .exclude(Q(pk__in=asked) | Q(pk__in=had))
        .exclude(organisation__offices=leg.owner_id)
        .select_related("organisation")
        .order_by("organisation__sort_key", "pk")
    )


def advisers_by_rule(leg: Leg) -> list[Office]:
    """Those whom a step asks by itself: first the promises that fit best, as in routing, then the others by name."""
    offices = {office.pk: office for office in advisers(leg)}
    fitting = [promise.entry_point.office_id for promise in ranked(leg.case.ask, without=[leg.owner_id or 0])]
    order = [key for key in fitting if key in offices]
    return [offices[key] for key in dict.fromkeys([*order, *offices])]


def opinions_of(leg: Leg, sight: Sight) -> list[tuple[Leg, Event | None]]:
    """The opinions that the office of the leg asked for, with what was said, as far as the viewer may read them."""
    asked = leg.opinions.select_related("owner__organisation").order_by("number")
    return _with_words(each for each in asked if sight.opinions(each))


def _with_words(asked: Iterable[Leg]) -> list[tuple[Leg, Event | None]]:
    asked = list(asked)
    said = {event.leg_id: event for event in Event.objects.filter(leg__in=asked, kind="opinion")}
    return [(leg, said.get(leg.pk)) for leg in asked]


def asked_now(case: Case) -> list[Leg]:
    """The opinions that are being asked for now: for the asker, who learns the offices and the day, not the words."""
    return [leg for leg in case.legs.all() if leg.asked_by_id and leg.closed_at is None]
