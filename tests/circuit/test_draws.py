"""Which closed cases are asked again: by lot, once, never one that must not, and anybody can check the draw."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tequio.circuit.actions.answering import accept_leg, decline_leg
from tequio.circuit.actions.asker import report_outcome, withdraw_case
from tequio.circuit.actions.disputes import agree_case, dispute_case
from tequio.circuit.actions.erasing import erase_case
from tequio.circuit.actions.muting import mute_ask
from tequio.circuit.actions.recalling import draw_samples
from tequio.circuit.actions.reporting import report_done
from tequio.circuit.models import Case, Recall
from tequio.circuit.queries.draws import misdrawn, month_of, rank, size_of, start_of, window
from tequio.circuit.rules import NOBODY
from tequio.journal.chain import canonical
from tequio.journal.models import Entry, Payload
from tequio.kernel import due
from tequio.network.models import Hub, Mandate
from tequio.notices.actions import refuse
from tequio.notices.models import Letter
from tests.cast import Cast, letters, mail_is_taken, open_leg_of, work
from tests.circuit.again import FEBRUARY, JANUARY, MARCH, asked, draw, ended, ended_many, recalls, told
from tests.circuit.month import accept, berlins_promise
from tests.conftest import Clock


@pytest.fixture
def berlin(cast: Cast) -> Mandate:
    return berlins_promise(cast)


def drawn() -> list[dict[str, Any]]:
    """The facts of every draw so far."""
    return [json.loads(each.facts) for each in Entry.objects.filter(kind="recall.drawn").order_by("sequence")]


# The rule -------------------------------------------------------------------------------


@given(st.integers(0, 100_000))
def test_a_tenth_is_asked_but_twenty_at_least_and_two_hundred_at_most(closed: int) -> None:
    size = size_of(closed)
    assert size == (closed if closed <= 20 else 20 if closed <= 200 else min(200, ceil(closed / 10)))


@pytest.mark.parametrize(
    ("month", "first", "after"),
    [
        (date(2027, 1, 1), (2026, 11, 1), (2026, 12, 1)),
        (date(2027, 2, 1), (2026, 12, 1), (2027, 1, 1)),
        (date(2027, 3, 1), (2027, 1, 1), (2027, 2, 1)),
    ],
)
def test_the_window_is_the_month_before_the_last_complete_one(
    month: date, first: tuple[int, int, int], after: tuple[int, int, int]
) -> None:
    assert window(month) == (datetime(*first, tzinfo=UTC), datetime(*after, tzinfo=UTC))


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda instant: 1900 < instant.year < 2200))
def test_every_case_is_in_the_window_of_just_one_month_a_month_or_two_later(ended_at: datetime) -> None:
    month, found = month_of(ended_at), []
    for _ in range(5):
        since, until = window(month)
        if since <= ended_at < until:
            found.append(start_of(month) - ended_at)
        month = month_of(start_of(month) + timedelta(days=32))
    assert len(found) == 1
    assert timedelta(days=28) < found[0] <= timedelta(days=62)


def test_each_case_is_drawn_about_equally_often() -> None:
    """4,000 heads, 50 cases of which 20 are drawn: chi-square, at 49 degrees, stays below its 99.99 % point of 96."""
    times, refs = 4_000, [f"mx-{number:08}" for number in range(50)]
    found: Counter[str] = Counter()
    for number in range(times):
        found.update(sorted(refs, key=lambda ref: rank(f"{number:064x}", ref))[:20])
    mean = times * 20 / 50
    spread = sum((found[ref] - mean) ** 2 for ref in refs) / (mean * (1 - 20 / 50))
    assert sum(found.values()) == times * 20
    assert spread * 49 / 50 < 96


# The draw -------------------------------------------------------------------------------


def test_a_month_in_which_fewer_than_twenty_ended_asks_them_all(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    cases = ended_many(cast, berlin, 7)
    assert draw(clock) == 7
    assert asked() == {case.ref for case in cases}
    assert [letter.about for letter in letters("asker_recall")] == [recall.case.ref for recall in recalls()]
    assert {recall.month for recall in recalls()} == {date(2027, 1, 1)}
    (facts,) = drawn()
    assert (facts["closed"], facts["passed_over"], len(facts["drawn"])) == (7, [], 7)
    assert told()[berlin.office.code, "MX/school-talk"].drawn == 7


def test_the_lot_is_the_head_of_the_journal_when_the_month_began(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    cases = ended_many(cast, berlin, 30)
    clock.forward(days=20)
    work()
    clock.to(JANUARY - timedelta(seconds=1))
    cast.ask()
    head = Entry.objects.latest("sequence").digest
    clock.to(JANUARY)
    cast.ask(address="later@example.net")
    assert draw(clock, JANUARY + timedelta(days=9)) == 20
    ranked = sorted((case.ref for case in cases), key=lambda ref: rank(head, ref))
    assert [each["case"] for each in drawn()[0]["drawn"]] == ranked[:20]
    assert misdrawn() == []


def test_a_month_has_one_sample_however_often_the_worker_comes(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    ended_many(cast, berlin, 22)
    assert draw(clock) == 20
    clock.forward(days=20)
    assert draw_samples() == 0
    assert (len(drawn()), len(letters("asker_recall"))) == (1, 20)


def test_nobody_is_asked_before_their_month_nor_after_it(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    ended(cast, berlin)
    assert draw(clock, JANUARY - timedelta(seconds=1)) == 0
    assert draw(clock, FEBRUARY) == 0
    assert (drawn(), recalls()) == ([], [])


def test_the_worker_draws_when_nothing_is_due(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    ended(cast, berlin)
    clock.to(JANUARY)
    work()
    assert recalls() == []
    due.sweep()
    assert len(recalls()) == 1


def test_each_hub_has_a_sample_of_its_own(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    Hub.objects.create(home_id="ES", coordination=cast.office("chapter-madrid"), days=8)
    ended_many(cast, berlin, 2)
    assert draw(clock) == 2
    assert [each["home"] for each in drawn()] == ["MX"]


# Who must not be asked --------------------------------------------------------------------


def declined(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    decline_leg(open_leg_of(cast.case(address="no@example.net")), by=berlin, reason="full")


def withdrawn(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    withdraw_case(cast.case(address="no@example.net"))


def muted(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    mute_ask(ended(cast, berlin), muted=True)


def erased(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    """Their letters had been taken, so it is not for the address that they are passed over."""
    case = ended(cast, berlin)
    Letter.objects.filter(address=case.ask.address).update(sent_at=clock.instant, wake_at=None)
    erase_case(case)


def refused_address(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    case = ended(cast, berlin)
    refuse(Letter.objects.filter(address=case.ask.address).latest("pk"), "550 no such user")


def given_up_address(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    case = ended(cast, berlin)
    Letter.objects.filter(address=case.ask.address).update(wake_at=None, attempts=13)


def open_again(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    dispute_case(ended(cast, berlin), text="It was another question.")


def open_still(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    cast.case(address="no@example.net")


def asked_lately(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    """Closed in November with nobody's word; in December the office says that it is done, and its asker is asked."""
    case = cast.case(address="no@example.net")
    accept(case, berlin)
    Case.objects.filter(pk=case.pk).update(opened_at=clock.instant)
    clock.to(datetime(2026, 12, 20, tzinfo=UTC))
    work()
    Case.objects.filter(pk=case.pk).update(closed_at=datetime(2026, 11, 30, tzinfo=UTC))
    assert Case.objects.get(pk=case.pk).state == "unconfirmed"
    report_done(case.commitments.get(), by=berlin)


