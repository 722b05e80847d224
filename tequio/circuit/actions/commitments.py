"""What offices owe: how a commitment is made, moved, amended, dropped and settled.

`amend_commitment` and `drop_commitment` are acts of their own. The others are steps of a caller's act: they run
inside its transaction, and the caller puts `"owes": owes(commitment)` into the facts of its journal entry.
Each writes one `CommitmentChange`, so that nothing is ever silently changed.
"""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit import letters, rules
from tequio.circuit.actions.steps import enter, lock_case, open_commitments, say, set_state
from tequio.circuit.actions.telling import tell_office, tell_parties
from tequio.circuit.actions.words import office_says
from tequio.circuit.models import Agreement, Case, Commitment, CommitmentChange, Event, Leg
from tequio.circuit.states import CHANGE_REASONS, Change, Confirmed, Decision, Word
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate, Office, Organisation
from tequio.network.queries import administration_of, may_act

OFFICE = Event.Voice.OFFICE
AMENDMENTS = 3
LONGEST = timedelta(days=365)


def make_commitment(
    office: Office,
    what: str,
    due_on: date,
    *,
    by: Mandate | None,
    leg: Leg | None = None,
    agreement: Agreement | None = None,
    beneficiary: Organisation | None = None,
    in_kind: str = "",
) -> Commitment:
    """The office owes `what` by the end of `due_on`: to the asker of `leg`, or by `agreement` to `beneficiary`."""
    now, due_at = clock.now(), rules.end_of_due(due_on, office)
    commitment = Commitment.objects.create(
        case=leg.case if leg else None,
        leg=leg,
        agreement=agreement,
        beneficiary=beneficiary,
        office=office,
        mandate=by,
        administration=administration_of(office, clock.today(office.organisation.zone)),
        what=what.strip(),
        in_kind=in_kind,
        due_on=due_on,
        due_at=due_at,
        made_at=now,
        wake_at=due_at + rules.MORNING,
    )
    note(commitment, Change.MADE, by=by, due_after=due_on)
    return commitment


def note(commitment: Commitment, kind: str, *, by: Mandate | None, **fields: Any) -> CommitmentChange:
    """Records one change, by the office that owes the commitment now."""
    office = fields.pop("office", commitment.office)
    return CommitmentChange.objects.create(
        commitment=commitment,
        at=clock.now(),
        kind=kind,
        office=office,
        mandate=by,
        administration=administration_of(office, clock.today(office.organisation.zone)),
        **fields,
    )


def owes(*commitments: Commitment) -> list[dict[str, Any]]:
    """The public facts of the last change of each commitment: what `queries/owed.py` rebuilds its counts from."""
    return [_facts(commitment) for commitment in commitments]


def _facts(commitment: Commitment) -> dict[str, Any]:
    change = commitment.changes.select_related("commitment__administration").last()
    assert change is not None
    facts: dict[str, Any] = {"id": commitment.pk, "change": change.kind}
    if change.kind == Change.MADE:
        leg, government = commitment.leg, commitment.administration
        facts["of"] = f"{leg.kind.home_id}/{leg.kind.slug}" if leg else "agreement"
        facts["administration"] = f"{government.home_id}/{government.slug}" if government else ""
        facts["in_kind"] = commitment.in_kind
    if change.kind in (Change.MADE, Change.MOVED):
        facts["office"] = commitment.office.code
    if change.kind in (Change.MADE, Change.AMENDED):
        facts["due_at"] = commitment.due_at
    if change.kind in (Change.KEPT, Change.BROKEN):
        facts["by"] = commitment.confirmed_by
    if change.kind == Change.DROPPED and change.reason in CHANGE_REASONS:
        facts["why"] = change.reason
    if change.kind == Change.REVIEWED:
        facts["decide_at"] = commitment.reviews.latest("pk").transition.decide_at
    return facts


def move_commitment(commitment: Commitment, to: Office, why: str) -> Commitment:
    """Another office keeps the word from now on; the change bears the office that it left. A step."""
    note(commitment, Change.MOVED, by=None, reason=why)
    commitment.office = to
    commitment.save(update_fields=["office"])
    return commitment


def move_commitments(office: Office, to: Office, why: str) -> list[Commitment]:
    """Every open commitment of an office passes to another, and the accepted cases with them. A step."""
    moved = [move_commitment(each, to, why) for each in owed_by(office)]
    cases = [each.case_id for each in moved if each.case_id]
    Case.objects.filter(pk__in=cases, state="arranged").update(owner=to)
    return moved


