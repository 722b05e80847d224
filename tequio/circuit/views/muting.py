"""Muting: one page with one button, the one click of a mail program, and the list of what is muted."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tequio.circuit import access
from tequio.circuit.actions.muting import mute_ask, mute_topic, unmute_topic
from tequio.circuit.links import mute_key
from tequio.circuit.models import Case, Mute
from tequio.circuit.queries.digest import muted_topics
from tequio.kernel.web import Request, private


@require_http_methods(["GET", "HEAD", "POST"])
@private
def mute(request: Request, mandate: int, topic: str, key: str) -> HttpResponse:
    """The page of a digest's link: looking changes nothing, its one button mutes."""
    by = access.mandate_to_mute(mandate, topic, key)
    if request.method == "POST":
        mute_topic(topic, by=by)
        return redirect(request.path)
    context = {
        "office": by.office,
        "topic": topic,
        "case": Case.objects.filter(ref=topic).select_related("kind").first(),
        "muted": Mute.objects.filter(office=by.office, topic=topic).exists(),
    }
    return render(request, "circuit/mute.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
def one_click(request: Request, mandate: int, topic: str, key: str) -> HttpResponse:
    """The POST of a mail program (RFC 8058), which has neither session nor cookie: its key is all it needs."""
    by = access.mandate_to_mute(mandate, topic, key)
    if request.method != "POST":
        return redirect("mute", by.pk, topic, mute_key(by, topic))
    if request.POST.get("List-Unsubscribe") != "One-Click":
        return HttpResponseBadRequest("List-Unsubscribe=One-Click\n", content_type="text/plain")
    mute_topic(topic, by=by)
    return HttpResponse(_("Muted.") + "\n", content_type="text/plain; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private
def mutes(request: Request, office: int) -> HttpResponse:
    """What the office's digest no longer tells, each with a button to hear of it again."""
    found, by = access.office_for(request.person, office, act=request.method == "POST")
    if by and request.method == "POST":
        unmute_topic(request.POST.get("topic", ""), by=by)
        messages.success(request, _("The office hears of it again."))
        return redirect(request.path)
    context = {"office": found, "mandate": by, "muted": muted_topics(found)}
    return render(request, "circuit/mutes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def follow_mute(request: Request, ref: str, key: str) -> HttpResponse:
    """The asker's page with one button: no more letters about this ask, or letters again."""
    case = access.case_by_link(ref, key)
    if request.method == "POST":
        mute_ask(case, muted=request.POST.get("act") != "unmute")
        return redirect(request.path)
    return render(request, "circuit/follow_mute.html", {"case": case, "ask": case.ask, "key": key})
