"""An ask on its way to a member: asked by the office that has it, revealed only by their own yes."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit import letters, rules
from tequio.circuit.actions.referrals import about, drop_referrals, end_referral
from tequio.circuit.actions.steps import lock_leg, refuse_unless_acting, refuse_unless_open, say
from tequio.circuit.actions.telling import tell_office
from tequio.circuit.models import Event, Leg, Referral
from tequio.circuit.queries.referrals import AT_MOST, consented
from tequio.circuit.queries.routes import member_step
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.actions import check_address
from tequio.network.models import Mandate


def refer_leg(
    leg: Leg, *, by: Mandate, name: str, address: str, language: str, due_on: date, note: str = ""
) -> Referral:
    """The office asks one of its members, by letter with a link, whether they will answer.

    Nobody else learns of it, the asker included. Sent twice to the same member it is one referral.
    """
    address = check_address(address)
    with transaction.atomic():
        case, leg = lock_leg(leg.pk)
        refuse_unless_open(leg)
        refuse_unless_acting(leg, by)
        assert leg.owner is not None and leg.due_at is not None
        asked = Referral.objects.filter(answered_at=None, leg__owner=leg.owner, address__iexact=address)
        if found := asked.first():
            if found.leg_id == leg.pk:
                return found
            raise Refused(_("Your office is asking this member something else already."), "address")
        _refuse(leg, name)
        now, due_at = clock.now(), rules.end_of_due(due_on, leg.owner)
        if not now < due_at <= leg.due_at:
            raise Refused(_("Give a day from today on, and no later than your own date."), "due_on")
        referral = Referral.objects.create(
            leg=leg,
            name=name.strip(),
            address=address,
            language=language,
            note=note.strip(),
            asked_at=now,
            due_on=due_on,
            due_at=due_at,
            wake_at=due_at,
        )
        referral.leg.case = case
        letters.to_member("member_asked", referral)
        write("referral.asked", reference=about(referral), payload={"by": by.pk, "leg": leg.pk})
    return referral


def _refuse(leg: Leg, name: str) -> None:
    if leg.asked_by_id or member_step(leg) is None:
        raise Refused(_("This kind of ask goes to no member from here."))
    if consented(leg):
        raise Refused(_("A member has said yes already. Accept the ask with what you agreed."))
    if leg.referrals.count() >= AT_MOST:
        raise Refused(_("You have asked three members. Answer with what you know."))
    if not name.strip():
        raise Refused(_("Write the name of the member."), "name")


def _locked(referral: Referral) -> tuple[Leg, Referral]:
    """The leg of a referral and the referral itself, locked by their case."""
    _case, leg = lock_leg(referral.leg_id)
    found = Referral.objects.get(pk=referral.pk)
    found.leg = leg
    return leg, found


def say_yes(referral: Referral, *, shown_name: str, shown_contact: str, text: str = "") -> Referral:
    """The member will answer: the asker and the office see the name and the contact that they give here, no more.

    Whoever else was asked is no longer needed. The office accepts as usual.
    """
    with transaction.atomic():
        leg, referral = _locked(referral)
        if referral.said == "yes":
            return referral
        _refuse_unless_waiting(referral)
        if not shown_name.strip():
            raise Refused(_("Write the name that they may see."), "shown_name")
        if not shown_contact.strip():
            raise Refused(_("Write how they reach you."), "shown_contact")
        now, case = clock.now(), leg.case
        referral.shown_name, referral.shown_contact = shown_name.strip(), shown_contact.strip()
        referral.text = text.strip()
        referral.save(update_fields=["shown_name", "shown_contact", "text"])
        end_referral(referral, "yes", now)
        drop_referrals(leg, now)
        _stand_with_member(leg)
        say(case, "member", Event.Voice.HUB, at=now, leg=leg)
        letters.to_asker("asker_member", case, leg=leg, referral=referral)
        _tell(leg, referral, "member-yes")
        write("referral.answered", reference=about(referral))
    return referral


def _stand_with_member(leg: Leg) -> None:
    """The case comes to the step with a member; while its asker owes a reply, it comes there with that."""
    case, step = leg.case, member_step(leg)
    if step is None:
        return
    leg.step = step["slug"]
    leg.save(update_fields=["step"])
    if case.state == "at-desk":
        case.step = leg.step
        case.save(update_fields=["step"])


def say_no(referral: Referral) -> Referral:
    """The member cannot: their name and address are erased, and the office is told that another one is needed."""
    with transaction.atomic():
        leg, referral = _locked(referral)
        if referral.said == "no":
            return referral
        _refuse_unless_waiting(referral)
        end_referral(referral, "no", clock.now())
        _tell(leg, referral, "member-no")
        write("referral.answered", reference=about(referral))
    return referral


def _refuse_unless_waiting(referral: Referral) -> None:
    if referral.answered_at:
        raise Refused(_("This is no longer asked of you. The page shows where it stands."))


def look_at_referral(referral: Referral) -> None:
    """The worker's look at a referral whose day has passed: silence is forgotten, and the office is told."""
    with transaction.atomic():
        leg, referral = _locked(referral)
        now = clock.now()
        if referral.answered_at or referral.wake_at is None or referral.wake_at > now:
            return
        end_referral(referral, "silent", now)
        _tell(leg, referral, "member-silent")
        write("referral.lapsed", reference=about(referral))


def _tell(leg: Leg, referral: Referral, kind: str) -> None:
    """A line in the digest of the office; a letter where its own date is too near to wait for that."""
    if leg.closed_at or leg.owner is None or leg.due_at is None:
        return
    tell_office(leg.owner, kind, key=f"{about(referral)}/{kind}", case=leg.case, leg=leg)
    if leg.due_at - clock.now() <= rules.REMIND_BEFORE:
        letters.to_office("leg_member", leg, said=referral.said)