def owed_by(office: Office) -> list[Commitment]:
    """The open commitments of an office, locked; their cases first."""
    found = office.commitments.filter(kept_at=None, broken_at=None, dropped_at=None).order_by("pk")
    cases = Case.objects.filter(commitments__in=found).order_by("pk")
    list(Case.objects.select_for_update(no_key=True).filter(pk__in=cases.values("pk")).order_by("pk"))
    return list(
        found.select_for_update(of=("self",), no_key=True).select_related("office__organisation", "leg__kind")
    )


def end_commitment(commitment: Commitment, reason: str, *, by: Mandate | None = None) -> Commitment:
    """It is no longer owed, with the reason: the answer was taken back, the asker withdrew. A step."""
    note(commitment, Change.DROPPED, by=by, reason=reason)
    commitment.dropped_at, commitment.wake_at = clock.now(), None
    commitment.save(update_fields=["dropped_at", "wake_at"])
    return commitment


def end_commitments(case: Case, reason: str, *, by: Mandate | None = None) -> list[Commitment]:
    return [end_commitment(each, reason, by=by) for each in open_commitments(case)]


def call_done(commitment: Commitment, *, by: Mandate, text: str = "") -> Commitment:
    """The office's own word that it is done, to be confirmed or contradicted by whoever is owed. A step."""
    commitment.office_done_at, commitment.wake_at = clock.now(), None
    commitment.save(update_fields=["office_done_at", "wake_at"])
    note(commitment, Change.DONE, by=by, reason=text.strip())
    return commitment


def settle_commitment(
    commitment: Commitment, kept: bool, confirmed_by: Confirmed, by: Mandate | None = None
) -> Commitment:
    """It counts as kept or as broken, by whose word; a later word of the other side settles it anew. A step."""
    if commitment.dropped_at:
        raise Refused(_("This promise was dropped; there is nothing to confirm."))
    now = clock.now()
    commitment.kept_at, commitment.broken_at = (now, None) if kept else (None, now)
    commitment.confirmed_by, commitment.wake_at = confirmed_by, None
    commitment.save(update_fields=["kept_at", "broken_at", "confirmed_by", "wake_at"])
    note(commitment, Change.KEPT if kept else Change.BROKEN, by=by)
    return commitment


def put_before(commitment: Commitment) -> Commitment:
    """Marks that its review lies before the new holder since a change of government. A step, after the review."""
    note(commitment, Change.REVIEWED, by=None)
    return commitment


def keep_on(commitment: Commitment, *, by: Mandate, reason: str = "") -> Commitment:
    """The new holder keeps the word of the one before, as it stands. A step."""
    note(commitment, Change.CONFIRMED, by=by, reason=reason)
    return commitment


# Acts of the office that owes ----------------------------------------------------------


def lock_commitment(pk: int) -> Commitment:
    """The commitment, locked after its case or its agreement: whoever changes it queues up there."""
    commitment = Commitment.objects.get(pk=pk)
    if commitment.case_id:
        lock_case(commitment.case_id)
    if commitment.agreement_id:
        Agreement.objects.select_for_update(no_key=True).get(pk=commitment.agreement_id)
    related = ("office__organisation", "leg__owner__organisation", "leg__kind", "agreement", "beneficiary")
    return Commitment.objects.select_related("case", *related).get(pk=pk)


def refuse_unless_owing(commitment: Commitment, by: Mandate) -> None:
    acting = may_act(by.person, commitment.office)
    if acting is None or acting.pk != by.pk:
        raise Refused(_("Only who acts for the office that promised can change its promise."))
    if commitment.settled or (commitment.case and commitment.case.closed_at):
        raise Refused(_("This promise is settled already. The page shows what became of it."))


def amend_commitment(commitment: Commitment, by: Mandate, what: str, due_on: date, reason: str) -> Commitment:
    """The office changes what it promised, or by when, with a reason; whoever is owed is told. Three times at most."""
    with transaction.atomic():
        commitment = lock_commitment(commitment.pk)
        refuse_unless_owing(commitment, by)
        _refuse_amendment(commitment, what, due_on, reason)
        before, was_due = commitment.what, commitment.due_on
        commitment.what, commitment.due_on, commitment.stage = what.strip(), due_on, 0
        commitment.due_at = rules.end_of_due(due_on, commitment.office)
        commitment.wake_at, commitment.office_done_at = commitment.due_at + rules.MORNING, None
        commitment.save(update_fields=["what", "due_on", "due_at", "wake_at", "stage", "office_done_at"])
        change = note(
            commitment, Change.AMENDED, by=by, due_before=was_due, due_after=due_on,
            what_before=before if before != commitment.what else "", reason=reason.strip(),
        )  # fmt: skip
        _decide(commitment, by, Decision.AMEND, reason)
        case, words = commitment.case, {"what": commitment.what, "reason": reason, "by": by.pk}
        if case is None:
            tell_beneficiary(commitment, "commitment-amended", change)
            enter_agreed("commitment.amended", commitment, words)
            return commitment
        case.due_on, case.due_at = commitment.due_on, commitment.due_at
        case.save(update_fields=["due_on", "due_at"])
        office_says(case, Word.ACCEPTED, now=change.at)
        data = {"due_before": str(was_due), "due_on": str(due_on)}
        say(case, "amended", OFFICE, at=change.at, leg=commitment.leg, by=by, text=change.reason, data=data)
        _tell_asker("asker_amended", commitment, change)
        enter("commitment.amended", case, commitment.leg, {"owes": owes(commitment)}, words)
    return commitment


