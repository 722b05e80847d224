"""The whole record of an entry point: what an asker can expect, against what was announced, and what was signed."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tequio.charts.models import Drawing
from tequio.circuit.actions.answering import ask_more, pass_on_leg
from tequio.circuit.actions.asker import reply_to_question, withdraw_case
from tequio.circuit.actions.promises import withdraw_promise
from tequio.circuit.models import EntryPoint, Route
from tequio.circuit.queries import spreads
from tequio.circuit.queries.figures import Figures, folded
from tequio.circuit.queries.recalls import Recalls
from tequio.circuit.queries.record import full_from_journal
from tequio.circuit.queries.replay import replayed
from tequio.circuit.statistics import curve_of
from tequio.journal.models import Entry
from tequio.network.models import Administration, Mandate
from tequio.observatory.actions import write_records
from tequio.observatory.models import Record
from tequio.observatory.queries.records import (
    Answered,
    Meter,
    Sheet,
    Written,
    promise_history,
    sheets,
    table,
)
from tests.cast import Cast, open_leg_of, work
from tests.circuit.month import accept, decline
from tests.conftest import Clock
from tests.observatory.conftest import mexico
from tests.pages import all_of, main_of, queries, text_of


def entry(slug: str = "chapter-berlin") -> EntryPoint:
    return EntryPoint.objects.select_related("office__organisation").get(office__organisation__slug=slug)


def written(slug: str = "chapter-berlin") -> Sheet:
    """The office's record for the first kind of ask, as the night writes it."""
    write_records(mexico())
    return sheets(Record.objects.get(office__organisation__slug=slug))[0]


def page(client: Client, slug: str = "chapter-berlin") -> str:
    write_records(mexico())
    return text_of(client.get(path(slug)))


def path(slug: str = "chapter-berlin") -> str:
    return f"/en/entry-points/{entry(slug).slug}/record/"


def row(client: Client, first: str) -> list[str]:
    """The cells of the row that begins so."""
    write_records(mexico())
    rows = re.findall(r"<tr>(.*?)</tr>", main_of(client.get(path())), re.S)
    cells = [all_of(r"<t[hd][^>]*>(.*?)</t[hd]>", each) for each in rows]
    return next(rest for head, *rest in cells if head == first)


# The time to the first answer ------------------------------------------------------------------


def test_what_was_missed_is_never_answered_and_what_waits_counts_as_long_as_it_has(busy: Mandate) -> None:
    sheet = written()
    assert (sheet.figures.in_time, sheet.figures.missed, sheet.figures.waiting) == (10, 1, 1)
    assert sheet.median == 1
    assert sheet.days == [Answered(1, 83, 55, 95, 12)]


def test_the_office_that_lets_most_run_out_has_no_median_however_quick_it_was_otherwise() -> None:
    figures = Figures(in_time=40, missed=60)
    found = Written(figures, {}, {"answered": dict.fromkeys(range(1, 6), 8)}, Recalls(), 5, {}).curve
    assert found
    assert found.median is None
    assert table(found)[-1] == Answered(5, 40, 31, 50, 68)


def test_below_ten_asks_there_is_no_curve_and_no_share(client: Client, cast: Cast, berlin: Mandate) -> None:
    for number in range(9):
        decline(cast.case(address=f"a{number}@example.net"), berlin)
    assert (written().days, written().median, written().percents) == ([], None, None)
    assert written().meter[0] == Meter("days", 9, None, 1, 8)
    assert "From ten asks on, a curve says here" in page(client)
    assert "interval" not in page(client).split("How it is counted")[0]
    decline(cast.case(address="tenth@example.net"), berlin)
    assert written().days != []
    assert "Half of the asks had an answer by day 1." in page(client)


