"""The ledger: what every office was asked and how it answered, as a page, as CSV and as a feed of weeks."""

import csv
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from tequio.circuit.forms.filters import LedgerFilters
from tequio.circuit.queries.columns import COLUMNS, GROUPS, ORDER, columns
from tequio.circuit.queries.feed import tag, tell
from tequio.circuit.queries.mailed import counts
from tequio.circuit.queries.public import Part, Row, journal_end, ledger_rows, promises_by_office, total
from tequio.circuit.queries.weeks import weeks
from tequio.kernel import clock
from tequio.kernel.filters import ROWS
from tequio.kernel.texts import pick
from tequio.kernel.web import Request
from tequio.network.links import absolute

NAMES = [column.name for column in columns()]
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@require_safe
def ledger(request: Request) -> HttpResponse:
    form = LedgerFilters(request.GET)
    now, entry = clock.now(), journal_end()
    rows = ledger_rows(now, form.kinds, **form.where())
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    promises = promises_by_office(page)
    context = {
        "form": form,
        "page": page,
        "rows": [(row, promises.get((row.office.pk, row.kind.pk))) for row in page],
        "total": total(rows, now),
        "now": now,
        "entry": entry,
        "query": chosen(form),
        "mail": counts(),
    }
    return render(request, "circuit/ledger.html", context)


def chosen(form: LedgerFilters) -> str:
    """The end of an address that says what was chosen."""
    return f"?{urlencode(form.chosen())}" if form.chosen() else ""


@require_safe
def explained(request: Request) -> HttpResponse:
    """What each column counts."""
    groups = [(GROUPS[group], COLUMNS[group]) for group in ORDER]
    return render(request, "circuit/ledger_columns.html", {"groups": groups})


@require_safe
def ledger_csv(request: Request) -> HttpResponse:
    """A line for each office, kind of ask and administration."""
    form, now, entry = LedgerFilters(request.GET), clock.now(), journal_end()
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"tequio-ledger-{now:%Y-%m-%d}-{get_language()}.csv"
    where = absolute("ledger_columns", language=get_language() or settings.LANGUAGE_CODE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Link"] = f'<{where}>; rel="describedby"'
    writer = csv.DictWriter(response, NAMES)
    writer.writeheader()
    told = {"as_of": now.isoformat(timespec="seconds"), "journal_entry": entry, "explained_at": where}
    for row in ledger_rows(now, form.kinds, **form.where()):
        for part in row.parts:
            writer.writerow({key: defuse(value) for key, value in {**cells(row, part), **told}.items()})
    return response


def cells(row: Row, part: Part) -> dict[str, Any]:
    """One line of the CSV, but for what is the same in all of them."""
    figures, organisation = part.figures, row.office.organisation
    low, high = (f"{share:.4f}" for share in part.interval) if part.interval else ("", "")
    return {
        "office": row.office.code,
        "organisation": str(organisation),
        "title": pick(row.office.titles),
        "home": row.kind.home_id,
        "kind": row.kind.slug,
        "administration": part.administration.slug if part.administration else "",
        **{column.name: getattr(figures, column.figure) for column in columns() if column.figure},
        "kept_from": low,
        "kept_to": high,
        "longest_wait_days": part.longest if figures.waiting else "",
        "invented": "yes" if organisation.demo else "no",
    }


def defuse(value: object) -> object:
    """A text that a spreadsheet would run as a formula, made plain by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


@require_safe
def ledger_atom(request: Request) -> HttpResponse:
    """The weeks that are over, an entry for each office and kind: how often it was asked, answered and missed."""
    form, language = LedgerFilters(request.GET), get_language() or settings.LANGUAGE_CODE
    found = weeks(clock.now(), form.kinds, **form.where())
    query = chosen(form)
    addresses = {code: absolute("ledger_atom", language=code) + query for code, _name in settings.LANGUAGES}
    context = {
        "name": tag(f"ledger{query}", language),
        "entries": tell(found.entries, language),
        "updated": found.updated,
        "language": language,
        "self": addresses.pop(language),
        "others": [{"code": code, "url": url} for code, url in addresses.items()],
        "site": settings.BASE_URL,
        "page": absolute("ledger", language=language) + query,
    }
    return render(request, "circuit/ledger.atom", context, "application/atom+xml; charset=utf-8")
