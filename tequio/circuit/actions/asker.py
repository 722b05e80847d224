"""What the asker does with their case: reply, withdraw, say whether it happened."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit import letters
from tequio.circuit.actions.commitments import end_commitments, owes, settle_commitment
from tequio.circuit.actions.dates import put_date, reckoned
from tequio.circuit.actions.steps import (
    already,
    close_leg,
    closes,
    enter,
    hold,
    lock_case,
    refuse_unless_leads,
    say,
    set_state,
)
from tequio.circuit.actions.telling import tell_parties
from tequio.circuit.actions.words import asker_says
from tequio.circuit.models import Case, Event, Leg
from tequio.circuit.queries.voices import done_pending, last_leg
from tequio.circuit.states import Confirmed, LegOutcome, Word
from tequio.kernel import clock
from tequio.kernel.errors import Refused

ASKER = Event.Voice.ASKER


def _open_leg(case: Case) -> Leg | None:
    leg = case.way().filter(closed_at=None).select_related("owner__organisation", "entry_point").first()
    if leg:
        leg.case = case
    return leg


def reply_to_question(case: Case, text: str, *, key: str | None = None) -> Case:
    """The asker gives what was asked for: the office's clock goes on with the days that it had left."""
    with transaction.atomic():
        case = lock_case(case.pk)
        if already(key):
            return case
        leg = _open_leg(case)
        if case.state != "question" or leg is None:
            raise Refused(_("No question is open in this ask. The page shows where it stands."))
        if not text.strip():
            raise Refused(_("Write your reply."), "text")
        now = clock.now()
        _resume(case, leg, now)
        event = say(case, "reply", ASKER, at=now, leg=leg, text=text, key=key)
        letters.to_office("leg_reply", leg, event=event)
        enter(
            "case.replied", case, leg, {"resumes": {"leg": leg.number, "due_at": leg.due_at}}, {"text": text}
        )
    return case


def contest_question(case: Case, *, text: str = "", key: str | None = None) -> Case:
    """The asker says that nothing is missing: the pause ends, the office's days count on, and the ledger counts it."""
    with transaction.atomic():
        case = lock_case(case.pk)
        if already(key):
            return case
        leg = _open_leg(case)
        if case.state != "question" or leg is None:
            raise Refused(_("No question is open in this ask. The page shows where it stands."))
        now = clock.now()
        _resume(case, leg, now, contested=True)
        event = say(case, "contested", ASKER, at=now, leg=leg, text=text, key=key)
        letters.to_office("leg_contested", leg, event=event)
        tell_parties(case, "contested", key=f"event/{event.pk}", but=leg.owner, data={"office": leg.owner_id})
        resumes = {"leg": leg.number, "due_at": leg.due_at}
        facts = {"contests": {"leg": leg.number}, "resumes": resumes}
        enter("case.contested", case, leg, facts, {"text": text})
    return case


def _resume(case: Case, leg: Leg, now: datetime, *, contested: bool = False) -> None:
    """The pause ends: the working days that were left count on from today."""
    pause = leg.pauses.get(ended_at=None)
    pause.ended_at, pause.contested_at = now, now if contested else None
    pause.save(update_fields=["ended_at", "contested_at"])
    put_date(leg, reckoned(leg), now=now)
    hold(case, leg)


def withdraw_case(case: Case, *, text: str = "", key: str | None = None) -> Case:
    """The asker no longer needs it: the case closes, and the office that has it is told."""
    with transaction.atomic():
        case = lock_case(case.pk)
        if already(key) or case.state == "withdrawn":
            return case
        if case.closed_at:
            raise Refused(_("This ask is closed already."))
        if done_pending(case):
            raise Refused(_("The office says that it is done. Say whether it took place."))
        refuse_unless_leads(case, "withdrawn")
        now = clock.now()
        leg = last_leg(case)
        assert leg.owner is not None
        facts: dict[str, Any] = {}
        if leg.closed_at is None:
            close_leg(leg, LegOutcome.WITHDRAWN, now=now)
            facts["closes"] = closes(leg)
        dropped = end_commitments(case, "withdrawn")
        set_state(case, "withdrawn", now=now)
        event = say(case, "withdrawn", ASKER, at=now, leg=leg, text=text, key=key)
        tell_parties(case, "withdrawn", key=f"event/{event.pk}")
        facts |= {"owes": owes(*dropped), "ends": "withdrawn"}
        enter("case.withdrawn", case, leg, facts, {"text": text})
    return case


def report_outcome(case: Case, *, happened: bool, text: str = "", key: str | None = None) -> Case:
    """The asker says whether it really happened: the commitment is kept or broken, and the case closes."""
    with transaction.atomic():
        case = lock_case(case.pk)
        if already(key):
            return case
        late = case.state == "unconfirmed"
        if case.state != "arranged" and not late:
            raise Refused(_("There is nothing to confirm in this ask now. The page shows where it stands."))
        refuse_unless_leads(case, "done" if happened else "not-done")
        now = clock.now()
        commitment = (
            case.commitments.filter(dropped_at=None)
            .select_related("leg", "office__organisation")
            .latest("pk")
        )
        assert commitment.leg is not None
        settle_commitment(commitment, happened, Confirmed.ASKER)
        set_state(case, "done" if happened else "not-done", now=now)
        asker_says(case, Word.DONE if happened else Word.NOT_DONE)
        event = say(case, case.state, ASKER, at=now, leg=commitment.leg, text=text, key=key)
        tell_parties(case, case.state, key=f"event/{event.pk}", data={"office": commitment.office_id})
        settles = {"leg": commitment.leg.number, "kept": happened}
        facts = {"settles": settles, "owes": owes(commitment), "ends": case.state}
        enter("case.confirmed", case, commitment.leg, facts, {"text": text})
    return case
