"""What an office owes and what is owed to it, one commitment with what can be done about it, and a person's own."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tequio.circuit import access
from tequio.circuit.actions.commitments import AMENDMENTS, amend_commitment, drop_commitment
from tequio.circuit.actions.keeping import judge_commitment, say_done
from tequio.circuit.actions.reporting import report_done
from tequio.circuit.forms.agreements import AmendForm, ReasonForm
from tequio.circuit.links import case_key
from tequio.circuit.models import Commitment
from tequio.circuit.queries import owing
from tequio.circuit.visibility import Seen, Viewer, seen
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.kernel.filters import page_of
from tequio.kernel.web import Request, private
from tequio.network.models import Mandate, Office

SHOWS = ("owed", "to-us", "settled")
Verb = Callable[[Commitment, Mandate], Commitment]
VERBS: dict[str, Verb] = {
    "done": lambda commitment, by: (report_done if commitment.case_id else say_done)(commitment, by=by),
    "kept": lambda commitment, by: judge_commitment(commitment, kept=True, by=by),
    "broken": lambda commitment, by: judge_commitment(commitment, kept=False, by=by),
}


@require_safe
@login_required
@private
def owed(request: Request, office: int) -> HttpResponse:
    """What the office owes, what is owed to it, and what has ended."""
    found, mandate = access.office_for(request.person, office)
    show = request.GET.get("show", "")
    show = show if show in SHOWS else "owed"
    ours, theirs = owing.owed_by(found), owing.owed_to(found)
    rows = {"owed": ours, "to-us": theirs, "settled": owing.settled(found)}
    page = page_of(rows[show], request.GET.get("page"))
    context = {
        "office": found,
        "mandate": mandate,
        "show": show,
        "counts": {"owed": ours.count(), "to_us": theirs.count()},
        "late": ours.filter(due_at__lte=clock.now(), office_done_at=None).count(),
        "page": page,
        "lines": owing.lines(page),
    }
    return render(request, "circuit/owed.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@private
def one(request: Request, office: int, pk: int) -> HttpResponse:
    """One commitment with its story; the owing office amends or drops it, the other one says whether it was kept."""
    found, mandate = access.office_for(request.person, office, act=request.method == "POST")
    commitment = access.commitment_at(found, pk)
    act = request.POST.get("act", "")
    amend = AmendForm(commitment, request.POST if act == "amend" else None)
    drop = ReasonForm(request.POST if act == "drop" else None, prefix="drop")
    if request.method == "POST" and mandate and _act(request, commitment, mandate, act, amend, drop):
        return redirect(request.path)
    context = {
        "office": found,
        "mandate": mandate,
        "commitment": commitment,
        "line": owing.line(commitment, clock.now()),
        "story": owing.story(commitment),
        "silent_on": _silent_on(commitment),
        "owed_to": _owed_to(commitment),
        "amend": amend,
        "drop": drop,
        **_may(commitment, found, mandate),
    }
    return render(request, "circuit/owed_one.html", context)


def _owed_to(commitment: Commitment) -> Seen | dict[str, str]:
    case = commitment.case
    return seen(case.ask, Viewer.HAS) if case else {"name": str(commitment.beneficiary)}


def _silent_on(commitment: Commitment) -> date | None:
    """The last day on which whoever is owed it can contradict the office, which says that it is done."""
    if commitment.case:
        return commitment.case.dispute_on
    return commitment.wake_at and clock.last_day(commitment.wake_at, commitment.office.organisation.zone)


def _may(commitment: Commitment, office: Office, mandate: Mandate | None) -> dict[str, Any]:
    """What the office can do here now."""
    closed = commitment.settled or bool(commitment.case and commitment.case.closed_at)
    ours = commitment.office_id == office.pk
    acts = mandate is not None and not closed
    over = commitment.due_at <= clock.now() or commitment.office_done_at is not None
    judges = (
        acts and commitment.agreement_id is not None and commitment.beneficiary_id == office.organisation_id
    )
    return {
        "ours": ours,
        "may_change": acts and ours,
        "amendments_left": AMENDMENTS - getattr(commitment, "amended", 0),
        "may_say_done": acts and ours and not commitment.office_done_at,
        "may_judge": judges and not ours,
        "may_deny": judges and not ours and over,
    }


def _act(
    request: Request, commitment: Commitment, by: Mandate, act: str, amend: AmendForm, drop: ReasonForm
) -> bool:
    """Does what was sent; False when a form has to be shown again."""
    form = {"amend": amend, "drop": drop}.get(act)
    if form is None and act not in VERBS:
        raise Http404
    try:
        if form is None:
            VERBS[act](commitment, by)
        elif not form.is_valid():
            return False
        elif act == "amend":
            amend_commitment(commitment, by, **form.cleaned_data)
        else:
            drop_commitment(commitment, by, **form.cleaned_data)
    except Refused as refused:
        if form and refused.field in form.fields:
            form.refuse(refused)
            return False
        messages.error(request, str(refused))
        return True
    messages.success(request, _("It is recorded, and whoever is owed this is told."))
    return True


@require_safe
@login_required
@private
def mine(request: Request) -> HttpResponse:
    """What the person owes through their offices, and what is owed to these and to their own asks."""
    if not request.person:
        raise Http404
    offices = owing.acts_in(request.person)
    page = page_of(owing.owed_by(*offices), request.GET.get("page"))
    asked = owing.lines(owing.owed_to_address(request.person.account.email))
    context = {
        "page": page,
        "owe": owing.lines(page),
        "owed": [(line, _desk(line, offices)) for line in owing.lines(owing.owed_to(*offices))],
        "asked": [(line, case_key(line.commitment.case)) for line in asked if line.commitment.case],
    }
    return render(request, "circuit/me_owed.html", context)


def _desk(line: owing.Line, offices: list[Office]) -> int:
    """The office of the person at whose desk the commitment can be judged."""
    organisation = line.commitment.beneficiary_id
    return next(office.pk for office in offices if office.organisation_id == organisation)
