"""How long answers take and what they cost, in counts: the same from the tables and from the journal alone."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tequio.circuit.actions.answering import ask_more, decline_leg, pass_on_leg, undo_answer
from tequio.circuit.actions.asker import reply_to_question, report_outcome, withdraw_case
from tequio.circuit.actions.disputes import agree_case
from tequio.circuit.actions.tallying import retally, tally_legs
from tequio.circuit.actions.worded import elsewhere_leg
from tequio.circuit.models import Case, Spread
from tequio.circuit.queries.replay import replayed
from tequio.circuit.queries.spreads import Counts, from_tables, of_legs, spreads_off
from tequio.kernel import clock as kernel_clock
from tequio.network.models import Mandate
from tests.cast import Cast, open_leg_of, work
from tests.circuit.month import accept, berlins_promise, decline, pass_a_month
from tests.conftest import Clock

TALK = "MX/school-talk"


@pytest.fixture
def berlin(cast: Cast) -> Mandate:
    return berlins_promise(cast)


@pytest.fixture
def busy(cast: Cast, berlin: Mandate, clock: Clock) -> Mandate:
    return pass_a_month(cast, berlin, clock)


def told() -> dict[tuple[str, str], dict[str, Counts]]:
    """The spreads of all offices, the same from the tables and from the journal."""
    tables = from_tables()
    assert tables == of_legs(*replayed(), kernel_clock.now())
    return tables


def of(mandate: Mandate, kind: str = TALK) -> dict[str, Counts]:
    return told().get((mandate.office.code, kind), {})


# Days to the answer -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "day"), [(0, 1), (1, 1), (23.999, 1), (24, 2), (47.5, 2), (24 * 9, 10), (24 * 12 + 1, 13)]
)
def test_an_answer_within_a_day_comes_on_day_one(
    cast: Cast, berlin: Mandate, clock: Clock, hours: float, day: int
) -> None:
    case = cast.case()
    clock.forward(hours=hours)
    decline(case, berlin)
    assert of(berlin)["answered"] == {day: 1}
    assert of(berlin)["days"] == {day: 1}


def test_what_is_open_has_waited_until_now(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    cast.case()
    assert of(berlin) == {"waiting": {1: 1}}
    clock.forward(days=3)
    cast.case(address="other@example.net")
    assert of(berlin) == {"waiting": {1: 1, 4: 1}}


def test_an_answer_taken_back_waits_again_from_the_first_day(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    case = cast.case()
    clock.forward(days=2)
    leg = decline_leg(open_leg_of(case), by=berlin, reason="full")
    assert of(berlin)["answered"] == {3: 1}
    clock.forward(hours=20)
    undo_answer(leg, by=berlin)
    assert of(berlin) == {"waiting": {3: 1}}


def test_time_in_which_the_clock_stood_still_counts(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    case = cast.case()
    ask_more(open_leg_of(case), by=berlin, question="How many?")
    clock.forward(days=5)
    reply_to_question(case, "Thirty")
    decline(case, berlin)
    assert of(berlin) == {
        "answered": {6: 1}, "days": {6: 1}, "questions": {1: 1}, "handed-on": {0: 1}, "steps": {1: 1},
    }  # fmt: skip


def test_a_missed_ask_has_no_day(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    cast.case()
    clock.forward(days=21)
    work()
    assert of(berlin) == {}


@pytest.mark.parametrize(("days", "answered"), [(3, {4: 1}), (13, None)])
def test_passing_on_answers_before_the_date_and_misses_it_after(
    cast: Cast, berlin: Mandate, clock: Clock, days: int, answered: Counts | None
) -> None:
    other = cast.hold("chapter-madrid", "Dora")
    cast.promise(other, days=9)
    case = cast.case()
    clock.forward(days=days)
    pass_on_leg(open_leg_of(case), by=berlin, to=other.office, reason="full")
    assert of(berlin).get("answered") == answered
    assert of(other) == {"waiting": {1: 1}}


def test_what_was_withdrawn_is_nowhere(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    withdraw_case(cast.case())
    assert told() == {}


def test_an_answer_elsewhere_counts_on_the_day_that_the_asker_agrees_to(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    case = cast.case()
    clock.forward(days=6)
    elsewhere_leg(
        open_leg_of(case), by=berlin, on=(clock.instant - timedelta(days=3)).date(), text="By phone"
    )
    assert of(berlin)["answered"] == {7: 1}
    agree_case(Case.objects.get())
    assert of(berlin)["answered"] == {4: 1}


# What an ask costs --------------------------------------------------------------------------


def test_an_ask_counts_where_it_began_when_somebody_has_answered_and_it_is_over(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    other = cast.hold("chapter-madrid", "Dora")
    cast.promise(other, days=9)
    case = cast.case()
    clock.forward(days=3)
    pass_on_leg(open_leg_of(case), by=berlin, to=other.office, reason="full")
    ask_more(open_leg_of(case), by=other, question="How many?")
    clock.forward(days=2)
    reply_to_question(case, "Thirty")
    accept(case, other)
    assert set(of(berlin)) == {"answered"}
    assert set(of(other)) == {"answered"}
    clock.forward(days=30)
    report_outcome(case, happened=True)
    assert of(berlin) == {
        "answered": {4: 1}, "days": {6: 1}, "questions": {1: 1}, "handed-on": {1: 1}, "steps": {1: 1},
    }  # fmt: skip
    assert of(other) == {"answered": {3: 1}}


def test_a_month_is_the_same_from_the_tables_and_from_the_journal(
    cast: Cast, busy: Mandate, clock: Clock
) -> None:
    assert of(busy)["answered"] == {1: 10}
    assert of(busy)["waiting"] == {11: 1}
    assert of(busy)["days"] == {1: 8}
    clock.forward(days=90)
    work()
    assert of(busy)["days"] == {1: 10}


# What is kept ---------------------------------------------------------------------------------


def kept() -> dict[tuple[str, int], int]:
    found = Spread.objects.exclude(times=0).values_list("measure", "value", "times")
    return {(measure, value): times for measure, value, times in found}


def test_what_can_no_longer_change_is_kept_and_the_counts_stay(
    cast: Cast, busy: Mandate, clock: Clock, django_assert_num_queries: Any
) -> None:
    clock.forward(days=40)
    work()
    before = told()
    assert kept() == {}
    while tally_legs():
        pass
    assert kept()["answered", 1] == 8
    assert told() == before
    assert spreads_off() == []
    with django_assert_num_queries(1):
        from_tables()
    assert from_tables(owner=busy.office_id) == {
        key: v for key, v in before.items() if key[0] == busy.office.code
    }


def test_a_word_that_comes_late_takes_the_case_off_and_back(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    case = cast.case()
    accept(case, berlin)
    for _ in range(2):
        clock.forward(days=60)
        work()
    assert tally_legs() == 1
    full = kept()
    assert full == {
        ("answered", 1): 1,
        ("days", 1): 1,
        ("questions", 0): 1,
        ("handed-on", 0): 1,
        ("steps", 1): 1,
    }
    report_outcome(case, happened=True)
    assert kept() == {}
    assert of(berlin)["days"] == {1: 1}
    clock.forward(days=2)
    assert tally_legs() == 1
    assert kept() == full


def test_retally_builds_them_anew(cast: Cast, busy: Mandate, clock: Clock) -> None:
    clock.forward(days=40)
    work()
    tally_legs()
    before = kept()
    mine = Spread.objects.filter(office=busy.office_id)
    mine.update(times=7)
    mine.filter(measure="days").delete()
    assert spreads_off() == [(busy.office.code, TALK)]
    retally()
    assert kept() == before
    assert spreads_off() == []


def test_verify_compares_them(cast: Cast, busy: Mandate, clock: Clock) -> None:
    clock.forward(days=40)
    work()
    tally_legs()
    call_command("verify", stdout=StringIO())
    Spread.objects.filter(office=busy.office_id, measure="answered").update(value=99)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify", stdout=out)
    assert f"not the count of their legs for: {busy.office.code} {TALK}." in out.getvalue()
    assert "The ledger of the tables is not the journal's for: " in out.getvalue()
