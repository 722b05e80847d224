"""Agreements between institutions: proposed by one office, in force when every party has signed, until a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from tequio.circuit import rules
from tequio.circuit.actions.commitments import end_commitment, make_commitment, move_commitment, owes
from tequio.circuit.actions.telling import tell_office
from tequio.circuit.models import Agreement, Clause, Commitment, Party
from tequio.journal.actions import write
from tequio.kernel import clock, ids
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate, Office
from tequio.network.queries import coordination, head_office, is_vacant, may_act

LONGEST = timedelta(days=5 * 366)


@dataclass(frozen=True)
class Terms:
    """What an agreement says, whatever its parties."""

    title: str
    text: str
    starts_on: date
    expires_on: date


@dataclass(frozen=True)
class Owing:
    """One thing that a party is to owe to the other."""

    office: Office
    what: str
    due_on: date
    in_kind: str = ""


def propose_agreement(
    terms: Terms, owing: Sequence[Owing], *, to: Office, by: Mandate, renews: Agreement | None = None
) -> Agreement:
    """The office of `by` signs a proposal and puts it before the other office, which is told."""
    with transaction.atomic():
        office = by.office
        if (acting := may_act(by.person, office)) is None or acting.pk != by.pk:
            raise Refused(_("Only who acts for an office can propose an agreement for it."))
        if to.organisation_id == office.organisation_id:
            raise Refused(_("An agreement is between two organisations. Choose an office of another one."))
        if is_vacant(to):
            raise Refused(_("Nobody holds this office now, so nobody could sign. Choose another."))
        _refuse_terms(terms, owing, clock.today(office.organisation.zone))
        if renews:
            _refuse_renewal(renews, {office.pk, to.pk})
        now = clock.now()
        agreement = Agreement.objects.create(
            slug=f"{slugify(terms.title)[:40] or 'agreement'}-{ids.random_name(5)}",
            title=terms.title.strip(),
            text=terms.text.strip(),
            starts_on=terms.starts_on,
            expires_on=terms.expires_on,
            renews=renews,
            recorded_at=now,
            wake_at=_ends_at(office, terms.expires_on),
        )
        parties = {
            office.pk: Party.objects.create(agreement=agreement, office=office, signed_by=by, signed_at=now),
            to.pk: Party.objects.create(agreement=agreement, office=to),
        }
        for each in owing:
            what = each.what.strip()
            party = parties[each.office.pk]
            Clause.objects.create(
                agreement=agreement, party=party, what=what, due_on=each.due_on, in_kind=each.in_kind
            )
        _tell(agreement, "agreement-proposed", but=office, by=office)
        _enter("agreement.proposed", agreement, office, {"by": by.pk, "title": terms.title})
    return agreement


def _refuse_terms(terms: Terms, owing: Sequence[Owing], today: date) -> None:
    if not terms.title.strip():
        raise Refused(_("Give the agreement a title."), "title")
    if not today < terms.expires_on <= today + LONGEST or terms.expires_on <= terms.starts_on:
        raise Refused(
            _("It ends after it starts, from tomorrow until at most five years from now."), "expires_on"
        )
    if not owing:
        raise Refused(_("Write at least one thing that one of you owes to the other."))
    if any(not each.what.strip() for each in owing):
        raise Refused(_("Say of each commitment what is owed."))
    if any(not max(today, terms.starts_on) <= each.due_on <= terms.expires_on for each in owing):
        raise Refused(_("Each commitment is due while the agreement runs, from today on."))


def _refuse_renewal(old: Agreement, offices: set[int]) -> None:
    if old.in_force_at is None or {party.office_id for party in old.parties.all()} != offices:
        raise Refused(_("Only an agreement between the same two offices can be renewed."))
    if any(each.state in ("proposed", "in-force") for each in old.renewed_by.all()):
        raise Refused(_("A renewal of this agreement lies before the other office already."))


def lock_agreement(pk: int) -> Agreement:
    return Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def _party(agreement: Agreement, by: Mandate) -> Party:
    """The party for which `by` acts now."""
    party = agreement.parties.select_related("office__organisation").filter(office=by.office_id).first()
    acting = may_act(by.person, by.office) if party else None
    if party is None or acting is None or acting.pk != by.pk:
        raise Refused(_("Only who acts for one of its parties can do this."))
    return party


def sign_agreement(agreement: Agreement, *, by: Mandate) -> Agreement:
    """A party signs; with the last one the agreement is in force, public, and what it says is owed."""
    with transaction.atomic():
        agreement = lock_agreement(agreement.pk)
        party = _party(agreement, by)
        if party.signed_at:
            return agreement
        if agreement.state != "proposed":
            raise Refused(_("This proposal is no longer open."))
        today = clock.today(party.office.organisation.zone)
        if agreement.clauses.filter(due_on__lt=today).exists():
            raise Refused(_("A day in it has passed. Refuse it with that reason; a new proposal can follow."))
        others = agreement.parties.exclude(pk=party.pk).select_related("office__organisation")
        if any(is_vacant(other.office) for other in others):
            raise Refused(_("Nobody holds the other office now. Sign when somebody does."))
        party.signed_by, party.signed_at = by, clock.now()
        party.save(update_fields=["signed_by", "signed_at"])
        made = [] if agreement.parties.filter(signed_at=None).exists() else _begin(agreement)
        _tell(agreement, "agreement-signed", but=party.office, by=party.office)
        _enter("agreement.signed", agreement, party.office, {"by": by.pk}, made)
    return agreement


def _begin(agreement: Agreement) -> list[Commitment]:
    parties = list(agreement.parties.select_related("office__organisation", "signed_by").order_by("pk"))
    now = clock.now()
    agreement.in_force_at = now
    ends_at = _ends_at(parties[0].office, agreement.expires_on)
    agreement.wake_at = rules.next_agreement_reminder(ends_at, now)
    agreement.save(update_fields=["in_force_at", "wake_at"])
    made = []
    for clause in agreement.clauses.all():
        owing = next(party for party in parties if party.pk == clause.party_id)
        other = next(party for party in parties if party.pk != clause.party_id)
        made.append(
            make_commitment(
                owing.office,
                clause.what,
                clause.due_on,
                by=owing.signed_by,
                agreement=agreement,
                beneficiary=other.office.organisation,
                in_kind=clause.in_kind,
            )
        )
    return made


def refuse_agreement(agreement: Agreement, *, by: Mandate, reason: str) -> Agreement:
    """A party says no before it is in force, or takes its proposal back, with a reason that the other reads."""
    with transaction.atomic():
        agreement = lock_agreement(agreement.pk)
        party = _party(agreement, by)
        if agreement.state != "proposed":
            raise Refused(_("This proposal is no longer open."))
        _end(agreement, by, reason)
        _tell(agreement, "agreement-refused", but=party.office, by=party.office)
        _enter("agreement.refused", agreement, party.office, {"by": by.pk, "reason": reason})
    return agreement


def end_agreement(agreement: Agreement, *, by: Mandate, reason: str) -> Agreement:
    """A party ends it before its day. What it still owed is dropped for that reason; what it was owed lapses."""
    with transaction.atomic():
        agreement = lock_agreement(agreement.pk)
        party = _party(agreement, by)
        if agreement.state != "in-force":
            raise Refused(_("This agreement is not in force."))
        _end(agreement, by, reason)
        benefits = party.office.organisation_id
        dropped = [
            end_commitment(
                each, "agreement-ended" if each.beneficiary_id == benefits else reason.strip(), by=by
            )
            for each in _open(agreement)
        ]
        _tell(agreement, "agreement-ended", but=party.office, by=party.office)
        _enter("agreement.ended", agreement, party.office, {"by": by.pk, "reason": reason}, dropped)
    return agreement


def _end(agreement: Agreement, by: Mandate | None, reason: str) -> None:
    if by and not reason.strip():
        raise Refused(_("Write the reason: the other party reads it."), "reason")
    agreement.ended_at, agreement.ended_by, agreement.ended_why = clock.now(), by, reason.strip()
    agreement.wake_at = None
    agreement.save(update_fields=["ended_at", "ended_by", "ended_why", "wake_at"])


def _open(agreement: Agreement) -> list[Commitment]:
    found = agreement.commitments.filter(kept_at=None, broken_at=None, dropped_at=None)
    return list(found.select_related("office__organisation").order_by("pk"))


def look_at_agreement(agreement: Agreement) -> None:
    """The worker's look: tells each party 90 and 30 days before it expires, and when it has; a proposal that
    nobody signed by its last day is closed. What is still owed stays owed.
    """
    with transaction.atomic():
        agreement = lock_agreement(agreement.pk)
        now = clock.now()
        if agreement.ended_at or agreement.wake_at is None or agreement.wake_at > now:
            return
        first = agreement.parties.select_related("office__organisation").order_by("pk")[0].office
        ends_at = _ends_at(first, agreement.expires_on)
        kind = "agreement-lapsed" if now >= ends_at else "agreement-lapsing"
        agreement.reminders += 1
        agreement.wake_at = rules.next_agreement_reminder(ends_at, now)
        agreement.save(update_fields=["reminders", "wake_at"])
        if now >= ends_at:
            _end(agreement, None, "")
        _tell(agreement, kind)
        _enter(kind.replace("-", "."), agreement, first)


def entrust_agreed(office: Office) -> list[Commitment]:
    """What a vacant office owes by agreement passes to its head office, else to the coordinating one. A step."""
    head = head_office(office.organisation)
    to = coordination(office.organisation.home_id).coordination
    if head and head.pk != office.pk and not is_vacant(head):
        to = head
    if to.pk == office.pk:
        return []
    found = office.commitments.filter(case=None, kept_at=None, broken_at=None, dropped_at=None)
    found = found.select_for_update(of=("self",), no_key=True).select_related("office__organisation")
    moved = [move_commitment(each, to, "vacant") for each in found.order_by("pk")]
    if moved:
        key = f"owed-{moved[-1].changes.latest('pk').pk}/entrusted"
        tell_office(to, "entrusted-to-you", key=key, data={"office": office.pk})
        write("commitments.entrusted", office=office.code, facts={"owes": owes(*moved)})
    return moved


def succeed_parties(office: Office, to: Office) -> None:
    """After a merger or a split: `to` stands in `office`'s place in every agreement that is open. A step."""
    for party in Party.objects.filter(office=office, agreement__ended_at=None):
        if not Party.objects.filter(agreement=party.agreement_id, office=to).exists():
            Party.objects.filter(pk=party.pk).update(office=to)
            owed = Commitment.objects.filter(agreement=party.agreement_id, beneficiary=office.organisation_id)
            owed.update(beneficiary=to.organisation_id)


def _ends_at(office: Office, day: date) -> datetime:
    return clock.end_of(day, office.organisation.zone)


def _tell(agreement: Agreement, kind: str, *, but: Office | None = None, by: Office | None = None) -> None:
    """One line to each party, save the one that acted."""
    data = {"name": agreement.title, "day": str(agreement.expires_on), "office": by.pk if by else 0}
    for party in agreement.parties.select_related("office__organisation"):
        if but is None or party.office_id != but.pk:
            key = f"{kind}/{agreement.pk}/{agreement.reminders}/{party.office_id}"
            tell_office(party.office, kind, key=key, data={**data, "agreement": agreement.pk})


def _enter(
    kind: str,
    agreement: Agreement,
    office: Office,
    payload: dict[str, Any] | None = None,
    commitments: Sequence[Commitment] = (),
) -> None:
    parties = [party.office.code for party in agreement.parties.select_related("office__organisation")]
    facts = {
        "agreement": agreement.pk,
        "parties": parties,
        "state": agreement.state,
        "expires_on": agreement.expires_on,
        "owes": owes(*commitments),
    }
    write(kind, office=office.code, reference=agreement.slug, facts=facts, payload=payload)
