"""The pages by which somebody without an account asks, confirms, and has their links sent again."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tequio.circuit.access import ask_by_link, kind_on_offer
from tequio.circuit.actions.asking import mend_address, record_ask, send_links
from tequio.circuit.actions.files import attach
from tequio.circuit.actions.holding import send_ask
from tequio.circuit.forms.asking import AddressForm, AskForm, FindForm
from tequio.circuit.links import case_key, sent_key
from tequio.circuit.models import AskKind, Case
from tequio.circuit.queries.asking import offers, prospect
from tequio.circuit.queries.desks import desks_for
from tequio.circuit.queries.suspicion import looked_at_until, told_signs
from tequio.circuit.visibility import Viewer, seen
from tequio.kernel.errors import Refused
from tequio.kernel.web import Request, network_hash, private

GIVEN = ("region", "school", "country", "topic", "desk")


@require_safe
def choose(request: Request) -> HttpResponse:
    return render(request, "circuit/ask.html", {"homes": offers()})


def compose(request: Request, home: str, slug: str) -> HttpResponse:
    kind = kind_on_offer(home, slug)
    if request.htmx and request.method != "POST":
        return _fragment(request, kind)
    given = {name: request.GET[name] for name in GIVEN if name in request.GET}
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = AskForm(kind, *sent, initial=given, path=request.path)
    if form.is_bound and form.is_valid():
        draft = form.draft(get_language() or "es")
        try:
            with transaction.atomic():
                ask = record_ask(draft, key=form.cleaned_data["key"], network=network_hash(request))
                attach(ask, form.cleaned_data["attached"])
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            return redirect("ask_sent", ask.pk, sent_key(ask))
    filled = form if form.is_bound else AskForm(kind, request.GET) if given else None
    context = {"kind": kind, "form": form, **_who(filled)}
    return _varied(render(request, "circuit/ask_kind.html", context))


def _who(form: AskForm | None) -> dict[str, Any]:
    """Who would answer, by what is filled in so far, and among whom the asker may choose; nothing for None."""
    if form is None:
        return {}
    form.is_valid()
    ask = form.unsent()
    found = desks_for(ask)
    chosen = ask.desk if any(ask.desk == desk.promise.entry_point for desk in found) else None
    gone = ask.desk if chosen is None else None
    return {"prospect": prospect(ask), "desks": found, "chosen": chosen, "gone": gone, "filled": True}


@require_safe
def desks(request: Request, home: str, slug: str) -> HttpResponse:
    """Find a desk: from the place and the topic to the few offices that would answer."""
    kind = kind_on_offer(home, slug)
    form = FindForm(kind, request.GET or None)
    form = form if form.fields else FindForm(kind, request.GET)
    found = desks_for(form.unsent()) if form.is_valid() else None
    asked = urlencode({name: form.data[name] for name in form.fields if form.data.get(name)})
    context = {"kind": kind, "form": form, "desks": found, "given": asked}
    return render(request, "circuit/ask_desks.html", context)


def _fragment(request: Request, kind: AskKind) -> HttpResponse:
    """What the form shows while it is filled in: schools that match, or who would answer."""
    form = AskForm(kind, request.GET)
    form.is_valid()
    if request.htmx.target == "schools":
        return _varied(render(request, "circuit/ask_schools.html", {"form": form, "while_typing": True}))
    return _varied(render(request, "circuit/ask_who.html", _who(form)))


def _varied(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@private
def sent(request: Request, pk: int, key: str) -> HttpResponse:
    ask = ask_by_link(pk, key, page="sent")
    form = AddressForm(request.POST or None, initial={"address": ask.address})
    if form.is_bound and form.is_valid():
        try:
            ask = mend_address(ask, form.cleaned_data["address"])
        except Refused as refused:
            form.add_error("address", str(refused))
        else:
            messages.success(request, _("The letter is on its way to %s.") % ask.address)
            return redirect("ask_sent", ask.pk, sent_key(ask))
    return render(
        request,
        "circuit/ask_sent.html",
        {
            "ask": ask,
            "shown": seen(ask, Viewer.ASKER),
            "files": ask.attachments.order_by("pk"),
            "form": form,
            "prospect": prospect(ask),
        },
    )


@private
def confirm(request: Request, pk: int, key: str) -> HttpResponse:
    ask = ask_by_link(pk, key, page="confirm")
    if request.method == "POST":
        case = send_ask(ask)
        if case is None:
            return redirect("ask_confirm", pk, key)
        messages.success(
            request, _("Your ask is sent. A letter with the link to this page is on its way to you.")
        )
        return redirect("follow", case.ref, case_key(case))
    if case := Case.objects.filter(ask=ask).first():
        return redirect("follow", case.ref, case_key(case))
    context = {"ask": ask, "shown": seen(ask, Viewer.ASKER), "files": ask.attachments.order_by("pk")}
    if ask.held_at:
        return render(
            request,
            "circuit/ask_held.html",
            {**context, "signs": told_signs(ask), "until": looked_at_until(ask)},
        )
    return render(request, "circuit/ask_confirm.html", context)


def links(request: Request) -> HttpResponse:
    form = AddressForm(request.POST or None)
    if form.is_bound and form.is_valid():
        address = form.cleaned_data["address"]
        send_links(address)
        words = _("If asks are open for %s, a letter with their links is on its way there.")
        messages.info(request, words % address)
        return redirect("ask_links")
    return render(request, "circuit/ask_links.html", {"form": form})
