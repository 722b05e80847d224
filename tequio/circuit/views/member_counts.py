"""How many active members a chapter says that it has."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tequio.circuit import access
from tequio.circuit.forms.member_counts import MembersForm
from tequio.kernel.errors import Refused
from tequio.kernel.web import Request, private
from tequio.network.actions import WITH_MEMBERS, say_members
from tequio.network.models import Mandate, Office

BEFORE = 12


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private
def members(request: Request, office: int) -> HttpResponse:
    """The number as it was last said, and before; who acts for the office says it anew."""
    found, by = access.office_for(request.person, office, act=request.method == "POST")
    if found.organisation.kind not in WITH_MEMBERS:
        raise Http404
    form = MembersForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and by and form.is_valid() and _say(request, form, found, by):
        return redirect("members", office)
    said = list(found.organisation.member_counts.all()[:BEFORE])
    context = {"office": found, "by": by, "form": form, "said": said}
    return render(request, "circuit/office_members.html", context)


def _say(request: Request, form: MembersForm, office: Office, by: Mandate) -> bool:
    try:
        say_members(office, form.cleaned_data["members"], by=by)
    except Refused as refused:
        form.refuse(refused)
        return False
    messages.success(request, _("Said. The support of the posts for your place is told for so many members."))
    return True
