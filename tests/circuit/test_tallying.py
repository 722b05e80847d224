"""Tallies: what can no longer change is counted once and for all, and the ledger stays the same."""

import os
import subprocess
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from tequio.circuit.actions.answering import ask_more, undo_answer
from tequio.circuit.actions.asker import report_outcome, withdraw_case
from tequio.circuit.actions.erasing import erase_case
from tequio.circuit.actions.tallying import retally, ripe_legs, tally_legs
from tequio.circuit.models import Case, Leg, Tally
from tequio.circuit.queries import spreads
from tequio.circuit.queries.figures import COUNTS, Figures
from tequio.circuit.queries.record import (
    answers,
    from_tables,
    full_from_journal,
    full_from_tables,
    tallies_off,
)
from tequio.circuit.queries.replay import replayed
from tequio.kernel import clock, due
from tequio.kernel.errors import Refused
from tequio.network.models import Administration, Mandate
from tequio.observatory.actions import begin_nights
from tests.cast import Cast, open_leg_of, work
from tests.circuit.month import accept, berlins_promise, decline, pass_a_month
from tests.circuit.test_law_two import Circuit
from tests.conftest import Clock


@pytest.fixture
def berlin(cast: Cast) -> Mandate:
    return berlins_promise(cast)


@pytest.fixture
def busy(cast: Cast, berlin: Mandate, clock: Clock) -> Mandate:
    return pass_a_month(cast, berlin, clock)


def tallied() -> list[int]:
    """The numbers of the legs that are tallied, case by case."""
    return list(
        Leg.objects.exclude(tallied_at=None).order_by("case", "number").values_list("number", flat=True)
    )


def declined(cast: Cast, berlin: Mandate, clock: Clock) -> Case:
    """A case that was declined and of which every date is over; the worker has looked at each."""
    case = cast.case()
    decline(case, berlin)
    pass_time(clock)
    return case


def pass_time(clock: Clock) -> None:
    clock.forward(days=40)
    work()


def test_a_tally_has_a_column_for_every_figure_but_what_waits() -> None:
    columns = {field.name for field in Tally._meta.get_fields()}
    assert columns - {"id", "office", "kind", "administration"} == {*COUNTS} - {"waiting"}


# What is ripe ------------------------------------------------------------------------


def withdrawn(cast: Cast, clock: Clock, before: timedelta) -> datetime:
    """An ask that its asker withdrew so long before its date was over, of which nothing is to be awaited; that date."""
    case = cast.case()
    due_at = open_leg_of(case).due_at
    assert due_at is not None
    clock.to(due_at - before)
    withdraw_case(case)
    return due_at


