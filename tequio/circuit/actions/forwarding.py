"""The way of an ask through several organisations: an office approves, and the next step of the route begins."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit.actions.steps import (
    already,
    closes,
    enter,
    first_answer,
    lock_leg,
    move_on,
    opens,
    refuse_unless_acting,
    refuse_unless_open,
    say,
)
from tequio.circuit.actions.telling import tell_parties
from tequio.circuit.models import Event, Leg
from tequio.circuit.queries.routes import next_desk
from tequio.circuit.queries.routing import step_target
from tequio.circuit.states import LegOutcome
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate


def forward_leg(leg: Leg, *, by: Mandate, text: str = "", key: str | None = None) -> Leg:
    """The office approves, and the ask goes on to the next step of its route, in another organisation.

    A new leg begins at the best promise for that step, else at the coordinating office; the asker is told, and
    their clock runs on. Returns the new leg.
    """
    with transaction.atomic():
        case, leg = lock_leg(leg.pk)
        if already(key):
            return case.legs.filter(came_from=leg).latest("number")
        refuse_unless_open(leg)
        refuse_unless_acting(leg, by)
        step = None if leg.asked_by_id else next_desk(leg)
        if step is None:
            raise Refused(_("No further office follows here in the route of this kind of ask."))
        now = clock.now()
        event = say(case, "forwarded", Event.Voice.OFFICE, at=now, leg=leg, by=by, text=text, key=key)
        target = step_target(leg, step["slug"])
        following = move_on(case, leg, target, LegOutcome.FORWARDED, now=now, step=step["slug"])
        first_answer(case, now)
        told = {"office": leg.owner_id, "to": target.office.pk}
        tell_parties(case, "forwarded", key=f"event/{event.pk}", but=(by.office, target.office), data=told)
        facts = {"closes": closes(leg), "opens": opens(following)}
        enter("leg.forwarded", case, leg, facts, {"by": by.pk, "text": text})
    return following
