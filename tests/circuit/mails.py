"""Mails as the reader gives them, and the door through which they come."""

import hashlib
from collections.abc import Sequence
from itertools import count
from typing import Any

from tequio.circuit.actions.filing import file_mail
from tequio.circuit.models import Leg, Reply
from tequio.inbound.models import Received
from tequio.inbound.reading.mail import Mail, Nature, Part
from tequio.kernel import clock
from tests.cast import letters

ANA = "ana@example.org"
_numbers = count(1)


def address(leg: Leg) -> str:
    return f"r.{leg.mail_token}@mail.example"


def mail(to: Leg | Sequence[str] = (), text: str = "", *, sender: str = ANA, **given: Any) -> Mail:
    """A human mail, to the secret address of a leg or to any addresses."""
    number = next(_numbers)
    fields: dict[str, Any] = {
        "nature": Nature.HUMAN,
        "message_id": f"<{number}@out.example>",
        "answers": (),
        "sender": sender,
        "sender_name": sender.partition("@")[0].title(),
        "recipients": (address(to),) if isinstance(to, Leg) else tuple(to),
        "subject": "Re:",
        "sent_at": clock.now(),
        "text": text,
        "html": "",
    }
    return Mail(**{**fields, **given})


def received(told: Mail) -> Received:
    """The mail as the door keeps it; each is other bytes."""
    digest = hashlib.sha256(f"{told}{next(_numbers)}".encode()).hexdigest()
    return Received.objects.create(digest=digest, door="pipe", message_id=told.message_id[:255], size=1)


def arrives(told: Mail) -> str:
    """The mail comes and is filed; what became of it."""
    return file_mail(received(told), told)


def answers(leg: Leg, text: str, *, sender: str = ANA, parts: Sequence[Part] = (), **given: Any) -> Reply:
    """A reply to the secret address of a leg comes and is filed."""
    arrives(mail(leg, text, sender=sender, parts=tuple(parts), **given))
    return Reply.objects.latest("pk")


def message_id(leg: Leg, template: str = "leg_new") -> str:
    """The Message-ID of a letter about a leg."""
    return next(each.message_id for each in letters(template) if each.tag.startswith(f"leg-{leg.pk}/"))
