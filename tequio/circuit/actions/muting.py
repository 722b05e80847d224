"""Hearing no more: an office mutes a topic of its digest, an asker the letters that need nothing of them."""

from django.db import transaction

from tequio.circuit.actions.steps import lock_case
from tequio.circuit.models import Ask, Case, Mute
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.network.models import Mandate


def mute_topic(topic: str, *, by: Mandate) -> None:
    """The office's digest says nothing more of the topic. What the office owes is not a topic."""
    with transaction.atomic():
        _made, new = Mute.objects.get_or_create(office=by.office, topic=topic)
        if new:
            write("digest.muted", office=by.office.code, facts={"topic": topic}, payload={"by": by.pk})


def unmute_topic(topic: str, *, by: Mandate) -> None:
    """The digest tells of the topic again, from now on."""
    with transaction.atomic():
        if Mute.objects.filter(office=by.office, topic=topic).delete()[0]:
            write("digest.unmuted", office=by.office.code, facts={"topic": topic}, payload={"by": by.pk})


def mute_ask(case: Case, *, muted: bool) -> Case:
    """The asker hears no more of this ask, or again: what needs them comes all the same."""
    with transaction.atomic():
        case = lock_case(case.pk)
        if muted != bool(case.ask.muted_at):
            case.ask.muted_at = clock.now() if muted else None
            Ask.objects.filter(pk=case.ask_id).update(muted_at=case.ask.muted_at)
            write("ask.muted" if muted else "ask.unmuted", reference=case.ref)
    return case
