"""The verb that hands over an office: to a deputy at once, or to an address whose bearer has to accept first."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.actions import check_address, lock_office, may_invite, replace_holder, send_invitation
from tequio.network.models import Invitation, Mandate, Office, Role
from tequio.network.queries import may_act


def holder_of(office: Office) -> Mandate | None:
    return office.mandates.current().filter(role=Role.HOLDER).select_related("person__account").first()


def may_hand_over(by: Mandate, holder: Mandate) -> bool:
    """The holder themselves, away or not; for them the coordinating office."""
    if by.pk == holder.pk:
        return True
    return (
        by.office_id != holder.office_id
        and may_invite(by, holder.office)
        and bool(may_act(by.person, by.office))
    )


def hand_over_office(
    office: Office,
    *,
    by: Mandate,
    to: Mandate | str,
    learnt: str = "",
    language: str = settings.LANGUAGE_CODE,
) -> Mandate | Invitation:
    """The holder leaves, and another holds the office with everything that is open in it.

    To a deputy (`to`: their mandate) at once: the holder's mandate ends and the deputy's new one begins, the links of
    old letters die, the new holder gets one letter with what is open, the hand-over book is made. To an address, the
    same when the invitation is accepted; until then the holder acts.
    """
    with transaction.atomic():
        office = lock_office(office.pk)
        left = holder_of(office)
        if left is None:
            raise Refused(_("Nobody holds this office. Invite a holder instead."))
        if not may_hand_over(by, left):
            raise Refused(_("Only the holder or the coordinating office can hand this office over."))
        if isinstance(to, Mandate):
            return _to_deputy(office, left, to, learnt.strip())
        return _to_address(office, left, to, learnt.strip(), language, by)


def _to_deputy(office: Office, left: Mandate, to: Mandate, learnt: str) -> Mandate:
    deputy = office.mandates.current().filter(pk=to.pk, role=Role.DEPUTY).first()
    if deputy is None:
        raise Refused(_("This deputy's mandate has ended. Choose another, or invite somebody."), "to")
    zone = office.organisation.zone
    until = clock.last_day(deputy.ends_at, zone) if deputy.ends_at else None
    return replace_holder(
        office, left, deputy.person_id, until=until, show_name=deputy.show_name, learnt=learnt
    )


def _to_address(
    office: Office, left: Mandate, to: str, learnt: str, language: str, by: Mandate
) -> Invitation:
    address = check_address(to)
    if address == left.person.account.email.lower():
        raise Refused(_("This is the address of who holds the office now. Give another one."), "address")
    invitation = send_invitation(
        office, address, role=Role.HOLDER, language=language, by=by, hands_over=left, learnt=learnt
    )
    facts = {"role": Role.HOLDER, "hands_over": True}
    write("office.invited", office=office.code, facts=facts, payload={"address": address})
    return invitation
