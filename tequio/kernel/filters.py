"""The filters of a list, and its pages."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from tequio.kernel.texts import fold

ROWS = 25
Choices = tuple[tuple[str, str], ...]


@lru_cache(maxsize=256)
def _options(choices: Choices, chosen: str) -> SafeString:
    rows = ((key, mark_safe(" selected") if key == chosen else "", label) for key, label in choices)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


class Select(forms.Select):
    """A select drawn in one go: Django's own renders a template for each of its options."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        choices = tuple((key, str(label)) for key, label in self.choices)
        chosen = value if value in dict(choices) else ""
        html = '<select name="{}" id="{}">{}</select>'
        return format_html(html, name, (attrs or {}).get("id", ""), _options(choices, chosen))


class Filters(forms.Form):
    """A GET form whose fields are all optional; a value that it does not offer is ignored."""

    def offer(self, name: str, everything: Any, choices: Iterable[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", everything), *choices]

    def chosen(self) -> dict[str, Any]:
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}


def by_name(rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Choices without repetition, in Spanish order."""
    return sorted(set(rows), key=lambda row: (fold(row[1]), row[0]))


def choice(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, widget=Select)


def page_of(rows: QuerySet[Any], number: str | None, count: int | None = None) -> Page[Any]:
    """The page asked for, else the nearest that there is; `count`: how many rows there are, when it is known."""
    paginator = Paginator(rows, ROWS)
    if count is not None:
        paginator.count = count
    return paginator.get_page(number)
