"""The whole record of an entry point: what an asker can expect, against what was announced, and what was signed."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from tequio.circuit.actions.answering import ask_more, pass_on_leg
from tequio.circuit.actions.asker import reply_to_question, withdraw_case
from tequio.circuit.actions.promises import withdraw_promise
from tequio.circuit.models import EntryPoint, Route
from tequio.circuit.queries.figures import Figures
from tequio.circuit.queries.sheet import Answered, Meter, curve, promise_history, sheets, table
from tequio.circuit.statistics import curve_of
from tequio.network.models import Administration, Mandate
from tests.cast import Cast, open_leg_of, work
from tests.circuit.month import accept, berlins_promise, decline, pass_a_month
from tests.conftest import Clock
from tests.pages import all_of, main_of, queries, text_of


@pytest.fixture
def berlin(cast: Cast) -> Mandate:
    return berlins_promise(cast)


@pytest.fixture
def busy(cast: Cast, berlin: Mandate, clock: Clock) -> Mandate:
    return pass_a_month(cast, berlin, clock)


def entry(slug: str = "chapter-berlin") -> EntryPoint:
    return EntryPoint.objects.select_related("office__organisation").get(office__organisation__slug=slug)


def path(slug: str = "chapter-berlin") -> str:
    return f"/en/entry-points/{entry(slug).slug}/record/"


def row(client: Client, first: str, at: str = "") -> list[str]:
    """The cells of the row that begins so."""
    rows = re.findall(r"<tr>(.*?)</tr>", main_of(client.get(at or path())), re.S)
    cells = [all_of(r"<t[hd][^>]*>(.*?)</t[hd]>", each) for each in rows]
    return next(rest for head, *rest in cells if head == first)


# The time to the first answer ------------------------------------------------------------------


def test_what_was_missed_is_never_answered_and_what_waits_counts_as_long_as_it_has(busy: Mandate) -> None:
    sheet = sheets(entry())[0]
    figures = sheet.row.figures
    assert (figures.in_time, figures.missed, figures.waiting) == (10, 1, 1)
    assert sheet.curve
    assert (sheet.curve.n, sheet.curve.never, sheet.median) == (12, 1, 1)
    assert sheet.days == [Answered(1, 83, 55, 95, 12)]


def test_the_office_that_lets_most_run_out_has_no_median_however_quick_it_was_otherwise() -> None:
    figures = Figures(in_time=40, missed=60)
    found = curve({"answered": dict.fromkeys(range(1, 6), 8)}, figures)
    assert found
    assert found.median is None
    assert table(found)[-1] == Answered(5, 40, 31, 50, 68)


def test_below_ten_asks_there_is_no_curve_and_no_share(client: Client, cast: Cast, berlin: Mandate) -> None:
    for number in range(9):
        decline(cast.case(address=f"a{number}@example.net"), berlin)
    assert sheets(entry())[0].curve is None
    assert sheets(entry())[0].meter[0] == Meter("days", 9, None, 1, 8)
    assert "From ten asks on, a curve says here" in text_of(client.get(path()))
    assert "interval" not in text_of(client.get(path())).split("How it is counted")[0]
    decline(cast.case(address="tenth@example.net"), berlin)
    assert sheets(entry())[0].curve is not None
    assert "Half of the asks had an answer by day 1." in text_of(client.get(path()))


def test_what_is_withdrawn_stands_beside_and_in_no_curve(client: Client, cast: Cast, busy: Mandate) -> None:
    before = sheets(entry())[0].curve
    withdraw_case(cast.case(address="gone@example.net"))
    assert sheets(entry())[0].curve == before
    assert "Withdrawn by askers 1" in text_of(client.get(path()))


@pytest.mark.parametrize("days", [1, 2, 12, 13, 50])
def test_a_long_curve_is_told_in_twelve_lines_its_first_and_its_last_among_them(days: int) -> None:
    found = table(curve_of(dict.fromkeys(range(1, days + 1), 2), {}))
    assert len(found) == min(days, 12)
    assert (found[0].day, found[-1].day, found[-1].share) == (1, days, 100)
    assert [line.day for line in found] == sorted({line.day for line in found})


# What it takes, against what was announced --------------------------------------------------------


def test_the_meter_counts_days_steps_hand_overs_and_questions_against_what_was_announced(
    client: Client, cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    for number in range(9):
        decline(cast.case(address=f"a{number}@example.net"), berlin)
    madrid = cast.hold("chapter-madrid", "Mar")
    cast.promise(madrid, days=20)
    case = cast.case(address="long@example.net")
    ask_more(open_leg_of(case), by=berlin, question="Which day?")
    clock.forward(days=2)
    reply_to_question(case, "Monday.")
    pass_on_leg(open_leg_of(case), by=berlin, to=madrid.office, reason="other", text="They know more.")
    clock.forward(days=3)
    decline(case, madrid)
    clock.forward(days=20)
    work()
    assert {each.measure: each for each in sheets(entry())[0].meter} == {
        "days": Meter("days", 10, 1.0, 6, 8),
        "questions": Meter("questions", 10, 0.0, 1, 0),
        "handed-on": Meter("handed-on", 10, 0.0, 1, 0),
        "steps": Meter("steps", 10, 1.0, 1, 1),
    }


def test_the_route_announces_how_many_offices_an_ask_goes_through(cast: Cast, busy: Mandate) -> None:
    desks: list[dict[str, object]] = [
        {"slug": slug, "does": "at-desk", "who": "office", "days": 0, "next": [], "label": {"es": slug}}
        for slug in ("first", "second")
    ]
    Route.objects.create(kind=cast.kinds["school-talk"], version=1, steps=desks)
    assert {each.measure: each.announced for each in sheets(entry())[0].meter}["steps"] == 2


def test_without_a_promise_in_force_no_days_are_announced(client: Client, busy: Mandate) -> None:
    withdraw_promise(entry().promises.get(), by=busy)
    assert {each.measure: each.announced for each in sheets(entry())[0].meter}["days"] is None
    assert row(client, "Days to the last answer")[0] == "nothing"


# The page ---------------------------------------------------------------------------------------


def test_the_page_says_how_long_it_takes_what_it_takes_and_what_was_signed(
    client: Client, busy: Mandate
) -> None:
    words = text_of(client.get(path()))
    assert "10 of 11" in words
    assert "Half of the asks had an answer by day 1. It promises 8 working days." in words
    assert row(client, "1") == ["83 %", "55 to 95 %", "12"]
    assert row(client, "Days to the last answer")[0] == "8 working days"
    assert "Since Nov. 23, 2026, when its first promise was signed" in words


def test_every_promise_ever_signed_is_there_the_latest_first(
    client: Client, cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    clock.forward(days=30)
    cast.promise(berlin, days=5)
    assert [(each.days, each.withdrawn_at is None) for each in promise_history(entry())] == [
        (5, True),
        (8, False),
    ]
    rows = re.findall(r"<tr>(.*?)</tr>", main_of(client.get(path())).split("What it has signed")[1], re.S)[1:]
    assert [all_of(r"<td[^>]*>(.*?)</td>", each)[:3] for each in rows] == [
        ["5", "Dec. 23, 2026", "Holder"],
        ["8", "Nov. 23, 2026", "Holder"],
    ]
    assert "Dec. 23, 2026, when it was withdrawn or signed anew" in text_of(client.get(path()))


def test_a_lapsed_promise_says_so(client: Client, cast: Cast, berlin: Mandate, clock: Clock) -> None:
    clock.forward(days=301)
    assert ", lapsed" in text_of(client.get(path()))


def test_kept_is_told_by_administration(client: Client, cast: Cast, busy: Mandate, clock: Clock) -> None:
    Administration.objects.create(home_id="MX", slug="g1", names={"es": "Uno"}, starts_on="2024-10-01")
    embassy = cast.office("embassy-de").mandates.get()
    cast.promise(embassy, "consular-support", days=3, countries=["DE"])
    accept(cast.case("consular-support", address="new@example.net"), embassy)
    assert "Kept, by administration" in text_of(client.get(path("embassy-de")))


def test_before_anything_was_asked_the_page_says_what_will_be_there(client: Client, berlin: Mandate) -> None:
    assert "Nothing has been asked here yet" in text_of(client.get(path()))
    assert client.get("/en/entry-points/nobody/record/").status_code == 404


def test_an_entry_point_that_has_signed_nothing_has_a_record_all_the_same(client: Client, cast: Cast) -> None:
    cast.entry_point("agency")
    assert "Nobody there has signed a promise yet." in text_of(client.get(path("agency")))


def test_the_page_asks_the_database_no_more_when_there_is_more(
    client: Client, cast: Cast, busy: Mandate, clock: Clock
) -> None:
    few = len(queries(client, path()))
    for number in range(15):
        decline(cast.case(address=f"more{number}@example.net"), busy)
        clock.forward(hours=7)
    clock.to(clock.instant + timedelta(days=40))
    cast.promise(busy, days=6)
    assert len(queries(client, path())) == few <= 15
