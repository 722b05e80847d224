"""The asker's page of a case, opened by the link in their letters, and what they can do there."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tequio.circuit.access import case_by_link
from tequio.circuit.actions.asker import contest_question, reply_to_question, report_outcome, withdraw_case
from tequio.circuit.actions.disputes import agree_case, appeal_case, dispute_case
from tequio.circuit.actions.files import attach_to_words
from tequio.circuit.drawing import of_case
from tequio.circuit.forms.asking import (
    AgreeForm,
    AppealForm,
    ContestForm,
    DisputeForm,
    OutcomeForm,
    ReplyForm,
    WithdrawForm,
)
from tequio.circuit.links import case_key
from tequio.circuit.models import Case, Leg
from tequio.circuit.queries import following
from tequio.circuit.queries.cases import current_leg, last_question
from tequio.circuit.queries.counted import reckoning
from tequio.circuit.queries.opinions import asked_now
from tequio.circuit.queries.public import acting_in
from tequio.circuit.queries.recalls import said_again
from tequio.circuit.queries.referrals import shown_to_asker
from tequio.circuit.queries.routes import asked_of, leads_to, row_of
from tequio.circuit.queries.strip import steps_of
from tequio.circuit.queries.voices import (
    consequences,
    done_pending,
    last_answer,
    voices,
    ways,
)
from tequio.circuit.queries.why import reason_of, until_sentence, why_sentence
from tequio.circuit.states import Change
from tequio.circuit.visibility import Part, Sight, for_asker
from tequio.kernel.errors import Refused
from tequio.kernel.ids import idempotency_key
from tequio.kernel.uploads.checking import FIELD
from tequio.kernel.web import Request, private

FORMS: dict[str, type[forms.Form]] = {
    "reply": ReplyForm,
    "contest": ContestForm,
    "withdraw": WithdrawForm,
    "outcome": OutcomeForm,
    "agree": AgreeForm,
    "dispute": DisputeForm,
    "appeal": AppealForm,
}


@require_safe
@private
def follow(request: Request, ref: str, key: str) -> HttpResponse:
    return _page(request, case_by_link(ref, key))


@private
def reply(request: Request, ref: str, key: str) -> HttpResponse:
    case, form = case_by_link(ref, key), ReplyForm(request.POST, request.FILES)
    done = _("Your reply is with the office.")
    return _act(request, case, "reply", form, done, lambda **given: reply_to_question(case, **given))


@private
def contest(request: Request, ref: str, key: str) -> HttpResponse:
    case, form = case_by_link(ref, key), ContestForm(request.POST)
    done = _("The days of the office count on, and it is told.")
    return _act(request, case, "contest", form, done, lambda **given: contest_question(case, **given))


@private
def withdraw(request: Request, ref: str, key: str) -> HttpResponse:
    case, form = case_by_link(ref, key), WithdrawForm(request.POST)
    done = _("Your ask is withdrawn, and the office is told.")
    return _act(request, case, "withdraw", form, done, lambda **given: withdraw_case(case, **given))


@private
def outcome(request: Request, ref: str, key: str) -> HttpResponse:
    case, form = case_by_link(ref, key), OutcomeForm(request.POST)
    done = _("Your word is kept, and the office is told.")

    def verb(happened: str, **given: str) -> Case:
        return report_outcome(case, happened=happened == "yes", **given)

    return _act(request, case, "outcome", form, done, verb)


@private
def agree(request: Request, ref: str, key: str) -> HttpResponse:
    case, form = case_by_link(ref, key), AgreeForm(request.POST)
    done = _("Your word is kept, and the office is told.")
    return _act(request, case, "agree", form, done, lambda **given: agree_case(case, **given))


@private
def dispute(request: Request, ref: str, key: str) -> HttpResponse:
    case, form = case_by_link(ref, key), DisputeForm(request.POST, request.FILES)
    done = _("Your disagreement is kept, and the office is told.")
    return _act(request, case, "dispute", form, done, lambda **given: dispute_case(case, **given))


@private
def appeal(request: Request, ref: str, key: str) -> HttpResponse:
    case, form = case_by_link(ref, key), AppealForm(request.POST, request.FILES)
    done = _("Your appeal is with the office above.")
    return _act(request, case, "appeal", form, done, lambda **given: appeal_case(case, **given))


def _act(
    request: Request, case: Case, name: str, form: forms.Form, done: str, verb: Callable[..., Case]
) -> HttpResponse:
    """Acts on a POST and goes back to the page; a GET only goes there, a refusal shows it with its reason."""
    back = redirect("follow", case.ref, case_key(case))
    if request.method != "POST":
        return back
    if form.is_valid():
        try:
            given = {**form.cleaned_data, "key": form.cleaned_data["key"] or idempotency_key()}
            files = given.pop(FIELD, [])
            with transaction.atomic():
                attach_to_words(verb(**given), files, given["key"])
        except Refused as refused:
            if refused.field not in form.fields:
                return _page(request, case, refused=str(refused), typed=form.cleaned_data.get("text", ""))
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, done)
            return back
    return _page(request, case, **{name: form})


def _page(request: Request, case: Case, **more: Any) -> HttpResponse:
    forms_ = {name: form() for name, form in FORMS.items()}
    consequences = [
        _("The ask closes and the office is told."),
        _("It stays in the counts of the ledger."),
    ]
    contested = [
        _("The office has to answer with what it has, in the days that it had left."),
        _("That it asked, and that you say so, is counted in the ledger."),
    ]
    sight = for_asker(case)
    context = {
        **_standing(case),
        **_beside(case, sight),
        "other": _other(case),
        **_voices(case, sight),
        "key": case_key(case),
        "consequences": consequences,
        "contested": contested,
        **forms_,
        **more,
    }
    return render(request, "circuit/follow.html", context)


def _beside(case: Case, sight: Sight) -> dict[str, Any]:
    """What the step asks of the asker and lets them do, whose opinion is asked, and which member has said yes."""
    row = row_of(case)
    return {
        "files": sight.files(),
        "files_at": f"{reverse('follow', args=(case.ref, case_key(case)))}file/",
        "asks": asked_of(row, "asker", "both"),
        "withdrawable": not case.closed_at and leads_to(case, row, "withdrawn"),
        "opinions": asked_now(case),
        "members": shown_to_asker(case) if sight.shows(Part.CHOSEN) else (),
        "shown": sight.ask,
    }


def _other(case: Case) -> tuple[str, str, str] | None:
    """The ask into which this one was merged: its receipt number, and what its page's address is made of."""
    into = case.merged_into
    return (str(into), into.ref, case_key(into)) if into else None


