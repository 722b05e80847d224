"""Texts that come from a pack: one text in several languages, as {"es": …, "en": …}."""

import unicodedata
from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import get_language


def pick(text: Mapping[str, str], language: str | None = None) -> str:
    """The text in the reader's language, else in the hub's, else in any; "" when there is none."""
    wanted = (language or get_language() or settings.LANGUAGE_CODE)[:2]
    return text.get(wanted) or text.get(settings.LANGUAGE_CODE) or next(iter(text.values()), "")


def fold(text: str) -> str:
    """Lower case without accents: *Organización* and *organizacion* are one. Used to search and to sort."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
