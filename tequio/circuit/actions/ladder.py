"""What time does: reminders, the ladder of a silent office, lapsed questions, commitments and promises.

Each verb is the worker's look at one due row: it locks, looks again whether anything is due, and moves
`wake_at` in the same transaction, so that it does its work once however often it is called.
"""

from django.db import transaction

from tequio.circuit import letters, rules
from tequio.circuit.actions.agreements import entrust_agreed
from tequio.circuit.actions.commitments import move_commitment, owes
from tequio.circuit.actions.dates import reminders
from tequio.circuit.actions.delivery import await_evidence
from tequio.circuit.actions.keeping import look_at_agreed
from tequio.circuit.actions.opinions import end_opinion, look_at_opinion
from tequio.circuit.actions.steps import (
    close_leg,
    closes,
    enter,
    lock_case,
    lock_leg,
    move_on,
    open_commitments,
    opens,
    say,
    set_state,
)
from tequio.circuit.actions.telling import tell_office, tell_parties
from tequio.circuit.actions.ticks import CLIMBS, climbed, remind_leg
from tequio.circuit.models import Case, Commitment, Event, Leg, Promise
from tequio.circuit.queries.cases import last_question
from tequio.circuit.queries.routing import Target, last_rung, next_target
from tequio.circuit.queries.voices import last_leg
from tequio.circuit.states import LegOutcome
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.network.models import Mandate, Office
from tequio.network.queries import is_vacant

HUB = Event.Voice.HUB


def look_at_leg(leg: Leg) -> None:
    """Reminds the office before, on and after its date (`ticks.py`); then the ask climbs. A vacant office's ask
    climbs at once: its turnover may have missed an ask that came at the same instant.
    """
    with transaction.atomic():
        case, leg = lock_leg(leg.pk)
        now = clock.now()
        if leg.closed_at or leg.wake_at is None or leg.wake_at > now:
            return
        assert leg.due_at is not None and leg.owner is not None
        if leg.asked_by_id:
            look_at_opinion(leg)
            return
        if is_vacant(leg.owner) and last_rung(case).office.pk != leg.owner_id:
            climb(leg, LegOutcome.MOVED)
            return
        if case.state == "question":
            _look_at_question(case, leg)
            return
        if leg.delivered_at is None and await_evidence(case, leg, now=now):
            return
        if rules.stage_now(reminders(leg), now) >= CLIMBS:
            climb(leg, LegOutcome.MISSED)
        else:
            remind_leg(leg, now)


def _look_at_question(case: Case, leg: Leg) -> None:
    now = clock.now()
    pause = leg.pauses.get(ended_at=None)
    if now < pause.asker_due_at:
        leg.wake_at = pause.asker_due_at
        leg.save(update_fields=["wake_at"])
        letters.to_asker("asker_question_reminder", case, leg=leg, event=last_question(leg))
        enter("asker.reminded", case, leg, {})
        return
    close_leg(leg, LegOutcome.NO_REPLY, now=now)
    set_state(case, "no-reply", now=now)
    event = say(case, "no-reply", HUB, at=now, leg=leg)
    letters.to_asker("asker_no_reply", case, leg=leg)
    tell_parties(case, "no-reply", key=f"event/{event.pk}")
    enter("case.lapsed", case, leg, {"closes": closes(leg), "ends": "no-reply"})


def climb(leg: Leg, outcome: str, target: Target | None = None) -> None:
    """The ask leaves the office for `target`, else for the next rung of the ladder. A step of a verb."""
    now = clock.now()
    case = leg.case
    missed = outcome == LegOutcome.MISSED
    climbed(leg, "climb" if missed else "moved", now)
    event = say(case, "climbed" if missed else "moved", HUB, at=now, leg=leg)
    following = move_on(case, leg, target or next_target(leg), outcome, now=now)
    assert following.owner is not None
    names = {"office": leg.owner_id, "to": following.owner_id}
    kind = "re-dated" if following.owner_id == leg.owner_id else event.kind
    tell_parties(case, kind, key=f"event/{event.pk}", but=following.owner, data=names)
    enter("leg.climbed", case, leg, {"closes": closes(leg), "opens": opens(following)})


