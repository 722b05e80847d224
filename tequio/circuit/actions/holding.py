"""Asks that bear signs of spam: kept from every office until the coordinating office has looked, or its days pass."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit import letters, rules
from tequio.circuit.actions.asking import confirm_ask, forget_unconfirmed
from tequio.circuit.models import Ask, Case
from tequio.circuit.queries.suspicion import signs_of
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate
from tequio.network.queries import coordination
from tequio.notices.models import Letter

LOOK_WITHIN = 2
GONE = _("This ask is no longer held. Somebody has looked at it, or its days have passed.")
KEPT = rules.CONFIRM_WITHIN


def send_ask(ask: Ask) -> Case | None:
    """The asker confirms: the ask goes to its office, or, where it bears signs of spam, is held first (None).

    What nobody has looked at within two working days of the coordinating office goes on by itself.
    """
    with transaction.atomic():
        ask = _lock(ask)
        if ask.held_at or ask.discarded_at:
            return Case.objects.filter(ask=ask).first()
        signs = [] if ask.confirmed_at else signs_of(ask)
        if not signs:
            return confirm_ask(ask)
        office = coordination(ask.kind.home_id).coordination
        now = clock.now()
        day = rules.due_on(LOOK_WITHIN, clock.day_of(now, office.organisation.zone), office).day
        ask.confirmed_at = ask.held_at = now
        ask.held_why, ask.wake_at = signs, rules.end_of_due(day, office)
        ask.save(update_fields=["confirmed_at", "held_at", "held_why", "wake_at"])
        letters.about_ask("ask_held", ask)
        write("ask.held", reference=f"ask-{ask.pk}", facts={"signs": signs})
    return None


def release_ask(ask: Ask, *, by: Mandate | None) -> Case:
    """The ask goes to its office; its clock begins now. `by`: who has looked; None: the days to look have passed."""
    with transaction.atomic():
        ask = _lock(ask)
        _refuse_unless_held(ask, by)
        return confirm_ask(ask)


def discard_ask(ask: Ask, *, by: Mandate, reason: str) -> Ask:
    """The ask goes to no office: the asker reads why, and can write it anew. A week later it is erased."""
    with transaction.atomic():
        ask = _lock(ask)
        _refuse_unless_held(ask, by)
        if not reason.strip():
            raise Refused(_("Write why, so that the asker can put it right."), "reason")
        ask.discarded_at = clock.now()
        ask.wake_at = ask.discarded_at + KEPT
        ask.save(update_fields=["discarded_at", "wake_at"])
        letters.about_ask("ask_discarded", ask, reason=reason.strip())
        office = by.office.code
        write("ask.discarded", office=office, reference=f"ask-{ask.pk}", facts={"signs": ask.held_why})
    return ask


def look_at_ask(ask: Ask) -> None:
    """The worker's look: what was not confirmed, or was turned down, is erased in time; what was held goes on."""
    with transaction.atomic():
        ask = _lock(ask)
        if ask.wake_at is None or ask.wake_at > clock.now():
            return
        if ask.discarded_at:
            _forget(ask)
        elif ask.held_at:
            release_ask(ask, by=None)
        else:
            forget_unconfirmed(ask)


def _forget(ask: Ask) -> None:
    Letter.objects.filter(about=f"ask-{ask.pk}").update(text="", html="", address="", wake_at=None)
    ask.delete()
    write("ask.expired", reference=f"ask-{ask.pk}")


def _lock(ask: Ask) -> Ask:
    Ask.objects.select_for_update(no_key=True).get(pk=ask.pk)
    return Ask.objects.select_related("kind", "region", "subfield").get(pk=ask.pk)


def _refuse_unless_held(ask: Ask, by: Mandate | None) -> None:
    if by and coordination(ask.kind.home_id).coordination_id != by.office_id:
        raise Refused(_("Only the coordinating office looks at what is held."))
    if not ask.held_at or ask.discarded_at or Case.objects.filter(ask=ask).exists():
        raise Refused(GONE)
