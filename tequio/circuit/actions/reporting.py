"""The office's own word on what it promised to an asker: it is done; and one answer to an asker who says no."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit import letters
from tequio.circuit.actions.commitments import call_done, owes, settle_commitment
from tequio.circuit.actions.steps import already, enter, lock_case, open_commitments, say, set_state
from tequio.circuit.actions.telling import tell_parties
from tequio.circuit.actions.words import asker_says, end_window, office_says
from tequio.circuit.models import Case, Commitment, Event
from tequio.circuit.queries.voices import may_answer_no, may_report_done
from tequio.circuit.states import Confirmed, Word
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate
from tequio.network.queries import may_act

OFFICE, HUB = Event.Voice.OFFICE, Event.Voice.HUB


def report_done(commitment: Commitment, *, by: Mandate, text: str = "", key: str | None = None) -> Commitment:
    """The office says that it is done: the asker is asked, and has ten working days to say no."""
    with transaction.atomic():
        case, commitment = _lock(commitment)
        if already(key) or commitment.office_done_at:
            return commitment
        _refuse_unless_acting(commitment, by)
        if not may_report_done(commitment):
            raise Refused(_("There is nothing to report in this ask now. The page shows what became of it."))
        now = clock.now()
        call_done(commitment, by=by, text=text)
        office_says(case, Word.DONE, now=now)
        if case.closed_at is None:
            case.due_on, case.due_at = case.dispute_on, case.dispute_at
            case.save(update_fields=["due_on", "due_at"])
        leg = commitment.leg
        event = say(case, "office-done", OFFICE, at=now, leg=leg, by=by, text=text, key=key)
        _tell(event, commitment)
        letters.to_asker("asker_done", case, leg=leg, event=event, commitment=commitment)
        enter("commitment.reported", case, leg, {"owes": owes(commitment)}, {"by": by.pk, "text": text})
    return commitment


def answer_no(commitment: Commitment, *, by: Mandate, text: str, key: str | None = None) -> Commitment:
    """The office that had said "done" answers, once and in words, an asker who said that it was not."""
    with transaction.atomic():
        case, commitment = _lock(commitment)
        if already(key):
            return commitment
        _refuse_unless_acting(commitment, by)
        if not may_answer_no(case):
            raise Refused(_("There is nothing to answer now, or your office has answered already."))
        if not text.strip():
            raise Refused(_("Write what your office has to say about it."), "text")
        now, leg = clock.now(), commitment.leg
        event = say(case, "office-replied", OFFICE, at=now, leg=leg, by=by, text=text, key=key)
        _tell(event, commitment)
        letters.to_asker("asker_replied", case, leg=leg, event=event)
        enter("commitment.answered", case, leg, {}, {"by": by.pk, "text": text})
    return commitment


def settle_by_silence(case: Case, *, now: datetime) -> None:
    """Ten working days without a no: kept by the office's word, not contradicted. Part of the worker's look."""
    open_ones = [each for each in open_commitments(case) if each.office_done_at]
    if not open_ones:
        end_window(case)
        return
    commitment = open_ones[-1]
    settle_commitment(commitment, True, Confirmed.SILENCE)
    set_state(case, "done", now=now)
    asker_says(case, Word.SILENT)
    leg = commitment.leg
    assert leg is not None
    event = say(case, "done-silent", HUB, at=now, leg=leg)
    tell_parties(case, "done-silent", key=f"event/{event.pk}", data={"office": commitment.office_id})
    settles = {"leg": leg.number, "kept": True, "by": Confirmed.SILENCE.value}
    enter("case.silent", case, leg, {"settles": settles, "owes": owes(commitment), "ends": "done"})


def _tell(event: Event, commitment: Commitment) -> None:
    """The other offices that took part hear of the office's word."""
    office = commitment.office
    tell_parties(event.case, event.kind, key=f"event/{event.pk}", but=office, data={"office": office.pk})


def _lock(commitment: Commitment) -> tuple[Case, Commitment]:
    if commitment.case_id is None:
        raise Refused(_("This promise was not made to an asker."))
    case = lock_case(commitment.case_id)
    found = Commitment.objects.select_related("leg__owner__organisation", "office__organisation")
    commitment = found.get(pk=commitment.pk)
    commitment.case = case
    return case, commitment


def _refuse_unless_acting(commitment: Commitment, by: Mandate) -> None:
    mandate = may_act(by.person, commitment.office)
    if mandate is None or mandate.pk != by.pk:
        raise Refused(_("Your mandate in this office has ended, or somebody else acts for it now."))