def test_what_is_withdrawn_stands_beside_and_in_no_curve(client: Client, cast: Cast, busy: Mandate) -> None:
    before = written()
    withdraw_case(cast.case(address="gone@example.net"))
    assert written().days == before.days
    assert "Withdrawn by askers 1" in page(client)


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
    assert {each.measure: each for each in written().meter} == {
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
    assert {each.measure: each.announced for each in written().meter}["steps"] == 2


def test_without_a_promise_in_force_no_days_are_announced(client: Client, busy: Mandate) -> None:
    withdraw_promise(entry().promises.get(), by=busy)
    assert {each.measure: each.announced for each in written().meter}["days"] is None
    assert row(client, "Days to the last answer")[0] == "nothing"


# The page ---------------------------------------------------------------------------------------


def test_the_page_says_how_long_it_takes_what_it_takes_and_what_was_signed(
    client: Client, busy: Mandate
) -> None:
    words = page(client)
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
    assert "Dec. 23, 2026, when it was withdrawn or signed anew" in page(client)


def test_a_lapsed_promise_says_so(client: Client, cast: Cast, berlin: Mandate, clock: Clock) -> None:
    clock.forward(days=301)
    assert ", lapsed" in page(client)


def test_kept_is_told_by_administration(client: Client, cast: Cast, busy: Mandate, clock: Clock) -> None:
    Administration.objects.create(home_id="MX", slug="g1", names={"es": "Uno"}, starts_on="2024-10-01")
    embassy = cast.office("embassy-de").mandates.get()
    cast.promise(embassy, "consular-support", days=3, countries=["DE"])
    accept(cast.case("consular-support", address="new@example.net"), embassy)
    assert "Kept, by administration" in page(client, "embassy-de")


def test_before_anything_was_asked_the_page_says_what_will_be_there(client: Client, berlin: Mandate) -> None:
    assert "Nothing is written here yet" in page(client)
    assert client.get("/en/entry-points/nobody/record/").status_code == 404


def test_an_entry_point_that_has_signed_nothing_has_a_record_all_the_same(client: Client, cast: Cast) -> None:
    cast.entry_point("agency")
    assert "Nobody there has signed a promise yet." in page(client, "agency")


def test_the_page_asks_the_database_no_more_when_there_is_more(
    client: Client, cast: Cast, busy: Mandate, clock: Clock
) -> None:
    write_records(mexico())
    few = len(queries(client, path()))
    for number in range(15):
        decline(cast.case(address=f"more{number}@example.net"), busy)
        clock.forward(hours=7)
    clock.to(clock.instant + timedelta(days=40))
    cast.promise(busy, days=6)
    write_records(mexico())
    assert len(queries(client, path())) == few <= 6


# How it is written ------------------------------------------------------------------------------


def test_every_count_of_a_record_is_the_count_from_the_journal(cast: Cast, busy: Mandate) -> None:
    write_records(mexico())
    now = Record.objects.values_list("as_of", flat=True)[0]
    entries = list(Entry.objects.order_by("sequence"))
    ledger, counts = folded(full_from_journal(entries, now)), spreads.of_legs(*replayed(entries), now)
    for record in Record.objects.select_related("office__organisation"):
        assert record.entry == entries[-1].sequence
        for sheet in sheets(record):
            key = record.office.code, f"MX/{sheet.kind.slug}"
            assert sheet.figures == ledger.pop(key)
            assert {each.measure: each.n for each in sheet.meter} == {
                measure: sum(counts[key][measure].values())
                for measure in ("days", "steps", "handed-on", "questions")
                if measure in counts[key]
            }
    assert ledger == {}


def test_what_was_written_stays_as_it_is_until_the_next_night(
    client: Client, cast: Cast, busy: Mandate
) -> None:
    before = page(client)
    decline(cast.case(address="after@example.net"), busy)
    assert text_of(client.get(path())) == before
    assert page(client) != before


def test_the_queries_of_a_night_do_not_grow_with_the_offices(cast: Cast, busy: Mandate) -> None:
    def number() -> int:
        with CaptureQueriesContext(connection) as captured:
            write_records(mexico())
        return len(captured)

    few = number()
    for each in range(6):
        slug = f"chapter-{each}"
        cast.organisation(slug, "chapter", f"Capítulo {each}", country="DE")
        cast.promise(cast.hold(slug, f"P{each}"), days=6 - each)
        decline(cast.case(address=f"b{each}@example.net"), cast.office(slug).mandates.get())
    assert Record.objects.count() == 3
    assert number() == few
    assert Record.objects.count() == 9


def test_from_ten_asks_on_the_curve_is_drawn_in_each_language(cast: Cast, berlin: Mandate) -> None:
    for number in range(9):
        decline(cast.case(address=f"a{number}@example.net"), berlin)
    write_records(mexico())
    assert Drawing.objects.count() == 0
    decline(cast.case(address="tenth@example.net"), berlin)
    write_records(mexico())
    found = {each.language: each for each in Drawing.objects.all()}
    assert (found["en"].data["title"], found["es"].key) == (
        "Half had an answer by day 1",
        f"record/{berlin.office_id}/school-talk",
    )
    assert found["en"].data["labels"]["promised"] == "promised: 8 working days"
    assert found["en"].data["steps"] == [[1, 1.0, 0.7225, 1.0, 10]]


def test_what_is_never_answered_stays_at_risk_in_the_drawing(cast: Cast, busy: Mandate) -> None:
    write_records(mexico())
    key = f"record/{busy.office_id}/school-talk"
    steps = Drawing.objects.get(language="en", key=key).data["steps"]
    assert steps[-1][-1] == 1
    assert [step[0] for step in steps] == sorted({step[0] for step in steps})
