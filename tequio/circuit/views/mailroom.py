"""Mail that waits for somebody: at the coordinating office where it belongs, at an office whether it is its own."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tequio.circuit import access
from tequio.circuit.actions.corresponding import choose_way
from tequio.circuit.actions.mailroom import GONE, file_to, put_aside
from tequio.circuit.forms.mailroom import NumberForm, WayForm
from tequio.circuit.models import Event, Leg, Reply
from tequio.circuit.queries.correspondence import way_of
from tequio.circuit.queries.mailed import guesses_of, held_mail, leg_numbered, waits_at
from tequio.circuit.sorting import WHY, By
from tequio.circuit.states import MailState
from tequio.kernel.errors import Refused
from tequio.kernel.filters import page_of
from tequio.kernel.web import Request, private
from tequio.network.models import Mandate

FILED = {
    MailState.TAKEN: gettext_lazy("Filed. It is the answer of %(office)s."),
    MailState.ASKED: gettext_lazy("Filed. %(office)s says whether it is its own."),
    MailState.LATE: gettext_lazy("Filed. The ask had left %(office)s already, so it is kept with it."),
    MailState.EMPTY: gettext_lazy("Filed. It holds no words of its own, so it is no answer of %(office)s."),
    MailState.KEPT: gettext_lazy("Filed. %(office)s is told that it could not be taken as an answer."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private
def held(request: Request) -> HttpResponse:
    """What nobody knows to file, oldest first, each with what it may belong to and why."""
    by = {hub.pk: mandate for hub, mandate in access.coordination_for(request.person)}
    found, form = held_mail(by), None
    if request.method == "POST":
        reply = found.filter(pk=access.number(request.POST.get("reply", ""))).first()
        following = _following(found, reply)
        form = _act(request, reply, by)
        if form is None:
            return redirect(f"{reverse('held_mail')}{following}")
    page = page_of(found, request.GET.get("page"))
    guesses = guesses_of(list(page))
    rows = [
        (each, guesses[each.pk], form if form and form.pk == each.pk else NumberForm(each)) for each in page
    ]
    at = request.GET.get("at") or (str(page[0].pk) if page else "")
    return render(request, "circuit/held_mail.html", {"page": page, "rows": rows, "at": "" if form else at})


def _following(found: QuerySet[Reply], reply: Reply | None) -> str:
    """Where the reader goes on: the button of the mail after this one takes the focus, which a fragment would keep."""
    later = found.filter(came_at__gte=reply.came_at).exclude(pk=reply.pk).first() if reply else None
    return f"?at={later.pk}" if later else ""


def _act(request: Request, reply: Reply | None, acting: Mapping[str, Mandate]) -> NumberForm | None:
    """Does what was pressed; the form when it has to be shown again."""
    if reply is None:
        messages.error(request, str(GONE))
        return None
    by = acting[str(reply.home_id)]
    try:
        match request.POST.get("act"):
            case "number":
                return _by_number(request, reply, by)
            case "guess":
                _file(request, reply, _guessed(request, reply), by)
            case ("aside" | "not-ours") as act:
                put_aside(reply, by=by, ours=act == "aside")
                messages.success(request, _("Put aside. It stays on record."))
            case _other:
                raise Http404
    except Refused as refused:
        messages.error(request, str(refused))
    return None


def _by_number(request: Request, reply: Reply, by: Mandate) -> NumberForm | None:
    """Files it at the ask whose number was typed; the form where there is none."""
    form = NumberForm(reply, request.POST)
    leg = leg_numbered(form.cleaned_data["ref"], str(reply.home_id)) if form.is_valid() else None
    if leg is None:
        if not form.errors:
            form.add_error("ref", _("No ask has this receipt number."))
        return form
    _file(request, reply, leg, by)
    return None


def _guessed(request: Request, reply: Reply) -> Leg:
    pk = access.number(request.POST.get("leg", ""))
    legs = Leg.objects.filter(pk__in=[guess["leg"] for guess in reply.guesses])
    return get_object_or_404(legs.select_related("owner__organisation"), pk=pk)


def _file(request: Request, reply: Reply, leg: Leg, by: Mandate) -> None:
    filed = file_to(reply, leg, by=by)
    if filed.event and filed.event.voice == Event.Voice.ASKER:
        messages.success(request, _("Filed. It is the asker's reply."))
        return
    messages.success(request, FILED[MailState(filed.state)] % {"office": leg.owner})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private
def office_mail(request: Request, office: int) -> HttpResponse:
    """The mails that wait for the office's word, and how its letters come."""
    found, by = access.office_for(request.person, office, act=request.method == "POST")
    form = WayForm(request.POST if request.method == "POST" else None, initial={"way": way_of(found)})
    if request.method == "POST" and by and form.is_valid():
        choose_way(found, form.cleaned_data["way"], by=by)
        messages.success(request, _("Kept. Letters come so from now on."))
        return redirect(request.path)
    waiting = [(reply, WHY[By(reply.found_by)]) for reply in waits_at(found.pk)]
    takes_mail = bool(settings.MAIL_DOMAIN)
    context = {"office": found, "by": by, "form": form, "waiting": waiting, "takes_mail": takes_mail}
    return render(request, "circuit/office_mail.html", context)
