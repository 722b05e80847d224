"""The pages around the circuit: home, the map, what this is, and whether the hub is well."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tequio.kernel.web import Request


@require_safe
def home(request: Request) -> HttpResponse:
    return render(request, "site/home.html")


@require_safe
def map(request: Request) -> HttpResponse:
    return render(request, "site/map.html")


@require_safe
def about(request: Request) -> HttpResponse:
    return render(request, "site/about.html")


@require_safe
def privacy(request: Request) -> HttpResponse:
    return render(request, "site/privacy.html")


@require_safe
def healthz(request: Request) -> HttpResponse:
    return HttpResponse("ok")
