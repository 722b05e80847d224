"""The form by which a chapter says how many it is."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tequio.circuit.forms.offices import RefusableForm
from tequio.network.actions import FEWEST_MEMBERS, MOST_MEMBERS


class MembersForm(RefusableForm):
    members = forms.IntegerField(
        label=_("Active members"),
        help_text=_("Those who took part in something in the last twelve months. From five on; no names."),
        min_value=FEWEST_MEMBERS,
        max_value=MOST_MEMBERS,
    )
