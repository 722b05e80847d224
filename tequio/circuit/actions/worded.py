"""The plain answers of an office: in words, or that it has answered elsewhere. Nobody classifies anything."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit import letters
from tequio.circuit.actions.steps import (
    already,
    close_leg,
    closes,
    enter,
    first_answer,
    lock_leg,
    refuse_unless_acting,
    refuse_unless_leads,
    refuse_unless_open,
    say,
    set_state,
)
from tequio.circuit.actions.telling import tell_parties
from tequio.circuit.actions.words import WORDS, office_says
from tequio.circuit.models import Event, Leg
from tequio.circuit.states import LegOutcome
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate


def answer_leg(leg: Leg, *, by: Mandate, text: str, key: str | None = None) -> Leg:
    """The office answers in words: the case closes as answered, and the asker has ten working days to dispute it."""
    return _answer(leg, by, LegOutcome.ANSWERED, text, key)


def elsewhere_leg(leg: Leg, *, by: Mandate, on: date, text: str, key: str | None = None) -> Leg:
    """The office says that it answered on a day by phone, by mail or in person; the asker is asked to confirm it.

    Until they do, the answer counts by the day on which the hub was told.
    """
    return _answer(leg, by, LegOutcome.ELSEWHERE, text, key, on=on)


def _answer(
    leg: Leg, by: Mandate, outcome: LegOutcome, text: str, key: str | None, on: date | None = None
) -> Leg:
    with transaction.atomic():
        case, leg = lock_leg(leg.pk)
        if already(key):
            return leg
        refuse_unless_open(leg)
        refuse_unless_acting(leg, by)
        refuse_unless_leads(case, "answered", leg)
        if on:
            _refuse_day(leg, on)
        if not text.strip():
            raise Refused(_("Write what you answer, so that the asker can read it."), "text")
        now = clock.now()
        leg.elsewhere_on = on
        leg.save(update_fields=["elsewhere_on"])
        close_leg(leg, outcome, now=now, answered=True)
        set_state(case, "answered", now=now)
        office_says(case, WORDS[outcome], now=now)
        first_answer(case, now)
        data = {"on": str(on)} if on else {}
        event = say(
            case, outcome.value, Event.Voice.OFFICE, at=now, leg=leg, by=by, text=text, key=key, data=data
        )
        tell_parties(case, event.kind, key=f"event/{event.pk}", but=leg.owner, data={"office": leg.owner_id})
        letters.to_asker(f"asker_{outcome.value}", case, leg=leg, event=event)
        enter(f"leg.{outcome.value}", case, leg, {"closes": closes(leg)}, {"by": by.pk, "text": text, **data})
    return leg


def _refuse_day(leg: Leg, on: date) -> None:
    assert leg.owner is not None
    zone = leg.owner.organisation.zone
    if on > clock.today(zone):
        raise Refused(_("That day is still to come. Give the day on which you answered."), "on")
    if on < clock.last_day(leg.case.opened_at, zone):
        raise Refused(_("That day lies before the ask. Give the day on which you answered."), "on")