Make = Callable[[Cast, Mandate, Clock], None]
NEVER: list[Make] = [
    declined, withdrawn, muted, erased, refused_address, given_up_address, open_again, open_still, asked_lately,
]  # fmt: skip


@pytest.mark.parametrize("make", NEVER, ids=lambda make: make.__name__)
def test_who_must_not_be_asked_is_not(cast: Cast, berlin: Mandate, clock: Clock, make: Make) -> None:
    yes = ended(cast, berlin)
    make(cast, berlin, clock)
    assert Case.objects.count() == 2
    assert draw(clock) == 1
    assert asked() == {yes.ref}
    assert [letter.address for letter in letters("asker_recall")] == [yes.ask.address]


def test_those_above_in_the_ranking_who_may_not_are_passed_over_and_the_next_are_asked(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    cases = ended_many(cast, berlin, 40)
    for number, case in enumerate(cases):
        if number % 2:
            (mute_ask(case, muted=True) if number % 4 == 1 else erase_case(case))
    assert draw(clock) == 20
    assert asked() == {case.ref for case in cases[::2]}
    (facts,) = drawn()
    assert facts["closed"] == 40
    assert set(facts["passed_over"]) <= {case.ref for case in cases[1::2]}
    assert (misdrawn(), Letter.objects.filter(template="asker_recall", address=NOBODY).count()) == ([], 0)


def test_an_address_that_takes_letters_again_is_asked(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    case = ended(cast, berlin)
    first, *_rest, last = Letter.objects.filter(address=case.ask.address).order_by("pk")
    refuse(first, "550 no such user")
    Letter.objects.filter(pk=last.pk).update(sent_at=clock.instant, wake_at=None)
    assert draw(clock) == 1


@pytest.mark.parametrize(("days", "times"), [(13, 0), (15, 1)])
def test_two_weeks_pass_after_the_days_in_which_they_could_contradict(
    cast: Cast, berlin: Mandate, clock: Clock, days: int, times: int
) -> None:
    case = ended(cast, berlin)
    clock.to(JANUARY)
    work()
    Case.objects.filter(pk=case.pk).update(dispute_at=JANUARY - timedelta(days=days))
    assert draw_samples() == times


def test_nobody_is_asked_twice_about_the_same_case(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    """Its asker says late, and after having been asked again, that it took place: it ends anew."""
    case = cast.case(address="late@example.net")
    accept_leg(open_leg_of(case), by=berlin, what="We meet", due_on=date(2026, 11, 25))
    for day in range(12):
        clock.to(datetime(2026, 11, 25, 12, tzinfo=UTC) + timedelta(days=2 * day))
        work()
    assert Case.objects.get().state == "unconfirmed"
    assert draw(clock, FEBRUARY) == 1
    report_outcome(case, happened=True)
    assert draw(clock, datetime(2027, 4, 1, tzinfo=UTC)) == 0
    assert (len(recalls()), misdrawn()) == (1, [])


# Anybody can check it -----------------------------------------------------------------------


def tamper(**changed: object) -> list[str]:
    """What a check of the draws says when the entry of the last one had said something else."""
    entry = Entry.objects.filter(kind="recall.drawn").latest("sequence")
    true = entry.facts
    Entry.objects.filter(pk=entry.pk).update(facts=canonical({**json.loads(true), **changed}))
    found = misdrawn()
    Entry.objects.filter(pk=entry.pk).update(facts=true)
    return found


def test_a_draw_that_is_not_what_the_rule_gives_is_named(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    ended_many(cast, berlin, 25)
    clock.to(datetime(2026, 11, 27, tzinfo=UTC))
    stranger = ended(cast, berlin)
    agree_case(stranger)
    draw(clock)
    assert tamper() == []
    facts = drawn()[0]
    first, *others = facts["drawn"]
    left = next(case for case in Case.objects.exclude(ref__in=asked()))
    for changed in (
        {"drawn": [*others, first]},
        {"drawn": others},
        {"drawn": others, "closed": 19},
        {"drawn": [*others, {**first, "case": left.ref}]},
        {"drawn": [*facts["drawn"], {**first, "case": left.ref}]},
        {"drawn": [{**first, "case": "mx-nothing"}, *others]},
        {"month": "2027-02-01"},
        {"closed": 3},
    ):
        assert tamper(**changed) == ["recall-MX-2027-01"], changed
    assert tamper(drawn=others, passed_over=[first["case"]], closed=1) == ["recall-MX-2027-01"]


def test_an_entry_before_the_month_that_was_not_there_changes_the_draw(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    ended_many(cast, berlin, 30)
    draw(clock)
    last = Entry.objects.filter(at__lt=JANUARY).latest("sequence")
    Entry.objects.filter(pk=last.pk).update(digest="0" * 64)
    assert misdrawn() == ["recall-MX-2027-01"]


def test_nothing_personal_is_in_the_entry(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    ended(cast, berlin)
    draw(clock)
    (entry,) = Entry.objects.filter(kind="recall.drawn")
    assert (Payload.objects.get(entry=entry).body, set(json.loads(entry.facts))) == (
        "{}", {"home", "month", "closed", "drawn", "passed_over"},
    )  # fmt: skip
    assert {frozenset(each) for each in drawn()[0]["drawn"]} == {frozenset({"case", "office", "kind"})}


def test_the_draws_of_months_follow_each_other(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    ended_many(cast, berlin, 3)
    clock.to(datetime(2026, 12, 10, tzinfo=UTC))
    ended_many(cast, berlin, 2)
    assert [draw(clock, at) for at in (JANUARY, FEBRUARY, MARCH)] == [3, 2, 0]
    assert sorted(Counter(recall.month for recall in recalls()).items()) == [
        (date(2027, 1, 1), 3),
        (date(2027, 2, 1), 2),
    ]
    assert Recall.objects.values("case").distinct().count() == 5
    told()
    mail_is_taken()
