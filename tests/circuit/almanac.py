"""Holidays and working days worked out by rule, for the tests of due dates: nothing here knows the product's code
or the library that it uses.

Sources: Mexico, Ley Federal del Trabajo, art. 74; Spain, Estatuto de los Trabajadores, art. 37.2, and the national
days of the yearly resolution; Germany, the holiday laws of the Länder; the United States, 5 U.S.C. 6103, and
Massachusetts General Laws, c. 4, s. 7; Venezuela, LOTTT, arts. 173 and 184, the days
of the bank calendar, and the decrees of 2024 and 2025.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
DAY = timedelta(days=1)


def easter(year: int) -> date:
    """Easter Sunday (Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), g = divmod(b, 4), (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def nth(weekday: int, number: int, year: int, month: int) -> date:
    """The first, second … weekday of a month; -1: the last."""
    days = [date(year, month, 1) + DAY * n for n in range(31)]
    days = [day for day in days if day.month == month and day.weekday() == weekday]
    return days[number - 1] if number > 0 else days[number]


def mexico(year: int) -> set[date]:
    days = {date(year, month, day) for month, day in ((1, 1), (5, 1), (9, 16), (12, 25))}
    days |= {nth(MON, 1, year, 2), nth(MON, 3, year, 3), nth(MON, 3, year, 11)}
    if year >= 2024 and (year - 2024) % 6 == 0:
        days.add(date(year, 10, 1))  # the federal executive changes hands
    return days


def spain(year: int) -> set[date]:
    fixed = ((1, 1), (1, 6), (5, 1), (8, 15), (10, 12), (11, 1), (12, 6), (12, 8), (12, 25))
    return {date(year, month, day) for month, day in fixed} | {easter(year) - 2 * DAY}


def germany(year: int) -> set[date]:
    moving = (-2, 1, 39, 50)  # Good Friday, Easter Monday, Ascension, Whit Monday
    fixed = ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))
    return {date(year, month, day) for month, day in fixed} | {easter(year) + DAY * n for n in moving}


def berlin(year: int) -> set[date]:
    once = {date(2025, 5, 8)} if year == 2025 else set()
    return germany(year) | {date(year, 3, 8)} | once


def bavaria(year: int) -> set[date]:
    return germany(year) | {date(year, 1, 6), date(year, 11, 1), easter(year) + 60 * DAY}


def massachusetts(year: int) -> set[date]:
    fixed = {date(year, month, day) for month, day in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))}
    moving = {
        nth(MON, 3, year, 1),
        nth(MON, 3, year, 2),
        nth(MON, 3, year, 4),  # Patriots' Day
        nth(MON, -1, year, 5),
        nth(MON, 1, year, 9),
        nth(MON, 2, year, 10),
        nth(THU, 4, year, 11),
    }
    return fixed | moving | {day + DAY for day in fixed if day.weekday() == SUN}


def venezuela(year: int) -> set[date]:
    fixed = ((1, 1), (4, 19), (5, 1), (6, 24), (7, 5), (7, 24), (10, 12), (12, 24), (12, 25), (12, 31))
    moving = (-48, -47, -3, -2)  # Carnival, Maundy Thursday, Good Friday
    since = {date(year, 5, 15)} if year >= 2024 else set()  # Family Day
    once = {date(2025, 10, 20)} if year == 2025 else set()
    days = {date(year, month, day) for month, day in fixed} | since | once
    return days | {easter(year) + DAY * n for n in moving}


RULES: dict[str, tuple[Callable[[int], set[date]], ...]] = {
    "MX": (mexico,),
    "ES": (spain,),
    "DE": (germany,),
    "DE-BE": (berlin,),
    "DE-BY": (bavaria,),
    "US-MA": (massachusetts,),
    "VE": (venezuela,),
    "MX + US-MA": (mexico, massachusetts),
    "DE-BE + MX": (berlin, mexico),
    "ES + MX": (spain, mexico),
}

Span = tuple[date, date]


class Worked:
    """An office's days walked one by one. `shut`: closures; the weekend is Saturday and Sunday in all of these."""

    def __init__(self, calendar: str, shut: Iterable[Span] = ()) -> None:
        self.rules, self.shut = RULES[calendar], list(shut)

    def works(self, day: date) -> bool:
        if day.weekday() in (SAT, SUN) or any(first <= day <= last for first, last in self.shut):
            return False
        return all(day not in rule(day.year) for rule in self.rules)

    def after(self, since: date, days: int) -> date:
        while days:
            since += DAY
            if self.works(since):
                days -= 1
        return since

    def due(self, since: date, days: int, pauses: Iterable[Span] = ()) -> date:
        """Day by day: what is left when a question comes stands still until the day of the reply."""
        day = self.after(since, days)
        for asked, replied in pauses:
            left, walked = 0, asked
            while walked < day:
                walked += DAY
                left += self.works(walked)
            if replied > asked:
                day = self.after(replied, left or 1)
        return day


def midnight_after(day: date, zone: str) -> datetime:
    """The first instant of the next day in a zone, in UTC, found without asking for the end of a day: zones never
    move their clocks by more than a day.
    """
    instant = datetime(day.year, day.month, day.day, 0, 0, tzinfo=UTC) + DAY - timedelta(hours=15)
    while instant.astimezone(ZoneInfo(zone)).date() <= day:
        instant += timedelta(minutes=15)
    return instant
