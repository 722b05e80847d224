"""What an office says on the page of an ask after it has accepted it: that it is done, and once more to a no."""

from typing import Any

from tequio.circuit.actions.reporting import answer_no, report_done
from tequio.circuit.forms.answering import AnswerForm, DoneForm, ReplyToNoForm
from tequio.circuit.models import Leg
from tequio.circuit.queries.voices import may_answer_no, may_report_done, promised_on
from tequio.kernel.errors import Refused
from tequio.kernel.web import Request
from tequio.network.models import Mandate

LATER: dict[type[AnswerForm], Any] = {DoneForm: report_done, ReplyToNoForm: answer_no}


def later_word(request: Request, leg: Leg, by: Mandate | None) -> AnswerForm | None:
    """The form for what the office of `by` may say now of what it had promised; None when it is nothing."""
    commitment = promised_on(leg) if by and leg.closed_at else None
    if by is None or commitment is None or commitment.office_id != by.office_id:
        return None
    if may_report_done(commitment):
        form: type[AnswerForm] = DoneForm
    elif may_answer_no(leg.case):
        form = ReplyToNoForm
    else:
        return None
    return form(leg, request.POST if request.POST.get("act") == form.act else None)


def say_later(leg: Leg, by: Mandate, form: AnswerForm) -> bool:
    """Does what the form says; False when it has to be shown again."""
    if not form.is_valid():
        return False
    try:
        LATER[type(form)](promised_on(leg), by=by, **form.cleaned_data)
    except Refused as refused:
        if not form.refuse(refused):
            raise
        return False
    return True
