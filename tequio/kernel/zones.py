"""The time zones that a form offers."""

from functools import lru_cache
from itertools import groupby
from zoneinfo import available_timezones

LEFT_OUT = ("Etc/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/", "posix/", "right/")


def is_zone(name: str) -> bool:
    return name in available_timezones()


@lru_cache
def zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """IANA zones named by a place, grouped by continent or ocean, for a select."""
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(LEFT_OUT))
    groups = groupby(names, key=lambda name: name.partition("/")[0])
    return [
        (group, [(name, name.partition("/")[2].replace("_", " ")) for name in members])
        for group, members in groups
    ]
