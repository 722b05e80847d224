"""What a teacher types, and how a test sends it."""

from typing import Any

from django.test import Client

from tequio.circuit.models import Ask
from tequio.kernel.ids import idempotency_key
from tests.cast import work
from tests.circuit.reading import errors, link_in

TALK, PARTNER, SUPPORT = "/en/ask/mx/school-talk/", "/en/ask/mx/counterpart/", "/en/ask/mx/consular-support/"
HTMX = {"HX-Request": "true"}


def talk(**changed: str) -> dict[str, str]:
    """What a teacher types: a school by its exact name."""
    return {
        "region": "MX-OAX",
        "school": "Preparatoria Número 5",
        "topic": "",
        "text": "A talk on vaccines.",
        "name": "Marta Maestra",
        "address": "marta@example.net",
        "key": idempotency_key(),
        **changed,
    }


def sent(client: Client, **changed: str) -> Ask:
    """An ask by the form, not confirmed."""
    response = client.post(TALK, talk(**changed))
    assert response.status_code == 302, errors(response)
    return Ask.objects.latest("pk")


def link_to(address: str, mailbox: list[Any]) -> str:
    work()
    return link_in(next(mail for mail in reversed(mailbox) if mail.to == [address]).body)
