"""The plain answers: in words, or that it was answered elsewhere; and how the ledger counts them."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.utils import translation

from tequio.circuit.actions.answering import decline_leg, undo_answer
from tequio.circuit.actions.disputes import agree_case, dispute_case
from tequio.circuit.actions.worded import answer_leg, elsewhere_leg
from tequio.circuit.models import Case, Event, Leg
from tequio.circuit.queries.figures import Figures
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.journal.models import Entry
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate
from tests.cast import Cast, letters, open_leg_of, work
from tests.conftest import Clock

MONDAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Refusals are read in English."""
    with translation.override("en"):
        yield


def leg_of(case: Case) -> Leg:
    return case.legs.latest("number")


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def figures_of(by: Mandate) -> Figures:
    """The figures of the mandate's office, the same from the tables and from the journal."""
    tables = from_tables()
    assert from_journal() == tables
    return tables[by.office.code, "MX/school-talk"]


def elsewhere(case: Case, by: Mandate, on: date, text: str = "Por teléfono: el martes.") -> Leg:
    return elsewhere_leg(open_leg_of(case), by=by, on=on, text=text)


# In words ----------------------------------------------------------------------------


def test_an_answer_in_words_closes_the_case_and_tells_the_asker(
    case: Case, ana: Mandate, clock: Clock
) -> None:
    answer_leg(open_leg_of(case), by=ana, text="La charla está en línea.")
    found, leg = fresh(case), leg_of(case)
    assert (found.state, found.closed_at, found.first_answer_at) == ("answered", clock.instant, clock.instant)
    assert (found.office_says, found.asker_says) == ("answered", "")
    assert (leg.outcome, leg.answered_at, leg.in_time) == ("answered", clock.instant, True)
    assert [letter.address for letter in letters("asker_answered")] == ["marta@example.net"]
    assert "> La charla está en línea." in letters("asker_answered")[0].text
    entry = Entry.objects.latest("sequence")
    assert (entry.kind, entry.office) == ("leg.answered", ana.office.code)


def test_the_asker_has_ten_working_days_of_their_own_zone_to_contradict(case: Case, ana: Mandate) -> None:
    """From Monday 23 November two weeks: Monday 7 December, whose end in Mexico City is six hours after UTC's."""
    answer_leg(open_leg_of(case), by=ana, text="Aquí está.")
    found = fresh(case)
    assert found.dispute_on == date(2026, 12, 7)
    assert found.dispute_at is not None and found.dispute_at.isoformat() == "2026-12-08T06:00:00+00:00"
    assert found.wake_at is not None and found.wake_at.isoformat() == "2026-12-03T14:00:00+00:00"


def test_a_window_begins_on_the_askers_day_not_on_the_offices(case: Case, ana: Mandate, clock: Clock) -> None:
    """At five in the morning of Tuesday in Berlin it is still Monday in Mexico City."""
    clock.forward(hours=12)
    answer_leg(open_leg_of(case), by=ana, text="Aquí está.")
    assert fresh(case).dispute_on == date(2026, 12, 7)


def test_an_answer_needs_words(case: Case, ana: Mandate) -> None:
    with pytest.raises(Refused) as refused:
        answer_leg(open_leg_of(case), by=ana, text=" \n")
    assert (refused.value.field, fresh(case).state) == ("text", "at-desk")


def test_an_answer_sent_twice_counts_once(case: Case, ana: Mandate) -> None:
    leg = open_leg_of(case)
    for _ in range(2):
        answer_leg(leg, by=ana, text="Aquí está.", key="same")
    assert Event.objects.filter(case=case, kind="answered").count() == 1
    assert len(letters("asker_answered")) == 1


def test_an_answer_is_of_whoever_acts_now_and_of_an_open_leg(case: Case, ana: Mandate) -> None:
    leg = open_leg_of(case)
    answer_leg(leg, by=ana, text="Aquí está.")
    with pytest.raises(Refused, match="has already left your office"):
        answer_leg(leg, by=ana, text="Otra vez.")
    with pytest.raises(Refused, match="has already left your office"):
        elsewhere_leg(leg, by=ana, on=MONDAY, text="Por teléfono.")


