"""The ledger: what every office was asked and how it answered, as a page and as CSV."""

import csv
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from tequio.circuit.forms.filters import LedgerFilters
from tequio.circuit.queries.public import Row, journal_end, ledger_rows, total
from tequio.kernel import clock
from tequio.kernel.texts import pick
from tequio.kernel.web import Request

COLUMNS = (
    "office organisation title home kind asked answered_in_time answered_late missed matured kept "
    "kept_from kept_to waiting longest_wait_days accepted declined passed_on done not_done invented "
    "as_of journal_entry"
).split()
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@require_safe
def ledger(request: Request) -> HttpResponse:
    form = LedgerFilters(request.GET)
    now, entry = clock.now(), journal_end()
    rows = ledger_rows(now, **form.where())
    context = {"form": form, "rows": rows, "total": total(rows, now), "now": now, "entry": entry}
    return render(request, "circuit/ledger.html", context)


@require_safe
def ledger_csv(request: Request) -> HttpResponse:
    now, entry = clock.now(), journal_end()
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"tequio-ledger-{now:%Y-%m-%d}-{get_language()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.DictWriter(response, COLUMNS)
    writer.writeheader()
    for row in ledger_rows(now, **LedgerFilters(request.GET).where()):
        writer.writerow({key: defuse(value) for key, value in cells(row, entry).items()})
    return response


def cells(row: Row, entry: int) -> dict[str, Any]:
    """One line of the CSV; `entry` is the journal's last when it was read."""
    figures, organisation = row.figures, row.office.organisation
    low, high = (f"{share:.4f}" for share in row.interval) if row.interval else ("", "")
    names = [row.office.code, str(organisation), pick(row.office.titles), row.kind.home_id, row.kind.slug]
    answered = [figures.asked, figures.in_time, figures.late, figures.missed]
    kept = [figures.matured, figures.kept, low, high]
    waiting = [figures.waiting, row.longest if figures.waiting else ""]
    answers = [figures.accepted, figures.declined, figures.passed_on, figures.done, figures.not_done]
    invented = "yes" if organisation.demo else "no"
    told = [invented, row.now.isoformat(timespec="seconds"), entry]
    return dict(zip(COLUMNS, [*names, *answered, *kept, *waiting, *answers, *told], strict=True))


def defuse(value: object) -> object:
    """A text that a spreadsheet would run as a formula, made plain by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
