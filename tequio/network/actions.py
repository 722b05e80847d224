"""Verbs of the network: offices change hands."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.inbound.addresses import is_ours
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.links import invitation_link
from tequio.network.models import Absence, Hub, Invitation, Kind, Mandate, MemberCount, Office, Role
from tequio.network.queries import acting, actors, current_mandates, may_act
from tequio.network.turnover import hand, leave, turn_over
from tequio.notices.actions import post
from tequio.people.actions import person_for_address

INVITATION_DAYS = 14
FEWEST_MEMBERS, MOST_MEMBERS = 5, 100_000
WITH_MEMBERS = (Kind.CHAPTER, Kind.NODE, Kind.ASSOCIATION)


def lock_office(pk: int) -> Office:
    """The office, locked: every verb that changes who acts for it begins with this."""
    offices = Office.objects.select_for_update(of=("self",), no_key=True).select_related("organisation")
    return offices.get(pk=pk)


def check_address(address: str) -> str:
    """The address, trimmed and in lower case; refused when it is not a mail address, or one of the hub's own, to which
    its letters would come back as mail.
    """
    try:
        validate_email(address.strip())
    except ValidationError as error:
        raise Refused(
            _("This is not a complete mail address. Check it for a typing mistake."), "address"
        ) from error
    if is_ours(address):
        raise Refused(_("This is an address of this hub itself. Give your own."), "address")
    return address.strip().lower()


def may_invite(by: Mandate, office: Office) -> bool:
    """An office invites for itself; the coordinating office of its country for every office."""
    home = office.organisation.home_id
    return by.office_id == office.pk or Hub.objects.filter(home=home, coordination=by.office_id).exists()


def invite(office: Office, address: str, *, role: str, language: str, by: Mandate) -> Invitation:
    """Asks the bearer of an address to hold the office; queues the letter with the link.

    An earlier open invitation of the same role is withdrawn: its link stops.
    """
    address = check_address(address)
    with transaction.atomic():
        office = lock_office(office.pk)
        if may_act(by.person, by.office) is None or not may_invite(by, office):
            raise Refused(_("Only the coordinating office, or the office itself, can invite to it."))
        if role == Role.HOLDER and office.mandates.current().filter(role=Role.HOLDER).exists():
            raise Refused(
                _("Somebody holds this office now. Their mandate ends first, or you invite a deputy."), "role"
            )
        invitation = send_invitation(office, address, role=role, language=language, by=by)
        write("office.invited", office=office.code, facts={"role": role}, payload={"address": address})
    return invitation


def send_invitation(
    office: Office, address: str, *, role: str, language: str, by: Mandate, **handing: Any
) -> Invitation:
    """The invitation and its letter; `handing`: what it hands over. A step of the verbs that invite."""
    now = clock.now()
    earlier = office.invitations.filter(role=role, accepted_at=None, withdrawn_at=None)
    earlier.update(withdrawn_at=now)
    invitation = Invitation.objects.create(
        office=office,
        role=role,
        address=address,
        language=language,
        invited_by=by,
        invited_at=now,
        expires_at=now + timedelta(days=INVITATION_DAYS),
        **handing,
    )
    context = {"invitation": invitation, "office": office, "link": invitation_link(invitation)}
    post("invitation", to=address, language=language, about=office.code, context=context)
    return invitation


def accept_invitation(
    invitation: Invitation,
    *,
    name: str,
    language: str,
    zone: str,
    until: date | None,
    show_name: bool = False,
) -> Mandate:
    """The bearer confirms: a person, if need be, and a mandate until the end of `until`; the link stops."""
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update(of=("self",), no_key=True).get(pk=invitation.pk)
        refuse_dead(invitation)
        person = person_for_address(invitation.address, name=name, language=language, zone=zone)
        mandate = _take(invitation, person.pk, until, show_name)
        invitation.accepted_at = clock.now()
        invitation.save(update_fields=["accepted_at"])
    return mandate


def _take(invitation: Invitation, person_id: int, until: date | None, show_name: bool) -> Mandate:
    """Begins the mandate; where the holder hands over, theirs ends in the same act, unless it is over already."""
    office, role, learnt = invitation.office, invitation.role, invitation.learnt
    if invitation.hands_over_id:
        office = lock_office(office.pk)
        left = office.mandates.current().filter(pk=invitation.hands_over_id).first()
        if left:
            return replace_holder(office, left, person_id, until=until, show_name=show_name, learnt=learnt)
    return begin_mandate(office, person_id, role, until=until, show_name=show_name)


def refuse_dead(invitation: Invitation) -> None:
    """Refuses an invitation that was used, withdrawn, or has expired."""
    if invitation.accepted_at:
        raise Refused(_("This invitation has been used. Sign in with your mail address to go on."))
    if invitation.withdrawn_at or invitation.expires_at <= clock.now():
        raise Refused(_("This invitation is no longer valid. Ask the coordinating office for a new one."))


def begin_mandate(
    office: Office, person_id: int, role: str, *, until: date | None = None, show_name: bool = False
) -> Mandate:
    """Begins the holding of an office, journals it, and tells those who keep its work."""
    now, ends_at = clock.now(), _end(office, until)
    with transaction.atomic():
        office = lock_office(office.pk)
        if office.organisation.closed_on:
            raise Refused(_("This organisation has ended. Its page says what came after it."))
        if role == Role.HOLDER and office.mandates.current().filter(role=Role.HOLDER).exists():
            raise Refused(_("Somebody holds this office now. Their mandate has to end first."), "role")
        before = acting(office)
        mandate = Mandate.objects.create(
            office=office,
            person_id=person_id,
            role=role,
            starts_at=now,
            ends_at=ends_at,
            show_name=show_name,
            wake_at=ends_at,
        )
        turn_over(office, before)
        facts = {"role": role, "ends_at": ends_at}
        write("mandate.began", office=office.code, facts=facts, payload={"person": person_id})
    return mandate


def _end(office: Office, until: date | None) -> datetime | None:
    ends_at = clock.end_of(until, office.organisation.zone) if until else None
    if ends_at and ends_at <= clock.now():
        raise Refused(_("The mandate would end before it begins. Give a later day."), "until")
    return ends_at


def replace_holder(
    office: Office, left: Mandate, person_id: int, *, until: date | None, show_name: bool, learnt: str
) -> Mandate:
    """The holder's mandate ends and another person's begins in one act, with all that is open. A step.

    What they held here as deputy ends with it, and their days away go along.
    """
    now, ends_at = clock.now(), _end(office, until)
    before = acting(office)
    earlier = list(office.mandates.current().filter(person=person_id).values_list("pk", flat=True))
    Mandate.objects.filter(pk__in=[left.pk, *earlier]).update(ends_at=now, wake_at=None)
    left.ends_at, left.wake_at = now, None
    taken = Mandate.objects.create(
        office=office,
        person_id=person_id,
        role=Role.HOLDER,
        starts_at=now,
        ends_at=ends_at,
        show_name=show_name,
        wake_at=ends_at,
    )
    Absence.objects.filter(mandate__in=earlier).update(mandate=taken)
    Absence.objects.filter(stand_in__in=earlier).update(stand_in=taken)
    turn_over(office, [*before, taken])
    hand(left, taken, learnt)
    facts = {"role": taken.role, "ends_at": ends_at}
    payload = {"from": left.person_id, "to": person_id}
    write("office.handed-over", office=office.code, facts=facts, payload=payload)
    return taken


def end_mandate(mandate: Mandate, *, by: Mandate | None) -> Mandate:
    """Ends a mandate now: its links are dead, and the office's work passes to whoever acts next.

    `by`: the mandate of the person themselves, of the office's holder, or of the coordinating office; None when
    the operator ends it.
    """
    with transaction.atomic():
        office = lock_office(mandate.office_id)
        mandate = Mandate.objects.select_for_update(of=("self",), no_key=True).get(pk=mandate.pk)
        if (
            by is not None
            and by.person_id != mandate.person_id
            and not (may_invite(by, office) and may_act(by.person, by.office))
        ):
            raise Refused(
                _("Only the person, the office's holder or the coordinating office can end this mandate.")
            )
        now = clock.now()
        if mandate.ends_at is not None and mandate.ends_at <= now:
            return mandate
        before = acting(office)
        mandate.ends_at, mandate.wake_at = now, None
        mandate.save(update_fields=["ends_at", "wake_at"])
        leave(mandate)
        turn_over(office, before)
        write(
            "mandate.ended",
            office=office.code,
            facts={"role": mandate.role},
            payload={"person": mandate.person_id},
        )
    return mandate


def mandate_ran_out(mandate: Mandate) -> None:
    """The worker's look at a mandate whose last day is over: its office's work passes on."""
    with transaction.atomic():
        office = lock_office(mandate.office_id)
        mandate = Mandate.objects.select_for_update(of=("self",), no_key=True).get(pk=mandate.pk)
        if mandate.wake_at is None or mandate.ends_at is None or mandate.ends_at > clock.now():
            return
        Mandate.objects.filter(pk=mandate.pk).update(wake_at=None)
        leave(mandate)
        turn_over(office, _acted_before(mandate))
        write(
            "mandate.ended",
            office=office.code,
            facts={"role": mandate.role},
            payload={"person": mandate.person_id},
        )


def _acted_before(mandate: Mandate) -> list[Mandate]:
    """Those who acted until `mandate` ran out, or who began after it, however late the worker comes."""
    assert mandate.ends_at is not None
    current = current_mandates(mandate.office)
    began = [each for each in current if each.starts_at >= mandate.ends_at]
    stayed = [each for each in current if each not in began]
    left = Mandate.objects.with_absence(mandate.ends_at - timedelta(microseconds=1)).get(pk=mandate.pk)
    return [*began, *actors([*stayed, left])]


def withdraw_invitation(invitation: Invitation, *, by: Mandate) -> None:
    """Stops an open invitation's link."""
    with transaction.atomic():
        if may_act(by.person, by.office) is None or not may_invite(by, invitation.office):
            raise Refused(
                _("Only the coordinating office, or the office itself, can withdraw this invitation.")
            )
        Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(withdrawn_at=clock.now())
        write("invitation.withdrawn", office=invitation.office.code)


