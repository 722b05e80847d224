"""The entry points: who answers what, by when, and how it was kept so far."""

from collections import defaultdict

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from tequio.circuit.forms.filters import EntryPointFilters
from tequio.circuit.models import EntryPoint
from tequio.circuit.queries.owed import owed_rows
from tequio.circuit.queries.public import Kept, acting_in, in_force, ledger_rows, with_central
from tequio.circuit.queries.public import entry_points as listed
from tequio.circuit.queries.service import chapters_of
from tequio.circuit.queries.vacancies import vacant_since
from tequio.kernel.filters import page_of
from tequio.kernel.web import Request

REMIT = ("fields", "subfields", "countries", "regions")


@require_safe
def entry_points(request: Request) -> HttpResponse:
    form = EntryPointFilters(request.GET)
    chosen = form.chosen()
    rows = listed().prefetch_related("kinds")
    if "kind" in chosen:
        home, _sep, slug = chosen["kind"].partition("/")
        rows = rows.filter(kinds__home=home, kinds__slug=slug)
    if "country" in chosen:
        rows = rows.filter(office__organisation__country=chosen["country"])
    if "live" in chosen:
        rows = rows.filter(live=True)
    page = page_of(rows, request.GET.get("page"))
    promises: dict[int, list[Kept]] = defaultdict(list)
    for kept in in_force(entry_point__in=[row.pk for row in page]):
        promises[kept.promise.entry_point_id].append(kept)
    context = {
        "form": form,
        "page": page,
        "entries": [(row, promises[row.pk]) for row in page],
        "sources": dict.fromkeys(row.source for row in page if row.source),
    }
    return render(request, "circuit/entry_points.html", context)


@require_safe
def entry_point(request: Request, slug: str) -> HttpResponse:
    found = _found(slug)
    promises = in_force(entry_point=found)
    mandate = acting_in([found.office]).get(found.office_id)
    prefetch_related_objects([each.promise for each in promises], *REMIT)
    context = {
        "entry_point": found,
        "office": found.office,
        "organisation": found.office.organisation,
        "mandate": mandate,
        "since": None if mandate else vacant_since([found.office]).get(found.office_id),
        "promises": with_central(promises),
        "chapters": chapters_of(found.office).select_related("organisation"),
        "records": ledger_rows(owner=found.office_id),
        "promised": owed_rows(office=found.office_id),
        "kinds": found.kinds.filter(withdrawn_on=None),
        "sources": [found.source] if found.source else [],
    }
    return render(request, "circuit/entry_point.html", context)


def _found(slug: str) -> EntryPoint:
    names = (
        "office__organisation__country",
        "office__organisation__region",
        "fallback__office__organisation",
    )
    rows = EntryPoint.objects.select_related(*names, "source")
    return get_object_or_404(rows, slug=slug)
