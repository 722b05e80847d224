"""The pages around the circuit: home, the map, what this is, and whether the hub is well."""

import json
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tequio.circuit.queries.asking import offers
from tequio.circuit.queries.public import done_lately, in_force
from tequio.kernel.web import Request
from tequio.network.models import Hub
from tequio.site import queries

SHOWN = 6
WORKER_SECONDS = 120


@require_safe
def home(request: Request) -> HttpResponse:
    live = (kept for kept in in_force() if kept.promise.quiet_since is None)
    promises = sorted(live, key=lambda kept: kept.promise.days)
    context = {
        "homes": offers(),
        "promises": promises[:SHOWN],
        "promised": len(promises),
        "lately": [kind for kind in done_lately() if kind.asked],
        "world": queries.world(),
    }
    return render(request, "site/home.html", context)


@require_safe
def map(request: Request) -> HttpResponse:
    return render(request, "site/map.html", {"world": queries.world(), "homes": queries.homes()})


@require_safe
def about(request: Request) -> HttpResponse:
    hubs = Hub.objects.select_related("home", "coordination__organisation").order_by("pk")
    return render(request, "site/about.html", {"hubs": hubs})


@require_safe
def privacy(request: Request) -> HttpResponse:
    return render(request, "site/privacy.html")


@never_cache
@require_safe
def healthz(request: Request) -> HttpResponse:
    """200 when the database answers and the worker was alive within two minutes, else 503; which, in words."""
    age = worker_age()
    worker = age is not None and age < WORKER_SECONDS
    lines = [f"database: {'ok' if database_answers() else 'no answer'}"]
    lines.append("worker: never seen" if age is None else f"worker: seen {age:.0f} s ago")
    status = 200 if worker and "ok" in lines[0] else 503
    return HttpResponse("\n".join(lines) + "\n", status=status, content_type="text/plain; charset=utf-8")


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def worker_age() -> float | None:
    """Seconds since the worker's last heartbeat; None when it has left none."""
    try:
        beat = json.loads((Path(settings.VAR) / "worker.json").read_text())["beat"]
        return (datetime.now(UTC) - datetime.fromisoformat(beat)).total_seconds()
    except (OSError, ValueError, KeyError):
        return None
