"""How a date was counted: sentences for the asker's page, the desk's page and the letters, from a leg's reckoning."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import pycountry
from babel import Locale
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tequio.circuit.models import Leg
from tequio.kernel import clock
from tequio.kernel.texts import pick

SHOWN = 4


def in_short(leg: Leg) -> str:
    """One sentence, where a date is told; after a pause, of the days that were left. "" when it was not counted: an
    opinion is asked for by a day.
    """
    lines = leg.reckoning
    if not lines:
        return ""
    if lines["pauses"]:
        lines = {**lines, "parts": lines["parts"][-1:]}
    start, skipped = _start(leg, lines), _skipped(lines, SHOWN)
    if not skipped:
        return f"{start}."
    return _("%(start)s, not counting %(days)s.") % {"start": start, "days": skipped}


def reckoning(leg: Leg) -> dict[str, list[str]]:
    """What `counted.html` shows of a leg's date."""
    return {"counted": counted(leg), "paused": paused(leg)}


def counted(leg: Leg) -> list[str]:
    """The lines of the reckoning, save its pauses: from when, what was not counted, by which calendar."""
    lines = leg.reckoning
    if not lines:
        return []
    found = [f"{_start(leg, lines)}."]
    skipped = _skipped(lines)
    if skipped:
        found.append(_("Not counted: %(days)s.") % {"days": skipped})
    if lines.get("not_before"):
        found.append(_("The date came nearer, so the office was left one working day at least."))
    return [*found, _calendar(lines)]


def paused(leg: Leg) -> list[str]:
    """The pauses of the leg: from when until when, and how many working days stood still, or stand still now."""
    return [*(_pause(pause) for pause in leg.reckoning.get("pauses", ())), *_waiting(leg)]


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text))


def _start(leg: Leg, lines: Mapping[str, Any]) -> str:
    first = lines["parts"][0]
    words = {"n": lines["days"], "day": _day(first["since"])}
    if lines["pauses"] and len(lines["parts"]) == 1:
        left = ngettext(
            "%(n)d working day that was left, after %(day)s",
            "%(n)d working days that were left, after %(day)s",
            first["days"],
        )
        return left % {**words, "n": first["days"]}
    if leg.delivered_at:
        return (
            ngettext(
                "%(n)d working day after %(day)s, when the ask came to the office",
                "%(n)d working days after %(day)s, when the ask came to the office",
                lines["days"],
            )
            % words
        )
    return (
        ngettext(
            "%(n)d working day after %(day)s, when the ask was sent to the office",
            "%(n)d working days after %(day)s, when the ask was sent to the office",
            lines["days"],
        )
        % words
    )


def _skipped(lines: Mapping[str, Any], most: int | None = None) -> str:
    """The days that were not counted; of the named ones the first `most`, and how many more."""
    weekend = sum(part["weekend"] for part in lines["parts"])
    named = list(dict.fromkeys(_named(off) for part in lines["parts"] for off in part["off"]))
    found = []
    if weekend:
        found.append(ngettext("%(n)d day at weekends", "%(n)d days at weekends", weekend) % {"n": weekend})
    found += named[:most]
    more = len(named) - len(named[:most])
    if more:
        found.append(ngettext("%(n)d more", "%(n)d more", more) % {"n": more})
    return get_text_list(found, _("and"))


def _named(off: Mapping[str, Any]) -> str:
    if "names" in off:
        return _("%(day)s (%(name)s)") % {"day": _day(off["day"]), "name": pick(off["names"])}
    words = {"first": _day(off["day"]), "last": _day(off["last"]), "name": off["closure"]}
    if off["day"] == off["last"]:
        return _("%(first)s (closed: %(name)s)") % words
    return _("%(first)s to %(last)s (closed: %(name)s)") % words


def _pause(pause: Mapping[str, Any]) -> str:
    words = {"n": pause["left"], "first": _day(pause["from"]), "last": _day(pause["to"])}
    if pause.get("contested"):
        return (
            ngettext(
                "Paused from %(first)s to %(last)s: %(n)d working day stood still, until the asker said that "
                "nothing was missing.",
                "Paused from %(first)s to %(last)s: %(n)d working days stood still, until the asker said that "
                "nothing was missing.",
                pause["left"],
            )
            % words
        )
    return (
        ngettext(
            "Paused from %(first)s to %(last)s: %(n)d working day stood still while the office waited for a reply.",
            "Paused from %(first)s to %(last)s: %(n)d working days stood still while the office waited for a reply.",
            pause["left"],
        )
        % words
    )


def _waiting(leg: Leg) -> Iterable[str]:
    """The pause that runs now, if there is one."""
    waits = leg.closed_at is None and leg.case.state == "question"
    running = leg.pauses.filter(ended_at=None).first() if waits else None
    if running is None or leg.owner is None:
        return []
    day = clock.day_of(running.began_at, leg.owner.organisation.zone)
    words = {"n": running.days_left, "first": date_format(day), "last": date_format(running.asker_due_on)}
    return [
        ngettext(
            "Paused since %(first)s, until %(last)s at most: %(n)d working day stands still.",
            "Paused since %(first)s, until %(last)s at most: %(n)d working days stand still.",
            running.days_left,
        )
        % words
    ]


def _calendar(lines: Mapping[str, Any]) -> str:
    places = [place_name(code) for code in lines["calendar"].split(" + ") if code]
    if not places:
        return _("No public holidays are known for the place of the office: only weekends are left out.")
    return _(
        "Counted by the public holidays of %(places)s (holidays %(version)s), and by the days that the office "
        "declared closed before they began."
    ) % {"places": get_text_list(places, _("and")), "version": lines["holidays"]}


def place_name(code: str) -> str:
    """The name of a calendar's place, in the reader's language: "United States (Massachusetts)" of US-MA."""
    return _place_name(code, (get_language() or "es")[:2])


@lru_cache
def _place_name(code: str, language: str) -> str:
    country, _sep, part = code.partition("-")
    name = Locale(language).territories.get(country, country)
    region = pycountry.subdivisions.get(code=code) if part else None  # type: ignore[no-untyped-call]
    own = region.name.partition(" [")[0].partition(",")[0] if region else part
    return f"{name} ({own})" if part else name
