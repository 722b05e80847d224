"""The drawings of a page, and the picture behind an address."""

from collections.abc import Iterable

from django.utils.translation import get_language

from tequio.charts.models import Drawing


def drawings(keys: Iterable[str], language: str | None = None) -> dict[str, Drawing]:
    """What is drawn of these, by key, in the reader's language unless another is named. One query, without the
    pictures themselves.
    """
    found = Drawing.objects.filter(key__in=list(keys), language=language or get_language())
    rows = found.exclude(shown="").only("key", "shown", "alt", "width", "height")
    return {row.key: row for row in rows}


def picture(sha: str) -> str | None:
    """The SVG with this name; None when there is none, or not any more."""
    return Drawing.objects.filter(shown=sha).exclude(shown="").values_list("svg", flat=True).first()
