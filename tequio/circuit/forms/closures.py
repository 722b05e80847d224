"""The form of a closure: which days, and why."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tequio.circuit.forms.offices import RefusableForm, day_field


class ClosureForm(RefusableForm):
    first_day = day_field(
        _("First day closed"), _("Days count as closed if they are declared before they begin.")
    )
    last_day = day_field(_("Last day closed"), _("The same day for a single one."))
    name = forms.CharField(
        label=_("Why, in a few words"),
        help_text=_(
            "Askers read it beside the date of their answer: Holy Week, summer holidays, moving house."
        ),
        max_length=120,
    )
