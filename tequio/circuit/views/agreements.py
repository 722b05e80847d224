"""The agreements of an office at its desk: a list, a new one with an office that is held, one to sign or to end."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tequio.circuit import access
from tequio.circuit.actions.agreements import (
    end_agreement,
    propose_agreement,
    refuse_agreement,
    sign_agreement,
)
from tequio.circuit.forms.agreements import Clauses, ProposalForm, ReasonForm, clause_rows
from tequio.circuit.forms.offices import SearchForm
from tequio.circuit.models import Agreement
from tequio.circuit.queries import agreements, owing
from tequio.kernel.errors import Refused
from tequio.kernel.filters import page_of
from tequio.kernel.web import Request, private
from tequio.network.models import Mandate, Office

PAGE = require_http_methods(["GET", "HEAD", "POST"])
WithReason = Callable[..., Agreement]
ENDS: dict[str, WithReason] = {"refuse": refuse_agreement, "end": end_agreement}


@require_safe
@login_required
@private
def listed(request: Request, office: int) -> HttpResponse:
    found, mandate = access.office_for(request.person, office)
    page = page_of(agreements.of_office(found), request.GET.get("page"))
    context = {"office": found, "mandate": mandate, "page": page, "to_sign": agreements.to_sign(found)}
    return render(request, "circuit/desk_agreements.html", context)


@PAGE
@login_required
@private
def new(request: Request, office: int) -> HttpResponse:
    """First the other office, then what is agreed."""
    found, mandate = access.office_for(request.person, office, act=True)
    assert mandate is not None
    chosen = request.GET.get("with", "")
    if not chosen.isdecimal():
        search = SearchForm(request.GET if request.GET else None)
        words = search.cleaned_data["words"] if search.is_valid() else ""
        held = agreements.could_sign(found, words) if words else []
        context = {"office": found, "search": search, "found": held}
        return render(request, "circuit/agreement_with.html", context)
    to = get_object_or_404(Office.objects.select_related("organisation"), pk=chosen)
    old = _renewed(request, found)
    data = request.POST if request.method == "POST" else None
    form, clauses = (
        ProposalForm(found, data, old),
        clause_rows(found, to, data, old, more="more" in request.POST),
    )
    if data and "more" not in data and _proposed(form, clauses, to, mandate, old):
        messages.success(request, _("The proposal lies before the other office, which is told."))
        return redirect("agreements_at", office)
    context = {"office": found, "to": to, "form": form, "clauses": clauses, "old": old}
    return render(request, "circuit/agreement_new.html", context)


def _renewed(request: Request, office: Office) -> Agreement | None:
    slug = request.GET.get("renews", "")
    return get_object_or_404(agreements.of_office(office), slug=slug) if slug else None


def _proposed(form: ProposalForm, clauses: Clauses, to: Office, by: Mandate, old: Agreement | None) -> bool:
    if not all([form.is_valid(), clauses.is_valid()]):
        return False
    try:
        propose_agreement(form.terms(), clauses.owing(), to=to, by=by, renews=old)
    except Refused as refused:
        form.refuse(refused)
        return False
    return True


@PAGE
@login_required
@private
def one(request: Request, office: int, slug: str) -> HttpResponse:
    """An agreement of the office, to read; to sign or refuse while it is proposed, to end while it is in force."""
    found, mandate = access.office_for(request.person, office, act=request.method == "POST")
    agreement = get_object_or_404(agreements.of_office(found), slug=slug)
    act = request.POST.get("act", "")
    form = ReasonForm(request.POST if act in ENDS else None)
    if request.method == "POST" and _act(request, agreement, mandate, act, form):
        return redirect(request.path)
    parties = list(agreement.parties.all())
    context = {
        "office": found,
        "mandate": mandate,
        "agreement": agreement,
        "parties": parties,
        "other": next((party.office for party in parties if party.office_id != found.pk), found),
        "signed": any(party.office_id == found.pk and party.signed_at for party in parties),
        "clauses": agreement.clauses.select_related("party__office__organisation"),
        "lines": owing.lines(owing.commitments(agreement=agreement)),
        "form": form,
    }
    return render(request, "circuit/desk_agreement.html", context)


def _act(request: Request, agreement: Agreement, by: Mandate | None, act: str, form: ReasonForm) -> bool:
    if by is None:
        raise PermissionDenied
    try:
        if act == "sign":
            sign_agreement(agreement, by=by)
            messages.success(request, _("Signed. The other office is told."))
            return True
        if act not in ENDS:
            raise Http404
        if not form.is_valid():
            return False
        ENDS[act](agreement, by=by, reason=form.cleaned_data["reason"])
    except Refused as refused:
        messages.error(request, str(refused))
        return True
    messages.success(request, _("It is recorded, and the other office is told."))
    return True
