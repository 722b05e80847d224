"""The days off of a country or a part of it, as the library of holidays has them."""

from datetime import date

import pytest

from tequio.reference.holiday_names import SPANISH, in_spanish
from tequio.reference.holidays import days_off, known, version


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (("MX", ""), ("MX", "")),
        (("MX", "MX-OAX"), ("MX", "")),
        (("US", "US-MA"), ("US", "MA")),
        (("US", "MA"), ("US", "MA")),
        (("DE", "DE-BE"), ("DE", "BE")),
        (("DE", "US-MA"), ("DE", "")),
        (("ZZ", "ZZ-A"), ("", "")),
        (("", ""), ("", "")),
    ],
)
def test_a_calendar_falls_back_to_the_country_and_then_to_weekends(
    given: tuple[str, str], found: tuple[str, str]
) -> None:
    assert known(*given) == found


def test_a_country_nobody_knows_has_weekends_alone() -> None:
    year = days_off("", "", 2026)
    assert year.holidays == {}
    assert (date(2026, 1, 3) in year.weekend, date(2026, 1, 5) in year.weekend) == (True, False)
    assert len(year.weekend) == 104


@pytest.mark.parametrize(
    ("place", "day", "names"),
    [
        (("MX", ""), date(2026, 11, 16), {"es": "Día de la Revolución", "en": "Revolution Day"}),
        (("VE", ""), date(2026, 7, 24), None),
        (("DE", "BE"), date(2026, 3, 8), {"es": "Día de la Mujer", "en": "Women's Day"}),
        (("US", "MA"), date(2026, 4, 20), {"es": "Día de los Patriotas", "en": "Patriots' Day"}),
    ],
)
def test_holidays_have_names_in_both_languages(
    place: tuple[str, str], day: date, names: dict[str, str] | None
) -> None:
    found = days_off(*place, day.year).holidays[day]
    assert set(found) == {"es", "en"}
    assert names is None or found == names


@pytest.mark.parametrize("place", [("MX", ""), ("ES", "MD"), ("DE", "BE"), ("US", "MA"), ("VE", "")])
def test_no_weekday_off_is_without_a_spanish_name(place: tuple[str, str]) -> None:
    for year in range(2024, 2032):
        off = days_off(*place, year)
        assert [
            day for day, names in off.holidays.items() if day not in off.weekend and "es" not in names
        ] == []


@pytest.mark.parametrize(
    ("country", "rests"),
    [("MX", {5, 6}), ("VE", {5, 6}), ("SA", {4, 5}), ("IL", {4, 5}), ("AE", {5, 6}), ("HK", {5, 6})],
)
def test_the_weekend_is_the_country_s_and_two_days_long(country: str, rests: set[int]) -> None:
    year = days_off(country, "", 2026)
    week = [date(2026, 6, day) for day in range(1, 8)]
    assert {day.weekday() for day in week if day in year.weekend} == rests


def test_a_weekend_day_that_is_worked_is_a_working_day() -> None:
    assert date(2026, 2, 14) not in days_off("CN", "", 2026).weekend  # made up for the Spring Festival


def test_a_leap_year_has_its_day() -> None:
    assert date(2028, 2, 29) not in days_off("MX", "", 2028).weekend
    assert max(days_off("MX", "", 2028).weekend) == date(2028, 12, 31)


def test_the_version_is_the_library_s() -> None:
    assert [part.isdigit() for part in version().split(".")[:2]] == [True, True]


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("Christmas Day (observed)", "Navidad (se guarda este día)"),
        ("Eid al-Fitr (estimated)", "Fin del Ramadán (fecha estimada)"),
        ("Christmas Day; New Year's Day", "Navidad; Año Nuevo"),
        ("Christmas Day; Day of the Unknown", ""),
        ("Christmas Day (substituted from 01/04/2026)", ""),
        ("", ""),
    ],
)
def test_english_names_are_put_into_spanish(english: str, spanish: str) -> None:
    assert in_spanish(english) == spanish


def test_no_name_is_left_empty() -> None:
    assert [name for name, spanish in SPANISH.items() if not spanish.strip()] == []
