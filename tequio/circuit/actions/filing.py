"""Filing a mail that came in: to its leg when that is certain, else to the coordinating office. None is dropped."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Q

from tequio.circuit import rules
from tequio.circuit.actions.asker_mail import case_asked, take_reply
from tequio.circuit.actions.delivery import deliver_leg
from tequio.circuit.actions.taking import take
from tequio.circuit.actions.telling import tell_office
from tequio.circuit.models import Case, Leg, Reply
from tequio.circuit.queries.clues import clues_of, mandates_of
from tequio.circuit.queries.correspondence import answers_by_mail, sent_about, way_of
from tequio.circuit.sorting import By, Decision, Fate, decide
from tequio.circuit.states import Evidence, MailState
from tequio.inbound.addresses import is_ours
from tequio.inbound.models import Received
from tequio.inbound.reading.mail import Mail, Nature
from tequio.inbound.reading.words import own_words
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.kernel.uploads.checking import plain_name
from tequio.network.models import Hub, Mandate, Office
from tequio.network.queries import coordination, is_vacant

AGAIN = "again"
LOOK_WITHIN = 2
LONGEST = 100_000


def file_mail(received: Received, mail: Mail) -> str:
    """Files a mail, once: returns what became of it (`states.MailState`), or "again" for one that came before.

    Only the word of who acts for the leg's office, from a confirmed address, is an answer. From anybody else it is
    held until the office says that it is its own; what belongs to no ask for sure is held by the coordinating office.
    """
    with transaction.atomic():
        before = Reply.objects.filter(received=received).first()
        if before:
            return str(before.state)
        own = own_words(mail).own
        if (asked := case_asked(mail)) and (state := _asker_replies(received, mail, asked)):
            return state
        human = mail.nature is Nature.HUMAN
        decision = decide(clues_of(mail, own), human=human, ours=is_ours(mail.sender))
        decision = _unless_nobody_can_say(decision, mail.sender)
        reply = _as_row(received, mail, decision)
        if _came_before(reply):
            return AGAIN
        return str(DOES[decision.fate](reply, mail, decision).value)


def _asker_replies(received: Received, mail: Mail, case: Case) -> str:
    """The asker answers what they were asked: what became of it, "" when it is no reply after all."""
    reply = _as_row(received, mail, Decision(Fate.HOLD))
    reply.found_by, reply.state, reply.home_id = By.THREAD.value, MailState.TAKEN, case.kind.home_id
    if _came_before(reply):
        return AGAIN
    try:
        with transaction.atomic():
            if take_reply(reply, case, mail.parts):
                return MailState.TAKEN.value
            raise Refused("")
    except Refused:
        return ""


def _unless_nobody_can_say(decision: Decision, sender: str) -> Decision:
    """The coordinating office looks where nobody at the office could say whether it is theirs, or where the asker is
    the sender, whose address no office is shown.
    """
    if decision.fate is not Fate.ASK or decision.clue is None:
        return decision
    leg = Leg.objects.select_related("owner", "case__ask").get(pk=decision.clue.leg)
    asker = bool(sender) and leg.case.ask.address.lower() == sender.lower()
    unsaid = leg.owner is None or is_vacant(leg.owner)
    return Decision(Fate.HOLD, guesses=(decision.clue,)) if asker or unsaid else decision


def _as_row(received: Received, mail: Mail, decision: Decision) -> Reply:
    clue = decision.clue
    sent = sent_about(Leg(pk=clue.leg), mail.answers) if clue else ""
    words = own_words(mail, sent)
    return Reply(
        received=received,
        message_id=mail.message_id if 0 < len(mail.message_id) < 240 else f"<{received.digest}>",
        leg_id=clue.leg if clue else None,
        nature=mail.nature.value,
        found_by=clue.by.value if clue else "",
        sender=mail.sender[:254],
        sender_name=mail.sender_name[:120],
        subject=mail.subject[:200],
        text=words.own[:LONGEST],
        whole=words.whole[:LONGEST],
        guesses=[{"leg": guess.leg, "by": guess.by.value} for guess in decision.guesses],
        left_out=list(mail.too_big),
        came_at=received.received_at,
    )


def _came_before(reply: Reply) -> bool:
    """Whether the same mail came already, by another server or another door. A mail program may give several mails
    one Message-ID: then the later ones get one of their own.
    """
    named = Reply.objects.filter(message_id=reply.message_id)
    same = named.filter(sender=reply.sender, whole=reply.whole, subject=reply.subject)
    if reply.leg_id:
        same = same.filter(Q(leg=reply.leg_id) | Q(leg=None) | Q(found_by=By.HAND))
    if same.exists():
        return True
    if named.exists():
        reply.message_id = f"{reply.message_id[:240]}#{reply.received.digest[:12]}"
    return False


def _take(reply: Reply, mail: Mail, decision: Decision) -> MailState:
    reply.save()
    assert decision.clue is not None
    leg = Leg.objects.select_related("owner").get(pk=decision.clue.leg)
    by = speaks_for(reply, leg)
    assert by is not None
    return take(reply, by=by, parts=mail.parts)


def speaks_for(reply: Reply, leg: Leg) -> Mandate | None:
    """The mandate by which the sender acts for the leg's office now, where that office answers by mail."""
    if leg.owner is None or not answers_by_mail(way_of(leg.owner)):
        return None
    return next((each for each in mandates_of(reply.sender) if each.office_id == leg.owner_id), None)


