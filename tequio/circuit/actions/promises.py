"""Promises: an office signs what it will answer, for whom, within how many days, until when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit import rules
from tequio.circuit.actions.service import turning
from tequio.circuit.models import AskKind, EntryPoint, Promise
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.actions import accept_invitation
from tequio.network.models import Invitation, Mandate, Office
from tequio.network.queries import may_act
from tequio.reference.models import Country, Field, Region, Subfield

LONGEST = timedelta(days=366)
REMIT = ("fields", "subfields", "regions", "countries")


@dataclass(frozen=True)
class Terms:
    """What an office promises for one kind of ask; empty topics or territories mean all."""

    kind: AskKind
    days: int
    valid_until: date
    fields: Sequence[Field] = field(default_factory=tuple)
    subfields: Sequence[Subfield] = field(default_factory=tuple)
    regions: Sequence[Region] = field(default_factory=tuple)
    countries: Sequence[Country] = field(default_factory=tuple)


def entry_point_of(office: Office) -> EntryPoint:
    """The office's entry point; made, as an office's own, when no pack lists it."""
    slug = office.organisation.slug if office.is_head else f"{office.organisation.slug}-{office.pk}"
    return EntryPoint.objects.get_or_create(office=office, defaults={"slug": slug})[0]


def sign_promise(office: Office, terms: Terms, *, by: Mandate) -> Promise:
    """The office signs; an earlier promise of the same kind ends. Its entry point is live from now on."""
    with transaction.atomic():
        office = (
            Office.objects.select_for_update(of=("self",), no_key=True)
            .select_related("organisation")
            .get(pk=office.pk)
        )
        if (acting := may_act(by.person, office)) is None or acting.pk != by.pk:
            raise Refused(_("Only who acts for an office can sign a promise for it."))
        now = clock.now()
        valid_until = _last_instant(office, terms, now)
        entry_point = entry_point_of(office)
        entry_point.promises.filter(kind=terms.kind, withdrawn_at=None).update(withdrawn_at=now, wake_at=None)
        with turning(office) as turn:
            promise = Promise.objects.create(
                entry_point=entry_point,
                kind=terms.kind,
                days=terms.days,
                signed_by=by,
                signed_at=now,
                valid_from=now,
                valid_until=valid_until,
                wake_at=rules.next_promise_reminder(valid_until, now),
            )
        for name in REMIT:
            getattr(promise, name).set(getattr(terms, name))
        EntryPoint.objects.filter(pk=entry_point.pk).update(withdrawn_on=None)
        entry_point.kinds.add(terms.kind)
        facts = {"kind": terms.kind.slug, "days": terms.days, "valid_until": valid_until, **turn.facts}
        write("promise.signed", office=office.code, facts=facts, payload={"by": by.pk})
    return promise


def sign_again(office: Office, *, by: Mandate) -> list[Promise]:
    """The office is back: it signs each of its promises in force again, on the same terms, so that new asks come to
    it again. Refused to who does not act for it.
    """
    with transaction.atomic():
        promises = Promise.objects.live().filter(entry_point__office=office).select_related("kind")
        found = [sign_promise(office, terms_of(each), by=by) for each in promises.order_by("pk")]
        if not found:
            raise Refused(_("Your office has no promise in force. Sign one, and asks come to you."))
    return found


def terms_of(promise: Promise) -> Terms:
    """What was signed, to be signed again."""
    remit = {name: list(getattr(promise, name).all()) for name in REMIT}
    return Terms(promise.kind, promise.days, promise.last_day, **remit)


def _last_instant(office: Office, terms: Terms, now: datetime) -> datetime:
    """Until when the promise would hold; refused when its terms cannot be signed by the office."""
    organisation = office.organisation
    if organisation.closed_on:
        raise Refused(_("This organisation has ended. Its page says what came after it."))
    if terms.kind.home_id != organisation.home_id or organisation.kind not in terms.kind.for_kinds:
        raise Refused(_("This kind of ask does not go to this kind of organisation."), "kind")
    if not 1 <= terms.days <= 90:
        raise Refused(_("Promise between 1 and 90 working days."), "days")
    valid_until = clock.end_of(terms.valid_until, organisation.zone)
    if not now < valid_until <= now + LONGEST:
        raise Refused(_("A promise holds from tomorrow until at most a year from now."), "valid_until")
    return valid_until


def withdraw_promise(promise: Promise, *, by: Mandate) -> None:
    """The office no longer promises it; legs that have begun keep their date."""
    with transaction.atomic():
        promise = Promise.objects.select_for_update(of=("self",), no_key=True).get(pk=promise.pk)
        office = promise.entry_point.office
        if (acting := may_act(by.person, office)) is None or acting.pk != by.pk:
            raise Refused(_("Only who acts for an office can withdraw its promise."))
        if promise.withdrawn_at is None:
            Promise.objects.filter(pk=promise.pk).update(withdrawn_at=clock.now(), wake_at=None)
            write("promise.withdrawn", office=office.code, facts={"kind": promise.kind.slug})


def take_office(
    invitation: Invitation,
    terms: Iterable[Terms],
    *,
    name: str,
    language: str,
    zone: str,
    until: date | None,
    show_name: bool = False,
) -> Mandate:
    """The invited bearer confirms and signs in one act: a mandate, and its promises."""
    with transaction.atomic():
        mandate = accept_invitation(
            invitation, name=name, language=language, zone=zone, until=until, show_name=show_name
        )
        for each in terms:
            sign_promise(mandate.office, each, by=mandate)
    return mandate
