"""What was promised and what became of it, in public: by office and government, as a page and as CSV."""

import csv
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from tequio.circuit.queries import agreements, owing
from tequio.circuit.queries.owed import Row, owed_rows, total
from tequio.circuit.queries.public import journal_end
from tequio.circuit.views.ledger import defuse
from tequio.kernel import clock
from tequio.kernel.filters import page_of
from tequio.kernel.texts import pick
from tequio.kernel.web import Request

COUNTS = (
    "made taken_over handed_over kept by_asker by_beneficiary by_silence broken amended dropped lapsed open "
    "overdue unsaid undecided in_kind"
).split()
COLUMNS = ["office", "organisation", "title", "administration", *COUNTS, "invented", "as_of", "journal_entry"]


@require_safe
def commitments(request: Request) -> HttpResponse:
    now, entry = clock.now(), journal_end()
    rows = owed_rows(now)
    context = {"rows": rows, "total": total(rows), "now": now, "entry": entry}
    return render(request, "circuit/commitments.html", context)


@require_safe
def commitments_csv(request: Request) -> HttpResponse:
    now, entry = clock.now(), journal_end()
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"tequio-commitments-{now:%Y-%m-%d}-{get_language()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.DictWriter(response, COLUMNS)
    writer.writeheader()
    for row in owed_rows(now):
        told = {"as_of": now.isoformat(timespec="seconds"), "journal_entry": entry}
        writer.writerow({key: defuse(value) for key, value in {**cells(row), **told}.items()})
    return response


def cells(row: Row) -> dict[str, Any]:
    organisation, government = row.office.organisation, row.administration
    return {
        "office": row.office.code,
        "organisation": str(organisation),
        "title": pick(row.office.titles),
        "administration": str(government) if government else "",
        "invented": "yes" if organisation.demo else "no",
        **{name: getattr(row.figures, name) for name in COUNTS},
    }


@require_safe
def agreed(request: Request) -> HttpResponse:
    """The agreements that are or were in force."""
    page = page_of(agreements.in_public(), request.GET.get("page"))
    return render(request, "circuit/agreements.html", {"page": page})


@require_safe
def agreement(request: Request, slug: str) -> HttpResponse:
    """One agreement that is or was in force: its parties as organisations, its days, what is owed and how it stands."""
    found = get_object_or_404(agreements.in_public(), slug=slug)
    lines = owing.lines(owing.commitments(agreement=found))
    told = owing.stories(line.commitment for line in lines)
    context = {
        "agreement": found,
        "parties": list(found.parties.all()),
        "invented": any(party.office.organisation.demo for party in found.parties.all()),
        "stories": [(line, told[line.commitment.pk]) for line in lines],
        "renewals": found.renewed_by.filter(in_force_at__isnull=False),
    }
    return render(request, "circuit/agreement.html", context)
