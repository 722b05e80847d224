"""What can be chosen of the pulse: a week that was published, and a kind of ask."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from tequio.circuit.models import AskKind
from tequio.kernel.filters import Filters, choice
from tequio.network.models import Hub
from tequio.observatory.queries.pulse import WEEKS


class PulseFilters(Filters):
    kind = choice(_("Kind of ask"))
    week = choice(_("Published on"))

    def __init__(self, hub: Hub, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hub = hub
        self.kinds = {kind.slug: kind for kind in AskKind.objects.filter(home=hub.home_id)}
        self.offer("kind", _("All kinds"), [(slug, str(kind)) for slug, kind in self.kinds.items()])
        self.totals = dict(hub.releases.values_list("week", "totals")[: 2 * WEEKS])
        earlier = list(self.totals)[1:]
        self.offer("week", _("The last week"), [(str(day), date_format(day)) for day in earlier])

    @property
    def day(self) -> date | None:
        """The Monday chosen; None for the last one."""
        chosen = self.chosen().get("week")
        return date.fromisoformat(chosen) if chosen else None

    @property
    def code(self) -> str:
        """The kind chosen, as the ledger names it; "" for all."""
        slug = self.chosen().get("kind", "")
        return f"{self.kinds[slug].home_id}/{slug}" if slug else ""
