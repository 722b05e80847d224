"""Commitments by agreement: the office says that it is done, the other party confirms, silence agrees."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit import rules
from tequio.circuit.actions.commitments import (
    enter_agreed,
    lock_commitment,
    note,
    refuse_unless_owing,
    settle_commitment,
    tell_beneficiary,
)
from tequio.circuit.actions.telling import tell_office
from tequio.circuit.models import Commitment, Party
from tequio.circuit.states import Change, Confirmed
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate
from tequio.network.queries import may_act


def say_done(commitment: Commitment, *, by: Mandate) -> Commitment:
    """The owing office says that it is done; the other party has ten working days to contradict it."""
    with transaction.atomic():
        commitment = lock_commitment(commitment.pk)
        refuse_unless_owing(commitment, by)
        if commitment.case_id:
            raise Refused(_("The asker says whether it took place. You need not do anything."))
        if commitment.office_done_at:
            return commitment
        now, office = clock.now(), commitment.office
        day = rules.due_on(rules.SILENCE_DAYS, clock.today(office.organisation.zone), office).day
        commitment.office_done_at, commitment.wake_at = now, rules.end_of_due(day, office)
        commitment.save(update_fields=["office_done_at", "wake_at"])
        tell_beneficiary(commitment, "commitment-done", note(commitment, Change.DONE, by=by))
        enter_agreed("commitment.done", commitment, {"by": by.pk})
    return commitment


def beneficiary_of(commitment: Commitment) -> Party | None:
    """The party to whom it is owed, of a commitment by agreement."""
    agreement = commitment.agreement
    if agreement is None:
        return None
    return agreement.parties.filter(office__organisation=commitment.beneficiary_id).first()


def judge_commitment(commitment: Commitment, *, kept: bool, by: Mandate) -> Commitment:
    """The other party says whether it was kept; "not kept" once the day is over or the office says done."""
    with transaction.atomic():
        commitment = lock_commitment(commitment.pk)
        party = beneficiary_of(commitment)
        acting = may_act(by.person, by.office) if party and party.office_id == by.office_id else None
        if acting is None or acting.pk != by.pk:
            raise Refused(_("Only who acts for the office to which it is owed can say whether it was kept."))
        if commitment.settled:
            raise Refused(_("This promise is settled already. The page shows what became of it."))
        if not kept and commitment.due_at > clock.now() and not commitment.office_done_at:
            raise Refused(_("Its day is not over. The office can still keep it."))
        settle_commitment(commitment, kept, Confirmed.BENEFICIARY, by)
        kind = "commitment-kept" if kept else "commitment-broken"
        tell_office(commitment.office, kind, key=f"judged-{commitment.changes.latest('pk').pk}",
                    commitment=commitment, data={"office": by.office_id})  # fmt: skip
        enter_agreed("commitment.judged", commitment, {"by": by.pk})
    return commitment


def look_at_agreed(commitment: Commitment) -> None:
    """After the day, asks the other party; ten working days after the office's "done", silence agrees."""
    with transaction.atomic():
        commitment = lock_commitment(commitment.pk)
        if commitment.settled or commitment.wake_at is None or commitment.wake_at > clock.now():
            return
        if commitment.office_done_at:
            settle_commitment(commitment, True, Confirmed.SILENCE)
            enter_agreed("commitment.silent", commitment, {})
            return
        commitment.stage, commitment.wake_at = commitment.stage + 1, None
        commitment.save(update_fields=["stage", "wake_at"])
        tell_beneficiary(commitment, "commitment-over", commitment.changes.latest("pk"))
