"""What an office does with an ask: accept, decline, pass on, ask for one thing more; and take it back."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit import letters, rules
from tequio.circuit.actions.commitments import end_commitments, make_commitment, owes
from tequio.circuit.actions.dates import days_left, delivered, delivers, wakes_at
from tequio.circuit.actions.recounting import recount_leg
from tequio.circuit.actions.service import turning
from tequio.circuit.actions.steps import (
    already,
    close_leg,
    closes,
    enter,
    first_answer,
    hold,
    lock_leg,
    move_on,
    opens,
    refuse_an_answer_for_an_opinion,
    refuse_unless_acting,
    refuse_unless_leads,
    refuse_unless_open,
    say,
    set_state,
)
from tequio.circuit.actions.telling import tell_office, tell_parties
from tequio.circuit.actions.words import office_says, take_back_word
from tequio.circuit.models import Case, Event, Leg, Pause
from tequio.circuit.queries.cases import cut_short, may_undo
from tequio.circuit.queries.routes import days_for, desk_again, kinds_for, step_for
from tequio.circuit.queries.routing import Target, last_rung, live_promises, promise_of
from tequio.circuit.queries.voices import appealed_against
from tequio.circuit.states import Evidence, InKind, LegOutcome, Rung, Word
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate, Office

OFFICE = Event.Voice.OFFICE
QUESTIONS_A_LEG = 2


def accept_leg(
    leg: Leg, *, by: Mandate, what: str, due_on: date, in_kind: str = "", key: str | None = None
) -> Leg:
    """The office takes the ask on: what happens next and by when becomes a commitment; the asker is told."""
    with transaction.atomic():
        case, leg = lock_leg(leg.pk)
        if already(key):
            return leg
        _refuse(leg, by, "arranged")
        assert leg.owner is not None
        today = clock.today(leg.owner.organisation.zone)
        if not what.strip():
            raise Refused(_("Say what happens next, so that the asker knows what to expect."), "what")
        if case.kind.in_kind and in_kind not in InKind.values:
            raise Refused(_("Say what kind of support it is."), "in_kind")
        if not today <= due_on <= today + timedelta(days=365):
            raise Refused(_("Give a day between today and a year from now."), "due_on")
        now = clock.now()
        close_leg(leg, LegOutcome.ACCEPTED, now=now, answered=True)
        commitment = make_commitment(leg.owner, what, due_on, by=by, leg=leg, in_kind=in_kind)
        case.due_on, case.due_at = due_on, commitment.due_at
        case.save(update_fields=["due_on", "due_at"])
        set_state(case, "arranged", now=now)
        office_says(case, Word.ACCEPTED, now=now)
        first_answer(case, now)
        event = say(
            case, "accepted", OFFICE, at=now, leg=leg, by=by, text=what, key=key, data={"due_on": str(due_on)}
        )
        tell_parties(case, "accepted", key=f"event/{event.pk}", but=leg.owner, data={"office": leg.owner_id})
        letters.to_asker("asker_accepted", case, leg=leg, commitment=commitment)
        facts = {"closes": closes(leg), "owes": owes(commitment)}
        enter("leg.accepted", case, leg, facts, {"by": by.pk, "what": what})
    return leg


def decline_leg(leg: Leg, *, by: Mandate, reason: str, text: str = "", key: str | None = None) -> Leg:
    """The office says no, with a reason of its kind's list or in its own words; the case closes."""
    with transaction.atomic():
        case, leg = lock_leg(leg.pk)
        if already(key):
            return leg
        _refuse(leg, by, "declined")
        _refuse_reason(reason, text, [row["code"] for row in case.kind.declines])
        now = clock.now()
        close_leg(leg, LegOutcome.DECLINED, now=now, answered=True)
        set_state(case, "declined", now=now)
        office_says(case, Word.DECLINED, now=now)
        first_answer(case, now)
        event = say(
            case, "declined", OFFICE, at=now, leg=leg, by=by, text=text, key=key, data={"reason": reason}
        )
        letters.to_asker("asker_declined", case, leg=leg, event=event)
        tell_parties(case, "declined", key=f"event/{event.pk}", but=leg.owner, data={"office": leg.owner_id})
        enter(
            "leg.declined", case, leg, {"closes": closes(leg)}, {"by": by.pk, "reason": reason, "text": text}
        )
    return leg


