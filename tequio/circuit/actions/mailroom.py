"""What people do with a mail that is held: the office says whether it is its own, the coordinating office files it."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit.actions.answering import undo_answer
from tequio.circuit.actions.asker_mail import is_asker, take_reply
from tequio.circuit.actions.drafts import send_answer
from tequio.circuit.actions.filing import ask_office, hold_mail, speaks_for
from tequio.circuit.actions.taking import VERBS, take
from tequio.circuit.models import Event, Leg, Reply
from tequio.circuit.sorting import By
from tequio.circuit.states import MailState
from tequio.inbound.models import Raw
from tequio.inbound.reading.mail import Part
from tequio.inbound.reading.reader import read_mail
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate, Office
from tequio.network.queries import coordination, may_act

GONE = _("This mail no longer waits. Somebody has looked at it already.")


def own_mail(reply: Reply, *, by: Mandate) -> Reply:
    """Somebody who acts for the office says that the mail is its own: it does what it says, in their name."""
    with transaction.atomic():
        reply = _lock_asked(reply, by)
        take(reply, by=by, parts=parts_of(reply))
    return reply


def disown_mail(reply: Reply, *, by: Mandate) -> Reply:
    """The mail is not the office's: it is put aside, and stays on record."""
    with transaction.atomic():
        reply = _lock_asked(reply, by)
        _settle(reply, MailState.NOT_YOURS, by)
        assert reply.leg is not None
        facts = {"leg": reply.leg.number}
        write("mail.disowned", office=by.office.code, reference=reply.leg.case.ref, facts=facts)
    return reply


def refer_mail(reply: Reply, *, by: Mandate) -> Reply:
    """The mail is about another ask: the coordinating office looks where it belongs."""
    with transaction.atomic():
        reply = _lock_asked(reply, by)
        assert reply.leg is not None
        reply.home_id, reply.found_by = reply.leg.kind.home_id, ""
        hold_mail(reply)
    return reply


def file_to(reply: Reply, leg: Leg, *, by: Mandate) -> Reply:
    """The coordinating office files a mail at a leg: from who acts for its office it is the office's word, from
    anybody else the office says whether it is its own.
    """
    with transaction.atomic():
        reply = _lock_held(reply, by)
        leg = Leg.objects.select_related("owner", "kind", "case__ask").get(pk=leg.pk)
        if is_asker(reply, leg.case):
            return _of_asker(reply, leg, by)
        if leg.kind.home_id != reply.home_id:
            raise Refused(_("This ask belongs to another hub."), "ref")
        reply.leg, reply.found_by = leg, By.HAND.value
        try:
            with transaction.atomic():
                reply.save(update_fields=["leg", "found_by"])
        except IntegrityError as error:
            raise Refused(_("The same mail is filed there already.")) from error
        if speaker := speaks_for(reply, leg):
            take(reply, by=speaker, parts=parts_of(reply))
            Reply.objects.filter(pk=reply.pk).update(settled_by=by)
        else:
            ask_office(reply)
        write("mail.filed-by-hand", office=by.office.code, reference=leg.case.ref, facts={"leg": leg.number})
    return reply


def _of_asker(reply: Reply, leg: Leg, by: Mandate) -> Reply:
    """The asker's own mail: their reply, where a question waits for it. No office is shown their address."""
    reply.found_by = By.HAND.value
    if not take_reply(reply, leg.case, parts_of(reply)):
        raise Refused(_("Its sender is the one who asked, and no question waits for a reply. Write to them."))
    Reply.objects.filter(pk=reply.pk).update(settled_by=by)
    write("mail.filed-by-hand", office=by.office.code, reference=leg.case.ref, facts={"leg": leg.number})
    return reply


def put_aside(reply: Reply, *, by: Mandate, ours: bool = True) -> Reply:
    """The mail is about no ask, or (`ours`) not even for this hub. It stays on record until its days are over."""
    with transaction.atomic():
        reply = _lock_held(reply, by)
        state = MailState.ASIDE if ours else MailState.NOT_OURS
        _settle(reply, state, by)
        write("mail.put-aside", office=by.office.code, facts={"state": state.value})
    return reply


def make_more(reply: Reply, act: str, *, by: Mandate, **given: Any) -> Reply:
    """The office makes more of a mail that was taken as its answer in words: the answer is taken back, and what it
    really says is done, as one act.
    """
    with transaction.atomic():
        reply = _lock(reply, MailState.TAKEN)
        assert reply.leg is not None
        undo_answer(reply.leg, by=by)
        send_answer(VERBS[act], reply.leg, act, by=by, **given)
        reply.event, reply.proposal = Event.objects.get(key=given["key"]), {}
        reply.save(update_fields=["event", "proposal"])
    return reply


def parts_of(reply: Reply) -> list[Part]:
    """The files that came with a mail, read anew from the raw one; where that is gone they stay named as left out."""
    raw = Raw.objects.filter(received=reply.received_id).first()
    if raw is None:
        return []
    mail = read_mail(bytes(raw.data))
    reply.left_out = list(mail.too_big)
    return list(mail.parts)


def _settle(reply: Reply, state: MailState, by: Mandate) -> None:
    reply.state, reply.settled_at, reply.settled_by = state, clock.now(), by
    reply.wake_at = reply.leased_until = None
    reply.save(update_fields=["state", "settled_at", "settled_by", "wake_at", "leased_until"])


def _lock(reply: Reply, state: MailState) -> Reply:
    Reply.objects.select_for_update(no_key=True).get(pk=reply.pk)
    reply = Reply.objects.select_related("leg__owner", "leg__case", "leg__kind").get(pk=reply.pk)
    if reply.state != state:
        raise Refused(GONE)
    return reply


def _lock_asked(reply: Reply, by: Mandate) -> Reply:
    reply = _lock(reply, MailState.ASKED)
    assert reply.leg is not None and reply.leg.owner is not None
    _refuse_unless_acting(reply.leg.owner, by)
    return reply


def _refuse_unless_acting(office: Office, by: Mandate) -> None:
    acting = may_act(by.person, office)
    if acting is None or acting.pk != by.pk:
        raise Refused(_("Your mandate in this office has ended, or somebody else acts for it now."))


def _lock_held(reply: Reply, by: Mandate) -> Reply:
    reply = _lock(reply, MailState.HELD)
    assert reply.home_id is not None
    if coordination(reply.home_id).coordination_id != by.office_id:
        raise Refused(_("Only the coordinating office looks at what is held."))
    return reply
