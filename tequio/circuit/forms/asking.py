"""Forms of the asker: the ask itself, the address, the reply, the withdrawal, the outcome."""

from typing import Any

from django import forms
from django.db.models import Model
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tequio.circuit.actions.asking import Draft
from tequio.circuit.forms.files import FilesField
from tequio.circuit.models import Ask, AskKind, EntryPoint
from tequio.circuit.queries.asking import SHOWN, by_name, called, school_by_key, schools_like, topics
from tequio.circuit.states import Need, Place
from tequio.kernel.ids import idempotency_key
from tequio.kernel.texts import fold, pick
from tequio.network.models import Organisation
from tequio.network.queries import coordination
from tequio.reference.models import Country, Field, Region, Subfield

NOT_LISTED = "typed"
BAD_ADDRESS = _("This is not a complete mail address. Check it for a typing mistake.")
SCHOOLS = {
    "hx-trigger": "input changed delay:400ms, search",
    "hx-target": "#schools",
    "hx-sync": "this:replace",
}
PREVIEW = {"hx-trigger": "change", "hx-target": "#preview"}


class Line(forms.CharField):
    """A text of one line: line breaks and double spaces are taken out."""

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").split())


def _missing(sentence: Any) -> dict[str, Any]:
    return {"required": sentence, "invalid_choice": sentence}


def _key() -> forms.CharField:
    return forms.CharField(
        required=False, max_length=64, widget=forms.HiddenInput, initial=idempotency_key, empty_value=""
    )


def _one(model: type[Model], **named: str | None) -> Any:
    """The row that a field names; None when it names none, or is empty."""
    return model._default_manager.filter(**named).first() if all(named.values()) else None


def _select(message: Any, **attrs: str) -> forms.ChoiceField:
    return forms.ChoiceField(error_messages=_missing(message), widget=forms.Select(attrs=attrs))


