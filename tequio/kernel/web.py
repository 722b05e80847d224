"""The typed request: what the middleware has put on it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from tequio.kernel import clock

if TYPE_CHECKING:
    from tequio.people.models import Person


P = ParamSpec("P")
View = Callable[Concatenate["Request", P], HttpResponse]


class Request(HttpRequest):
    htmx: HtmxDetails
    person: Person | None


def private(view: View[P]) -> View[P]:
    """For pages whose address is a key: not stored, not indexed, the address told to no other site.

    The referrer stays `same-origin`: with `no-referrer` browsers send `Origin: null`, and every form fails.
    """

    @wraps(view)
    def wrapped(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        return response

    return wrapped


def network_hash(request: HttpRequest) -> str:
    """A salted hash of the sender's network address that changes daily: enough to count, too little to trace."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        address = request.META.get("HTTP_X_FORWARDED_FOR", address).split(",")[-1].strip()
    return hashlib.sha256(f"{settings.SECRET_KEY}{clock.today('UTC')}{address}".encode()).hexdigest()[:32]
