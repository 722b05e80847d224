"""A page as a PDF, by WeasyPrint; where Debian's Pango is missing, none can be made and the page says so."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders


class Unprintable(Exception):
    """This installation cannot make a PDF."""


@lru_cache(maxsize=1)
def _printer() -> Callable[[str, list[str]], bytes] | None:
    try:
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):
        return None

    def make(html: str, styles: list[str]) -> bytes:
        nothing = URLFetcher(allowed_protocols=())
        sheets = [CSS(string=style, url_fetcher=nothing) for style in styles]
        made: bytes = HTML(string=html, url_fetcher=nothing).write_pdf(stylesheets=sheets, pdf_tags=True)
        return made

    return make


@lru_cache(maxsize=1)
def tokens() -> str:
    """The product's colours and sizes, as a style sheet."""
    path = finders.find("site/tokens.css")
    return Path(path).read_text() if isinstance(path, str) else ""


def can_print() -> bool:
    return _printer() is not None


def pdf_of(html: str, *styles: str) -> bytes:
    """The PDF of a whole HTML page with its style sheets after the product's: nothing is fetched, from anywhere."""
    printer = _printer()
    if printer is None:
        raise Unprintable
    return printer(html, [tokens(), *styles])
