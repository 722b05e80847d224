"""Forms of what offices owe by agreement: a proposal with its commitments, an amendment, a reason."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from tequio.circuit.actions.agreements import Owing, Terms
from tequio.circuit.forms.answering import prose
from tequio.circuit.forms.offices import RefusableForm, day_field
from tequio.circuit.models import Agreement, Commitment
from tequio.circuit.states import InKind
from tequio.kernel import clock
from tequio.network.models import Office

ROWS, MOST = 3, 12
OURS, THEIRS = "ours", "theirs"


class ReasonForm(RefusableForm):
    reason = prose(_("Why"), _("Whoever is owed this reads it as you write it."), rows=3)


class AmendForm(ReasonForm):
    """Another day, or something else than what was promised; begins with what stands."""

    what = prose(_("What will happen"), _("Leave it as it is when only the day changes."), rows=3)
    due_on = day_field(_("By when"))
    field_order = ["due_on", "what", "reason"]

    def __init__(self, commitment: Commitment, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"what": commitment.what, "due_on": commitment.due_on})
        today = clock.today(commitment.office.organisation.zone)
        self.fields["due_on"].widget.attrs["min"] = str(today)


class ProposalForm(RefusableForm):
    title = forms.CharField(label=_("Title"), max_length=200, help_text=_("As both sides call it."))
    text = prose(
        _("What you agree on"),
        _("Public as soon as both have signed, like the title and the commitments. Name no persons."),
        required=False,
        rows=6,
    )
    starts_on = day_field(_("From"))
    expires_on = day_field(_("Until"), _("At most five years. Both of you are told 90 and 30 days before."))

    def __init__(
        self, office: Office, data: Mapping[str, Any] | None = None, old: Agreement | None = None
    ) -> None:
        today = clock.today(office.organisation.zone)
        initial: dict[str, Any] = {"starts_on": today}
        if old:
            starts_on = max(old.expires_on, today)
            initial = {"title": old.title, "text": old.text, "starts_on": starts_on}
            initial["expires_on"] = starts_on + (old.expires_on - old.starts_on)
        super().__init__(data, initial=initial)

    def terms(self) -> Terms:
        return Terms(**self.cleaned_data)


class ClauseForm(forms.Form):
    """One commitment of a proposal; a row left empty is none."""

    side = forms.ChoiceField(label=_("Who owes it"), widget=forms.RadioSelect)
    what = forms.CharField(label=_("What"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    due_on = day_field(_("By when"))
    in_kind = forms.ChoiceField(
        label=_("Support in kind"), required=False, choices=[("", _("No")), *InKind.choices]
    )

    def __init__(self, *args: Any, sides: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        side = self.fields["side"]
        assert isinstance(side, forms.ChoiceField)
        side.choices = sides

    def has_changed(self) -> bool:
        """Whether the row says anything: a side alone is no commitment."""
        return any(str(self[name].value() or "").strip() for name in ("what", "due_on"))


class Clauses(BaseFormSet[ClauseForm]):
    """The commitments of a proposal between `office` and `to`."""

    def __init__(
        self, office: Office, to: Office, data: Any = None, old: Agreement | None = None, more: bool = False
    ) -> None:
        self.offices = {OURS: office, THEIRS: to}
        sides = [(side, str(each.organisation)) for side, each in self.offices.items()]
        initial = _rows(old, office) if old and data is None else None
        if more and data:
            data = data.copy()
            total = int(data["clauses-TOTAL_FORMS"]) if data["clauses-TOTAL_FORMS"].isdecimal() else ROWS
            data["clauses-TOTAL_FORMS"] = str(min(total + ROWS, MOST))
        super().__init__(
            data, prefix="clauses", initial=initial, form_kwargs={"sides": sides, "empty_permitted": True}
        )

    def owing(self) -> list[Owing]:
        return [
            Owing(self.offices[row["side"]], row["what"], row["due_on"], row["in_kind"])
            for row in self.cleaned_data
            if row
        ]


def _rows(old: Agreement, office: Office) -> list[dict[str, Any]]:
    """What an earlier agreement said, without its days."""
    clauses = old.clauses.select_related("party")
    return [
        {
            "side": OURS if each.party.office_id == office.pk else THEIRS,
            "what": each.what,
            "in_kind": each.in_kind,
        }
        for each in clauses
    ]


ClauseFormSet: Any = formset_factory(
    ClauseForm, formset=Clauses, extra=ROWS, max_num=MOST, absolute_max=MOST, validate_max=True
)


def clause_rows(
    office: Office, to: Office, data: Any = None, old: Agreement | None = None, *, more: bool = False
) -> Clauses:
    """The rows of a proposal, as sent or as an earlier agreement had them; `more`: with some empty ones more."""
    rows: Clauses = ClauseFormSet(office, to, data, old, more)
    return rows
