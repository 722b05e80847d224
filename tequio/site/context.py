"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from tequio.network.queries import offices_of


def other_language(request: HttpRequest) -> dict[str, str] | None:
    """The same page, its query string included, in the language that follows this one; None for no page."""
    names = dict(settings.LANGUAGES)
    codes = list(names)
    code = codes[(codes.index(get_language() or settings.LANGUAGE_CODE) + 1) % len(codes)]
    here = request.get_full_path()
    url = translate_url(here, code)
    return None if url == here else {"code": code, "label": names[code], "url": url}


def page(request: HttpRequest) -> dict[str, Any]:
    """The other language, whether this is the demo, whom to write to, and the offices of who is signed in."""
    person = getattr(request, "person", None)
    return {
        "other_language": other_language(request),
        "demo": settings.DEMO,
        "contact": settings.CONTACT,
        "signed_in_offices": SimpleLazyObject(lambda: offices_of(person) if person else []),
    }