def pass_on_leg(
    leg: Leg, *, by: Mandate, to: Office, reason: str, text: str = "", key: str | None = None
) -> Leg:
    """The office passes the ask to an office that has promised to answer this kind, or to coordination.

    A new leg begins; the asker's clock runs on. Returns the new leg.
    """
    with transaction.atomic():
        case, leg = lock_leg(leg.pk)
        if already(key):
            return case.legs.filter(came_from=leg).latest("number")
        _refuse(leg, by)
        _refuse_reason(reason, text, [row["code"] for row in case.kind.pass_ons])
        now = clock.now()
        event = say(
            case, "passed-on", OFFICE, at=now, leg=leg, by=by, text=text, key=key, data={"reason": reason}
        )
        following = move_on(case, leg, _target(case, leg, to), LegOutcome.PASSED_ON, now=now)
        names = {"office": leg.owner_id, "to": to.pk}
        tell_parties(case, "passed-on", key=f"event/{event.pk}", but=(by.office, to), data=names)
        facts = {"closes": closes(leg), "opens": opens(following)}
        enter("leg.passed-on", case, leg, facts, {"by": by.pk, "reason": reason, "text": text})
    return following


def ask_more(leg: Leg, *, by: Mandate, question: str, key: str | None = None) -> Leg:
    """The office needs one thing more: its clock stops until the asker's own date."""
    with transaction.atomic():
        case, leg = lock_leg(leg.pk)
        if already(key):
            return leg
        _refuse(leg, by, "question")
        if not question.strip():
            raise Refused(_("Write the question that the asker is to answer."), "question")
        if case.state == "question":
            raise Refused(_("You have asked already; the asker has until their date to reply."), "question")
        now = clock.now()
        if leg.due_at and leg.due_at <= now:
            raise Refused(
                _("Your date has passed. Accept, decline or pass on with what you know."), "question"
            )
        if leg.pauses.count() >= QUESTIONS_A_LEG:
            raise Refused(
                _("You have asked twice. Accept, decline or pass on with what you know."), "question"
            )
        facts: dict[str, Any] = {"pauses": leg.number}
        if leg.delivered_at is None:
            delivered(leg, Evidence.ACTED, now=now)
            facts["delivers"] = delivers(leg)
        wait_for_asker(case, leg, _pause(case, leg, now), now)
        event = say(case, "question", OFFICE, at=now, leg=leg, by=by, text=question, key=key)
        letters.to_asker("asker_question", case, leg=leg, event=event)
        enter("leg.asked-more", case, leg, facts, {"by": by.pk, "question": question})
    return leg


def _pause(case: Case, leg: Leg, now: datetime) -> Pause:
    """From now until the asker's own date; the working days that are left stand still."""
    days = days_for(case, step_for(case, "question")) or case.kind.asker_days
    day, left = clock.today(case.ask.zone) + timedelta(days=days), days_left(leg, now)
    over = clock.end_of(day, case.ask.zone)
    return Pause(leg=leg, began_at=now, days_left=left, asker_due_on=day, asker_due_at=over)


def wait_for_asker(case: Case, leg: Leg, pause: Pause, now: datetime) -> None:
    """The asker owes something, until the pause's own date: the one date that they are told."""
    pause.ended_at = None
    pause.save()
    remind = pause.asker_due_at - rules.REMIND_BEFORE
    leg.wake_at = remind if remind > now else pause.asker_due_at
    leg.save(update_fields=["wake_at"])
    case.due_on, case.due_at = pause.asker_due_on, pause.asker_due_at
    case.save(update_fields=["due_on", "due_at"])
    set_state(case, "question", now=now)


