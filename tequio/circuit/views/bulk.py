"""One answer to several asks: chosen in the inbox, written once, confirmed by their number, sent one by one."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tequio.circuit import access
from tequio.circuit.actions.bulk import MOST, answer_all
from tequio.circuit.forms.answering import AnswerForm, ReasonForm
from tequio.circuit.models import Leg
from tequio.circuit.views.desk import VERBS
from tequio.circuit.visibility import seen_at
from tequio.kernel.uploads.checking import FIELD
from tequio.kernel.web import Request, private
from tequio.network.models import Mandate

ACTS = ("answer", "accept", "decline")
Chosen = Sequence[tuple[Leg, Mandate]]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private
def bulk(request: Request) -> HttpResponse:
    """The asks chosen, and a form for each answer that can be given to all of them at once."""
    keys = (request.POST if request.method == "POST" else request.GET).getlist("leg")
    if not 0 < len(keys) <= MOST:
        many = _("Choose at most %(n)d asks at a time. Nothing was sent.") % {"n": MOST}
        messages.error(request, many if keys else _("Choose the asks first: tick the box beside each."))
        return redirect("desk")
    chosen = access.legs_for(request.person, keys)
    forms = _forms(request, chosen)
    form = next((each for each in forms if each.is_bound), None)
    if form and "change" not in request.POST and form.is_valid():
        return _send(request, chosen, form) if "send" in request.POST else _confirm(request, chosen, form)
    context = {**_facts(chosen), "answers": forms}
    return render(request, "circuit/bulk.html", context)


def _forms(request: Request, chosen: Chosen) -> list[AnswerForm]:
    """The answers that can be given to many. Reasons belong to a kind: for several kinds there are only own words."""
    act = request.POST.get("act", "")
    first, kinds = chosen[0][0], {leg.case.kind_id for leg, _by in chosen}
    forms = [form(first, request.POST if act == form.act else None) for form in VERBS if form.act in ACTS]
    for form in forms:
        form.fields.pop(FIELD, None)
        if isinstance(form, ReasonForm) and len(kinds) > 1:
            form.reasons([])
    return forms


def _facts(chosen: Chosen) -> dict[str, Any]:
    """Each ask with the address of the page without it."""
    legs = [leg for leg, _by in chosen]
    without = {leg.pk: "&".join(f"leg={each.pk}" for each in legs if each != leg) for leg in legs}
    return {
        "rows": [(leg, without[leg.pk], seen_at(leg)) for leg in legs],
        "kinds": len({leg.case.kind_id for leg in legs}),
        "offices": len({leg.owner_id for leg in legs}),
    }


def _confirm(request: Request, chosen: Chosen, form: AnswerForm) -> HttpResponse:
    """What is about to be sent, to how many, to whom: nothing is sent yet."""
    context = {**_facts(chosen), "form": form, "given": _given(form)}
    return render(request, "circuit/bulk_confirm.html", context)


def _given(form: AnswerForm) -> list[tuple[Any, str]]:
    """What the askers will read, beside the name of its field."""
    found = []
    for field in form.visible_fields():
        value = form.cleaned_data[field.name]
        chosen = dict(getattr(field.field, "choices", ())).get(value, value)
        found.append((field.label, date_format(chosen) if isinstance(chosen, date) else str(chosen)))
    return [(label, value) for label, value in found if value]


def _send(request: Request, chosen: Chosen, form: AnswerForm) -> HttpResponse:
    """Sends, and says of each what happened. Sent again, the same keys answer nothing twice."""
    given = {name: value for name, value in form.cleaned_data.items() if name != "key"}
    key, verb = form.cleaned_data["key"], VERBS[type(form)]
    sent = answer_all(verb, chosen, form.act, given=given, written=form.written(), key=key)
    context = {
        "form": form,
        "done": [each for each in sent if not each.refused],
        "refused": [each for each in sent if each.refused],
        "words": given.get(form.words, ""),
    }
    return render(request, "circuit/bulk_sent.html", context)
