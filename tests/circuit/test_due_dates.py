"""Due dates: a table of worked cases, worked out by the rules of `almanac.py` alone; and what holds of any date."""

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tequio.circuit import rules
from tequio.circuit.reckoning import Calendar, Shut, Stop, calendar_of, nth_day, reckon, working_days
from tequio.kernel import clock
from tequio.network.models import Closure, Office
from tequio.reference.models import Country, Region
from tests.cast import Cast, texts
from tests.circuit.almanac import RULES, Span, Worked, midnight_after

TABLE = Path(__file__).with_name("worked_dates.csv")
SITS = {"MX + US-MA": "US-MA", "DE-BE + MX": "DE-BE", "ES + MX": "ES"}


@dataclass(frozen=True)
class Row:
    why: str
    calendar: str
    zone: str
    delivered_at: datetime
    days: int
    shut: list[Span]
    pauses: list[Span]
    due_on: date
    due_at: datetime


def spans(text: str) -> list[Span]:
    """`2026-08-04/2026-08-06 2026-08-10/2026-08-11`"""
    pairs = (part.split("/") for part in text.split())
    return [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in pairs]


@lru_cache
def table() -> list[Row]:
    with TABLE.open() as file:
        return [
            Row(
                row["why"],
                row["calendar"],
                row["zone"],
                datetime.fromisoformat(row["delivered_at"]),
                int(row["days"]),
                spans(row["closures"]),
                spans(row["pauses"]),
                date.fromisoformat(row["due_on"]),
                datetime.fromisoformat(row["due_at"]),
            )
            for row in csv.DictReader(file)
        ]


def office_of(cast: Cast, row: Row, number: int) -> Office:
    """An office that sits where the row's calendar says, a post where it names two, with the row's closures."""
    country, _, part = SITS.get(row.calendar, row.calendar).partition("-")
    Country.objects.get_or_create(id=country, defaults={"names": texts(country), "zones": [row.zone]})
    kind = "post" if "+" in row.calendar else "chapter"
    code = f"{country}-{part}" if part else ""
    made = cast.organisation(f"o{number}", kind, "Oficina", country="MX", subdivision=code)
    made.country_id, made.zone = country, row.zone
    made.save(update_fields=["country", "zone"])
    for first, last in row.shut:
        Closure.objects.create(organisation=made, first_day=first, last_day=last, name="Cierre")
    return Office.objects.select_related("organisation").get(organisation=made)


def test_the_table_has_what_it_is_for() -> None:
    rows = table()
    assert len(rows) >= 200
    assert {row.calendar for row in rows} == set(RULES)
    assert (sum(bool(row.shut) for row in rows) >= 30, sum(bool(row.pauses) for row in rows) >= 30) == (
        True,
        True,
    )


def test_the_rules_alone_give_the_dates_of_the_table() -> None:
    worked = [Worked(row.calendar, row.shut).due(_day(row), row.days, row.pauses) for row in table()]
    assert worked == [row.due_on for row in table()]
    assert [midnight_after(row.due_on, row.zone) for row in table()] == [row.due_at for row in table()]


def _day(row: Row) -> date:
    """The day of delivery on the wall of the office, by the offset of the row's zone."""
    return row.delivered_at.astimezone(ZoneInfo(row.zone)).date()


def test_every_worked_date_is_the_hub_s(cast: Cast) -> None:
    wrong = []
    for number, row in enumerate(table()):
        office = office_of(cast, row, number)
        stops = [Stop(began, ended) for began, ended in row.pauses]
        since = clock.day_of(row.delivered_at, office.organisation.zone)
        due = rules.due_on(row.days, since, office, stops)
        found = (due.day, rules.end_of_due(due.day, office), due.lines["calendar"], due.lines["due"])
        expected = (row.due_on, row.due_at, row.calendar, str(row.due_on))
        if found != expected:
            wrong.append((row.why, found, expected))
    assert wrong == []


# The lines of a reckoning ----------------------------------------------------------------


def lines(cast: Cast, days: int, since: date, *stops: Stop, slug: str = "mesa") -> dict[str, Any]:
    return rules.due_on(days, since, cast.office(slug), stops).lines