def look_at_commitment(commitment: Commitment) -> None:
    """Asks the asker, after the day, whether it happened; closes the case unconfirmed two weeks later."""
    if commitment.case_id is None:
        look_at_agreed(commitment)
        return
    with transaction.atomic():
        case = lock_case(commitment.case_id)
        commitment = Commitment.objects.select_related("leg__owner__organisation").get(pk=commitment.pk)
        now = clock.now()
        if commitment.wake_at is None or commitment.wake_at > now:
            return
        if commitment.office_done_at:
            Commitment.objects.filter(pk=commitment.pk).update(wake_at=None)
            return
        until = commitment.due_at + rules.OUTCOME_WITHIN
        if now >= until:
            Commitment.objects.filter(pk=commitment.pk).update(wake_at=None)
            set_state(case, "unconfirmed", now=now)
            event = say(case, "unconfirmed", HUB, at=now, leg=commitment.leg)
            tell_parties(case, "unconfirmed", key=f"event/{event.pk}")
            enter("case.unconfirmed", case, commitment.leg, {"ends": "unconfirmed"})
            return
        commitment.stage += 1
        halfway = commitment.due_at + rules.OUTCOME_WITHIN / 2
        commitment.wake_at = halfway if now < halfway else until
        commitment.save(update_fields=["stage", "wake_at"])
        case.due_at, case.due_on = until, commitment.due_on + rules.OUTCOME_WITHIN
        case.save(update_fields=["due_at", "due_on"])
        letters.to_asker("asker_outcome", case, leg=commitment.leg, commitment=commitment)
        enter("outcome.asked", case, commitment.leg, {"stage": commitment.stage})


def look_at_promise(promise: Promise) -> None:
    """Reminds the office before its promise lapses, and says when it has."""
    with transaction.atomic():
        promise = Promise.objects.select_for_update(of=("self",), no_key=True).get(pk=promise.pk)
        now = clock.now()
        if promise.withdrawn_at or promise.wake_at is None or promise.wake_at > now:
            return
        lapsed = promise.valid_until <= now
        kind, office = "promise-lapsed" if lapsed else "promise-lapsing", promise.entry_point.office
        promise.wake_at = None if lapsed else rules.next_promise_reminder(promise.valid_until, now)
        promise.reminders += 1
        promise.save(update_fields=["wake_at", "reminders"])
        told = {"name": promise.kind.names, "day": str(promise.last_day)}
        tell_office(office, kind, key=f"promise/{promise.pk}/{promise.reminders}", data=told)
        write(kind.replace("-", "."), office=office.code, facts={"kind": promise.kind.slug})


def office_changed(office: Office, newly: list[Mandate]) -> None:
    """The office's mandates changed: who acts newly gets a link to each open ask; when nobody acts, every ask
    moves on. Links of mandates that ended are dead already, since a key is bound to its mandate.
    """
    vacant = is_vacant(office)
    if not vacant and not newly:
        return
    cases = Case.objects.filter(owner=office, closed_at=None).order_by("pk")
    list(cases.select_for_update(no_key=True).values_list("pk", flat=True))
    for leg in Leg.objects.filter(owner=office, closed_at=None).order_by("pk"):
        case, leg = lock_leg(leg.pk)
        if leg.closed_at:
            continue
        if not vacant:
            letters.to_office("leg_handed", leg, only=newly)
        elif leg.asked_by_id:
            end_opinion(leg, LegOutcome.MOVED)
        elif last_rung(case).office.pk != office.pk:
            climb(leg, LegOutcome.MOVED)
    if vacant:
        for case in Case.objects.filter(owner=office, state="arranged").order_by("pk"):
            _entrust(lock_case(case.pk))
        entrust_agreed(office)


def _entrust(case: Case) -> None:
    """A vacant office's commitments pass, with their dates, to the next rung."""
    leg = last_leg(case)
    target = next_target(leg)
    if target.office.pk == case.owner_id:
        return
    now = clock.now()
    case.owner = target.office
    case.save(update_fields=["owner"])
    commitments = [move_commitment(each, target.office, "vacant") for each in open_commitments(case)]
    event = say(case, "entrusted", HUB, at=now, leg=leg, data={"office": target.office.code})
    names = {"office": leg.owner_id, "to": target.office.pk}
    tell_parties(case, "entrusted", key=f"event/{event.pk}", but=target.office, data=names)
    tell_office(target.office, "entrusted-to-you", key=f"event/{event.pk}/to", case=case, data=names)
    enter("case.entrusted", case, leg, {"entrusts": target.office.code, "owes": owes(*commitments)})
