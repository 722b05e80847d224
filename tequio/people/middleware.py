"""Puts the signed-in person on the request, or None."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from tequio.people.models import Person

Answer = Callable[[HttpRequest], HttpResponseBase]


def _person(request: HttpRequest) -> Person | None:
    account = request.user
    return account.person if account.is_authenticated else None


def person(get_response: Answer) -> Answer:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.person = _person(request)  # type: ignore[attr-defined]
        return get_response(request)

    return middleware
