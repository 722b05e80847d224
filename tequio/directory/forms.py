"""The filters of the list of organisations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tequio.directory.queries import facets
from tequio.kernel.filters import Filters, choice


class OrganisationFilters(Filters):
    """`facets`: what there is to choose from."""

    words = forms.CharField(label=_("Name, acronym or city"), required=False, max_length=100)
    kind = choice(_("Kind"))
    country = choice(_("Country"))
    region = choice(_("State"))
    live = choice(_("Promise"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].widget.input_type = "search"
        found = self.facets = facets()
        self.offer("kind", _("All kinds"), [(kind, f"{kind.label} ({n})") for kind, n in found.kinds])
        self.offer("country", _("All countries"), found.countries)
        self.offer("region", _("All states"), found.regions)
        self.offer("live", _("With or without"), [("1", _("In force now"))])