def _standing(case: Case) -> dict[str, Any]:
    """Where the ask is, who has it, until when, and what comes next."""
    prefetch_related_objects([case], Prefetch("legs", Leg.objects.select_related("owner__organisation")))
    leg, commitment = current_leg(case), case.commitments.filter(dropped_at=None).last()
    assert leg is not None and case.owner is not None
    seat = acting_in([case.owner]).get(case.owner.pk)
    return {
        "case": case,
        "ask": case.ask,
        "headline": following.headline(case, commitment),
        "late": following.is_late(case),
        "next": following.what_next(case, commitment),
        "until": until_sentence(case),
        "steps": steps_of(case),
        "drawing": of_case(case),
        "question": last_question(leg) if case.state == "question" else None,
        "commitment": commitment,
        "amendments": commitment.changes.filter(kind=Change.AMENDED) if commitment else [],
        "asked": following.asked_to_tell(case, commitment),
        "why": "" if leg.closed_at else why_sentence(leg),
        **({} if leg.closed_at else reckoning(leg)),
        "seat": seat,
        "vacant": seat is None,
        "holder": seat.person.name if seat and seat.show_name and not seat.away_until else "",
    }


def _voices(case: Case, sight: Sight) -> dict[str, Any]:
    """What was said, what either side says now, the office's last word, and what the asker may do about it."""
    answer = last_answer(case)
    found = ways(case)
    return {
        "lines": following.lines(case, sight),
        "voices": voices(case, _("You say")),
        "answer": answer,
        "answer_files": sight.files(answer) if answer else [],
        "reason": reason_of(answer) if answer else "",
        "ways": found,
        "costs": consequences(found) if found else {},
        "pending": done_pending(case),
        "recalled": said_again(case) if sight.shows(Part.RECALLED) else "",
    }
