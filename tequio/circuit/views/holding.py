"""Asks that are held: the coordinating office sends each on, or turns it down with a reason."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tequio.circuit import access
from tequio.circuit.actions.holding import discard_ask, release_ask
from tequio.circuit.forms.holding import DiscardForm
from tequio.circuit.models import Ask
from tequio.circuit.queries.suspicion import held_asks, looked_at_until, told_signs
from tequio.circuit.visibility import Viewer, seen
from tequio.kernel.errors import Refused
from tequio.kernel.filters import page_of
from tequio.kernel.web import Request, private
from tequio.network.models import Mandate


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private
def held(request: Request) -> HttpResponse:
    by = {hub.pk: mandate for hub, mandate in access.coordination_for(request.person)}
    found, failed = held_asks().filter(kind__home__in=by), None
    if request.method == "POST":
        ask = found.filter(pk=access.number(request.POST.get("ask", ""))).first()
        if ask is None:
            messages.error(
                request, _("This ask is no longer held. Somebody has looked at it, or its days have passed.")
            )
            return redirect("held_asks")
        failed = _act(request, ask, by[ask.kind.home_id])
        if failed is None:
            return redirect("held_asks")
    page = page_of(found, request.GET.get("page"))
    data = request.POST if failed else None
    rows = [(ask, looked_at_until(ask), seen(ask, Viewer.COORDINATION), told_signs(ask), DiscardForm(ask.pk, data))
            for ask in page]  # fmt: skip
    return render(request, "circuit/held_asks.html", {"page": page, "rows": rows})


def _act(request: Request, ask: Ask, by: Mandate) -> DiscardForm | None:
    """Does what was pressed; the form when it has to be shown again."""
    form = DiscardForm(ask.pk, request.POST)
    try:
        if request.POST.get("act") == "release":
            case = release_ask(ask, by=by)
            messages.success(
                request, _("Sent on: %(office)s has it, and the asker is told.") % {"office": case.owner}
            )
        elif form.is_valid():
            discard_ask(ask, by=by, reason=form.cleaned_data["reason"])
            messages.success(request, _("Turned down. The asker reads the reason."))
        else:
            return form
    except Refused as refused:
        messages.error(request, str(refused))
    return None
