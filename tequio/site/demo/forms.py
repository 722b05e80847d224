from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tequio.site.demo import tables

AHEAD = {
    "hour": (timedelta(hours=1), _("1 hour")),
    "day": (timedelta(days=1), _("1 day")),
    "days": (timedelta(days=3), _("3 days")),
    "week": (timedelta(days=7), _("1 week")),
}


class ClockForm(forms.Form):
    ahead = forms.ChoiceField(choices=[(name, label) for name, (_by, label) in AHEAD.items()])

    def by(self) -> timedelta:
        return AHEAD[self.cleaned_data["ahead"]][0]


class WalkForm(forms.Form):
    """Whose shoes: a slug of the demo's table, or nothing to sign out."""

    walk = forms.ChoiceField(required=False, choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {row["slug"]: row for row in tables.network()["walk"]}
        walk = self.fields["walk"]
        assert isinstance(walk, forms.ChoiceField)
        walk.choices = [(slug, slug) for slug in self.rows]

    def row(self) -> tables.Row | None:
        return self.rows.get(self.cleaned_data["walk"])


class LetterReplyForm(forms.Form):
    """What the person to whom a letter went answers by mail."""

    words = forms.CharField(label=_("Your reply"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class MailboxForm(forms.Form):
    address = forms.ChoiceField(label=_("To"), required=False)

    def __init__(self, *args: Any, addresses: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        address = self.fields["address"]
        assert isinstance(address, forms.ChoiceField)
        address.choices = [("", _("Everybody")), *((each, each) for each in addresses)]
