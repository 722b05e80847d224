"""What the tests of a desk's pages share: addresses, the fields of an answer, signing in."""

import re
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import translation

from tequio.circuit.models import Leg
from tests.cast import Cast


def fields(act: str, key: str = "key-one", **given: Any) -> dict[str, Any]:
    return {"act": act, **{f"{act}-{name}": value for name, value in {"key": key, **given}.items()}}


def accept(key: str = "key-one", **given: Any) -> dict[str, Any]:
    return fields(
        "accept", key, **{"what": "El martes a las nueve, por video.", "due_on": "2026-12-10", **given}
    )


def url(name: str, *args: Any, language: str = "en") -> str:
    with translation.override(language):
        return reverse(name, args=args)


def outcome(leg: Leg) -> str:
    return Leg.objects.get(pk=leg.pk).outcome


def signed(client: Client, cast: Cast, name: str) -> Client:
    client.force_login(cast.account(name))
    return client


def named_errors(response: Any) -> list[str]:
    return re.findall(r'<span class="error" id="id_([\w-]+?)_error"', response.content.decode())


def terms(kind: str = "school-talk", **given: Any) -> dict[str, Any]:
    fields = {"days": 7, "valid_until": "2027-03-31", **given}
    return {f"{kind}-{name}": value for name, value in fields.items()}
