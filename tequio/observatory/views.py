"""The record of an entry point; the pulse of a hub, week by week, from the whole to each office, and as a table."""

import csv
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from tequio.charts.queries import drawings
from tequio.circuit.models import EntryPoint
from tequio.kernel.web import Request
from tequio.network.models import Hub
from tequio.observatory.forms import PulseFilters
from tequio.observatory.models import Release
from tequio.observatory.queries import pulse
from tequio.observatory.queries.gaps import names_of
from tequio.observatory.queries.levels import Level, asked_again, governments, offices_of
from tequio.observatory.queries.pictures import key_of_weeks
from tequio.observatory.queries.records import promise_history, sheets
from tequio.observatory.queries.tables import COLUMNS, lines


@require_safe
def record(request: Request, slug: str) -> HttpResponse:
    """What an asker can expect of an entry point: what it kept, how long it took, what it asked for, what it signed."""
    offices = EntryPoint.objects.select_related("office__organisation", "office__record")
    found = get_object_or_404(offices, slug=slug)
    written, signed = getattr(found.office, "record", None), promise_history(found)
    told = sheets(written) if written else []
    context = {
        "entry_point": found,
        "office": found.office,
        "organisation": found.office.organisation,
        "record": written,
        "sheets": told,
        "drawings": drawings(sheet.key for sheet in told) if told else {},
        "signed": signed,
        "since": signed[-1].signed_at if signed else None,
    }
    return render(request, "observatory/record.html", context)


@require_safe
def hubs(request: Request) -> HttpResponse:
    """The hubs of this installation; the only one's pulse at once."""
    found = list(Hub.objects.select_related("home"))
    if len(found) == 1:
        return redirect("pulse", found[0].home_id.lower())
    return render(request, "observatory/hubs.html", {"hubs": found})


@require_safe
def hub(request: Request, home: str) -> HttpResponse:
    """What the hub's offices were asked and did up to a week, and how things stand."""
    form, release = _chosen(request, home)
    if release is None:
        return render(request, "observatory/none.html", {"hub": form.hub})
    level = Level(release, offices_of(release), kind=form.code)
    picture = key_of_weeks(form.hub, release.week)
    context = {
        **_common(form, release, level),
        "lines": level.by_country(),
        "weeks": pulse.weeks(form.totals, release.week),
        "picture": picture,
        "drawings": drawings([picture]),
        "governments": governments(release),
        "again": asked_again(release),
        "gaps": _gaps(form, release, {}),
        "lapsing": _lapsing(form, release, level),
        "quiet": [level.offices[code] for code in release.figures["quiet"]],
    }
    return render(request, "observatory/pulse.html", context)


@require_safe
def place(request: Request, home: str, code: str) -> HttpResponse:
    """The same of a country (its states, where there are several, and its offices), or of a state."""
    form, release = _chosen(request, home)
    country, region = _place(code)
    if release is None:
        raise Http404
    level = Level(release, offices_of(release), country, region, form.code)
    if not level.within:
        raise Http404
    regions, there = [] if region else level.by_region(), next(iter(level.within)).organisation
    context = {
        **_common(form, release, level),
        "name": there.region if region else there.country,
        "country": there.country if region else None,
        "country_code": country,
        "regions": regions if len(regions) > 1 else [],
        "lines": level.by_office(),
    }
    return render(request, "observatory/place.html", context)


def _place(code: str) -> tuple[str, str]:
    """The country and the state that an address names; no state for a country."""
    code = code.upper()
    return (code.partition("-")[0], code) if len(code) > len("MX-") else (code, "")


@require_safe
def gaps(request: Request, home: str) -> HttpResponse:
    """Kinds of ask and places for which nobody has promised."""
    form, release = _chosen(request, home)
    if release is None:
        return render(request, "observatory/none.html", {"hub": form.hub})
    names = names_of(code for _kind, _of, without in release.figures["gaps"] for code in without)
    context = {"hub": form.hub, "release": release, "gaps": _gaps(form, release, names)}
    return render(request, "observatory/gaps.html", context)


@require_safe
def table(request: Request, home: str) -> HttpResponse:
    """Every figure of a week at each level, with the query that counts it."""
    _form, release = _chosen(request, home)
    if release is None:
        raise Http404
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"tequio-pulse-{home.lower()}-{release.week}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.DictWriter(response, COLUMNS)
    writer.writeheader()
    writer.writerows(lines(release))
    return response


def _chosen(request: Request, home: str) -> tuple[PulseFilters, Release | None]:
    """What the address names; None before the first release."""
    hubs = Hub.objects.select_related("home", "coordination__organisation")
    form = PulseFilters(get_object_or_404(hubs, home=home.upper()), request.GET)
    return form, pulse.release_of(form.hub, form.day)


def _common(form: PulseFilters, release: Release, level: Level) -> dict[str, Any]:
    chosen = form.chosen()
    return {
        "form": form,
        "hub": form.hub,
        "release": release,
        "whole": level.whole,
        "query": f"?{urlencode(chosen)}" if chosen else "",
        "kind": form.kinds.get(chosen.get("kind", "")),
    }


def _lapsing(form: PulseFilters, release: Release, level: Level) -> list[dict[str, Any]]:
    """The promises that lapse within thirty days of the release, the first to lapse first."""
    return [
        {"office": level.offices[code], "kind": form.kinds[slug], "day": date.fromisoformat(day)}
        for code, slug, day in release.figures["lapsing"]
    ]


def _gaps(form: PulseFilters, release: Release, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """By kind: how many places it can be asked from, how many and which are without a promise."""
    return [
        {
            "kind": form.kinds[slug],
            "of": of,
            "without": sorted(names[code] for code in without if code in names),
            "n": len(without),
        }
        for slug, of, without in release.figures["gaps"]
    ]