def _refuse_amendment(commitment: Commitment, what: str, due_on: date, reason: str) -> None:
    today = clock.today(commitment.office.organisation.zone)
    if not what.strip():
        raise Refused(_("Say what happens, so that whoever waits knows what to expect."), "what")
    if not today <= due_on <= today + LONGEST:
        raise Refused(_("Give a day between today and a year from now."), "due_on")
    if (what.strip(), due_on) == (commitment.what, commitment.due_on):
        raise Refused(_("Nothing is changed. Give another day, or say what will happen instead."), "due_on")
    if not reason.strip():
        raise Refused(_("Write the reason: whoever is owed this reads it."), "reason")
    if commitment.changes.filter(kind=Change.AMENDED).count() >= AMENDMENTS:
        raise Refused(
            _("This promise has been amended three times. Keep it, or drop it with a reason."), "due_on"
        )


def drop_commitment(commitment: Commitment, by: Mandate, reason: str) -> Commitment:
    """The office takes its word back, with a reason that whoever is owed reads. An asker's case is then declined."""
    with transaction.atomic():
        commitment = lock_commitment(commitment.pk)
        refuse_unless_owing(commitment, by)
        if not reason.strip() or reason.strip() in CHANGE_REASONS:
            raise Refused(_("Write the reason: whoever is owed this reads it."), "reason")
        end_commitment(commitment, reason.strip(), by=by)
        _decide(commitment, by, Decision.DROP, reason)
        change = commitment.changes.latest("pk")
        case, words = commitment.case, {"reason": reason, "by": by.pk}
        if case is None:
            tell_beneficiary(commitment, "commitment-dropped", change)
            enter_agreed("commitment.dropped", commitment, words)
            return commitment
        set_state(case, "declined", now=change.at)
        office_says(case, Word.DECLINED, now=change.at)
        say(case, "dropped", OFFICE, at=change.at, leg=commitment.leg, by=by, text=change.reason)
        _tell_asker("asker_dropped", commitment, change)
        enter(
            "commitment.dropped", case, commitment.leg, {"owes": owes(commitment), "ends": "declined"}, words
        )
    return commitment


def _decide(commitment: Commitment, by: Mandate, decision: Decision, reason: str) -> None:
    """Amending or dropping answers what a change of government has put before the office."""
    commitment.reviews.filter(decision="").update(
        decision=decision, reason=reason.strip(), decided_at=clock.now(), decided_by=by
    )


def _tell_asker(template: str, commitment: Commitment, change: CommitmentChange) -> None:
    case, leg = commitment.case, commitment.leg
    assert case is not None and leg is not None
    leg.case = case
    letters.to_asker(template, case, leg=leg, commitment=commitment, change=change)
    kind, data = template.replace("asker_", "commitment-"), {"office": commitment.office_id}
    tell_parties(case, kind, key=f"owed-{change.pk}", but=commitment.office, data=data)


def tell_beneficiary(commitment: Commitment, kind: str, change: CommitmentChange) -> None:
    """A line for the parties of the agreement whom the commitment benefits."""
    assert commitment.agreement is not None
    parties = commitment.agreement.parties.filter(office__organisation=commitment.beneficiary_id)
    data = {"office": commitment.office_id}
    for party in parties.select_related("office__organisation"):
        key = f"owed-{change.pk}/{party.office_id}"
        tell_office(party.office, kind, key=key, commitment=commitment, data=data)


def enter_agreed(kind: str, commitment: Commitment, payload: dict[str, Any]) -> None:
    """The journal entry of an act on a commitment by agreement."""
    assert commitment.agreement is not None
    write(
        kind,
        office=commitment.office.code,
        reference=commitment.agreement.slug,
        facts={"owes": owes(commitment)},
        payload=payload,
    )
