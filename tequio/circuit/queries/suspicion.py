"""Signs that an ask was written by a machine or for another end: plain enough to be told to whoever wrote it."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from tequio.circuit.models import Ask
from tequio.kernel import clock

LINKS, SAME = 3, 3
HOURS = 2
LONG = 60
DAY = timedelta(days=1)
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)

SIGNS: Mapping[str, Text] = {
    "links": _("It holds several links."),
    "same-words": _("The same words came from several addresses within a day."),
    "many": _("Many asks came from the same address or network within a day."),
}


def signs_of(ask: Ask) -> list[str]:
    """The signs that an ask bears at the instant at which it is confirmed: keys of SIGNS.

    Very many: in a day as many as the hub takes at most in two hours.
    """
    lately = Ask.objects.filter(recorded_at__gt=clock.now() - DAY).exclude(pk=ask.pk)
    alike = lately.filter(text=ask.text).exclude(address=ask.address)
    network = lately.filter(network=ask.network) if ask.network else lately.none()
    bears = {
        "links": len(LINK.findall(ask.text)) >= LINKS,
        "same-words": len(ask.text) >= LONG and _addresses(alike) >= SAME,
        "many": lately.filter(address=ask.address).count() >= HOURS * settings.ASKS_PER_ADDRESS_AND_HOUR
        or network.count() >= HOURS * settings.ASKS_PER_NETWORK_AND_HOUR,
    }
    return [sign for sign, found in bears.items() if found]


def _addresses(asks: QuerySet[Ask]) -> int:
    return asks.order_by().values("address").distinct().count()


def told_signs(ask: Ask) -> list[Text]:
    return [SIGNS[sign] for sign in ask.held_why if sign in SIGNS]


def looked_at_until(ask: Ask) -> date | None:
    """The last day on which somebody may look at it, before it goes on by itself."""
    return clock.last_day(ask.wake_at, ask.zone) if ask.wake_at else None


def held_asks() -> QuerySet[Ask]:
    """Confirmed asks that no office has heard of yet, oldest first."""
    held = Ask.objects.filter(held_at__isnull=False, discarded_at=None, case=None)
    parts = ("kind", "organisation", "region", "country", "field", "subfield")
    return held.select_related(*parts).order_by("held_at", "pk")
