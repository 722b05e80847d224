"""The desk of one ask: its page with the answers, signed in or by the link of a letter."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tequio.circuit import access
from tequio.circuit.actions.answering import accept_leg, ask_more, decline_leg, pass_on_leg, undo_answer
from tequio.circuit.actions.delivery import leg_opened
from tequio.circuit.actions.drafts import send_answer
from tequio.circuit.actions.files import attach_to_words
from tequio.circuit.actions.forwarding import forward_leg
from tequio.circuit.actions.opinions import ask_opinions, give_opinion
from tequio.circuit.actions.referring import refer_leg
from tequio.circuit.actions.worded import answer_leg, elsewhere_leg
from tequio.circuit.drawing import of_case
from tequio.circuit.forms.answering import (
    AcceptForm,
    AnswerForm,
    DeclineForm,
    ElsewhereForm,
    PassOnForm,
    QuestionForm,
    WordsForm,
)
from tequio.circuit.forms.forwarding import ForwardForm
from tequio.circuit.forms.members import ReferForm
from tequio.circuit.forms.opinions import GiveOpinionForm, OpinionsForm
from tequio.circuit.models import Leg
from tequio.circuit.queries.cases import may_undo
from tequio.circuit.queries.counted import reckoning
from tequio.circuit.queries.opinions import opinions_of
from tequio.circuit.queries.referrals import members_asked
from tequio.circuit.queries.routes import asked_of, desk_of
from tequio.circuit.queries.story import told
from tequio.circuit.queries.strip import steps_of
from tequio.circuit.queries.voices import contradiction, promised_on, voices
from tequio.circuit.queries.why import until_of, until_sentence, why_sentence
from tequio.circuit.views.leg_later import later_word, say_later
from tequio.circuit.views.leg_work import begin, beside, merge_page, office_of, work
from tequio.circuit.visibility import Part, Sight, for_office
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.kernel.uploads.checking import FIELD
from tequio.kernel.web import Request, private
from tequio.network.models import Mandate

VERBS: dict[type[AnswerForm], Any] = {
    WordsForm: answer_leg,
    AcceptForm: accept_leg,
    ForwardForm: forward_leg,
    ReferForm: refer_leg,
    DeclineForm: decline_leg,
    PassOnForm: pass_on_leg,
    QuestionForm: ask_more,
    ElsewhereForm: elsewhere_leg,
    OpinionsForm: ask_opinions,
    GiveOpinionForm: give_opinion,
}


@require_http_methods(["GET", "HEAD", "POST"])
@private
def leg_by_link(request: Request, ref: str, number: int, mandate: int, key: str) -> HttpResponse:
    """The page of a letter's link: looking shows that the ask has come, sending one of its forms answers."""
    found, by = access.leg_by_link(ref, number, mandate, key)
    return _leg(request, found, by, desk=None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private
def leg(request: Request, office: int, ref: str, number: int) -> HttpResponse:
    """The same page for somebody signed in; a deputy may look while the holder acts."""
    found, by = access.leg_for(request.person, office, ref, number, act=request.method == "POST")
    return _leg(request, found, by, desk=office)


def _leg(request: Request, leg: Leg, by: Mandate | None, desk: int | None) -> HttpResponse:
    if request.method == "GET" and by:
        leg_opened(leg, by=by)
    act = request.POST.get("act", "")
    offered = [form for form in VERBS if form.offered(leg)]
    answers = [form(leg, *((request.POST, request.FILES) if act == form.act else ())) for form in offered]
    later = later_word(request, leg, by)
    if request.method == "POST" and by:
        try:
            done = work(request, leg, by, answers)
            if _answer(leg, by, act, answers, later) if done is None else done:
                return redirect(request.path)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(request.path)
    if "merge" in request.GET:
        return merge_page(request, leg, by)
    shown = answers if by and leg.closed_at is None else []
    begin(request, leg, shown)
    facts = {**_facts(leg, by, desk), **beside(request, leg, office_of(leg, desk), by)}
    page = {**facts, "answers": shown, "later": later, "files_at": f"{request.path}file/"}
    return render(request, "circuit/leg.html", page)


def _facts(leg: Leg, by: Mandate | None, desk: int | None) -> dict[str, Any]:
    """What the page says of the leg, to the office `desk` (None: to the bearer of its link)."""
    sight = for_office(leg.case, office_of(leg, desk))
    *story, asked = told(leg.case, sight)
    return {
        "leg": leg,
        "case": leg.case,
        "ask": sight.ask,
        "files": sight.files(),
        "by": by,
        "desk": desk,
        "ours": desk in (None, leg.owner_id),
        "late": leg.due_at is not None and leg.due_at <= clock.now(),
        "commitment": promised_on(leg) if sight.part_of(Part.PROMISED, leg) else None,
        "voices": voices(leg.case, _("The asker says")),
        "contradiction": sight.says(objection) if (objection := contradiction(leg)) else "",
        "undo": by is not None and by.office_id == leg.owner_id and may_undo(leg),
        "strip": steps_of(leg.case),
        "drawing": of_case(leg.case),
        "story": [*story, replace(asked, note="")],
        "until": until_of(leg) if leg.asked_by_id else until_sentence(leg.case),
        "asks": {} if leg.asked_by_id else asked_of(desk_of(leg), "office", "both"),
        **_counsel(leg, sight),
        **reckoning(leg),
    }


def _counsel(leg: Leg, sight: Sight) -> dict[str, Any]:
    """Why the office has it, and whom it asks for help with it: other offices, and members."""
    return {
        "why": why_sentence(leg),
        "opinions": opinions_of(leg, sight),
        "task": leg.task if sight.opinions(leg) else "",
        "members": members_asked(leg) if sight.part_of(Part.MEMBERS, leg) else (),
    }


def _answer(leg: Leg, by: Mandate, act: str, answers: list[AnswerForm], later: AnswerForm | None) -> bool:
    """Does what the form says; False when the form has to be shown again. A refusal of the whole is raised."""
    if act == "undo":
        undo_answer(leg, by=by)
        return True
    if later and later.is_bound:
        return say_later(leg, by, later)
    form = next((form for form in answers if form.is_bound), None)
    if form is None or not form.is_valid():
        return form is None
    try:
        given = dict(form.cleaned_data)
        files = given.pop(FIELD, [])
        with transaction.atomic():
            send_answer(VERBS[type(form)], leg, form.act, by=by, **given)
            attach_to_words(leg.case, files, form.cleaned_data.get("key", ""))
    except Refused as refused:
        if not form.refuse(refused):
            raise
        return False
    return True
