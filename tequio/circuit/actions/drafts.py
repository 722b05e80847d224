"""Answers begun and not sent. Nothing is said by a draft, so the journal has no entry of it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit.actions.steps import lock_leg, refuse_unless_acting, refuse_unless_open
from tequio.circuit.models import Draft, Leg
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate

LONGEST = 12_000


def keep_draft(leg: Leg, act: str, data: Mapping[str, Any], *, by: Mandate) -> Draft:
    """Keeps what is written so far, for whoever acts for the office next; an earlier draft gives way to it."""
    data = {name: value for name, value in data.items() if isinstance(value, str | list)}
    if not any(value.strip() if isinstance(value, str) else value for value in data.values()):
        raise Refused(_("Nothing is written yet, so there is no draft to keep."))
    if sum(len(str(value)) for value in data.values()) > LONGEST:
        raise Refused(_("This is too long to keep. Shorten it."))
    with transaction.atomic():
        _case, leg = lock_leg(leg.pk)
        refuse_unless_open(leg)
        refuse_unless_acting(leg, by)
        kept = {"data": data, "mandate": by, "at": clock.now()}
        return Draft.objects.update_or_create(office=leg.owner, leg=leg, act=act, defaults=kept)[0]


def discard_draft(leg: Leg, act: str, *, by: Mandate) -> None:
    with transaction.atomic():
        _case, leg = lock_leg(leg.pk)
        refuse_unless_acting(leg, by)
        _drop(leg, act)


def send_answer(verb: Callable[..., Leg], leg: Leg, act: str, *, by: Mandate, **given: Any) -> Leg:
    """The answer goes out by its verb, and its draft goes away with it."""
    with transaction.atomic():
        result = verb(leg, by=by, **given)
        _drop(leg, act)
    return result


def _drop(leg: Leg, act: str) -> None:
    Draft.objects.filter(office=leg.owner, leg=leg, act=act).delete()
