"""The ledger's weeks as the entries of an Atom feed: names that stay, titles and sentences."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tequio.circuit.queries.weeks import Entry
from tequio.network.links import absolute

SINCE = 2026  # the year of the tag URIs (RFC 4151); it never changes


@dataclass(frozen=True)
class Told:
    """One entry of the feed."""

    name: str
    title: str
    kind: str
    updated: datetime
    url: str
    summary: str


def tag(*parts: str) -> str:
    """A name that stays the same wherever the feed is read."""
    return f"tag:{urlsplit(settings.BASE_URL).hostname},{SINCE}:{'/'.join(parts)}"


def tell(entries: Iterable[Entry], language: str) -> Iterator[Told]:
    for entry in entries:
        kind, organisation = entry.kind, entry.office.organisation
        words = {
            "office": entry.office if not entry.office.is_head else organisation,
            "first": date_format(entry.monday, "MONTH_DAY_FORMAT"),
            "last": date_format(entry.sunday, "DATE_FORMAT"),
        }
        title = _("%(office)s, %(first)s to %(last)s") % words
        if organisation.demo:
            title = f"{title} ({_('invented for the demo')})"
        yield Told(
            tag("ledger", entry.office.code, kind.home_id, kind.slug, entry.week, language),
            title,
            str(kind),
            entry.updated,
            absolute("organisation", organisation.slug, language=language),
            summary(entry),
        )


def summary(entry: Entry) -> str:
    """The counts in words."""
    counts = entry.counts
    parts = [
        ngettext("%(n)d asked", "%(n)d asked", counts.asked) % {"n": counts.asked},
        ngettext("%(n)d answered", "%(n)d answered", counts.answered) % {"n": counts.answered},
        ngettext("%(n)d of them late", "%(n)d of them late", counts.late) % {"n": counts.late},
        ngettext("%(n)d missed", "%(n)d missed", counts.missed) % {"n": counts.missed},
    ]
    if not counts.late:
        del parts[2]
    return f"{entry.kind}: {', '.join(parts)}."