def test_the_lines_say_what_was_skipped_and_by_which_calendar(cast: Cast) -> None:
    shut = Closure.objects.create(
        organisation=cast.organisations["mesa"],
        first_day=date(2026, 12, 21),
        last_day=date(2027, 1, 4),
        name="Vacaciones",
    )
    Closure.objects.create(
        organisation=cast.organisations["mesa"],
        first_day=date(2026, 3, 2),
        last_day=date(2026, 3, 3),
        name="Antes",
    )
    found = lines(cast, 20, date(2026, 11, 13))
    version = found.pop("holidays")
    assert version.startswith("0.")
    assert found == {
        "calendar": "MX",
        "closures": [shut.pk],
        "days": 20,
        "due": "2026-12-14",
        "parts": [
            {
                "since": "2026-11-13",
                "until": "2026-12-14",
                "days": 20,
                "weekend": 10,
                "off": [
                    {
                        "day": "2026-11-16",
                        "calendar": "MX",
                        "names": {"es": "Día de la Revolución", "en": "Revolution Day"},
                    }
                ],
            }
        ],
        "pauses": [],
    }
    [part] = lines(cast, 5, date(2026, 12, 17))["parts"]
    assert part["off"] == [
        {"day": "2026-12-21", "last": "2027-01-04", "closure": "Vacaciones", "pk": shut.pk},
        {
            "day": "2026-12-25",
            "calendar": "MX",
            "names": {"es": "Navidad", "en": "Christmas Day"},
        },
        {"day": "2027-01-01", "calendar": "MX", "names": {"es": "Año Nuevo", "en": "New Year's Day"}},
    ]


def test_a_pause_parts_the_count_in_two(cast: Cast) -> None:
    found = lines(cast, 10, date(2026, 11, 23), Stop(date(2026, 11, 25), date(2026, 11, 30)))
    assert [(part["since"], part["until"], part["days"]) for part in found["parts"]] == [
        ("2026-11-23", "2026-11-25", 2),
        ("2026-11-30", "2026-12-10", 8),
    ]
    assert found["pauses"] == [{"from": "2026-11-25", "to": "2026-11-30", "left": 8}]
    contested = lines(cast, 10, date(2026, 11, 23), Stop(date(2026, 11, 25), date(2026, 11, 25), True))
    assert contested["pauses"] == [{"from": "2026-11-25", "to": "2026-11-25", "left": 8, "contested": True}]


# Whose calendar --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "subdivision", "region", "kind", "name"),
    [
        ("MX", "", "MX-OAX", "university", "MX"),
        ("DE", "DE-BE", "", "chapter", "DE-BE"),
        ("DE", "DE-ZZ", "", "chapter", "DE"),
        ("DE", "", "MX-OAX", "post", "DE + MX"),
        ("US", "US-MA", "", "post", "MX + US-MA"),
        ("MX", "", "MX-OAX", "post", "MX"),
        ("ZZ", "", "", "chapter", ""),
        ("ZZ", "", "", "post", "MX"),
        (None, "", "", "association", "MX"),
    ],
)
def test_an_office_keeps_the_calendar_of_its_place_and_a_post_its_country_s_too(
    cast: Cast, country: str | None, subdivision: str, region: str, kind: str, name: str
) -> None:
    if country:
        Country.objects.get_or_create(id=country, defaults={"names": texts(country)})
    made = cast.organisation("here", kind, "Aquí", subdivision=subdivision, region_id=region or None)
    made.country_id = country
    assert calendar_of(made).name == name


def test_the_region_s_own_days_are_kept_where_it_has_some(cast: Cast) -> None:
    region = Region.objects.create(id="DE-BY", country_id="DE", names=texts("Baviera"), zone="Europe/Berlin")
    made = cast.organisation("muc", "chapter", "Múnich", country="DE", region=region, subdivision="DE-BE")
    assert calendar_of(made).name == "DE-BY"
    assert calendar_of(made).works(date(2026, 6, 4)) is False  # Corpus Christi


def test_closures_withdrawn_or_declared_too_late_do_not_count(cast: Cast) -> None:
    for fields in ({"counts": False}, {"withdrawn_at": datetime(2026, 1, 1, tzinfo=UTC)}, {}):
        Closure.objects.create(
            organisation=cast.organisations["mesa"],
            first_day=date(2026, 12, 1 + len(fields) * 2),
            last_day=date(2026, 12, 1 + len(fields) * 2),
            name="Cierre",
            **fields,
        )
    calendar = calendar_of(cast.organisations["mesa"])
    assert [calendar.works(date(2026, 12, day)) for day in (1, 3)] == [False, True]


