"""The filters of the entry points and of the ledger."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tequio.circuit.models import AskKind
from tequio.circuit.queries.public import entry_point_facets
from tequio.kernel.filters import Filters, by_name, choice
from tequio.kernel.texts import pick


class EntryPointFilters(Filters):
    kind = choice(_("Kind of ask"))
    country = choice(_("Country of the office"))
    live = choice(_("Promise"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facets = entry_point_facets()
        kinds = [(f"{home}/{slug}", pick(names)) for home, slug, names, _id, _names in facets if slug]
        countries = [(pk, pick(names)) for *_kind, pk, names in facets if pk]
        self.offer("kind", _("All kinds"), by_name(kinds))
        self.offer("country", _("All countries"), by_name(countries))
        self.offer("live", _("With or without"), [("1", _("In force now"))])


class LedgerFilters(Filters):
    home = choice(_("Hub"))
    kind = choice(_("Kind of ask"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = list(AskKind.objects.select_related("home"))
        choices = [(f"{kind.home_id}/{kind.slug}", str(kind)) for kind in self.kinds]
        self.offer("kind", _("All kinds"), choices)
        homes = by_name((kind.home_id, str(kind.home)) for kind in self.kinds)
        self.offer("home", _("All hubs"), homes)
        if len(homes) < 2:
            del self.fields["home"]

    def where(self) -> dict[str, str]:
        """What the choice says of a leg."""
        chosen = self.chosen()
        where = {"kind__home": chosen["home"]} if "home" in chosen else {}
        if "kind" in chosen:
            where["kind__home"], _sep, where["kind__slug"] = chosen["kind"].partition("/")
        return where
