"""The asker's reply by mail to the question of an office: known by the letter that it answers and by its address."""

from collections.abc import Sequence

from django.db import transaction

from tequio.circuit.actions.asker import reply_to_question
from tequio.circuit.actions.taking import attach_parts, key_of
from tequio.circuit.letters import to_asker
from tequio.circuit.links import follow_mail_link
from tequio.circuit.models import Case, Event, Reply
from tequio.circuit.states import MailState
from tequio.inbound.reading.mail import Mail, Nature, Part
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.notices.models import Letter


def case_asked(mail: Mail) -> Case | None:
    """The case whose question the mail answers: its sender is the asker, and it answers a letter to them about it."""
    if mail.nature is not Nature.HUMAN or not mail.sender:
        return None
    letters = Letter.objects.filter(message_id__in=mail.answers, address__iexact=mail.sender)
    cases = Case.objects.filter(state="question", ask__address__iexact=mail.sender)
    return cases.filter(ref__in=list(letters.values_list("about", flat=True))).order_by("pk").first()


def is_asker(reply: Reply, case: Case) -> bool:
    """Whether the mail comes from the address of the asker, which no office is shown."""
    return bool(reply.sender) and reply.sender.lower() == case.ask.address.lower()


def take_reply(reply: Reply, case: Case, parts: Sequence[Part] = ()) -> bool:
    """Makes of a mail the asker's reply to the question that is open; False when none is, or nothing was written.

    Part of a caller's act.
    """
    leg = case.legs.filter(asked_by=None, closed_at=None).first()
    if leg is None or not reply.text.strip():
        return False
    reply.save()
    try:
        with transaction.atomic():
            reply_to_question(case, reply.text, key=key_of(reply))
    except Refused:
        return False
    reply.leg, reply.event = leg, Event.objects.get(key=key_of(reply))
    attach_parts(reply, case, parts)
    reply.state, reply.settled_at, reply.wake_at = MailState.TAKEN, clock.now(), None
    reply.save()
    facts = {"leg": leg.number, "found": reply.found_by, "became": "reply"}
    write("mail.filed", reference=case.ref, facts=facts)
    if reply.left_out:
        to_asker("asker_files_left", case, reply=reply, files_link=follow_mail_link(reply))
    return True
