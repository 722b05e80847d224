"""Forms of a change of government, of reorganisations, and of what a new holder decides."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tequio.circuit.forms.answering import prose
from tequio.circuit.forms.offices import RefusableForm, day_field
from tequio.circuit.models import Commitment, Leg, Review
from tequio.circuit.states import Decision
from tequio.kernel.texts import fold
from tequio.network.models import Administration, Hub, Kind, Mandate, Organisation, Succession


def governed(hub: Hub) -> QuerySet[Organisation]:
    """Agencies and posts of the country that have somebody in office, or something in hand."""
    held = Mandate.objects.current().values("office__organisation")
    legs = Leg.objects.filter(closed_at=None).values("owner__organisation")
    owed = Commitment.objects.filter(kept_at=None, broken_at=None, dropped_at=None).values(
        "office__organisation"
    )
    found = Organisation.objects.filter(
        home=hub.pk, kind__in=[Kind.AGENCY, Kind.POST], withdrawn_on=None, closed_on=None
    ).exclude(pk=hub.coordination.organisation_id)
    return found.filter(Q(pk__in=held) | Q(pk__in=legs) | Q(pk__in=owed))


class GovernmentForm(RefusableForm):
    """Which organisations change hands, and until when who comes decides."""

    name = forms.CharField(
        label=_("Name of the change"), help_text=_("As the public page bears it."), max_length=200
    )
    administration = forms.ModelChoiceField(
        Administration.objects.none(), label=_("Administration that begins"), required=False
    )
    organisations = forms.ModelMultipleChoiceField(
        Organisation.objects.none(),
        label=_("Organisations whose mandates end now"),
        help_text=_("Those that have somebody in office or something in hand."),
        widget=forms.CheckboxSelectMultiple,
    )
    decide_on = day_field(
        _("Last day to decide"),
        _("Until then who comes keeps, amends or drops each promise. Later the page says what is undecided."),
    )

    def __init__(self, hub: Hub, data: QueryDict | None = None) -> None:
        super().__init__(data)
        administration, organisations = self.fields["administration"], self.fields["organisations"]
        assert isinstance(administration, forms.ModelChoiceField)
        assert isinstance(organisations, forms.ModelMultipleChoiceField)
        administration.queryset = Administration.objects.filter(home=hub.pk)
        found = governed(hub)
        organisations.queryset = found
        rows = sorted(found, key=lambda each: fold(str(each)))
        organisations.choices = [(each.pk, str(each)) for each in rows]


class SuccessionForm(RefusableForm):
    """What became of an organisation, and since when."""

    kind = forms.ChoiceField(label=_("What happened"), choices=Succession.Kind, widget=forms.RadioSelect)
    on = day_field(_("Since which day"))
    name_es = forms.CharField(label=_("New name in Spanish"), required=False, max_length=300)
    name_en = forms.CharField(label=_("New name in English"), required=False, max_length=300)
    why = prose(
        _("By what decision"),
        _("The decree or agreement, with its date. It is public."),
        required=False,
        rows=2,
    )

    def names(self) -> dict[str, str]:
        given = self.cleaned_data
        return {code: given[f"name_{code}"] for code in ("es", "en") if given[f"name_{code}"].strip()}


class ReviewForm(RefusableForm):
    """Keep, amend or drop what the office had promised before."""

    decision = forms.ChoiceField(label=_("What you decide"), choices=Decision, widget=forms.RadioSelect)
    what = prose(_("What will happen instead"), _("Only to amend it."), required=False, rows=3)
    due_on = day_field(_("By when"), _("Only to amend it."), required=False)
    reason = prose(
        _("Reason"),
        _("Needed to amend or drop it. Whoever is owed it reads the reason."),
        required=False,
        rows=2,
    )

    def __init__(self, review: Review, data: QueryDict | None = None) -> None:
        commitment = review.commitment
        start: dict[str, Any] = {"what": commitment.what, "due_on": commitment.due_on}
        super().__init__(data, prefix=f"review-{review.pk}", initial=start)
        self.review = review
