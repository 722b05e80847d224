"""What the ledger counts: the same figures from the tables and from the journal alone."""

from datetime import timedelta
from typing import Any

import pytest

from tequio.circuit.actions.answering import ask_more, pass_on_leg, undo_answer
from tequio.circuit.actions.asker import reply_to_question, report_outcome, withdraw_case
from tequio.circuit.queries.public import ledger_rows, total
from tequio.circuit.queries.record import (
    Figures,
    answers,
    from_journal,
    from_tables,
)
from tequio.network.models import Mandate
from tests.cast import Cast, open_leg_of, work
from tests.circuit.month import accept, berlins_promise, decline, figures_of, pass_a_month
from tests.conftest import Clock


@pytest.fixture
def berlin(cast: Cast) -> Mandate:
    return berlins_promise(cast)


@pytest.fixture
def busy(cast: Cast, berlin: Mandate, clock: Clock) -> Mandate:
    return pass_a_month(cast, berlin, clock)


# What is counted --------------------------------------------------------------------


def test_an_ask_that_waits_counts_as_asked_and_as_waiting(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    opened = clock.instant
    cast.case()
    clock.forward(days=3)
    assert figures_of(berlin) == Figures(asked=1, waiting=1, waiting_since=opened)
    assert figures_of(berlin).days_waiting(clock.instant) == 3


def test_an_answer_in_time_matures_when_its_date_is_over(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    case = cast.case()
    due_at = open_leg_of(case).due_at
    accept(case, berlin)
    assert figures_of(berlin) == Figures(asked=1, in_time=1, accepted=1)
    assert due_at is not None
    clock.to(due_at - timedelta(microseconds=1))
    assert figures_of(berlin).matured == 0
    clock.to(due_at)
    assert figures_of(berlin) == Figures(asked=1, in_time=1, accepted=1, matured=1, kept=1)


def test_an_answer_at_the_last_instant_is_in_time_and_one_later_is_late(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    first, second = cast.case(), cast.case()
    due_at = open_leg_of(first).due_at
    assert due_at is not None
    clock.to(due_at)
    decline(first, berlin)
    clock.forward(microseconds=1)
    decline(second, berlin)
    assert figures_of(berlin) == Figures(asked=2, in_time=1, late=1, declined=2, matured=2, kept=1)


def test_a_silent_office_missed_and_the_next_one_was_asked(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    cast.case()
    clock.forward(days=16)
    work()
    assert figures_of(berlin) == Figures(asked=1, missed=1, matured=1)
    last = figures_of(cast.desk.mandates.get())
    assert (last.asked, last.waiting, last.waiting_since) == (1, 1, clock.instant)


def test_what_the_asker_withdrew_counts_as_asked_alone(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    withdraw_case(cast.case())
    clock.forward(days=30)
    assert figures_of(berlin) == Figures(asked=1, withdrawn=1)


def test_a_pause_moves_the_date_by_which_an_answer_counts(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    case = cast.case()
    clock.forward(days=8)
    ask_more(open_leg_of(case), by=berlin, question="For which year?")
    clock.forward(days=5)
    reply_to_question(case, "The fourth")
    clock.forward(days=1)
    decline(case, berlin)
    assert figures_of(berlin) == Figures(asked=1, in_time=1, declined=1, pauses=1)
    clock.forward(days=10)
    assert figures_of(berlin) == Figures(asked=1, in_time=1, declined=1, pauses=1, matured=1, kept=1)


def test_an_answer_taken_back_never_counted(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    opened, case = clock.instant, cast.case()
    leg = open_leg_of(case)
    decline(case, berlin)
    clock.forward(hours=2)
    undo_answer(leg, by=berlin)
    assert figures_of(berlin) == Figures(asked=1, waiting=1, waiting_since=opened)


def test_what_is_passed_on_counts_at_both_offices(cast: Cast, berlin: Mandate) -> None:
    madrid = cast.hold("chapter-madrid", "Dora")
    cast.promise(madrid, days=20)
    pass_on_leg(open_leg_of(cast.case()), by=berlin, to=madrid.office, reason="full")
    assert figures_of(berlin) == Figures(asked=1, in_time=1, passed_on=1)
    assert figures_of(madrid).asked == figures_of(madrid).waiting == 1


@pytest.mark.parametrize(("happened", "done", "not_done"), [(True, 1, 0), (False, 0, 1)])
def test_the_asker_says_whether_it_took_place(
    cast: Cast, berlin: Mandate, clock: Clock, happened: bool, done: int, not_done: int
) -> None:
    case = cast.case()
    accept(case, berlin)
    assert (figures_of(berlin).done, figures_of(berlin).not_done) == (0, 0)
    clock.forward(days=6)
    report_outcome(case, happened=happened)
    assert (figures_of(berlin).done, figures_of(berlin).not_done) == (done, not_done)


def test_a_commitment_that_was_dropped_is_not_judged(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    case = cast.case()
    leg = open_leg_of(case)
    accept(case, berlin)
    undo_answer(leg, by=berlin)
    accept(case, berlin)
    clock.forward(days=6)
    report_outcome(case, happened=True)
    assert figures_of(berlin) == Figures(asked=1, in_time=1, accepted=1, done=1)


# From the tables, from the journal -------------------------------------------------------


def test_after_many_acts_the_journal_alone_tells_what_the_tables_tell(
    cast: Cast, busy: Mandate, clock: Clock
) -> None:
    ledger = from_tables()
    assert from_journal() == ledger
    assert ledger[busy.office.code, "MX/school-talk"] == Figures(
        asked=12, in_time=10, missed=1, waiting=1, waiting_since=clock.instant - timedelta(days=10),
        accepted=10, done=7, not_done=1, matured=11, kept=10,
    )  # fmt: skip
    later = clock.forward(days=40)
    assert from_journal(now=later) == from_tables(now=later)


def test_the_ledger_can_be_narrowed_to_an_office_or_a_kind(cast: Cast, busy: Mandate) -> None:
    whole = from_tables()
    mine = {key: figures for key, figures in whole.items() if key[0] == busy.office.code}
    assert from_tables(office=busy.office_id) == mine
    support = {key: figures for key, figures in whole.items() if key[1] == "MX/consular-support"}
    assert from_tables(kind__slug="consular-support") == support
    assert from_tables(kind__home="VE") == {}


def test_answers_are_the_ledger_without_outcomes(cast: Cast, busy: Mandate) -> None:
    expected = from_tables()
    for figures in expected.values():
        figures.done = figures.not_done = figures.pauses = 0
    assert answers() == expected


def test_the_ledger_takes_one_query_however_many_asks_there_are(
    cast: Cast, berlin: Mandate, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        cast.case(address=f"asker{number}@example.net")
        with django_assert_num_queries(1):
            from_tables()


def test_a_total_adds_counts_and_keeps_the_longest_wait(cast: Cast, busy: Mandate, clock: Clock) -> None:
    rows = ledger_rows()
    whole = total(rows, clock.instant)
    assert whole.figures.asked == sum(row.figures.asked for row in rows)
    assert whole.figures.waiting == sum(row.figures.waiting for row in rows)
    assert whole.longest == max(row.longest for row in rows)
    assert total([], clock.instant).figures == Figures()
