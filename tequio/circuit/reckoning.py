"""Counting working days in the calendar of an office, and the lines that show how it was done.

The lines are JSON, kept with the date:

    {"calendar": "MX + US-MA", "holidays": "0.109", "closures": [3], "days": 10, "due": "2026-12-08",
     "parts": [{"since": "2026-11-23", "until": "2026-12-08", "days": 10, "weekend": 4,
                "off": [{"day": "2026-11-26", "calendar": "US-MA", "names": {"en": "Thanksgiving Day"}},
                        {"day": "2026-12-04", "last": "2026-12-06", "closure": "Mudanza"}]}],
     "pauses": [{"from": "2026-11-25", "to": "2026-11-30", "left": 8}]}

A part is what was counted from one day to another: from the delivery to the date, or to a pause, and on from it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tequio.network.models import Closure, Kind, Organisation
from tequio.reference.holidays import days_off, known, version

DAY = timedelta(days=1)
FAR = timedelta(days=3660)


@dataclass(frozen=True)
class Shut:
    """Days on which the organisation has declared itself closed."""

    first: date
    last: date
    name: str
    pk: int = 0


@dataclass(frozen=True)
class Calendar:
    """When an office works: `places` are the calendars that it keeps, the weekend is that of the first."""

    places: tuple[tuple[str, str], ...]
    shut: tuple[Shut, ...] = ()

    @property
    def name(self) -> str:
        return " + ".join("-".join(filter(None, place)) for place in sorted(self.places) if place[0])

    def rests(self, day: date) -> bool:
        return day in days_off(*self.places[0], day.year).weekend

    def off(self, day: date) -> dict[str, Any] | None:
        """The holiday or the closure that a day is."""
        for place in self.places:
            names = days_off(*place, day.year).holidays.get(day)
            if names:
                return {"day": str(day), "calendar": "-".join(filter(None, place)), "names": names}
        shut = next((each for each in self.shut if each.first <= day <= each.last), None)
        return (
            {"day": str(shut.first), "last": str(shut.last), "closure": shut.name, "pk": shut.pk}
            if shut
            else None
        )

    def works(self, day: date) -> bool:
        return not self.rests(day) and self.off(day) is None


@dataclass(frozen=True)
class Stop:
    """A pause that has ended, in days of the office's zone."""

    began: date
    ended: date
    contested: bool = False


@dataclass(frozen=True)
class Due:
    """The day by whose end an answer is due, and the lines of its reckoning."""

    day: date
    lines: dict[str, Any]

    @property
    def left(self) -> list[int]:
        """The working days that stood still in each pause."""
        return [pause["left"] for pause in self.lines["pauses"]]


def calendar_of(organisation: Organisation) -> Calendar:
    """The calendar of an organisation's offices: of the place where it sits, for a post also of the country that
    sent it, and its own closures. Reads its closures.
    """
    return calendars_of([organisation])[organisation.pk]


def calendars_of(organisations: Iterable[Organisation]) -> dict[int, Calendar]:
    """The calendars of several organisations, by key; their closures are read at once."""
    found = list(organisations)
    declared = Closure.objects.filter(
        organisation__in=[each.pk for each in found], counts=True, withdrawn_at=None
    )
    shut: dict[int, list[Shut]] = {each.pk: [] for each in found}
    for row in declared.order_by("first_day", "pk"):
        shut[row.organisation_id].append(Shut(row.first_day, row.last_day, row.name, row.pk))
    return {each.pk: Calendar(_places(each), tuple(shut[each.pk])) for each in found}


def _places(organisation: Organisation) -> tuple[tuple[str, str], ...]:
    sits = organisation.country_id or organisation.home_id
    region = organisation.region_id or ""
    part = region if region.startswith(f"{sits}-") else organisation.subdivision
    places = [known(sits, part)]
    if organisation.kind == Kind.POST and organisation.home_id != sits:
        places.append(known(organisation.home_id))
    return tuple(places)


def nth_day(calendar: Calendar, days: int, since: date) -> date:
    """The Nth working day after a day; the day itself for none."""
    day = since
    while days > 0:
        day += DAY
        if day - since > FAR:
            raise ValueError(f"{calendar.name}: no working day in ten years after {since}")
        days -= calendar.works(day)
    return day


def nth_day_before(calendar: Calendar, days: int, until: date) -> date:
    """The Nth working day before a day; the day itself for none."""
    day = until
    while days > 0:
        day -= DAY
        if until - day > FAR:
            raise ValueError(f"{calendar.name}: no working day in ten years before {until}")
        days -= calendar.works(day)
    return day


def working_days(calendar: Calendar, since: date, until: date) -> int:
    """How many working days there are after one day, up to another."""
    return sum(calendar.works(since + DAY * n) for n in range(1, (until - since).days + 1))


def reckon(calendar: Calendar, days: int, since: date, stops: Iterable[Stop] = ()) -> Due:
    """The Nth working day after `since`, which is day zero. In a pause the days that are left stand still; they
    count on from the day of the reply, and a reply on a later day than the question leaves one day at least.
    """
    day, parts, pauses = nth_day(calendar, days, since), [], []
    for stop in stops:
        left = working_days(calendar, stop.began, day)
        parts.append(_part(calendar, since, min(stop.began, day)))
        pauses.append(_pause(stop, left))
        since = stop.began
        if stop.ended > stop.began:
            since, day = stop.ended, nth_day(calendar, max(left, 1), stop.ended)
    parts.append(_part(calendar, since, day))
    return Due(day, _lines(calendar, days, day, parts, pauses))


def _part(calendar: Calendar, since: date, until: date) -> dict[str, Any]:
    between = [since + DAY * n for n in range(1, (until - since).days + 1)]
    weekdays = [day for day in between if not calendar.rests(day)]
    off: list[dict[str, Any]] = []
    for found in map(calendar.off, weekdays):
        if found and found not in off:
            off.append(found)
    return {
        "since": str(since),
        "until": str(until),
        "days": sum(map(calendar.works, weekdays)),
        "weekend": len(between) - len(weekdays),
        "off": off,
    }


def _pause(stop: Stop, left: int) -> dict[str, Any]:
    pause = {"from": str(stop.began), "to": str(stop.ended), "left": left}
    return {**pause, "contested": True} if stop.contested else pause


def _lines(
    calendar: Calendar,
    days: int,
    day: date,
    parts: Sequence[dict[str, Any]],
    pauses: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    return {
        "calendar": calendar.name,
        "holidays": version(),
        "closures": [shut.pk for shut in calendar.shut if str(shut.last) >= parts[0]["since"]],
        "days": days,
        "due": str(day),
        "parts": list(parts),
        "pauses": list(pauses),
    }
