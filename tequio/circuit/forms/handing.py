"""The form by which a holder hands the office over."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tequio.circuit.forms.answering import prose
from tequio.circuit.forms.offices import RefusableForm, language_field
from tequio.circuit.queries.absences import named
from tequio.circuit.queries.books import learnt_by
from tequio.network.models import Mandate, Office, Role

SOMEBODY_ELSE = "address"


class HandOverForm(RefusableForm):
    to = forms.ChoiceField(label=_("To whom"), widget=forms.RadioSelect)
    address = forms.EmailField(
        label=_("Mail address"),
        help_text=_("Only for somebody else: they get a link that holds for 14 days."),
        required=False,
    )
    language = language_field(_("Language of the letter"))
    learnt = prose(
        _("What I have learnt"),
        _("For whoever comes next: what works, whom to ask, what to mind. It stands first in the book."),
        required=False,
        rows=8,
    )
    sure = forms.BooleanField(
        label=_("I have read what will happen."),
        error_messages={"required": _("Tick it: a hand-over cannot be undone.")},
    )

    def __init__(self, office: Office, data: QueryDict | None = None, *, inside: bool) -> None:
        """`inside`: whether the reader is of the office, who alone read its people's names and what it has learnt."""
        deputies = office.mandates.current().filter(role=Role.DEPUTY).select_related("person").order_by("pk")
        self.deputies = {str(mandate.pk): mandate for mandate in deputies}
        choices: list[tuple[str, Any]] = [
            (pk, _("%(deputy)s, at once") % {"deputy": named(each, inside=inside)})
            for pk, each in self.deputies.items()
        ]
        choices.append((SOMEBODY_ELSE, _("Somebody else, when they accept the invitation")))
        learnt = learnt_by(office) if inside else ""
        initial = {"to": choices[0][0], "learnt": learnt, "language": settings.LANGUAGE_CODE}
        super().__init__(data, initial=initial)
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        to.choices = choices
        if not inside:
            field = self.fields["learnt"]
            field.label = _("What the next holder should know")
            field.help_text = _("It stands in the book, after what the office itself has marked as learnt.")

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("to") != SOMEBODY_ELSE or self.cleaned_data.get("address"):
            return
        if "address" not in self.errors:
            self.add_error("address", _("Write the address of who takes the office."))

    def whom(self) -> Mandate | str:
        """A deputy's mandate, or an address."""
        given = self.cleaned_data
        return given["address"] if given["to"] == SOMEBODY_ELSE else self.deputies[given["to"]]
