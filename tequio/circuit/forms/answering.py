"""The answers of an office. The names of their fields are the arguments of their verbs."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from tequio.circuit.forms.files import FilesField
from tequio.circuit.models import Draft, Leg, Referral, Template
from tequio.circuit.queries.offices import ways_on
from tequio.circuit.queries.referrals import consented
from tequio.circuit.queries.routes import desk_of, leads_to
from tequio.circuit.queries.wording import Filled
from tequio.circuit.states import InKind
from tequio.kernel import clock, ids
from tequio.kernel.errors import Refused
from tequio.kernel.texts import pick
from tequio.kernel.uploads.checking import FIELD
from tequio.network.models import Office


def prose(label: Any, help_text: Any, *, required: bool = True, rows: int = 4) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=3000, widget=widget
    )


class AnswerForm(forms.Form):
    """`act` names the answer in the request; `key` makes it count once, however often it is sent.

    `leads`: the state to which the answer leads; it is offered where the route of the ask leads there. `words`: the
    field for the office's own words. What the form begins with is put in by `begin_with`.
    """

    act: ClassVar[str]
    words: ClassVar[str] = "text"
    leads: ClassVar[str] = ""
    title: Any = ""
    button: ClassVar[Any]
    begun = False
    draft: Draft | None = None
    templates: Sequence[Template] = ()
    filled: Filled | None = None
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, leg: Leg, data: QueryDict | None = None, files: Any = None) -> None:
        super().__init__(data, files, prefix=self.act, initial={"key": ids.idempotency_key()})
        self.prepare(leg)

    @classmethod
    def offered(cls, leg: Leg) -> bool:
        """Whether the office of the leg can answer so at the step at which it has it."""
        if leg.asked_by_id:
            return False
        return not cls.leads or leads_to(leg.case, desk_of(leg), cls.leads)

    def prepare(self, leg: Leg) -> None:
        """Fills in what depends on the leg."""

    def begin_with(self, given: Mapping[str, Any]) -> None:
        """Fills in what was kept or chosen; the form is shown open."""
        self.initial.update({name: value for name, value in given.items() if name in self.fields})
        self.begun = True

    def written(self) -> dict[str, Any]:
        """What has been typed so far, valid or not, without the key and without files."""
        return {name: self[name].data for name in self.fields if name not in ("key", FIELD)}

    def refuse(self, refused: Refused) -> bool:
        """Puts the refusal beside the field that it names; False when it names none of this form's."""
        if refused.field not in self.fields:
            return False
        self.add_error(refused.field, str(refused))
        return True


class WordsForm(AnswerForm):
    act, title, button = "answer", _("Answer in words"), _("Send the answer")
    leads = "answered"
    text = prose(
        _("Your answer"),
        _(
            "The asker reads it as you write it, and has ten working days to say that it does not answer the ask."
        ),
    )
    attached = FilesField()


class ElsewhereForm(AnswerForm):
    """An answer that the asker has had already, by phone, by mail or in person."""

    act, title, button = "elsewhere", _("Answered elsewhere"), _("Say so, and ask the asker to confirm it")
    leads = "answered"
    on = forms.DateField(
        label=_("On which day"),
        help_text=_("Until the asker confirms it, the answer counts by today."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    text = prose(_("How, and what you answered"), _("For example: by phone, and what you agreed."), rows=3)

    def prepare(self, leg: Leg) -> None:
        assert leg.owner is not None
        zone = leg.owner.organisation.zone
        days = {"min": str(clock.last_day(leg.case.opened_at, zone)), "max": str(clock.today(zone))}
        self.fields["on"].widget.attrs.update(days)


class AcceptForm(AnswerForm):
    act, title, button = "accept", _("Accept it"), _("Accept and tell the asker")
    words, leads = "what", "arranged"
    what = prose(
        _("What happens next"), _("The asker reads it as you write it: who does what, and how you meet.")
    )
    due_on = forms.DateField(
        label=_("By when"),
        help_text=_("When the day has passed, the asker is asked whether it happened."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    in_kind = forms.ChoiceField(
        label=_("What kind of support it is"), choices=InKind.choices, widget=forms.RadioSelect
    )
    attached = FilesField()
    field_order = ["key", "in_kind", "what", "due_on"]

    def prepare(self, leg: Leg) -> None:
        assert leg.owner is not None
        self.fields["due_on"].widget.attrs["min"] = str(clock.today(leg.owner.organisation.zone))
        if not leg.case.kind.in_kind:
            del self.fields["in_kind"]
        if member := consented(leg):
            self.initial["what"] = _in_their_words(leg, member)


def _in_their_words(leg: Leg, member: Referral) -> str:
    """How accepting begins when a member has said yes, in the language of the asker who will read it."""
    with override(leg.case.ask.language):
        return _("%(name)s will answer you. Reach them here: %(contact)s.") % {
            "name": member.shown_name,
            "contact": member.shown_contact,
        }


class ReasonForm(AnswerForm):
    """A reason of the kind's list, or the office's own words."""

    reason = forms.ChoiceField(label=_("Reason"), widget=forms.RadioSelect)
    text = prose(
        _("In your words"),
        _("Needed for another reason, welcome with the others. The asker reads it."),
        required=False,
        rows=3,
    )

    def reasons(self, rows: list[dict[str, Any]]) -> None:
        choices = [(row["code"], pick(row["text"])) for row in rows if row["code"] != "other"]
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*choices, ("other", _("Another reason"))]


class DeclineForm(ReasonForm):
    act, title, button = "decline", _("Decline it, with a reason"), _("Decline and tell the asker")
    leads = "declined"
    attached = FilesField()

    def prepare(self, leg: Leg) -> None:
        self.reasons(leg.case.kind.declines)


class PassOnForm(ReasonForm):
    act, title, button = "pass-on", _("Pass it on to another office"), _("Pass it on and tell the asker")
    to = forms.ModelChoiceField(
        Office.objects.none(),
        label=_("To which office"),
        help_text=_("Offices that have promised to answer this kind of ask, and the coordinating office."),
    )
    field_order = ["key", "to", "reason", "text"]

    def prepare(self, leg: Leg) -> None:
        self.reasons(leg.case.kind.pass_ons)
        to = self.fields["to"]
        assert isinstance(to, forms.ModelChoiceField)
        to.queryset = ways_on(leg)


class QuestionForm(AnswerForm):
    act, title, button = "question", _("Ask for one thing more"), _("Send the question")
    words, leads = "question", "question"
    question = prose(
        _("What you need to know"),
        _("One question. Your days stand still until the asker replies, or until the asker's own date."),
        rows=3,
    )
    attached = FilesField()


class DoneForm(AnswerForm):
    """The office's own word on what it promised to the asker."""

    act, title, button = "done", _("It is done"), _("Say that it is done")
    text = prose(
        _("What was done"),
        _("The asker is asked whether it is so, and has ten working days to say no."),
        required=False,
        rows=2,
    )


class ReplyToNoForm(AnswerForm):
    act, title, button = "reply-to-no", _("Answer the asker's no"), _("Send it")
    text = prose(_("What your office says"), _("Once, and in words. The asker's no stays as it is."), rows=3)