def appoint_coordinator(home: str, address: str, *, name: str, language: str, zone: str | None) -> Mandate:
    """The operator's act that starts a hub: a person holds its coordinating office (`zone`: else the office's)."""
    hub = Hub.objects.select_related("coordination__organisation").filter(home=home.upper()).first()
    if hub is None:
        raise Refused(_("No country pack is loaded for this country."), "home")
    zone = zone or hub.coordination.organisation.zone
    with transaction.atomic():
        person = person_for_address(check_address(address), name=name, language=language, zone=zone)
        return begin_mandate(hub.coordination, person.pk, Role.HOLDER)


def say_members(office: Office, members: int, *, by: Mandate) -> MemberCount:
    """A chapter, node or association says how many active members it has; the number is public from then on.

    Refused to others, and below five, where it would say who is among them.
    """
    with transaction.atomic():
        office = lock_office(office.pk)
        acting_now = may_act(by.person, office)
        if acting_now is None or acting_now.pk != by.pk:
            raise Refused(_("Your mandate in this office has ended, or somebody else acts for it now."))
        if office.organisation.kind not in WITH_MEMBERS:
            raise Refused(_("Only chapters, nodes and associations have members here."))
        if not FEWEST_MEMBERS <= members <= MOST_MEMBERS:
            raise Refused(_("Say a number from 5 to 100,000. Below five none is shown."), "members")
        count = MemberCount.objects.create(organisation=office.organisation, members=members, said_by=by)
        write("members.counted", office=office.code, facts={"members": members}, payload={"by": by.pk})
    return count
