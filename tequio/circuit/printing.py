"""A page as a PDF, by WeasyPrint; where Debian's Pango is missing, none can be made and the page says so."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders


class Unprintable(Exception):
    """This installation cannot make a PDF."""


@lru_cache(maxsize=1)
def _printer() -> Callable[[str], bytes] | None:
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):
        return None

    def make(html: str) -> bytes:
        page = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=()))
        made: bytes = page.write_pdf(pdf_tags=True)
        return made

    return make


@lru_cache(maxsize=1)
def tokens() -> str:
    """The product's colours and sizes, to be written into the page."""
    path = finders.find("site/tokens.css")
    return Path(path).read_text() if isinstance(path, str) else ""


def can_print() -> bool:
    return _printer() is not None


def pdf_of(html: str) -> bytes:
    """The PDF of a whole HTML page that brings everything along: nothing is fetched for it, from anywhere."""
    printer = _printer()
    if printer is None:
        raise Unprintable
    return printer(html)