def test_an_office_whose_mandate_ended_answers_nothing(cast: Cast, case: Case, ana: Mandate) -> None:
    leg = open_leg_of(case)
    cast.hold("chapter-berlin", "Beto", role="deputy")
    end_mandate(ana, by=None)
    with pytest.raises(Refused, match="Your mandate in this office has ended"):
        answer_leg(leg, by=ana, text="Aquí está.")
    assert fresh(case).state == "at-desk"


def test_an_answer_counts_as_answered(case: Case, ana: Mandate) -> None:
    answer_leg(open_leg_of(case), by=ana, text="Aquí está.")
    assert figures_of(ana) == Figures(asked=1, in_time=1, answered=1)


def test_taking_the_answer_back_ends_the_window(case: Case, ana: Mandate, clock: Clock) -> None:
    leg = answer_leg(open_leg_of(case), by=ana, text="Aquí está.")
    clock.forward(hours=23)
    undo_answer(leg, by=ana)
    found = fresh(case)
    assert (found.state, found.office_says, found.asker_says) == ("at-desk", "", "")
    assert (found.dispute_on, found.dispute_at, found.wake_at) == (None, None, None)
    assert found.first_answer_at is None
    assert [event.kind for event in found.events.all()] == ["leg-opened", "answered", "undone"]


def test_what_the_asker_has_spoken_on_cannot_be_taken_back(cast: Cast, ana: Mandate) -> None:
    agreed, disputed = cast.case(), cast.case()
    legs = [answer_leg(open_leg_of(each), by=ana, text="Aquí está.") for each in (agreed, disputed)]
    agree_case(agreed)
    dispute_case(disputed, text="No es eso.")
    for leg in legs:
        with pytest.raises(Refused, match="It can no longer be taken back"):
            undo_answer(leg, by=ana)


def test_an_answer_to_a_disputed_ask_taken_back_leaves_the_dispute_standing(case: Case, ana: Mandate) -> None:
    decline_leg(open_leg_of(case), by=ana, reason="full")
    dispute_case(case, text="Sí hay lugar.")
    leg = answer_leg(open_leg_of(case), by=ana, text="Aquí está.")
    assert (fresh(case).office_says, fresh(case).asker_says) == ("answered", "")
    undo_answer(leg, by=ana)
    assert (fresh(case).office_says, fresh(case).asker_says) == ("declined", "disputes")


# Elsewhere --------------------------------------------------------------------------


def test_an_answer_given_elsewhere_asks_the_asker_to_confirm_it(
    case: Case, ana: Mandate, clock: Clock
) -> None:
    clock.forward(days=4)
    elsewhere(case, ana, MONDAY + timedelta(days=2))
    found, leg = fresh(case), leg_of(case)
    assert (found.state, found.office_says) == ("answered", "elsewhere")
    assert (leg.outcome, leg.elsewhere_on, leg.answered_at) == (
        "elsewhere",
        date(2026, 11, 25),
        clock.instant,
    )
    text = " ".join(letters("asker_elsewhere")[0].text.split())
    assert ("25 de noviembre de 2026" in text, "> Por teléfono: el martes." in text) == (True, True)
    assert figures_of(ana) == Figures(asked=1, in_time=1, elsewhere=1)


@pytest.mark.parametrize("on", [date(2026, 11, 22), date(2026, 11, 28)])
def test_the_day_lies_neither_before_the_ask_nor_to_come(
    case: Case, ana: Mandate, clock: Clock, on: date
) -> None:
    clock.forward(days=4)
    with pytest.raises(Refused) as refused:
        elsewhere(case, ana, on)
    assert (refused.value.field, fresh(case).state) == ("on", "at-desk")


@pytest.mark.parametrize("on", [date(2026, 11, 23), date(2026, 11, 27)])
def test_the_day_of_the_ask_and_today_are_days_on_which_it_was_answered(
    case: Case, ana: Mandate, clock: Clock, on: date
) -> None:
    clock.forward(days=4)
    elsewhere(case, ana, on)
    assert leg_of(case).elsewhere_on == on


