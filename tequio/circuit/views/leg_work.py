"""What an office does on an ask's page besides answering: drafts, templates, notes, duplicates."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tequio.circuit.actions.drafts import discard_draft, keep_draft
from tequio.circuit.actions.merging import merge_case, part_case
from tequio.circuit.actions.remarks import write_remark
from tequio.circuit.forms.answering import AnswerForm
from tequio.circuit.forms.desk import RemarkForm
from tequio.circuit.models import Attachment, Case, Leg
from tequio.circuit.queries.duplicates import Pair, duplicates, may_part
from tequio.circuit.queries.remarks import remarks_on
from tequio.circuit.queries.wording import filled, templates_for
from tequio.circuit.views.leg_mail import begin_with_mail, mail_act, mails_on
from tequio.circuit.visibility import Part, Seen, Sight, Viewer, for_office, seen
from tequio.kernel.errors import Refused
from tequio.kernel.web import Request
from tequio.network.models import Mandate, Office


def office_of(leg: Leg, desk: int | None) -> Office:
    """The office whose page of the leg this is: its own, or the one that its case was entrusted to."""
    office = leg.owner if desk in (None, leg.owner_id) else leg.case.owner
    assert office is not None
    return office


def begin(request: Request, leg: Leg, answers: Sequence[AnswerForm]) -> None:
    """Lets each form begin with what the office has kept for it: a draft, or the template that was chosen."""
    drafts = {draft.act: draft for draft in leg.drafts.filter(office=leg.owner).select_related("mandate")}
    offered = templates_for(leg)
    chosen = request.GET.get("template")
    for form in answers:
        form.templates, form.draft = offered.get(form.act, ()), drafts.get(form.act)
        template = next((each for each in form.templates if str(each.pk) == chosen), None)
        if form.draft and not form.is_bound:
            form.begin_with(form.draft.data)
        if template and not form.is_bound:
            form.filled = filled(template, leg)
            form.begin_with({form.words: form.filled.text})
    begun = [form for form in answers if form.begun]
    for form in begun:
        form.begun = form.filled is not None or (form is begun[0] and not any(each.filled for each in begun))
    begin_with_mail(leg, answers)


def work(request: Request, leg: Leg, by: Mandate, answers: Sequence[AnswerForm]) -> bool | None:
    """Does an act that is no answer. None: it is one; False: the page has to be shown again."""
    act, form = request.POST.get("act", ""), next((form for form in answers if form.is_bound), None)
    if form and "keep" in request.POST:
        return _keep(request, leg, by, form)
    if act == "discard":
        discard_draft(leg, request.POST.get("draft", ""), by=by)
        messages.success(request, _("The draft is discarded."))
    elif act.startswith("mail-"):
        return mail_act(request, leg, by)
    elif act == "note":
        return _note(request, leg, by)
    elif act == "merge":
        _merge(request, leg, by)
    elif act == "part":
        part_case(leg.case, by=by)
        messages.success(request, _("The asks are parted again, and the asker is told."))
    else:
        return None
    return True


def _keep(request: Request, leg: Leg, by: Mandate, form: AnswerForm) -> bool:
    try:
        keep_draft(leg, form.act, form.written(), by=by)
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(request, _("The draft is kept. Whoever acts for your office finds it here."))
    return True


def _note(request: Request, leg: Leg, by: Mandate) -> bool:
    form = RemarkForm(request.POST)
    if not form.is_valid():
        return False
    write_remark(by.office, by=by, case=leg.case, **form.cleaned_data)
    messages.success(request, _("The note is kept. Only your office reads it."))
    return True


def _merge(request: Request, leg: Leg, by: Mandate) -> None:
    pair = _pair(leg.case, by.office, request.POST.get("other", ""))
    if pair is None:
        raise Refused(_("One of the two asks is no longer open, so there is nothing to merge."))
    merge_case(pair.later, pair.earlier, by=by)
    done = _("%(later)s is merged into %(earlier)s, and the asker is told.")
    messages.success(request, done % {"later": pair.later, "earlier": pair.earlier})


def merge_page(request: Request, leg: Leg, by: Mandate | None) -> HttpResponse:
    """Both asks beside each other, and what merging them does: one step before it is done."""
    pair = _pair(leg.case, by.office, request.GET["merge"]) if by else None
    if pair is None:
        raise Http404
    both = [(case, for_office(case, by.office).ask) for case in (pair.earlier, pair.later)] if by else []
    context = {"pair": pair, "leg": leg, "both": both}
    return render(request, "circuit/merge.html", context)


def _pair(case: Case, office: Office, ref: str) -> Pair | None:
    return next((pair for pair in duplicates(case, office) if pair.allowed and pair.other.ref == ref), None)


def beside(request: Request, leg: Leg, office: Office, by: Mandate | None) -> dict[str, Any]:
    """What the page shows beside the ask: mail about it, the office's notes, and asks that may be the same."""
    case, sight = leg.case, for_office(leg.case, office)
    into = case.merged_into
    number = (
        into and into.legs.filter(owner=office).order_by("-number").values_list("number", flat=True).first()
    )
    return {
        "office": office,
        "mails": mails_on(request, leg, sight, by),
        "notes": remarks_on(case, office) if sight.shows(Part.NOTES) else (),
        "note_form": RemarkForm(request.POST if request.POST.get("act") == "note" else None),
        "pairs": duplicates(case, office) if leg.closed_at is None else [],
        "into": into,
        "into_number": number,
        "parts": may_part(case, office),
        "merged": _merged(case, sight),
    }


def _merged(case: Case, sight: Sight) -> list[tuple[Case, Seen, list[Attachment]]]:
    """The asks that went into this one, which the office that has it reads with it."""
    if sight.viewer is not Viewer.HAS:
        return []
    merged = case.duplicates.select_related("ask")
    return [(each, seen(each.ask, sight.viewer), sight.merged.get(each.ask_id, [])) for each in merged]