def test_the_weekend_is_that_of_the_place_even_for_a_post(cast: Cast) -> None:
    Country.objects.create(id="SA", names=texts("Arabia Saudita"))
    made = cast.organisation("riad", "post", "Embajada en Arabia Saudita")
    made.country_id = "SA"
    calendar = calendar_of(made)
    assert [calendar.works(date(2026, 11, day)) for day in (26, 27, 28, 29)] == [True, False, False, True]


# What holds of any date -------------------------------------------------------------------

DAYS = st.integers(min_value=1, max_value=60)
WHEN = st.dates(min_value=date(2023, 1, 1), max_value=date(2031, 12, 31))
PLACES = st.sampled_from(
    [(("MX", ""),), (("ES", "MD"),), (("DE", "BY"),), (("US", "MA"), ("MX", "")), (("VE", ""),)]
)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    shut = draw(st.lists(st.tuples(WHEN, st.integers(0, 40)), max_size=3))
    return Calendar(
        draw(PLACES), tuple(Shut(first, first + timedelta(days=n), "Cierre") for first, n in shut)
    )


@given(calendar=calendars(), days=DAYS, since=WHEN)
def test_a_date_is_a_working_day_after_the_delivery_and_n_of_them_away(
    calendar: Calendar, days: int, since: date
) -> None:
    due = reckon(calendar, days, since)
    assert calendar.works(due.day) is True
    assert due.day > since
    assert working_days(calendar, since, due.day) == days
    [part] = due.lines["parts"]
    assert part["days"] == days


@given(calendar=calendars(), days=DAYS, more=st.integers(1, 10), since=WHEN)
def test_more_days_never_give_an_earlier_date(calendar: Calendar, days: int, more: int, since: date) -> None:
    assert nth_day(calendar, days, since) < nth_day(calendar, days + more, since)


@given(calendar=calendars(), days=DAYS, since=WHEN, later=st.integers(0, 30))
def test_a_later_delivery_never_makes_it_earlier(
    calendar: Calendar, days: int, since: date, later: int
) -> None:
    assert nth_day(calendar, days, since) <= nth_day(calendar, days, since + timedelta(days=later))


@given(calendar=calendars(), days=DAYS, since=WHEN, first=WHEN, length=st.integers(0, 30))
def test_a_closure_never_makes_it_earlier(
    calendar: Calendar, days: int, since: date, first: date, length: int
) -> None:
    more = Calendar(calendar.places, (*calendar.shut, Shut(first, first + timedelta(days=length), "Más")))
    assert nth_day(calendar, days, since) <= nth_day(more, days, since)


@given(calendar=calendars(), days=DAYS, since=WHEN, asked=st.integers(0, 90), wait=st.integers(0, 30))
def test_a_pause_gives_back_what_was_left_and_no_more(
    calendar: Calendar, days: int, since: date, asked: int, wait: int
) -> None:
    before = nth_day(calendar, days, since)
    began = since + timedelta(days=asked)
    assume(began <= before)
    ended = began + timedelta(days=wait)
    due = reckon(calendar, days, since, [Stop(began, ended)])
    [left] = due.left
    assert left == working_days(calendar, began, before)
    assert due.day == before if wait == 0 else due.day >= before
    assert working_days(calendar, ended, due.day) == (left if wait == 0 else max(left, 1))


@given(
    calendar=calendars(),
    days=DAYS,
    since=WHEN,
    asked=st.integers(0, 60),
    wait=st.integers(0, 30),
    later=st.integers(0, 10),
)
def test_a_later_reply_never_makes_it_earlier(
    calendar: Calendar, days: int, since: date, asked: int, wait: int, later: int
) -> None:
    began = since + timedelta(days=asked)
    assume(began <= nth_day(calendar, days, since))
    replies = (began + timedelta(days=wait), began + timedelta(days=wait + later))
    soon, late = (reckon(calendar, days, since, [Stop(began, reply)]).day for reply in replies)
    assert soon <= late


def test_an_organisation_that_never_opens_is_no_endless_count() -> None:
    shut = Calendar((("MX", ""),), (Shut(date(2026, 1, 1), date(2050, 1, 1), "Siempre"),))
    with pytest.raises(ValueError, match="no working day in ten years"):
        nth_day(shut, 1, date(2026, 2, 2))
