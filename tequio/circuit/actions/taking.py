"""A mail as the word of an office: it does what it plainly says, else it is the office's answer in words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction

from tequio.circuit.actions.answering import accept_leg, ask_more, decline_leg, pass_on_leg
from tequio.circuit.actions.drafts import send_answer
from tequio.circuit.actions.files import attach_to_words
from tequio.circuit.actions.opinions import give_opinion
from tequio.circuit.actions.steps import lock_leg
from tequio.circuit.actions.telling import tell_office
from tequio.circuit.actions.worded import answer_leg
from tequio.circuit.letters import to_office
from tequio.circuit.links import leg_mail_link
from tequio.circuit.models import Case, Event, Leg, Reply
from tequio.circuit.plainly import ACCEPT, DECLINE, PASS_ON, QUESTION, Understood, understand
from tequio.circuit.queries.offices import ways_on
from tequio.circuit.states import MailState
from tequio.inbound.reading.mail import Part
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.kernel.texts import fold
from tequio.kernel.uploads.checking import Upload, checked, plain_name
from tequio.network.models import Mandate, Office

VERBS: Mapping[str, Callable[..., Leg]] = {
    ACCEPT: accept_leg,
    DECLINE: decline_leg,
    PASS_ON: pass_on_leg,
    QUESTION: ask_more,
}
Attempt = tuple[Callable[..., Leg], str, dict[str, Any]]


def take(reply: Reply, *, by: Mandate, parts: Sequence[Part] = ()) -> MailState:
    """Makes of a mail that is filed at a leg the word of the leg's office. Part of a caller's act.

    Nothing of the sender's own is no answer; what comes when the leg has ended is kept with it; both are said to the
    office. `by`: who speaks for it. The files go with the answer; those that cannot are named in `left_out`.
    """
    assert reply.leg_id is not None
    case, leg = lock_leg(reply.leg_id)
    reply.leg, reply.settled_by = leg, by
    if not reply.text.strip():
        return _settle(reply, MailState.EMPTY, "mail-empty", parts)
    if leg.closed_at:
        _tell_next(reply, case, leg)
        return _settle(reply, MailState.LATE, "mail-late", parts)
    understood = _understood(reply, leg)
    act = _do(reply, leg, _attempts(reply, leg, understood), by)
    if understood.act and act != understood.act:
        reply.proposal = {"act": understood.act, "given": dict(understood.given or {})}
    if not act:
        return _settle(reply, MailState.KEPT, "mail-kept", parts)
    reply.event = Event.objects.get(key=key_of(reply))
    attach_parts(reply, case, parts)
    _settle(reply, MailState.TAKEN, f"mail-{act}")
    if reply.left_out:
        to_office(
            "leg_files_left", leg, only=[by], reply=reply, files_link=leg_mail_link(reply, by), by_reply=False
        )
    return MailState.TAKEN


def key_of(reply: Reply) -> str:
    return f"mail-{reply.pk}"


def _understood(reply: Reply, leg: Leg) -> Understood:
    assert leg.owner is not None
    if leg.asked_by_id:
        return Understood()
    today = clock.today(leg.owner.organisation.zone)
    return understand(reply.text, today=today, offered=_names(list(ways_on(leg))))


def _names(offices: Sequence[Office]) -> dict[str, int]:
    """The offices by each name that is theirs alone."""
    found: dict[str, set[int]] = {}
    for office in offices:
        organisation = office.organisation
        given = [
            *organisation.names.values(),
            organisation.own_name,
            organisation.acronym,
            *organisation.aliases,
        ]
        for name in filter(None, map(fold, given)):
            for shown in (
                name,
                name.removeprefix("the "),
                name.removeprefix("la "),
                name.removeprefix("el "),
            ):
                found.setdefault(shown, set()).add(office.pk)
    return {name: next(iter(pks)) for name, pks in found.items() if len(pks) == 1}


def _attempts(reply: Reply, leg: Leg, understood: Understood) -> list[Attempt]:
    """What to do with it, the surest first."""
    if leg.asked_by_id:
        return [(give_opinion, "opinion", {"text": reply.text})]
    words: Attempt = (answer_leg, "answer", {"text": reply.text})
    if not understood.sure:
        return [words]
    given = with_objects(understood.given or {})
    return [(VERBS[understood.act], understood.act, given), words]


def with_objects(given: Mapping[str, str]) -> dict[str, Any]:
    """What a form begins with, as its verb takes it."""
    found: dict[str, Any] = dict(given)
    if "due_on" in found:
        found["due_on"] = date.fromisoformat(found["due_on"])
    if "to" in found:
        found["to"] = Office.objects.select_related("organisation").get(pk=int(found["to"]))
    return found


def _do(reply: Reply, leg: Leg, attempts: Sequence[Attempt], by: Mandate) -> str:
    """Does the first that is not refused; "" when each is."""
    for verb, act, given in attempts:
        try:
            with transaction.atomic():
                send_answer(verb, leg, act, by=by, key=key_of(reply), **given)
        except Refused:
            continue
        return act
    return ""


def attach_parts(reply: Reply, case: Case, parts: Sequence[Part]) -> None:
    """Keeps the files that may be kept with the words; the others are named."""
    fit: list[Upload] = []
    for part in parts:
        try:
            if len(fit) >= settings.FILES_PER_MESSAGE:
                raise Refused(part.name)
            fit.append(checked(part.name, part.data))
        except Refused:
            reply.left_out = [*reply.left_out, plain_name(part.name)]
    try:
        with transaction.atomic():
            attach_to_words(case, fit, key_of(reply))
    except Refused:
        reply.left_out = [*reply.left_out, *(upload.name for upload in fit)]


def _settle(reply: Reply, state: MailState, kind: str, parts: Sequence[Part] = ()) -> MailState:
    """Says what became of it, with the files that go nowhere, and tells the office."""
    leg = reply.leg
    assert leg is not None and leg.owner is not None
    reply.state, reply.settled_at = state, clock.now()
    reply.wake_at = reply.leased_until = None
    reply.left_out = [*reply.left_out, *(plain_name(part.name) for part in parts)]
    reply.save()
    tell_office(leg.owner, kind, key=f"{kind}/{reply.pk}", case=leg.case, leg=leg)
    if reply.left_out and state != MailState.TAKEN:
        tell_office(leg.owner, "mail-files", key=f"mail-files/{reply.pk}", case=leg.case, leg=leg)
    facts = {"leg": leg.number, "found": reply.found_by, "became": state.value}
    write("mail.filed", office=leg.owner.code, reference=leg.case.ref, facts=facts)
    return state


def _tell_next(reply: Reply, case: Case, leg: Leg) -> None:
    """The office that has the ask now hears that another one has written about it."""
    if case.owner and case.closed_at is None and case.owner_id != leg.owner_id and leg.asked_by_id is None:
        told = {"office": leg.owner_id}
        tell_office(case.owner, "mail-from", key=f"mail-from/{reply.pk}", case=case, data=told)
