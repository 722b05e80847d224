"""An office's templates: the list, one to write or mend, one to remove."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tequio.circuit import access
from tequio.circuit.actions.wording import keep_template, remove_template
from tequio.circuit.forms.desk import TemplateForm
from tequio.circuit.models import Template
from tequio.circuit.queries.wording import PLACEHOLDERS, by_act, templates_of
from tequio.kernel.errors import Refused
from tequio.kernel.web import Request, private
from tequio.network.models import Mandate, Office

PAGE = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@login_required
@private
def templates(request: Request, office: int) -> HttpResponse:
    """The office's templates, by the answer for which they are."""
    found, by = access.office_for(request.person, office)
    context = {"office": found, "by": by, "acts": by_act(templates_of(found))}
    return render(request, "circuit/templates.html", context)


@PAGE
@login_required
@private
def template_new(request: Request, office: int) -> HttpResponse:
    found, by = access.office_for(request.person, office, act=True)
    return _edit(request, found, by, None)


@PAGE
@login_required
@private
def template(request: Request, office: int, pk: int) -> HttpResponse:
    """One template of the office, to mend or remove."""
    found, by = access.office_for(request.person, office, act=True)
    return _edit(request, found, by, get_object_or_404(Template, pk=pk, office=found))


def _edit(request: Request, office: Office, by: Mandate | None, kept: Template | None) -> HttpResponse:
    """The form; sent, it goes back to the list. `act=remove` removes."""
    removes = kept is not None and request.POST.get("remove") == "yes"
    form = TemplateForm(request.POST if request.method == "POST" and not removes else None, kept)
    if request.method == "POST" and by and (done := _do(form, office, by, kept, removes)):
        messages.success(request, done)
        return redirect("templates", office.pk)
    context = {"office": office, "form": form, "template": kept, "placeholders": PLACEHOLDERS}
    return render(request, "circuit/template.html", context)


def _do(form: TemplateForm, office: Office, by: Mandate, kept: Template | None, removes: bool) -> str:
    """What was done, in words; "" when the form has to be shown again."""
    if removes and kept:
        remove_template(kept, by=by)
        return _("The template is removed.")
    if not form.is_valid():
        return ""
    try:
        keep_template(office, by=by, template=kept, **form.cleaned_data)
    except Refused as refused:
        form.refuse(refused)
        return ""
    return _("The template is kept.")
