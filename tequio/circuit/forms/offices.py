"""Forms of those who hold offices: a promise's terms, an invitation, taking an office."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tequio.circuit.actions.promises import Terms
from tequio.circuit.models import AskKind, EntryPoint, Promise
from tequio.circuit.states import Need, Place
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.kernel.texts import fold
from tequio.kernel.zones import zone_choices
from tequio.network.models import Office, Role
from tequio.people.models import Person
from tequio.reference.models import Country, Field, Region

YEAR = timedelta(days=365)
USUAL_DAYS = 10


class RefusableForm(forms.Form):
    def refuse(self, refused: Refused) -> None:
        self.add_error(refused.field if refused.field in self.fields else None, str(refused))


def day_field(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=required, widget=widget)


def language_field(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=settings.LANGUAGES)


def ticks(rows: QuerySet[Any], label: Any, help_text: Any) -> "forms.ModelMultipleChoiceField[Any]":
    field = forms.ModelMultipleChoiceField(
        rows, label=label, help_text=help_text, required=False, widget=forms.CheckboxSelectMultiple
    )
    field.choices = [(row.pk, str(row)) for row in sorted(rows, key=lambda row: fold(str(row)))]
    return field


class TermsForm(RefusableForm):
    """What an office promises for one kind of ask; begins with its promise, else with its listed remit."""

    days = forms.IntegerField(
        label=_("Answers within how many working days"),
        help_text=_(
            "From 1 to 90. Weekends, public holidays and the days that you declare closed do not count. "
            "An answer may be a yes, a no, or a better address."
        ),
        min_value=1,
        max_value=90,
    )
    valid_until = day_field(_("Until when"), _("At most a year. You are reminded before it lapses."))

    def __init__(
        self,
        office: Office,
        kind: AskKind,
        data: QueryDict | None = None,
        *,
        start: Promise | EntryPoint | None = None,
        optional: bool = False,
    ) -> None:
        self.kind, self.kept = kind, list(start.subfields.all()) if start else []
        self.today = clock.today(office.organisation.zone)
        initial: dict[str, Any] = {
            "days": start.days if isinstance(start, Promise) else USUAL_DAYS,
            "valid_until": self.today + YEAR,
        }
        super().__init__(data, prefix=kind.slug, initial={**initial, **_remit(start)})
        if kind.topic != Need.NONE:
            self.fields["fields"] = ticks(Field.objects.all(), _("Topics"), _("None ticked: every topic."))
        self._place(office, start)
        if optional:
            self.fields["take"] = forms.BooleanField(
                label=_("We answer this kind of ask"), required=False, initial=_listed(start, kind)
            )
            self.order_fields(["take"])

    def _place(self, office: Office, start: Promise | EntryPoint | None) -> None:
        if self.kind.place in (Place.SCHOOL, Place.REGION):
            regions = Region.objects.filter(country=self.kind.home_id)
            self.fields["regions"] = ticks(regions, _("States"), _("None ticked: the whole country."))
        if self.kind.place == Place.COUNTRY:
            known = {*office.organisation.jurisdictions.values_list("pk", flat=True)}
            known |= {start_country.pk for start_country in start.countries.all()} if start else set()
            known |= {office.organisation.country_id or ""} - {self.kind.home_id, ""}
            countries = Country.objects.filter(pk__in=known) if known else Country.objects.all()
            self.fields["countries"] = ticks(countries, _("Countries"), _("None ticked: every country."))
            self.initial.setdefault("countries", sorted(known))

    def clean_valid_until(self) -> date:
        day: date = self.cleaned_data["valid_until"]
        if not self.today <= day <= self.today + YEAR:
            raise forms.ValidationError(_("Give a day between today and a year from now."))
        return day

    @property
    def plain(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name in ("take", "days", "valid_until")]

    @property
    def limits(self) -> list[forms.BoundField]:
        """The fields that narrow the promise; long lists, so the page folds them."""
        return [self[name] for name in self.fields if name in ("fields", "regions", "countries")]

    def terms(self) -> Terms:
        given = self.cleaned_data
        return Terms(
            self.kind,
            given["days"],
            given["valid_until"],
            fields=list(given.get("fields", ())),
            subfields=self.kept,
            regions=list(given.get("regions", ())),
            countries=list(given.get("countries", ())),
        )


def _remit(start: Promise | EntryPoint | None) -> dict[str, Any]:
    if start is None:
        return {}
    names = ("fields", "regions", "countries")
    lists = {name: [row.pk for row in getattr(start, name).all()] for name in names}
    return {name: keys for name, keys in lists.items() if keys}


def _listed(start: Promise | EntryPoint | None, kind: AskKind) -> bool:
    if not isinstance(start, EntryPoint):
        return False
    listed = {each.pk for each in start.kinds.all()}
    return not listed or kind.pk in listed


class InviteForm(RefusableForm):
    """Whom to invite to an office; the office only where the organisation has several."""

    role = forms.ChoiceField(label=_("As"), choices=Role, widget=forms.RadioSelect)
    address = forms.EmailField(
        label=_("Mail address"),
        help_text=_("They get a link that holds for 14 days. Nobody holds the office before they confirm."),
    )
    language = language_field(_("Language of the letter"))

    def __init__(self, offices: list[Office], data: QueryDict | None = None) -> None:
        held = len(offices) == 1 and offices[0].mandates.current().filter(role=Role.HOLDER).exists()
        initial = {"role": Role.DEPUTY if held else Role.HOLDER, "language": settings.LANGUAGE_CODE}
        super().__init__(data, initial=initial)
        self.only = offices[0] if len(offices) == 1 else None
        if not self.only:
            self.fields["office"] = forms.ModelChoiceField(
                Office.objects.filter(pk__in=[office.pk for office in offices]).select_related(
                    "organisation"
                ),
                label=_("Office"),
            )
            self.order_fields(["office"])

    def office(self) -> Office:
        return self.only or self.cleaned_data["office"]


class TakeOfficeForm(RefusableForm):
    """Who the bearer of an invitation is, and until when they hold the office."""

    name = forms.CharField(label=_("Your name"), help_text=_("As you write it."), max_length=120, strip=True)
    language = language_field(_("Language of your letters"))
    zone = forms.ChoiceField(label=_("Your time zone"))
    until = day_field(
        _("Your mandate runs until"),
        _(
            "The last day. After it the office passes to its deputy by itself. Leave it empty if it has no end."
        ),
        required=False,
    )
    show_name = forms.BooleanField(label=_("Show my name beside the office, in public"), required=False)

    def __init__(
        self, office: Office, known: Person | None, data: QueryDict | None = None, *, language: str
    ) -> None:
        super().__init__(data, initial={"zone": office.organisation.zone, "language": language})
        zone = self.fields["zone"]
        assert isinstance(zone, forms.ChoiceField)
        zone.choices = zone_choices()
        self.known = known
        if known:
            for name in ("name", "language", "zone"):
                del self.fields[name]

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def who(self) -> dict[str, Any]:
        """The arguments of `take_office`; of somebody known already, as they are known."""
        given, known = self.cleaned_data, self.known
        until: date | None = given["until"]
        if known:
            given = {"name": known.name, "language": known.language, "zone": known.zone, **given}
        names = ("name", "language", "zone", "show_name")
        return {"until": until, **{name: given[name] for name in names}}


class SearchForm(forms.Form):
    words = forms.CharField(label=_("Organisation"), max_length=100, required=False)
