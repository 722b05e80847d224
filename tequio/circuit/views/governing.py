"""Changes of government and of organisations: declared by the coordinating office, decided by who comes, public."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tequio.circuit import access
from tequio.circuit.actions.governing import change_government, decide_review
from tequio.circuit.actions.reorganising import end_organisation, rename_organisation
from tequio.circuit.forms.governing import GovernmentForm, ReviewForm, SuccessionForm
from tequio.circuit.forms.offices import SearchForm
from tequio.circuit.models import Review
from tequio.circuit.queries.governing import by_office, reviews_of, transitions
from tequio.circuit.visibility import Seen, Viewer, seen
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.kernel.filters import page_of
from tequio.kernel.web import Request, private
from tequio.network.models import Mandate, Organisation, Succession
from tequio.network.queries import organisations

PAGE = require_http_methods(["GET", "HEAD", "POST"])
FOUND = 20


@require_safe
def governments(request: Request) -> HttpResponse:
    """Every change of government that was declared, and how much of what was promised before lives on."""
    return render(
        request, "circuit/governments.html", {"page": page_of(transitions(), request.GET.get("page"))}
    )


@require_safe
def government(request: Request, pk: int) -> HttpResponse:
    found = get_object_or_404(transitions(), pk=pk)
    context = {"transition": found, "rows": by_office(found), "over": found.decide_at <= clock.now()}
    return render(request, "circuit/government.html", context)


@PAGE
@login_required
@private
def declare(request: Request) -> HttpResponse:
    """The coordinating office declares a change of government; what it does is said before."""
    hub, by = access.coordination_for(request.person)[0]
    form = GovernmentForm(hub, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = change_government(hub.pk, by=by, **_named(form.cleaned_data))
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("The mandates have ended. What was promised waits for who comes."))
            return redirect("government", made.pk)
    return render(request, "circuit/government_declare.html", {"form": form, "hub": hub})


def _named(given: dict[str, Any]) -> dict[str, Any]:
    return {**given, "organisations": list(given["organisations"])}


@PAGE
@login_required
@private
def reorganise(request: Request) -> HttpResponse:
    """An organisation is renamed, merged, split or closed: choose it, its successors, and the day."""
    by = {hub.pk: mandate for hub, mandate in access.coordination_for(request.person)}
    search = SearchForm(request.GET if "words" in request.GET else None)
    words = search.cleaned_data["words"] if search.is_valid() else ""
    found = organisations(words=words).filter(home__in=by, closed_on=None)[:FOUND] if words else []
    context: dict[str, Any] = {"search": search, "found": found}
    if not (slug := request.GET.get("organisation", "")):
        return render(request, "circuit/reorganise.html", context)
    chosen = get_object_or_404(Organisation, slug=slug, home__in=by)
    heirs = list(Organisation.objects.filter(slug__in=request.GET.getlist("successor"), home=chosen.home_id))
    form = SuccessionForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _record(form, chosen, heirs, by[chosen.home_id]):
        messages.success(request, _("Recorded. The organisation's page says it from now on."))
        return redirect("organisation", chosen.slug)
    context |= {"organisation": chosen, "successors": heirs, "form": form}
    return render(request, "circuit/reorganise.html", context)


def _record(form: SuccessionForm, chosen: Organisation, heirs: list[Organisation], by: Mandate) -> bool:
    given = form.cleaned_data
    try:
        if given["kind"] == Succession.Kind.RENAMED:
            rename_organisation(chosen, form.names(), on=given["on"], by=by, why=given["why"])
        else:
            end_organisation(chosen, given["kind"], on=given["on"], by=by, successors=heirs, why=given["why"])
    except Refused as refused:
        form.refuse(refused)
        return False
    return True


@PAGE
@login_required
@private
def reviews(request: Request, office: int) -> HttpResponse:
    """What the holders before had promised: keep, amend or drop each, with a reason."""
    found, by = access.office_for(request.person, office, act=request.method == "POST")
    rows = list(reviews_of(found))
    sent = request.POST.get("review", "")
    forms = {row.pk: ReviewForm(row, request.POST if sent == str(row.pk) else None) for row in rows}
    if request.method == "POST" and by:
        if not sent.isdecimal() or int(sent) not in forms:
            raise Http404
        if _decide(forms[int(sent)], by):
            messages.success(request, _("Decided. Whoever is owed it is told."))
            return redirect("reviews", office)
    waits = [(row, forms[row.pk], _seen(row)) for row in rows if _open(row)]
    decided = [row for row in rows if not _open(row)]
    context = {"office": found, "mandate": by, "waiting": waits, "decided": decided}
    return render(request, "circuit/reviews.html", context)


def _seen(row: Review) -> Seen | None:
    case = row.commitment.case
    return seen(case.ask, Viewer.HAS) if case else None


def _open(row: Review) -> bool:
    return not row.decision and not row.commitment.settled


def _decide(form: ReviewForm, by: Mandate) -> bool:
    if not form.is_valid():
        return False
    try:
        decide_review(form.review, by=by, **form.cleaned_data)
    except Refused as refused:
        form.refuse(refused)
        return False
    return True
