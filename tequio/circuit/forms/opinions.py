"""Asking other offices for their opinion, and giving one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tequio.circuit.forms.answering import AnswerForm, prose
from tequio.circuit.models import Leg
from tequio.circuit.queries.opinions import AT_MOST, advisers, left_to_ask
from tequio.kernel import clock
from tequio.network.models import Office


class OpinionsForm(AnswerForm):
    """`offices` are those whom the office chooses, one or two."""

    act, title = "opinions", _("Ask other offices for their opinion first")
    button = _("Ask for their opinion")
    first = forms.ModelChoiceField(Office.objects.none(), label=_("Which office"))
    second = forms.ModelChoiceField(
        Office.objects.none(), label=_("A second office"), required=False, empty_label=_("None")
    )
    task = prose(_("What you want to know"), _("They read it with the ask. The asker does not."), rows=3)
    due_on = forms.DateField(
        label=_("By when"),
        help_text=_("Your own date stands. What has not come by this day is not waited for."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    @classmethod
    def offered(cls, leg: Leg) -> bool:
        if leg.asked_by_id or leg.closed_at or left_to_ask(leg) < 1:
            return False
        return advisers(leg).exists()

    def prepare(self, leg: Leg) -> None:
        assert leg.owner is not None
        for name in ("first", "second"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = advisers(leg)
        if left_to_ask(leg) < AT_MOST:
            del self.fields["second"]
        today = clock.today(leg.owner.organisation.zone)
        self.fields["due_on"].widget.attrs |= {"min": str(today), "max": str(leg.due_on)}

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        chosen = [data.pop("first", None), data.pop("second", None)]
        return {**data, "offices": [office for office in chosen if office]}

    def refuse(self, refused: Any) -> bool:
        if refused.field == "offices":
            self.add_error("first", str(refused))
            return True
        return super().refuse(refused)


class GiveOpinionForm(AnswerForm):
    act, title, button = "opinion", _("Give your opinion"), _("Send your opinion")
    text = prose(
        _("Your opinion"), _("Only the office that asks for it reads it. You decide nothing by it."), rows=6
    )

    @classmethod
    def offered(cls, leg: Leg) -> bool:
        return leg.asked_by_id is not None
