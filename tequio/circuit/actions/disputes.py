"""The asker's voice on an answer: agree, dispute it, appeal to the office above; and what silence means."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit import letters
from tequio.circuit.actions.reporting import settle_by_silence
from tequio.circuit.actions.steps import already, enter, lock_case, open_leg, opens, say
from tequio.circuit.actions.telling import tell_parties
from tequio.circuit.actions.words import asker_says, end_window
from tequio.circuit.models import Case, Event, Leg
from tequio.circuit.queries.routing import Target, next_target, promise_of
from tequio.circuit.queries.voices import BY_WORD, Ways, appeal_target, done_pending, last_leg, ways
from tequio.circuit.states import LegOutcome, Rung, Word
from tequio.kernel import clock
from tequio.kernel.errors import Refused

ASKER, HUB = Event.Voice.ASKER, Event.Voice.HUB


def agree_case(case: Case, *, text: str = "", key: str | None = None) -> Case:
    """The asker agrees with the answer. One given elsewhere counts by the day that the office had named."""
    with transaction.atomic():
        case = lock_case(case.pk)
        if already(key):
            return case
        leg, now = _ways(case).leg, clock.now()
        facts = _confirm(case, leg) if leg.outcome == LegOutcome.ELSEWHERE else {}
        asker_says(case, Word.AGREES)
        event = say(case, "agreed", ASKER, at=now, leg=leg, text=text, key=key)
        tell_parties(case, "agreed", key=f"event/{event.pk}", data={"office": leg.owner_id})
        enter("case.agreed", case, leg, facts, {"text": text})
    return case


def dispute_case(case: Case, *, text: str, key: str | None = None) -> Case:
    """The asker disputes an answer: the case reopens and goes back to the office, with the office's own days.

    Once. A second disagreement is an appeal; where nothing stands above the office, it is recorded and counted,
    and the case stays closed. The asker's clock never resets.
    """
    with transaction.atomic():
        case = lock_case(case.pk)
        if already(key):
            return case
        found, now = _ways(case, text), clock.now()
        if found.dispute:
            _reopen(case, found.leg, _back(found), "disputed", text=text, key=key, now=now)
        elif found.above:
            raise Refused(_("You have disputed an answer in this ask already. Now you can appeal."))
        else:
            _object(case, found.leg, text=text, key=key, now=now)
    return case


def appeal_case(case: Case, *, text: str, key: str | None = None) -> Case:
    """The asker appeals: the case reopens at the office above the one that answered. Once in a case."""
    with transaction.atomic():
        case = lock_case(case.pk)
        if already(key):
            return case
        found, now = _ways(case, text), clock.now()
        target = appeal_target(found.leg) if found.above else None
        if target is None:
            raise Refused(
                _("Nothing stands above this answer: it is final here. You can say that you disagree.")
            )
        case.appeals += 1
        case.save(update_fields=["appeals"])
        _reopen(case, found.leg, target, "appealed", text=text, key=key, now=now)
    return case


def look_at_case(case: Case) -> None:
    """The worker's look at the asker's window: a reminder before it ends, then silence, shown as silence."""
    with transaction.atomic():
        case, now = lock_case(case.pk), clock.now()
        if case.wake_at is None or case.wake_at > now:
            return
        pending = done_pending(case)
        if case.dispute_at is None or case.asker_says or not (pending or case.state in BY_WORD):
            end_window(case)
        elif now < case.dispute_at:
            _remind(case, pending)
        elif pending:
            settle_by_silence(case, now=now)
        else:
            _silence(case, now=now)


def _ways(case: Case, text: str | None = None) -> Ways:
    """What the asker may do; refused when the window is over, or when a disagreement comes without words."""
    found = ways(case)
    if found is None:
        raise Refused(
            _("There is no answer to agree with or to dispute now. The page shows where the ask stands.")
        )
    if text is not None and not text.strip():
        raise Refused(_("Say what is missing or wrong, so that the office can answer it."), "text")
    return found


def _confirm(case: Case, leg: Leg) -> dict[str, object]:
    """The answer counts by the end of the day on which the office says that it was given; the journal's facts."""
    assert leg.elsewhere_on is not None and leg.owner is not None and leg.answered_at is not None
    claimed = max(clock.end_of(leg.elsewhere_on, leg.owner.organisation.zone), leg.opened_at)
    told, leg.answered_at = leg.answered_at, min(leg.answered_at, claimed)
    leg.save(update_fields=["answered_at"])
    if case.first_answer_at == told:
        case.first_answer_at = leg.answered_at
        case.save(update_fields=["first_answer_at"])
    facts = {"leg": leg.number, "on": leg.elsewhere_on, "in_time": leg.in_time}
    return {"confirms": {**facts, "answered_at": leg.answered_at}}


def _back(found: Ways) -> Target:
    """The office again, by its own promise; when nobody holds it, the next rung."""
    leg = found.leg
    assert leg.owner is not None
    if not found.back:
        return replace(next_target(leg), rung=Rung.REOPENED)
    promise = promise_of(leg.owner, leg.case.kind_id)
    return Target(leg.owner, promise.days if promise else leg.days, Rung.REOPENED, promise)


def _reopen(
    case: Case, leg: Leg, target: Target, kind: str, *, text: str, key: str | None, now: datetime
) -> None:
    asker_says(case, Word.DISPUTES)
    event = say(case, kind, ASKER, at=now, leg=leg, text=text, key=key)
    following = open_leg(case, target, now=now, came_from=leg)
    names = {"office": leg.owner_id, "to": following.owner_id}
    tell_parties(case, kind, key=f"event/{event.pk}", but=following.owner, data=names)
    letters.to_office("leg_new", following, event=event)
    letters.to_asker("asker_reopened", case, leg=following, event=event)
    facts = {"disputes": {"leg": leg.number}, "opens": opens(following)}
    enter(f"case.{kind}", case, following, facts, {"text": text})


def _object(case: Case, leg: Leg, *, text: str, key: str | None, now: datetime) -> None:
    asker_says(case, Word.DISPUTES)
    event = say(case, "objected", ASKER, at=now, leg=leg, text=text, key=key)
    tell_parties(case, "objected", key=f"event/{event.pk}", data={"office": leg.owner_id})
    enter("case.objected", case, leg, {"disputes": {"leg": leg.number}}, {"text": text})


def _remind(case: Case, pending: bool) -> None:
    case.wake_at = case.dispute_at
    case.save(update_fields=["wake_at"])
    leg = last_leg(case)
    letters.to_asker("asker_window", case, leg=leg, pending=pending)
    enter("asker.reminded", case, leg, {})


def _silence(case: Case, *, now: datetime) -> None:
    leg = last_leg(case)
    asker_says(case, Word.SILENT)
    event = say(case, "silent", HUB, at=now, leg=leg)
    tell_parties(case, "silent", key=f"event/{event.pk}", data={"office": leg.owner_id})
    enter("case.silent", case, leg, {"silent": {"leg": leg.number}})
