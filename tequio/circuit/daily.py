"""Days as people write them, in the languages of the network; only those that can be read in one way."""

import re
from collections.abc import Iterator
from datetime import date

from tequio.kernel.texts import fold

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "enero january janvier januar janeiro gennaio",
            "febrero february fevrier februar fevereiro febbraio",
            "marzo march mars marz marco",
            "abril april avril aprile",
            "mayo may mai maio maggio",
            "junio june juin juni junho giugno",
            "julio july juillet juli julho luglio",
            "agosto august aout",
            "septiembre setiembre september septembre setembro settembre",
            "octubre october octobre oktober outubro ottobre",
            "noviembre november novembre novembro",
            "diciembre december decembre dezember dezembro dicembre",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "lunes monday lundi montag segunda-feira lunedi",
            "martes tuesday mardi dienstag terca-feira martedi",
            "miercoles wednesday mercredi mittwoch quarta-feira mercoledi",
            "jueves thursday jeudi donnerstag quinta-feira giovedi",
            "viernes friday vendredi freitag sexta-feira venerdi",
            "sabado saturday samedi samstag sabato",
            "domingo sunday dimanche sonntag domenica",
        )
    )
    for name in names.split()
}
WEEKDAY = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)})\b")
ISO = re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b")
NUMBERS = re.compile(
    r"\b(?P<first>\d{1,2})(?P<sign>[/.\-])(?P<second>\d{1,2})(?P=sign)(?P<year>\d{4}|\d{2})\b"
)
NAMED = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|o)?\s+(?:de\s+|of\s+)?(?P<month>{_MONTH})\b"
    r"(?:,?\s+(?:de\s+|del\s+)?(?P<year>\d{4}))?"
)
TURNED = re.compile(
    rf"\b(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*(?::|h\b))(?:,?\s+(?P<year>\d{{4}}))?"
)


def days_in(text: str, today: date) -> list[date] | None:
    """The days that the text names, each once; None when it names one that can be read in two ways, none that there
    is, or a day of the week that is not that of any of them. A day without a year is the next such day from `today`.
    """
    plain = fold(text)
    found: list[date] = []
    for year, month, day in _named(plain):
        read = _day(year, month, day, today)
        if read is None:
            return None
        found.append(read)
    weekdays = {WEEKDAYS[name] for name in WEEKDAY.findall(plain)}
    if found and not weekdays <= {day.weekday() for day in found}:
        return None
    return list(dict.fromkeys(found))


def _named(text: str) -> Iterator[tuple[int, int, int]]:
    """Year (0: not said), month and day; a month of 0 where the numbers can be read in two ways."""
    for pattern in (ISO, NUMBERS, NAMED, TURNED):
        for found in pattern.finditer(text):
            parts = found.groupdict()
            if pattern is NUMBERS:
                yield _ordered(int(parts["first"]), int(parts["second"]), int(parts["year"]))
            else:
                month = parts["month"]
                number = int(month) if month.isdecimal() else MONTHS[month]
                yield int(parts["year"] or 0), number, int(parts["day"])
        text = pattern.sub(" ", text)


def _ordered(first: int, second: int, year: int) -> tuple[int, int, int]:
    year += 2000 if year < 100 else 0
    if first > 12 or first == second:
        return year, second, first
    return (year, first, second) if second > 12 else (year, 0, 0)


def _day(year: int, month: int, day: int, today: date) -> date | None:
    try:
        if year:
            return date(year, month, day)
        this = date(today.year, month, day)
        return this if this >= today else date(today.year + 1, month, day)
    except ValueError:
        return None
