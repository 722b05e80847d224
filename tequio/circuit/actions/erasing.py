"""Forgetting who asked: what was personal goes, what the ledger counts stays."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from tequio.circuit.actions.files import erase_files
from tequio.circuit.actions.forgetting import erase_mail_of
from tequio.circuit.actions.handover import erase_from_books
from tequio.circuit.actions.steps import lock_case
from tequio.circuit.actions.words import end_window
from tequio.circuit.models import Ask, Case, CommitmentChange, Draft, Leg, Referral
from tequio.circuit.rules import NOBODY
from tequio.circuit.states import CHANGE_REASONS
from tequio.journal.actions import erase, write
from tequio.kernel.errors import Refused
from tequio.notices.models import Letter


def erase_case(case: Case) -> Case:
    """Erases the asker's name, address and every word of a closed case, its letters, notes and journal payloads.

    The case's links stop. Office, dates and outcomes stay, and the journal still verifies.
    """
    with transaction.atomic():
        case = lock_case(case.pk)
        if case.closed_at is None:
            raise Refused(_("This ask is still open. The asker can withdraw it first."))
        about = [case.ref, f"ask-{case.ask_id}"]
        Ask.objects.filter(pk=case.ask_id).update(
            name="",
            address=NOBODY,
            on_behalf_of="",
            organisation_typed="",
            text="",
            network="",
            address_version=case.ask.address_version + 1,
        )
        case.events.update(text="")
        case.commitments.update(what="")
        erase_from_books(case)
        case.remarks.all().delete()
        erase_files(case.ask)
        erase_mail_of(case)
        Draft.objects.filter(leg__case=case).delete()
        Leg.objects.filter(case=case).update(task="")
        Referral.objects.filter(leg__case=case).update(
            note="", shown_name="", shown_contact="", text="", link_version=F("link_version") + 1
        )
        changes = CommitmentChange.objects.filter(commitment__case=case)
        changes.update(what_before="")
        changes.exclude(reason__in=CHANGE_REASONS).update(reason="")
        _erase_letters(about)
        Case.objects.filter(pk=case.pk).update(link_version=case.link_version + 1)
        end_window(case)
        for reference in about:
            erase(reference)
        write("case.erased", reference=case.ref)
    return case


def _erase_letters(about: list[str]) -> None:
    letters = Letter.objects.filter(about__in=about)
    letters.update(address=NOBODY, subject="", text="", html="", wake_at=None)
