"""The product's pages and, beside them, the bare page that they are measured against."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from tequio.circuit.models import Ask, AskKind
from tequio.circuit.queries.asking import prospect
from tequio.network.models import Organisation
from tequio.reference.models import Region
from tequio.urls import urlpatterns as product


def bare(request: HttpRequest) -> HttpResponse:
    """25 organisations by one query through a plain template, behind the same middleware."""
    rows = Organisation.objects.select_related("country", "region").order_by("sort_key", "pk")[:25]
    return render(request, "bench/bare.html", {"rows": rows})


def route(request: HttpRequest) -> HttpResponse:
    """Where an ask would go that is not sent yet."""
    kind = AskKind.objects.select_related("home").get(home="MX", slug="school-talk")
    found = prospect(Ask(kind=kind, region=Region.objects.get(pk="MX-OAX")))
    return HttpResponse(f"{found.target.office}" if found else "")


urlpatterns = [path("bench/bare/", bare), path("bench/route/", route), *product]