class AskForm(forms.Form):
    """An ask of one kind. `schools` are those that match what was typed, when the asker has to choose."""

    region = _select(_("Choose the state."), autocomplete="address-level1", **PREVIEW)
    school = Line(
        label=_("School"),
        max_length=200,
        help_text=_("Its name, or its key (CCT). It need not be in our list."),
        error_messages=_missing(_("Write the name of the school, or its key.")),
        widget=forms.TextInput(
            attrs={"autocomplete": "organization", "hx-include": "[name=region]", **SCHOOLS}
        ),
    )
    school_choice = forms.CharField(required=False, label=_("Which school"), max_length=20)
    school_asked = Line(required=False, max_length=200)
    country = _select(_("Choose the country where you are."), autocomplete="country", **PREVIEW)
    topic = _select(_("Choose the topic."), **PREVIEW)
    on_behalf_of = Line(label=_("Chapter, institution or group"), max_length=200, required=False)
    desk = forms.CharField(required=False, max_length=120, empty_value="")
    text = forms.CharField(
        label=_("What you need"),
        max_length=4000,
        error_messages=_missing(_("Say what you need in a few sentences.")),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    attached = FilesField()
    name = Line(
        label=_("Your name"),
        max_length=120,
        error_messages=_missing(_("Write your name, so that the office knows whom it answers.")),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    address = forms.EmailField(
        label=_("Your mail address"),
        max_length=254,
        help_text=_("The answer comes here. First you get a letter with a link by which you send the ask."),
        error_messages={"required": _("Write the mail address for the answer."), "invalid": BAD_ADDRESS},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    key = _key()

    def __init__(self, kind: AskKind, *args: Any, path: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.schools, self.more = kind, list[Organisation](), 0
        self.states: dict[str, Region] = {}
        self.fields["text"].help_text = pick(kind.prompts)
        self._place(kind)
        self._topic(kind)
        live = [name for name in ("region", "country", "topic") if name in self.fields]
        include = ", ".join(f"[name={name}]" for name in (*live, "desk"))
        for name in live:
            self.fields[name].widget.attrs |= {"hx-get": path, "hx-include": include}
        if "school" in self.fields:
            self.fields["school"].widget.attrs["hx-get"] = path

    def _place(self, kind: AskKind) -> None:
        if kind.place in (Place.SCHOOL, Place.REGION):
            self.states = {state.pk: state for state in Region.objects.filter(country=kind.home_id)}
            choices = [("", _("Choose")), *by_name(self.states.values())]
            self._choices("region", _("State"), choices)
        else:
            del self.fields["region"]
        if kind.place != Place.SCHOOL:
            for name in ("school", "school_choice", "school_asked"):
                del self.fields[name]
        else:
            del self.fields["on_behalf_of"]
        if kind.place == Place.COUNTRY:
            self._choices(
                "country", _("Country where you are"), [("", _("Choose")), *by_name(Country.objects.all())]
            )
            self.fields["on_behalf_of"].required = True
            self.fields["on_behalf_of"].error_messages = _missing(
                _("Write the name of your chapter or group.")
            )
        else:
            del self.fields["country"]

    def _topic(self, kind: AskKind) -> None:
        if kind.topic == Need.NONE:
            del self.fields["topic"]
            return
        needed = kind.topic == Need.REQUIRED
        first = ("", _("Choose") if needed else _("Any topic"))
        self._choices("topic", _("Topic"), [first, *topics(kind.topic_level)])
        self.fields["topic"].required = needed

    def _choices(self, name: str, label: Any, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.label, field.choices = label, choices

    def clean_key(self) -> str:
        return self.cleaned_data["key"] or idempotency_key()

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if "topic" in data:
            model = Field if self.kind.topic_level == "field" else Subfield
            data[self.kind.topic_level] = _one(model, pk=data["topic"])
        data["region"] = self.states.get(data.get("region", ""))
        data["country"] = _one(Country, pk=data.get("country"))
        data["desk"] = _one(EntryPoint, slug=data.get("desk"))
        if data.get("school"):
            self._find_school(data)
        return data

    def _find_school(self, data: dict[str, Any]) -> None:
        """Takes the school of a key, of an exact name, or the one chosen; else asks the asker to choose."""
        typed, region = data["school"], data["region"]
        if by_key := school_by_key(typed, self.kind.home_id):
            data["organisation"], data["region"] = by_key, by_key.region
            self.errors.pop("region", None)
            return
        found = schools_like(typed, region) if region else []
        chosen = data.get("school_choice") if data.get("school_asked") == typed else ""
        exact = [school for school in found if fold(typed) in called(school)]
        taken = [school for school in found if str(school.pk) == chosen] or (exact if len(exact) == 1 else [])
        if taken:
            data["organisation"] = taken[0]
        elif found and chosen != NOT_LISTED:
            self.schools, self.more = found[:SHOWN], max(len(found) - SHOWN, 0)
            self.add_error(
                "school_choice", _("Choose your school among these, or say that it is not listed.")
            )

    def unsent(self) -> Ask:
        """The ask as far as it is filled in, not to be saved: to see who would answer it."""
        data = self.cleaned_data
        places = {name: data.get(name) for name in ("region", "country", "field", "subfield", "desk")}
        return Ask(kind=self.kind, **places)

    def draft(self, language: str) -> Draft:
        data = self.cleaned_data
        school, region, country = data.get("organisation"), data["region"], data["country"]
        zones = [place.zone for place in (school, region) if place] + (country.zones if country else [])
        typed = data.get("school", "")
        return Draft(
            kind=self.kind,
            name=data["name"],
            address=data["address"],
            text=data["text"],
            on_behalf_of=data.get("on_behalf_of") or (school.own_name if school else typed),
            language=language,
            zone=zones[0] if zones else coordination(self.kind.home_id).coordination.organisation.zone,
            organisation=school,
            organisation_typed="" if school else typed,
            region=region,
            country=country,
            field=data.get("field"),
            subfield=data.get("subfield"),
            desk=data.get("desk"),
        )


class FindForm(AskForm):
    """Of an ask of one kind only what says which offices would answer: the place and the topic."""

    def __init__(self, kind: AskKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(kind, *args, **kwargs)
        for name in [name for name in self.fields if name not in ("region", "country", "topic")]:
            del self.fields[name]
        for field in self.fields.values():
            attrs = field.widget.attrs
            field.widget.attrs = {name: attrs[name] for name in attrs if not name.startswith("hx-")}


class AddressForm(forms.Form):
    address = forms.EmailField(
        label=_("Mail address"),
        max_length=254,
        error_messages={"required": _("Write the mail address."), "invalid": BAD_ADDRESS},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class ActForm(forms.Form):
    """An act of the asker on their case. The names of its fields are the arguments of its verb."""

    key = _key()

    def __init__(self, data: QueryDict | None = None, files: Any = None) -> None:
        super().__init__(data, files, auto_id=f"{type(self).__name__.lower()}_%s")


class ReplyForm(ActForm):
    text = forms.CharField(
        label=_("Your reply"),
        max_length=4000,
        error_messages=_missing(_("Write your reply.")),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    attached = FilesField()


class AgreeForm(ActForm):
    """Agreeing needs no words."""


class DisputeForm(ActForm):
    text = forms.CharField(
        label=_("What is missing or wrong"),
        max_length=3000,
        error_messages=_missing(_("Say what is missing or wrong, so that the office can answer it.")),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    attached = FilesField()


class AppealForm(DisputeForm):
    pass


class WithdrawForm(ActForm):
    text = forms.CharField(
        label=_("Why, in a sentence"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ContestForm(ActForm):
    text = forms.CharField(
        label=_("Where you gave it already, in a sentence"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class OutcomeForm(ActForm):
    text = forms.CharField(
        label=_("How it went, in a sentence"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    happened = forms.ChoiceField(
        choices=[("yes", _("Yes")), ("no", _("No"))], error_messages=_missing(_("Say yes or no."))
    )
