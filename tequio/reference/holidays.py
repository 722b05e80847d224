"""The days on which a country, or a part of it, does not work: its public holidays and its weekend.

From the library `holidays` (https://pypi.org/project/holidays/): national law and the law of ISO 3166-2
subdivisions, moving days and one-off days included; neither Holy Week where the law does not name it, nor the
vacation periods of offices.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version as installed

import holidays

from tequio.reference.holiday_names import in_spanish

SATURDAY, SUNDAY = 5, 6
LANGUAGES = ("es", "en")


@dataclass(frozen=True)
class Year:
    """A year's days off: holidays with their names by language, and the days of the weekend."""

    holidays: Mapping[date, dict[str, str]]
    weekend: frozenset[date]


@lru_cache
def version() -> str:
    return installed("holidays")


@lru_cache
def _known() -> dict[str, list[str]]:
    return holidays.list_supported_countries()


def known(country: str, subdivision: str = "") -> tuple[str, str]:
    """The calendar that there is for a country and an ISO 3166-2 code of it: the country's where the part has none
    of its own, ("", "") where the country has none.
    """
    if country not in _known():
        return "", ""
    part = subdivision.removeprefix(f"{country}-")
    return country, part if part in _known()[country] else ""


@lru_cache(maxsize=512)
def days_off(country: str, subdivision: str, year: int) -> Year:
    """The days off of a calendar that `known` names, in a year; Saturdays and Sundays alone for ("", "")."""
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    days = [day for day in days if day.year == year]
    if not country:
        return Year({}, frozenset(day for day in days if day.weekday() in (SATURDAY, SUNDAY)))
    base = holidays.country_holidays(country, subdivision or None, years=year)
    names: dict[date, dict[str, str]] = {}
    for language, spoken in _languages(base).items():
        for day, name in holidays.country_holidays(
            country, subdivision or None, years=year, language=spoken
        ).items():
            if day.year == year:
                names.setdefault(day, {})[language] = name
    for each in names.values():
        spanish = in_spanish(each.get("en", "")) if "es" not in each else ""
        if spanish:
            each["es"] = spanish
    return Year(names, frozenset(day for day in days if _rests(base, day)))


def _languages(base: holidays.HolidayBase) -> dict[str, str | None]:
    """The library's names of the languages wanted; its own choice where it has none of them."""
    found: dict[str, str | None] = {}
    for language in LANGUAGES:
        spoken = next((name for name in base.supported_languages if name[:2] == language), None)
        if spoken:
            found[language] = spoken
    return found or {(base.default_language or "en")[:2]: None}


def _rests(base: holidays.HolidayBase, day: date) -> bool:
    """Whether a day belongs to the weekend of offices. Where the library knows Sunday alone (Venezuela, Hong Kong
    and a few more), offices rest on Saturday too: Venezuela's labour law of 2012, article 173, gives two days.
    """
    if base.is_weekend(day):
        return day not in base.weekend_workdays
    return day.weekday() == SATURDAY and set(base.weekend) == {SUNDAY}
