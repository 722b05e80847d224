"""A pause may be contested: the asker says that nothing was missing, and the office's days count on."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from tequio.circuit.actions.answering import ask_more, undo_answer
from tequio.circuit.actions.asker import contest_question, reply_to_question
from tequio.circuit.models import Case, Event, Leg, Pause
from tequio.circuit.queries.record import from_journal, from_tables, full_from_journal, full_from_tables
from tequio.journal.models import Entry
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate
from tests.cast import Cast, letters, open_leg_of
from tests.circuit.follows import accepted, asked, page
from tests.circuit.reading import heading, value_of, words
from tests.conftest import Clock


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def test_the_pause_ends_and_the_days_that_were_left_count_on(
    cast: Cast, case: Case, ana: Mandate, clock: Clock
) -> None:
    asked(case, ana)
    clock.forward(days=2)
    contest_question(case, text="It is in my ask.")
    pause, leg = Pause.objects.get(), open_leg_of(case)
    assert (pause.ended_at, pause.contested_at, pause.days_left) == (clock.instant, clock.instant, 8)
    assert (leg.case.state, leg.due_on, leg.case.due_on) == ("at-desk", date(2026, 12, 7), date(2026, 12, 7))
    assert leg.reckoning["pauses"] == [
        {"from": "2026-11-23", "to": "2026-11-25", "left": 8, "contested": True}
    ]
    event = Event.objects.get(kind="contested")
    assert (event.voice, event.text, event.leg) == ("asker", "It is in my ask.", leg)


def test_contested_at_once_the_date_stays(cast: Cast, case: Case, ana: Mandate) -> None:
    asked(case, ana)
    contest_question(case)
    assert open_leg_of(case).due_on == date(2026, 12, 3)
    assert open_leg_of(case).due_version == 1


@pytest.mark.parametrize("said", ["contested", "replied"])
def test_an_answer_at_the_same_instant_has_cut_no_pause_short(
    cast: Cast, case: Case, ana: Mandate, said: str
) -> None:
    asked(case, ana)
    contest_question(case) if said == "contested" else reply_to_question(case, "In Spanish.")
    accepted(case, ana)
    leg = undo_answer(case.legs.get(), by=ana)
    assert (leg.case.state, leg.pauses.filter(ended_at=None).count()) == ("at-desk", 0)
    assert from_journal() == from_tables()


def test_it_is_counted_and_in_the_journal(cast: Cast, case: Case, ana: Mandate) -> None:
    asked(case, ana)
    contest_question(case)
    entry = Entry.objects.order_by("-sequence").first()
    assert entry is not None and entry.kind == "case.contested"
    [figures] = full_from_tables().values()
    assert (figures.pauses, figures.contested) == (1, 1)
    assert full_from_journal() == full_from_tables()
    assert from_journal() == from_tables()


def test_the_office_is_told_with_the_asker_s_words(cast: Cast, case: Case, ana: Mandate) -> None:
    asked(case, ana)
    contest_question(case, text="See the third line.")
    [letter] = letters("leg_contested")
    assert (letter.address, "> See the third line." in letter.text) == ("ana@example.org", True)


def test_an_office_may_ask_again_and_not_a_third_time(cast: Cast, case: Case, ana: Mandate) -> None:
    for _number in range(2):
        ask_more(open_leg_of(case), by=ana, question="Which grade?")
        contest_question(Case.objects.get(pk=case.pk))
    with pytest.raises(Refused, match="asked twice"):
        ask_more(open_leg_of(case), by=ana, question="Which grade?")


def test_without_a_question_there_is_nothing_to_contest(cast: Cast, case: Case, ana: Mandate) -> None:
    with pytest.raises(Refused, match="No question is open"):
        contest_question(case)
    asked(case, ana)
    reply_to_question(case, "Fourth")
    with pytest.raises(Refused, match="No question is open"):
        contest_question(case)


def test_the_same_key_twice_is_one_act(cast: Cast, case: Case, ana: Mandate) -> None:
    asked(case, ana)
    for _number in range(2):
        contest_question(case, key="k")
    assert Event.objects.filter(kind="contested").count() == 1


def test_the_asker_contests_on_their_page(client: Client, cast: Cast, case: Case, ana: Mandate) -> None:
    asked(case, ana)
    shown = client.get(page(case))
    assert "Nothing is missing: I gave this already" in words(shown)
    key = value_of(shown, "key")
    done = client.post(page(case, "contest/"), {"text": "", "key": key}, follow=True)
    assert "The days of the office count on, and it is told." in words(done)
    assert "answers by Dec. 3, 2026" in heading(done)
    assert "You said that nothing was missing; the days of the office count on" in words(done)
    again = client.post(page(case, "contest/"), {"text": "", "key": "other"})
    assert "No question is open in this ask." in words(again)


def test_a_look_changes_nothing(client: Client, cast: Cast, case: Case, ana: Mandate) -> None:
    asked(case, ana)
    assert client.get(page(case, "contest/"))["Location"] == page(case)
    assert Leg.objects.get().pauses.get().ended_at is None