def _ask(reply: Reply, mail: Mail, decision: Decision) -> MailState:
    reply.left_out = _names(mail)
    ask_office(reply)
    return MailState.ASKED


def _names(mail: Mail) -> list[str]:
    """Every file that came with a mail that nobody has taken yet: the raw mail, which holds them, goes one day."""
    return [*mail.too_big, *(plain_name(part.name) for part in mail.parts)]


def ask_office(reply: Reply) -> None:
    """Holds a mail at its leg until the office says whether it is its own, and says so to the office."""
    assert reply.leg_id is not None
    leg = Leg.objects.select_related("owner__organisation", "case").get(pk=reply.leg_id)
    assert leg.owner is not None
    reply.state, reply.held = MailState.ASKED, True
    _put_date(reply, leg.owner)
    tell_office(leg.owner, "mail-asked", key=f"mail-asked/{reply.pk}", case=leg.case, leg=leg)
    facts = {"leg": leg.number, "found": reply.found_by}
    write("mail.asked", office=leg.owner.code, reference=leg.case.ref, facts=facts)


def _hold(reply: Reply, mail: Mail, decision: Decision) -> MailState:
    reply.left_out = _names(mail)
    hold_mail(reply)
    return MailState.HELD


def hold_mail(reply: Reply) -> None:
    """Holds a mail for the coordinating office of its hub, with a clock of its own."""
    reply.home_id = reply.home_id or _home_of(reply)
    reply.state, reply.held, reply.leg = MailState.HELD, True, None
    office = coordination(reply.home_id).coordination
    _put_date(reply, office)
    tell_office(office, "mail-held", key=f"mail-held/{reply.pk}")
    write("mail.held", office=office.code, facts={"guesses": len(reply.guesses)})


def _home_of(reply: Reply) -> str:
    """The hub of the best guess, else of the sender's office, else the first that there is."""
    guessed = Leg.objects.filter(pk__in=[guess["leg"] for guess in reply.guesses[:1]])
    homes = [*guessed.values_list("kind__home", flat=True)]
    homes += [mandate.office.organisation.home_id for mandate in mandates_of(reply.sender)]
    known = [home for home in homes if Hub.objects.filter(pk=home).exists()]
    return known[0] if known else Hub.objects.order_by("pk").values_list("pk", flat=True)[0]


def _put_date(reply: Reply, office: Office) -> None:
    """Somebody has two working days of the office to look."""
    day = rules.due_on(LOOK_WITHIN, clock.today(office.organisation.zone), office).day
    reply.due_on, reply.due_at = day, rules.end_of_due(day, office)
    reply.wake_at = reply.due_at
    reply.save()


def _keep(reply: Reply, mail: Mail, decision: Decision) -> MailState:
    """What a machine sent is no answer. That a server took our letter shows that the ask has come."""
    reply.state, reply.settled_at = MailState.AUTO, clock.now()
    reply.save()
    if (
        reply.leg_id
        and mail.nature is Nature.DELIVERED
        and mail.report
        and mail.report.status.startswith("2")
    ):
        deliver_leg(reply.leg_id, Evidence.SERVER)
    return MailState.AUTO


DOES: dict[Fate, Callable[[Reply, Mail, Decision], Any]] = {
    Fate.TAKE: _take,
    Fate.ASK: _ask,
    Fate.HOLD: _hold,
    Fate.KEEP: _keep,
    Fate.PUT_ASIDE: _keep,
}


def look_at_reply(reply: Reply) -> None:
    """The worker's look: a mail that nobody has looked at by its day is said once more; it stays where it is."""
    with transaction.atomic():
        found = Reply.objects.select_for_update(of=("self",), no_key=True).filter(pk=reply.pk)
        reply = found.select_related("leg__owner", "leg__case").get()
        if reply.wake_at is None or reply.wake_at > clock.now():
            return
        Reply.objects.filter(pk=reply.pk).update(wake_at=None)
        if reply.state == MailState.HELD and reply.home_id:
            tell_office(
                coordination(reply.home_id).coordination, "mail-held-late", key=f"mail-late/{reply.pk}"
            )
        elif reply.state == MailState.ASKED and reply.leg and reply.leg.owner:
            leg, office = reply.leg, reply.leg.owner
            tell_office(office, "mail-asked-late", key=f"mail-late/{reply.pk}", case=leg.case, leg=leg)
