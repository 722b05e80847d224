"""An office's internal notes, on all its work."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tequio.circuit import access
from tequio.circuit.actions.remarks import mark_remark, remove_remark, write_remark
from tequio.circuit.forms.desk import RemarkForm
from tequio.circuit.models import Remark
from tequio.circuit.queries.remarks import remarks_of
from tequio.circuit.visibility import Viewer, seen
from tequio.kernel.errors import Refused
from tequio.kernel.web import Request, private
from tequio.network.models import Mandate, Office

ROWS = 25


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private
def notes(request: Request, office: int) -> HttpResponse:
    """What the office has noted, latest first; a note on its work in general is written here."""
    found, by = access.office_for(request.person, office, act=request.method == "POST")
    act = request.POST.get("act", "")
    form = RemarkForm(request.POST if act == "note" else None)
    if request.method == "POST" and by and _note(request, found, by, form):
        return redirect(request.get_full_path())
    learnt = request.GET.get("learnt") == "yes"
    page = Paginator(remarks_of(found, learnt=learnt), ROWS).get_page(request.GET.get("page"))
    rows = [(note, note.case and seen(note.case.ask, Viewer.HAD)) for note in page]
    context = {"office": found, "by": by, "form": form, "learnt": learnt, "page": page, "rows": rows}
    return render(request, "circuit/notes.html", context)


def _note(request: Request, office: Office, by: Mandate, form: RemarkForm) -> bool:
    """Keeps a note, marks or removes one; False when the form has to be shown again."""
    if not form.is_bound:
        chosen = request.POST.get("remark", "")
        remark = get_object_or_404(Remark, pk=int(chosen) if chosen.isdecimal() else 0, office=office)
        if request.POST.get("act") == "remove":
            remove_remark(remark, by=by)
            messages.success(request, _("The note is removed."))
        else:
            mark_remark(remark, learnt=request.POST.get("act") == "learnt", by=by)
        return True
    if not form.is_valid():
        return False
    try:
        write_remark(office, by=by, **form.cleaned_data)
    except Refused as refused:
        form.refuse(refused)
        return False
    messages.success(request, _("The note is kept."))
    return True
