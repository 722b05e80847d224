"""What the coordinating office of a country sees to: gaps, offices without a promise, invitations."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tequio.circuit import access
from tequio.circuit.forms.offices import InviteForm, SearchForm
from tequio.circuit.queries.offices import gaps, lapsing, open_invitations, unpromised
from tequio.circuit.queries.support import posts_of
from tequio.circuit.queries.vacancies import SHOWN, running_out, vacancies
from tequio.circuit.views.offices import send_invitation
from tequio.circuit.visibility import seen_at
from tequio.kernel.web import Request, private
from tequio.network.models import Organisation
from tequio.network.queries import broken_addresses, organisations

PAGE_SIZE = 25
FOUND = 20


@require_safe
@login_required
@private
def overview(request: Request) -> HttpResponse:
    """Asks that nobody promised to answer, invitations and promises that end soon, offices still to win."""
    hubs = [hub for hub, _mandate in access.coordination_for(request.person)]
    vacant = vacancies(hubs)
    context = {
        "hubs": hubs,
        "gaps": [(leg, seen_at(leg)) for leg in gaps(hubs)[:PAGE_SIZE]],
        "vacancies": vacant[:SHOWN],
        "more_vacancies": len(vacant[SHOWN:]),
        "running_out": running_out(hubs),
        "invitations": open_invitations(hubs),
        "lapsing": lapsing(hubs),
        "page": Paginator(unpromised(hubs), PAGE_SIZE).get_page(request.GET.get("page")),
    }
    return render(request, "circuit/coordination.html", context)


@require_safe
@login_required
@private
def posts(request: Request) -> HttpResponse:
    """Embassies and consulates with what they were asked and did, and the chapters that they serve."""
    hubs = [hub for hub, _mandate in access.coordination_for(request.person)]
    found = posts_of(hubs)
    asked = [each for each in found if each.figures.asked or each.office.near_since]
    context = {"posts": asked, "others": [each for each in found if each not in asked]}
    return render(request, "circuit/coordination_posts.html", context)


@require_safe
@login_required
@private
def addresses(request: Request) -> HttpResponse:
    """The addresses in the network from which mail comes back: whose office, in which role, since when."""
    hubs = [hub for hub, _mandate in access.coordination_for(request.person)]
    broken = broken_addresses().filter(office__organisation__home__in=[hub.pk for hub in hubs])
    return render(request, "circuit/coordination_addresses.html", {"hubs": hubs, "broken": broken})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private
def invite(request: Request) -> HttpResponse:
    """Choose an organisation, then an office of it and the address to invite."""
    by = {hub.pk: mandate for hub, mandate in access.coordination_for(request.person)}
    slug = request.GET.get("organisation", "")
    if not slug:
        search = SearchForm(request.GET if request.GET else None)
        words = search.cleaned_data["words"] if search.is_valid() else ""
        found = organisations(words=words).filter(home__in=by)[:FOUND] if words else []
        return render(request, "circuit/coordination_invite.html", {"search": search, "found": found})
    organisation = get_object_or_404(Organisation, slug=slug, home__in=by, withdrawn_on=None, closed_on=None)
    offices = list(organisation.offices.order_by("-is_head", "pk"))
    form = InviteForm(offices, request.POST if request.method == "POST" else None)
    if form.is_valid() and send_invitation(request, form, by[organisation.home_id]):
        return redirect("coordination")
    return render(request, "circuit/coordination_invite.html", {"organisation": organisation, "form": form})
