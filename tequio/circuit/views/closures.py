"""The days on which an organisation is closed, as its offices declare them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tequio.circuit import access
from tequio.circuit.actions.closures import declare_closure, withdraw_closure
from tequio.circuit.forms.closures import ClosureForm
from tequio.circuit.queries.closures import closures_of
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.kernel.web import Request, private
from tequio.network.models import Closure, Mandate, Office


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private
def closures(request: Request, office: int) -> HttpResponse:
    """What is declared; who acts for the office declares and withdraws, its other people read."""
    found, by = access.office_for(request.person, office, act=request.method == "POST")
    withdrawn = request.POST.get("withdraw", "")
    form = ClosureForm(request.POST if request.method == "POST" and not withdrawn else None)
    if request.method == "POST" and by:
        if withdrawn:
            _withdraw(request, found, by, withdrawn)
            return redirect("closures", office)
        if form.is_valid() and _declare(request, form, by):
            return redirect("closures", office)
    context = {
        "office": found,
        "by": by,
        "form": form,
        "closures": closures_of(found.organisation),
        "today": clock.today(found.organisation.zone),
    }
    return render(request, "circuit/office_closures.html", context)


def _declare(request: Request, form: ClosureForm, by: Mandate) -> bool:
    try:
        closure = declare_closure(by=by, **form.cleaned_data)
    except Refused as refused:
        form.refuse(refused)
        return False
    if closure.counts:
        messages.success(request, _("Declared. Open asks are dated anew, and whoever waits is told."))
    else:
        messages.warning(
            request, _("Noted. It had begun already, so the dates of open asks stay as they are.")
        )
    return True


def _withdraw(request: Request, office: Office, by: Mandate, number: str) -> None:
    if not number.isdecimal():
        raise Http404
    closure = get_object_or_404(Closure, pk=int(number), organisation=office.organisation)
    try:
        withdraw_closure(closure, by=by)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Taken back. Open asks are dated anew, and whoever waits is told."))
