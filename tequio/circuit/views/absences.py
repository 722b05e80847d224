"""Somebody of an office says that they, or others of it, are away; changes it, or takes it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tequio.circuit import access
from tequio.circuit.forms.absences import AbsenceForm
from tequio.circuit.queries.absences import may_change_all, who_may_be_away
from tequio.kernel.errors import Refused
from tequio.kernel.web import Request, private
from tequio.network.absences import cancel_absence, change_absence, declare_absence
from tequio.network.models import Absence, Mandate, Office

PAGE = require_http_methods(["GET", "HEAD", "POST"])


@PAGE
@login_required
@private
def declare(request: Request, office: int) -> HttpResponse:
    found, by = access.office_to_change(request.person, office)
    whom = who_may_be_away(found, request.person, by)
    if not whom:
        raise PermissionDenied
    data = request.POST if request.method == "POST" else None
    form = AbsenceForm(found, whom, data, inside=not by or by.office_id == found.pk)
    if form.is_valid() and _declare(form, by or whom[0]):
        messages.success(request, _("Noted. On those days the links go to who stands in."))
        return redirect("mandates", office)
    return render(request, "circuit/office_absence.html", {"office": found, "form": form})


def _declare(form: AbsenceForm, by: Mandate) -> bool:
    try:
        declare_absence(form.mandate(), by=by, **form.days())
    except Refused as refused:
        form.refuse(refused)
        return False
    return True


@PAGE
@login_required
@private
def change(request: Request, office: int, pk: int) -> HttpResponse:
    """Other days or another stand-in; `cancel` takes the absence back."""
    found, by = access.office_to_change(request.person, office)
    absence, by = _to_change(request, found, by, pk)
    cancelled = "cancel" in request.POST
    data = request.POST if request.method == "POST" and not cancelled else None
    form = AbsenceForm(found, [absence.mandate], data, inside=by.office_id == found.pk, absence=absence)
    if cancelled:
        cancel_absence(absence, by=by)
        messages.success(request, _("The absence is taken back."))
        return redirect("mandates", office)
    if form.is_valid() and _change(form, absence, by):
        messages.success(request, _("The absence is changed."))
        return redirect("mandates", office)
    context = {"office": found, "form": form, "absence": absence}
    return render(request, "circuit/office_absence.html", context)


def _to_change(request: Request, office: Office, by: Mandate | None, pk: int) -> tuple[Absence, Mandate]:
    """An absence of the office, and the mandate with which the reader changes it: the office's, or their own."""
    rows = Absence.objects.select_related("mandate__person", "mandate__office__organisation")
    absence = get_object_or_404(rows, pk=pk, mandate__office=office, cancelled_at=None)
    own = request.person is not None and absence.mandate.person_id == request.person.pk
    if not own and not may_change_all(office, by):
        raise PermissionDenied
    return absence, absence.mandate if own or by is None else by


def _change(form: AbsenceForm, absence: Absence, by: Mandate) -> bool:
    try:
        change_absence(absence, by=by, **form.days())
    except Refused as refused:
        form.refuse(refused)
        return False
    return True
