"""The product's pages and, beside them, the bare page that they are measured against."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from tequio.network.models import Organisation
from tequio.urls import urlpatterns as product


def bare(request: HttpRequest) -> HttpResponse:
    """25 organisations by one query through a plain template, behind the same middleware."""
    rows = Organisation.objects.select_related("country", "region").order_by("sort_key", "pk")[:25]
    return render(request, "bench/bare.html", {"rows": rows})


urlpatterns = [path("bench/bare/", bare), *product]
