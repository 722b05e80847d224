"""The organisations: a list to search and filter, and a page for each."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from tequio.directory.forms import OrganisationFilters
from tequio.directory.queries import COLUMNS, lines, listed, profile
from tequio.kernel.filters import page_of
from tequio.kernel.web import Request
from tequio.network.models import Organisation
from tequio.reference.models import Source


@require_safe
def organisations(request: Request) -> HttpResponse:
    form = OrganisationFilters(request.GET)
    chosen = form.chosen()
    live = bool(chosen.pop("live", ""))
    count = None if chosen or live else form.facets.total
    page = page_of(listed(live=live, **chosen).values(*COLUMNS), request.GET.get("page"), count)
    rows = list(page)
    context = {
        "form": form,
        "page": page,
        "lines": lines(rows, form.facets),
        "sources": Source.objects.filter(pk__in={row["source_id"] for row in rows}).order_by("pk"),
    }
    return render(request, "directory/organisations.html", context)


@require_safe
def organisation(request: Request, slug: str) -> HttpResponse:
    rows = Organisation.objects.select_related("country", "region", "source", "parent")
    found = get_object_or_404(rows, slug=slug)
    context = {"organisation": found, "sources": [found.source] if found.source else [], **profile(found)}
    return render(request, "directory/organisation.html", context)
