"""Forms of a person about themselves, and of the sign-in."""

from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tequio.kernel.zones import zone_choices
from tequio.people.models import Person


class PersonForm(forms.Form):
    name = forms.CharField(label=_("Your name"), help_text=_("As you write it."), max_length=120)
    language = forms.ChoiceField(label=_("Language of your letters"), choices=settings.LANGUAGES)
    zone = forms.ChoiceField(label=_("Your time zone"), choices=zone_choices)

    def __init__(self, person: Person, data: QueryDict | None = None) -> None:
        super().__init__(data, initial=vars(person))

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class SignInForm(RequestLoginCodeForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Your mail address")
        self.fields["email"].widget.attrs.pop("placeholder", None)


class CodeForm(ConfirmLoginCodeForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code from the letter")
        self.fields["code"].widget.attrs.pop("placeholder", None)
