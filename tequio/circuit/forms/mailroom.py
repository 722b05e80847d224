"""Where a held mail belongs, and how an office wants its letters."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tequio.circuit.forms.files import FilesField
from tequio.circuit.forms.offices import RefusableForm
from tequio.circuit.models import Reply
from tequio.circuit.states import Way
from tequio.kernel.uploads.checking import most_in_pieces

WAYS = [
    (
        Way.BOTH,
        _("By mail and on these pages: each new ask comes in a letter, and can be answered by a reply."),
    ),
    (
        Way.MAIL,
        _("By mail, as little as possible: the same, and the daily letter leaves out what others did."),
    ),
    (
        Way.WEB,
        _("On these pages alone: new asks stand in the daily letter, and a reply by mail is no answer."),
    ),
]


class NumberForm(RefusableForm):
    """The receipt number of the ask at which a mail (`pk`) is to be filed."""

    ref = forms.CharField(label=_("Receipt number of the ask"), max_length=16)

    def __init__(self, reply: Reply, data: QueryDict | None = None) -> None:
        self.pk = reply.pk
        super().__init__(data, auto_id=f"mail-{reply.pk}-%s")
        self.fields["ref"].widget.attrs.update({"autocomplete": "off", "autocapitalize": "characters"})

    def clean_ref(self) -> str:
        return str(self.cleaned_data["ref"]).strip().lower()


class WayForm(RefusableForm):
    way = forms.ChoiceField(label=_("How letters come"), choices=WAYS, widget=forms.RadioSelect)


class MailFilesForm(RefusableForm):
    """Files that were left out of a mail, whole."""

    attached = FilesField(most_in_pieces, required=True)
