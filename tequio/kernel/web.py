"""The typed request: what the middleware has put on it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from tequio.kernel import clock

if TYPE_CHECKING:
    from tequio.people.models import Person


class Request(HttpRequest):
    htmx: HtmxDetails
    person: Person | None


def network_hash(request: HttpRequest) -> str:
    """A salted hash of the sender's network address that changes daily: enough to count, too little to trace."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        address = request.META.get("HTTP_X_FORWARDED_FOR", address).split(",")[-1].strip()
    return hashlib.sha256(f"{settings.SECRET_KEY}{clock.today('UTC')}{address}".encode()).hexdigest()[:32]
