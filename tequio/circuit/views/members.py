"""The page of a member who is asked, opened by the link of their letter; nothing happens until they choose."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tequio.circuit import access
from tequio.circuit.actions.referring import say_no, say_yes
from tequio.circuit.forms.members import ConsentForm
from tequio.circuit.models import Referral
from tequio.circuit.queries.routes import asked_of, member_step
from tequio.circuit.queries.why import end_of_day, place_of
from tequio.circuit.visibility import for_member
from tequio.kernel.errors import Refused
from tequio.kernel.web import Request, private


@require_http_methods(["GET", "HEAD", "POST"])
@private
def member(request: Request, pk: int, key: str) -> HttpResponse:
    """What is asked, by whom, until when; a POST of the choice answers."""
    referral = access.referral_by_link(pk, key)
    said = request.POST.get("said")
    form = ConsentForm(referral, request.POST if said == "yes" else None)
    try:
        if said == "no":
            say_no(referral)
            return redirect(request.path)
        if form.is_bound and form.is_valid():
            say_yes(referral, **form.cleaned_data)
            return redirect(request.path)
    except Refused as refused:
        if refused.field not in form.fields:
            return redirect(request.path)
        form.add_error(refused.field, str(refused))
    return render(request, "circuit/member.html", _facts(referral, form))


def _facts(referral: Referral, form: ConsentForm) -> dict[str, object]:
    leg = referral.leg
    assert leg.owner is not None
    step = member_step(leg)
    return {
        "referral": referral,
        "form": form,
        "leg": leg,
        "case": leg.case,
        "ask": for_member(referral).ask,
        "asks": asked_of(step, "member"),
        "until": end_of_day(referral.due_on, place_of(leg.owner.organisation)),
        "consequences": [
            _("Your name and your address are erased here."),
            _("The asker never learns that you were asked."),
        ],
    }
