"""The time zones that a form offers."""

from functools import lru_cache
from itertools import groupby
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tequio.kernel.texts import fold

LEFT_OUT = ("Etc/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/", "posix/", "right/")
GROUPS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific"),
}

Choices = list[tuple[str | Promise, list[tuple[str, str]]]]


def is_zone(name: str) -> bool:
    return name in available_timezones()


def zone_choices() -> Choices:
    """IANA zones named by a place in the reader's language, grouped by continent or ocean, for a select."""
    return _choices(get_language() or "en")


@lru_cache
def _choices(language: str) -> Choices:
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(LEFT_OUT))
    groups = groupby(names, key=lambda name: name.partition("/")[0])
    return [(GROUPS.get(group, group), _members(list(members), language)) for group, members in groups]


def _members(names: list[str], language: str) -> list[tuple[str, str]]:
    """Each zone with its place; an older name of a zone keeps its own, so that no place stands there twice."""
    locale, older = Locale.parse(language, sep="-"), get_global("zone_aliases")
    plain = {name: name.partition("/")[2].replace("_", " ") for name in names}
    taken = set(plain.values())

    def place(name: str) -> str:
        found = plain[name] if name in older else get_timezone_location(name, locale=locale, return_city=True)
        return plain[name] if found in taken else found

    return sorted(((name, place(name)) for name in names), key=lambda choice: fold(choice[1]))