def undo_answer(leg: Leg, *, by: Mandate) -> Leg:
    """Takes the office's answer back within 24 hours: the leg is open as if its clock had never stopped.

    A question that the answer had cut short waits for the asker again; days that were declared closed meanwhile
    are counted.
    """
    with transaction.atomic():
        case, leg = lock_leg(leg.pk)
        if leg.closed_at is None:
            return leg
        refuse_unless_acting(leg, by)
        if not may_undo(leg):
            raise Refused(_("It can no longer be taken back: a day has passed, or something followed it."))
        now, undone, spared = clock.now(), leg.outcome, [by.office]
        following_legs = list(case.legs.filter(came_from=leg, closed_at=None))
        for following in following_legs:
            close_leg(following, LegOutcome.UNDONE, now=now)
            spared.append(_tell_taken_back(following, leg))
        dropped = end_commitments(case, "taken-back", by=by)
        pause = cut_short(leg)
        if case.first_answer_at == leg.answered_at:
            case.first_answer_at = None
            case.save(update_fields=["first_answer_at"])
        leg.closed_at, leg.outcome, leg.answered_at, leg.elsewhere_on = None, "", None, None
        leg.wake_at = wakes_at(leg)
        with turning(leg.owner) as turn:
            leg.save(update_fields=["closed_at", "outcome", "answered_at", "elsewhere_on", "wake_at"])
        hold(case, leg)
        take_back_word(case)
        if pause:
            wait_for_asker(case, leg, pause, now)
        event = say(case, "undone", OFFICE, at=now, leg=leg, by=by, data={"answer": undone})
        tell_parties(case, "undone", key=f"event/{event.pk}", but=spared, data={"office": leg.owner_id})
        letters.to_asker("asker_undone", case, leg=leg)
        facts = {"reopens": leg.number, "closes": [closes(each) for each in following_legs]}
        facts |= {"owes": owes(*dropped), **turn.facts}
        enter("leg.undone", case, leg, facts, {"by": by.pk})
        recount_leg(leg)
    return leg


def _tell_taken_back(following: Leg, leg: Leg) -> Office:
    """The office that the ask had been passed to owes nothing more."""
    assert following.owner is not None
    told = {"office": leg.owner_id}
    tell_office(following.owner, "taken-back", key=f"back/{following.pk}", case=leg.case, data=told)
    return following.owner


def _refuse(leg: Leg, by: Mandate, state: str = "") -> None:
    """Refuses what cannot be answered, or not by them, or not at this step; `state`: where the answer leads."""
    refuse_unless_open(leg)
    refuse_unless_acting(leg, by)
    refuse_an_answer_for_an_opinion(leg)
    if state:
        refuse_unless_leads(leg.case, state, leg)


def _refuse_reason(reason: str, text: str, codes: list[str]) -> None:
    if reason not in [*codes, "other"]:
        raise Refused(_("Choose a reason, so that the asker knows where they stand."), "reason")
    if reason == "other" and not text.strip():
        raise Refused(_("Write the reason in a sentence."), "text")


def _target(case: Case, leg: Leg, to: Office) -> Target:
    if to.pk == leg.owner_id:
        raise Refused(_("The ask is with this office already. Choose another."), "to")
    if to.pk in appealed_against(case):
        raise Refused(
            _("The asker appeals against the answer of this office, so it cannot decide. Choose another."),
            "to",
        )
    step = desk_again(case, leg.step)
    last, kinds = last_rung(case, Rung.PASSED_ON, step=step), kinds_for(case, step)
    if last.office.pk == to.pk:
        return last
    promise = promise_of(to, case.kind_id, live_promises())
    if promise is None or kinds and to.organisation.kind not in kinds:
        raise Refused(
            _("This office has not promised to answer this kind of ask. Choose one that has."), "to"
        )
    return Target(to, promise.days, Rung.PASSED_ON, promise)
