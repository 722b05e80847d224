"""What the coordinating office says of an ask that is held."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tequio.circuit.forms.answering import prose
from tequio.circuit.forms.offices import RefusableForm


class DiscardForm(RefusableForm):
    """`pk`: the ask that the form is about; what was sent for another one is not this form's."""

    reason = prose(_("Why it goes to no office"), _("The asker reads it and can write anew."), rows=2)
    ask = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, pk: int, data: QueryDict | None = None) -> None:
        mine = data is not None and data.get("ask") == str(pk)
        super().__init__(data if mine else None, auto_id=f"held-{pk}-%s", initial={"ask": pk})
