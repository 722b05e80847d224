"""Opinions: an office that has an ask wants to hear others before it answers, all by one day."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit.actions.consulting import latest_day, open_opinions
from tequio.circuit.actions.delivery import await_evidence
from tequio.circuit.actions.steps import (
    already,
    close_leg,
    closes,
    enter,
    lock_leg,
    opens,
    refuse_unless_acting,
    refuse_unless_open,
    say,
)
from tequio.circuit.actions.telling import tell_office
from tequio.circuit.actions.ticks import remind_leg
from tequio.circuit.models import Event, Leg
from tequio.circuit.queries.opinions import AT_MOST, advisers, left_to_ask
from tequio.circuit.states import LegOutcome
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate, Office
from tequio.network.queries import is_vacant


def ask_opinions(
    leg: Leg, *, by: Mandate, offices: Sequence[Office], task: str, due_on: date, key: str | None = None
) -> list[Leg]:
    """The office that has the ask wants the opinion of one or two others, by one day that is not after its own.

    Its own clock runs on. The asker sees which offices are asked, until when.
    """
    with transaction.atomic():
        case, leg = lock_leg(leg.pk)
        if already(key):
            return list(leg.opinions.order_by("number"))
        refuse_unless_open(leg)
        refuse_unless_acting(leg, by)
        _refuse(leg, offices, task)
        now = clock.now()
        if latest_day(leg, offices, due_on, now) != due_on:
            raise Refused(_("Give a day from today on, and before your own date."), "due_on")
        begun = open_opinions(leg, offices, task, due_on, now)
        say(case, "opinions", Event.Voice.OFFICE, at=now, leg=leg, by=by, key=key)
        enter(
            "leg.consulted",
            case,
            leg,
            {"opens": [opens(each) for each in begun]},
            {"by": by.pk, "task": task},
        )
    return begun


def _refuse(leg: Leg, offices: Sequence[Office], task: str) -> None:
    if leg.asked_by_id:
        raise Refused(_("Your office was asked for its opinion. It cannot ask others for theirs."))
    if not task.strip():
        raise Refused(_("Write what you want to know."), "task")
    if not offices or len(set(offices)) > AT_MOST:
        raise Refused(_("Choose one or two offices."), "offices")
    if len(set(offices)) > left_to_ask(leg):
        raise Refused(_("You have asked two offices already. Answer with what you know."), "offices")
    allowed = set(advisers(leg).filter(pk__in=[office.pk for office in offices]))
    if allowed != set(offices):
        raise Refused(_("One of these offices cannot be asked here. Choose among those offered."), "offices")


def give_opinion(leg: Leg, *, by: Mandate, text: str, key: str | None = None) -> Leg:
    """The office says what it thinks: only the office that asked reads it, and hears of it in its digest."""
    with transaction.atomic():
        case, leg = lock_leg(leg.pk)
        if already(key):
            return leg
        refuse_unless_open(leg)
        refuse_unless_acting(leg, by)
        if leg.asked_by_id is None:
            raise Refused(_("This ask is yours to answer; nobody has asked for your opinion."))
        if not text.strip():
            raise Refused(_("Write your opinion."), "text")
        now = clock.now()
        close_leg(leg, LegOutcome.OPINION, now=now, answered=True)
        say(case, "opinion", Event.Voice.OFFICE, at=now, leg=leg, by=by, text=text, key=key)
        _tell_asking(leg, "opinion-given")
        enter("leg.opinion", case, leg, {"closes": closes(leg)}, {"by": by.pk, "text": text})
    return leg


def look_at_opinion(leg: Leg) -> None:
    """The worker's look at an opinion that is open, within its act: reminders; after its day it counts as missed.

    It never climbs. An office that nobody holds, or that it never reached, is not blamed.
    """
    now = clock.now()
    assert leg.owner is not None and leg.due_at is not None
    if is_vacant(leg.owner):
        end_opinion(leg, LegOutcome.MOVED)
    elif leg.delivered_at is None and await_evidence(leg.case, leg, now=now):
        return
    elif now >= leg.due_at:
        end_opinion(leg, LegOutcome.MISSED if leg.delivered_at else LegOutcome.UNDELIVERED)
    else:
        remind_leg(leg, now)
        Leg.objects.filter(pk=leg.pk, wake_at__gt=leg.due_at).update(wake_at=leg.due_at)


def end_opinion(leg: Leg, outcome: str) -> None:
    """The opinion will not come: the office that wanted it is told, and answers without it."""
    now = clock.now()
    close_leg(leg, outcome, now=now)
    say(leg.case, "opinion-missed", Event.Voice.HUB, at=now, leg=leg)
    _tell_asking(leg, "opinion-missed")
    enter("leg.opinion-missed", leg.case, leg, {"closes": closes(leg)})


def _tell_asking(leg: Leg, kind: str) -> None:
    """A line in the digest of the office that wanted the opinion of this leg's."""
    asking = leg.asked_by
    if asking and asking.owner:
        data = {"office": leg.owner_id}
        tell_office(asking.owner, kind, key=f"{kind}/{leg.pk}", case=leg.case, leg=asking, data=data)
