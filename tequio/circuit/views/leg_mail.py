"""Mail on the page of an ask: whether it is the office's, what became of it, and what more it may have meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tequio.circuit import access
from tequio.circuit.actions.mailroom import disown_mail, make_more, own_mail, refer_mail
from tequio.circuit.forms.answering import (
    AcceptForm,
    AnswerForm,
    DeclineForm,
    PassOnForm,
    QuestionForm,
    WordsForm,
)
from tequio.circuit.links import leg_mail_link
from tequio.circuit.models import Leg, Reply
from tequio.circuit.queries.cases import may_undo
from tequio.circuit.queries.mailed import replies_on
from tequio.circuit.sorting import WHY, By
from tequio.circuit.states import MailState
from tequio.circuit.visibility import Sight
from tequio.kernel.errors import Refused
from tequio.kernel.uploads.checking import FIELD
from tequio.kernel.web import Request
from tequio.network.models import Mandate

MORE: Sequence[type[AnswerForm]] = (AcceptForm, DeclineForm, PassOnForm, QuestionForm)

OWNED = {
    MailState.TAKEN: gettext_lazy("It is your office's answer now."),
    MailState.EMPTY: gettext_lazy("It holds no words of its own, so it is no answer. It is kept."),
    MailState.LATE: gettext_lazy("The ask had left your office, so it is kept with it."),
    MailState.KEPT: gettext_lazy("It could not be taken as an answer. Its words are in the form below."),
}


@dataclass(frozen=True)
class Mailed:
    """A mail on the page of a leg. `acts`: whether the reader may decide; `more`: forms that make more of it;
    `files`: where those go that were left out.
    """

    reply: Reply
    why: str
    acts: bool
    more: Sequence[AnswerForm] = ()
    files: str = ""


def mails_on(request: Request, leg: Leg, sight: Sight, by: Mandate | None) -> list[Mailed]:
    """The mails that the reader may see, oldest first."""
    return [_mailed(request, leg, reply, by) for reply in replies_on(leg.case, sight)]


def _mailed(request: Request, leg: Leg, reply: Reply, by: Mandate | None) -> Mailed:
    why = str(WHY[By(reply.found_by)]) if reply.found_by else ""
    acts = by is not None and reply.leg_id == leg.pk and by.office_id == leg.owner_id
    sent = request.POST if request.POST.get("reply") == str(reply.pk) else None
    taken = acts and reply.state == MailState.TAKEN and reply.event is not None
    files = leg_mail_link(reply, by) if taken and by and reply.left_out else ""
    return Mailed(reply, why, acts, _more(leg, reply, sent) if taken else (), files)


def _more(leg: Leg, reply: Reply, sent: Any) -> list[AnswerForm]:
    """Forms for what the words may have meant, that which was understood first, until a day has passed."""
    event = reply.event
    if event is None or event.kind != "answered" or event.at != leg.answered_at or not may_undo(leg):
        return []
    proposed = reply.proposal.get("act", "")
    offered = sorted((form for form in MORE if form.offered(leg)), key=lambda form: form.act != proposed)
    return [_begun(form, leg, reply, sent) for form in offered]


def _begun(kind: type[AnswerForm], leg: Leg, reply: Reply, sent: Any) -> AnswerForm:
    form = kind(leg, sent if sent and sent.get("as") == kind.act else None)
    form.fields.pop(FIELD, None)
    proposed = reply.proposal.get("act") == kind.act
    form.begin_with(reply.proposal["given"] if proposed else {form.words: reply.text})
    form.begun = proposed
    return form


def begin_with_mail(leg: Leg, answers: Sequence[AnswerForm]) -> None:
    """What could not be done as a mail said, the answer's form begins with, where the office has begun nothing else."""
    kept = leg.replies.filter(state=MailState.KEPT, erased_at=None).last() if leg.closed_at is None else None
    if kept is None or any(form.begun or form.is_bound for form in answers):
        return
    act = kept.proposal.get("act", WordsForm.act)
    for form in answers:
        if form.act == act:
            form.begin_with(kept.proposal.get("given", {form.words: kept.text}))


def mail_act(request: Request, leg: Leg, by: Mandate) -> bool:
    """Does what was pressed beside a mail; False when its form has to be shown again."""
    reply = (
        leg.replies.filter(pk=access.number(request.POST.get("reply", ""))).select_related("event").first()
    )
    if reply is None:
        raise Http404
    reply.leg = leg
    act = request.POST.get("act", "")
    if act == "mail-more":
        return _make_more(request, leg, reply, by)
    if act == "mail-own":
        messages.success(request, str(OWNED[MailState(own_mail(reply, by=by).state)]))
    elif act == "mail-disown":
        disown_mail(reply, by=by)
        messages.success(request, _("Put aside. It stays on record."))
    elif act == "mail-refer":
        refer_mail(reply, by=by)
        messages.success(request, _("The coordinating office looks where it belongs."))
    else:
        raise Http404
    return True


def _make_more(request: Request, leg: Leg, reply: Reply, by: Mandate) -> bool:
    wanted = request.POST.get("as", "")
    form = next((form for form in _more(leg, reply, request.POST) if form.act == wanted), None)
    if form is None:
        raise Refused(_("It can no longer be taken back: a day has passed, or something followed it."))
    if not form.is_valid():
        return False
    make_more(reply, wanted, by=by, **form.cleaned_data)
    messages.success(request, _("Done instead of the answer in words. The asker is told of both."))
    return True
