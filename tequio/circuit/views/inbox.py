"""The inbox: what somebody owes an answer to, across their offices or at one of them."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from tequio.circuit import access
from tequio.circuit.queries.cases import answered, owed
from tequio.circuit.queries.governing import waiting
from tequio.circuit.queries.inbox import TABS, Seat, counts, in_hand, loads, page_of, seats_of
from tequio.circuit.queries.offices import promises_of, with_record
from tequio.circuit.queries.support import elsewhere, posts_for
from tequio.circuit.visibility import Viewer, seen, seen_at
from tequio.kernel.web import Request, private

LATELY, OWED = 6, 10


@require_safe
@login_required
@private
def desk(request: Request) -> HttpResponse:
    """Everything that the person has in hand, in all their offices; with one office, straight to its inbox."""
    seats = seats_of(request.person) if request.person else []
    if not seats:
        return render(request, "circuit/desk_none.html")
    if len(seats) == 1:
        answer = redirect("desk_office", seats[0].office.pk)
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{answer.url}?{query}") if query else answer
    return render(request, "circuit/desk_inbox.html", _in_hand(request, seats))


@require_safe
@login_required
@private
def inbox(request: Request, office: int) -> HttpResponse:
    """What the office owes today, what it has promised, what it answered lately, and its record."""
    found, mandate = access.office_for(request.person, office)
    context = {
        "office": found,
        "mandate": mandate,
        "owed": [(each, seen(each.case.ask, Viewer.HAS)) for each in owed(found)[:OWED] if each.case],
        "reviews_waiting": waiting(found),
        "answered": [(leg, seen_at(leg)) for leg in answered(found)[:LATELY]],
        "promises": with_record(found, promises_of(found)),
        "central": elsewhere(found),
        "served": posts_for(found),
    }
    seats = [Seat(found, mandate is not None)]
    return render(request, "circuit/desk_inbox.html", {**_in_hand(request, seats), **context})


def _in_hand(request: Request, seats: Sequence[Seat]) -> dict[str, Any]:
    """The tabs with their numbers, and one page of the tab that the address names."""
    found = loads(seats)
    number = counts(seats, found)
    first = "mine" if any(seat.acts for seat in seats) else "deputy"
    tab = request.GET.get("tab", first)
    tab = tab if tab in TABS else first
    others = not all(seat.acts for seat in seats)
    tabs = [(name, label, number[name]) for name, label in TABS.items() if others or name != "deputy"]
    return {
        "tab": tab,
        "tabs": [row for row in tabs if first == "mine" or row[0] != "mine"],
        "number": number,
        "page": page_of(tab, seats, request.GET.get("page", "1"), number[tab]),
        "seats": [(seat, found[seat.office.pk]) for seat in seats],
        "acts": first == "mine",
        "several": len(in_hand(seats)) > 1 or len(seats) > 1,
    }
