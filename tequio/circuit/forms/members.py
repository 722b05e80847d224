"""Asking a member, and the member's answer. The names of the fields are the arguments of their verbs."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tequio.circuit.forms.answering import AnswerForm, prose
from tequio.circuit.models import Leg, Referral
from tequio.circuit.queries.referrals import may_refer
from tequio.kernel import clock


class ReferForm(AnswerForm):
    act, title, button = "refer", _("Ask one of your members"), _("Send it to this member")
    name = forms.CharField(label=_("Name of the member"), max_length=120)
    address = forms.EmailField(
        label=_("Mail address"),
        max_length=254,
        help_text=_("Nobody else sees it, and it is erased unless the member says yes."),
    )
    language = forms.ChoiceField(label=_("Language of the letter"), choices=settings.LANGUAGES)
    note = prose(_("A note to the member"), _("Why you thought of them."), required=False, rows=3)
    due_on = forms.DateField(
        label=_("By when"),
        help_text=_("Your own date stands. Leave yourself time to ask somebody else."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    @classmethod
    def offered(cls, leg: Leg) -> bool:
        return may_refer(leg)

    def prepare(self, leg: Leg) -> None:
        assert leg.owner is not None
        today = clock.today(leg.owner.organisation.zone)
        self.fields["due_on"].widget.attrs |= {"min": str(today), "max": str(leg.due_on)}

    def written(self) -> dict[str, Any]:
        """What a draft keeps: nothing of who the member is, since nobody has asked them yet."""
        return {name: value for name, value in super().written().items() if name not in ("name", "address")}

    def clean(self) -> dict[str, Any]:
        """Without the key: the same member is asked once, however often the form is sent."""
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class ConsentForm(forms.Form):
    """What a member who says yes lets the asker see."""

    shown_name = forms.CharField(label=_("Name that they see"), max_length=120)
    shown_contact = forms.CharField(
        label=_("How they reach you"),
        max_length=254,
        help_text=_("A mail address, a telephone, or a page: what you want to give them."),
    )
    text = prose(_("A word to them"), "", required=False, rows=3)

    def __init__(self, referral: Referral, data: QueryDict | None = None) -> None:
        given = {"shown_name": referral.name, "shown_contact": referral.address}
        super().__init__(data, initial=given)