def test_until_it_is_confirmed_it_counts_by_the_day_on_which_the_hub_was_told(
    case: Case, ana: Mandate, clock: Clock
) -> None:
    due_at = open_leg_of(case).due_at
    assert due_at is not None
    clock.to(due_at + timedelta(hours=5))
    elsewhere(case, ana, MONDAY + timedelta(days=2))
    assert leg_of(case).in_time is False
    assert figures_of(ana) == Figures(asked=1, late=1, elsewhere=1, matured=1)


def test_confirmed_it_counts_by_the_day_that_the_office_had_named(
    case: Case, ana: Mandate, clock: Clock
) -> None:
    due_at = open_leg_of(case).due_at
    assert due_at is not None
    told = clock.to(due_at + timedelta(hours=5))
    elsewhere(case, ana, MONDAY + timedelta(days=2))
    agree_case(case)
    leg = leg_of(case)
    assert leg.answered_at is not None and leg.answered_at.isoformat() == "2026-11-25T23:00:00+00:00"
    assert (leg.in_time, leg.closed_at) == (True, told)
    assert fresh(case).first_answer_at == leg.answered_at
    assert figures_of(ana) == Figures(asked=1, in_time=1, elsewhere=1, matured=1, kept=1)


def test_a_claim_of_the_last_day_is_in_time_and_of_the_day_after_is_late(
    cast: Cast, ana: Mandate, clock: Clock
) -> None:
    last, after = cast.case(), cast.case()
    due_on = open_leg_of(last).due_on
    assert due_on is not None
    for days in range(11):
        clock.forward(days=1 if days else 0)
    clock.forward(hours=10)
    elsewhere(last, ana, due_on)
    elsewhere(after, ana, due_on + timedelta(days=1))
    for each in (last, after):
        agree_case(each)
    assert (leg_of(last).in_time, leg_of(after).in_time) == (True, False)
    assert figures_of(ana).kept == 1


def test_a_claim_of_today_is_counted_by_the_instant_at_which_the_hub_was_told(
    case: Case, ana: Mandate, clock: Clock
) -> None:
    told = clock.forward(days=1)
    elsewhere(case, ana, MONDAY + timedelta(days=1))
    agree_case(case)
    assert leg_of(case).answered_at == told


def test_a_claim_of_before_the_ask_reached_this_office_counts_from_when_it_did(
    cast: Cast, case: Case, ana: Mandate, clock: Clock
) -> None:
    cast.hold("mesa", "Carla")
    for _ in range(15):
        clock.forward(days=1)
        work()
    leg = open_leg_of(case)
    mesa = cast.desk.mandates.get()
    elsewhere(case, mesa, MONDAY + timedelta(days=1))
    agree_case(case)
    assert leg_of(case).answered_at == leg.opened_at


def test_a_claim_that_is_denied_is_a_dispute(case: Case, ana: Mandate) -> None:
    elsewhere(case, ana, MONDAY)
    dispute_case(case, text="Nadie me llamó.")
    found = fresh(case)
    assert (found.state, found.office_says, found.asker_says) == ("at-desk", "elsewhere", "disputes")
    assert figures_of(ana) == Figures(
        asked=2, in_time=1, elsewhere=1, disputed=1, waiting=1, waiting_since=open_leg_of(case).opened_at
    )


def test_silence_confirms_no_day(case: Case, ana: Mandate, clock: Clock) -> None:
    told = clock.forward(days=4)
    elsewhere(case, ana, MONDAY)
    clock.forward(days=20)
    work()
    assert (fresh(case).asker_says, leg_of(case).answered_at) == ("silent", told)


def test_taken_back_the_claimed_day_is_gone(case: Case, ana: Mandate) -> None:
    undo_answer(elsewhere(case, ana, MONDAY), by=ana)
    leg = leg_of(case)
    assert (leg.elsewhere_on, leg.outcome, leg.answered_at) == (None, "", None)
