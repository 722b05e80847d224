"""Forms of an office's own work: its templates and its notes."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tequio.circuit.actions.remarks import LONGEST
from tequio.circuit.forms.answering import prose
from tequio.circuit.forms.offices import RefusableForm, language_field
from tequio.circuit.models import Template
from tequio.circuit.queries.wording import ACTS


class TemplateForm(RefusableForm):
    """Words for one kind of answer in one language."""

    act = forms.ChoiceField(label=_("For which answer"), choices=list(ACTS.items()))
    language = language_field(_("Language"))
    title = forms.CharField(label=_("Name"), help_text=_("By it you find the words again."), max_length=80)
    text = prose(_("Words"), _("A placeholder in braces is filled in for each ask."), rows=8)

    def __init__(self, data: QueryDict | None = None, template: Template | None = None) -> None:
        initial: dict[str, Any] = {"language": settings.LANGUAGE_CODE}
        if template:
            initial = {name: getattr(template, name) for name in ("act", "language", "title", "text")}
        super().__init__(data, initial=initial)


class RemarkForm(RefusableForm):
    """A note that only the office reads."""

    text = forms.CharField(
        label=_("Note"),
        help_text=_("Only your office reads it: not the asker, no other office."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    learnt = forms.BooleanField(
        label=_("Worth remembering for who comes after me"),
        required=False,
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, prefix="note")