def test_nothing_is_tallied_before_its_date_is_over(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    due_at = withdrawn(cast, clock, timedelta(days=3))
    for instant, cases in ((due_at - timedelta(seconds=1), 0), (due_at, 1), (due_at, 0)):
        clock.to(instant)
        assert tally_legs() == cases
    assert tallied() == [1]


def test_nothing_is_tallied_while_it_can_be_taken_back(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    due_at = withdrawn(cast, clock, timedelta(hours=1))
    for hours, cases in ((0, 0), (22, 0), (23, 1)):
        clock.to(due_at + timedelta(hours=hours))
        assert tally_legs() == cases


def test_an_answer_is_not_tallied_before_its_askers_silence_has_been_noted(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    decline(cast.case(), berlin)
    clock.forward(days=40)
    assert tally_legs() == 0
    work()
    assert tally_legs() == 1
    assert Tally.objects.get().silent == 1


def test_an_answer_is_not_tallied_while_its_asker_may_dispute_it(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    case = declined(cast, berlin, clock)
    Case.objects.filter(pk=case.pk).update(dispute_at=clock.instant + timedelta(seconds=1))
    assert tally_legs() == 0
    clock.forward(seconds=1)
    assert tally_legs() == 1


def test_the_legs_of_a_case_are_tallied_together_when_the_last_is_over(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    case = cast.case()
    clock.forward(days=21)
    work()
    assert [leg.outcome for leg in case.legs.order_by("number")] == ["missed", ""]
    assert tally_legs() == 0
    withdraw_case(case)
    clock.forward(days=2)
    assert tally_legs() == 0
    clock.forward(days=40)
    assert tally_legs() == 1
    assert tallied() == [1, 2]


# The ledger stays the same --------------------------------------------------------------


def test_the_ledger_is_the_same_before_and_after(cast: Cast, busy: Mandate, clock: Clock) -> None:
    pass_time(clock)
    before, light = full_from_tables(), answers()
    assert ripe_legs().count() == 9
    assert tally_legs() > 0
    assert len(tallied()) == 9
    assert full_from_tables() == before == full_from_journal()
    assert answers() == light
    assert sum(figures.done for figures in light.values()) == 0
    assert tallies_off() == []


def test_what_is_tallied_and_what_is_not_are_added_up(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    declined(cast, berlin, clock)
    tally_legs()
    opened = clock.instant
    cast.case(address="other@example.net")
    assert from_tables()[berlin.office.code, "MX/school-talk"] == Figures(
        asked=2, in_time=1, declined=1, silent=1, matured=1, kept=1, waiting=1, waiting_since=opened
    )
    (tally,) = Tally.objects.all()
    assert (tally.asked, tally.declined, tally.kept) == (1, 1, 1)
    assert from_tables(office=cast.office("embassy-de").pk) == {}
    assert from_tables(kind__slug="counterpart") == {}
    assert list(from_tables(owner__in=[berlin.office_id])) == [(berlin.office.code, "MX/school-talk")]


def test_administrations_have_tallies_of_their_own(cast: Cast, clock: Clock) -> None:
    cast.hold("mesa", "Carla")
    embassy = cast.hold("embassy-de", "Ema")
    cast.promise(embassy, "consular-support", days=5, countries=["DE"])
    decline(cast.case("consular-support"), embassy)
    Administration.objects.create(home_id="MX", slug="one", names={}, starts_on=clock.instant.date())
    decline(cast.case("consular-support", address="other@example.net"), embassy)
    pass_time(clock)
    assert tally_legs() == 2
    found = Tally.objects.order_by("pk").values_list("administration__slug", "asked")
    assert set(found) == {(None, 1), ("one", 1)}
    assert full_from_tables() == full_from_journal()


def test_a_batch_is_no_more_than_it_may_be_and_the_rest_follows(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    for number in range(5):
        decline(cast.case(address=f"a{number}@example.net"), berlin)
    pass_time(clock)
    assert [tally_legs(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert Tally.objects.get().asked == 5


# Changed after all -----------------------------------------------------------------------


def test_a_word_that_comes_late_takes_the_case_off_the_tallies(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    case = cast.case()
    accept(case, berlin)
    clock.forward(days=60)
    work()
    clock.forward(days=40)
    work()
    assert Case.objects.get().state == "unconfirmed"
    assert tally_legs() == 1
    assert Tally.objects.get().done == 0
    report_outcome(case, happened=True)
    assert tallied() == []
    assert Tally.objects.get().asked == 0
    assert full_from_tables() == full_from_journal()
    clock.forward(days=2)
    assert tally_legs() == 1
    assert (Tally.objects.get().asked, Tally.objects.get().done) == (1, 1)
    assert full_from_tables() == full_from_journal()


def test_an_erased_case_leaves_the_figures_as_they_were(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    case = declined(cast, berlin, clock)
    tally_legs()
    before = asdict(from_tables()[berlin.office.code, "MX/school-talk"])
    erase_case(case)
    assert tallied() == []
    assert asdict(from_tables()[berlin.office.code, "MX/school-talk"]) == before
    tally_legs()
    assert asdict(from_tables()[berlin.office.code, "MX/school-talk"]) == before
    assert tallies_off() == []


def test_a_verb_that_is_refused_leaves_the_tallies_alone(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    case = declined(cast, berlin, clock)
    leg = case.legs.get()
    tally_legs()
    for refused in (
        lambda: withdraw_case(case),
        lambda: undo_answer(leg, by=berlin),
        lambda: ask_more(leg, by=berlin, question="?"),
    ):
        with pytest.raises(Refused):
            refused()
    assert tallied() == [1]
    assert Tally.objects.get().asked == 1


# The commands and the worker --------------------------------------------------------------


def run(command: str, *options: str) -> str:
    out = StringIO()
    call_command(command, *options, stdout=out)
    return out.getvalue()


def test_retally_builds_them_anew(cast: Cast, busy: Mandate, clock: Clock) -> None:
    pass_time(clock)
    cases = tally_legs()
    before = full_from_tables()
    Tally.objects.update(kept=99)
    assert tallies_off() != []
    assert run("retally") == f"{cases} cases tallied anew.\n"
    assert tallies_off() == []
    assert full_from_tables() == before
    assert run("retally", "--json") == f'{{"tallied": {cases}}}\n'
    assert retally() == cases


def test_verify_names_the_tallies_that_are_off(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    declined(cast, berlin, clock)
    tally_legs()
    assert '"tallies_off": []' in run("verify", "--json")
    Tally.objects.update(declined=0)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify", stdout=out)
    name = f"{berlin.office.code} MX/school-talk"
    assert f"The tallies are not the count of their legs for: {name}. Mend: tequio retally." in out.getvalue()


def test_the_worker_tallies_when_nothing_is_due(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    begin_nights()
    declined(cast, berlin, clock)
    assert tallied() == []
    assert due.sweep() == 1
    assert tallied() == [1]
    assert due.sweep() == 0


def test_a_sweep_that_fails_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> int:
        raise ValueError

    monkeypatch.setattr(due, "sweeps", [fails, lambda: 3])
    assert due.sweep() == 3


@pytest.mark.django_db(transaction=True)
def test_killed_in_between_it_counts_each_leg_once(child_environment: dict[str, str]) -> None:
    from tequio.kernel import clock as kernel_clock
    from tests.conftest import START

    with kernel_clock.at(START):
        cast = Cast()
        mandate = berlins_promise(cast)
        for number in range(12):
            decline(cast.case(address=f"a{number}@example.net"), mandate)
    with kernel_clock.at(datetime(2027, 3, 1, tzinfo=UTC)):
        work()
    code = (
        "import django; django.setup()\n"
        "from datetime import datetime, UTC\n"
        "from tequio.kernel import clock\n"
        "from tequio.circuit.actions.tallying import tally_legs\n"
        "with clock.at(datetime(2027, 3, 1, tzinfo=UTC)):\n"
        "    print('ready', flush=True)\n"
        "    while tally_legs(limit=1): pass\n"
    )
    environment = {**child_environment, "DJANGO_SETTINGS_MODULE": "tequio.settings"}
    for kill_after in (0.0, 0.01, 0.03, None):
        child = subprocess.Popen(
            [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        if kill_after is None:
            assert child.wait(60) == 0
        else:
            time.sleep(kill_after)
            child.kill()
            child.wait()
        assert tallies_off() == []
    assert Tally.objects.get().asked == 12


# Any story ---------------------------------------------------------------------------------


class Tallied(Circuit):
    """The circuit's machine, with a worker that tallies at any moment, and with erasure."""

    @rule(limit=st.sampled_from([1, 3, 100]))
    def what_is_over_is_tallied(self, limit: int) -> None:
        before = full_from_tables()
        tally_legs(limit=limit)
        assert full_from_tables() == before

    @rule(which=st.integers(0, 1000))
    def erase(self, which: int) -> None:
        closed = list(Case.objects.exclude(closed_at=None).order_by("pk"))
        if closed:
            erase_case(closed[which % len(closed)])

    @rule()
    def all_is_tallied_anew(self) -> None:
        retally()

    @invariant()
    def every_end_of_a_promise_has_a_reason_or_a_word(self) -> None:
        """Not here: erasing a case takes the reasons away."""

    @invariant()
    def the_three_agree(self) -> None:
        assert tallies_off() == []
        assert spreads.spreads_off() == []
        assert full_from_tables() == full_from_journal()
        assert spreads.from_tables() == spreads.of_legs(*replayed(), clock.now())


@pytest.mark.django_db
def test_tables_tallies_and_journal_agree_in_any_story() -> None:
    examples, steps = (300, 80) if os.environ.get("TEQUIO_LONG") else (8, 40)
    run_state_machine_as_test(
        Tallied,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
