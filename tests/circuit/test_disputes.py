"""The asker's voice on an answer: agreement, dispute, appeal, and the silence that is shown as silence."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg, ask_more, decline_leg, pass_on_leg, undo_answer
from tequio.circuit.actions.commitments import drop_commitment
from tequio.circuit.actions.disputes import agree_case, appeal_case, dispute_case, look_at_case
from tequio.circuit.actions.erasing import erase_case
from tequio.circuit.models import Case, Event
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.circuit.queries.voices import ways
from tequio.circuit.queries.why import why_sentence
from tequio.journal.models import Entry
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate
from tests.cast import Cast, letters, open_leg_of, work
from tests.circuit.said import answer, disputed, fresh, kinds, lines
from tests.conftest import Clock

BERLIN = "Head office, Capítulo Berlín (en)"
MESA = "Head office, Mesa de coordinación (en)"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def carla(cast: Cast) -> Mandate:
    """Carla coordinates."""
    return cast.hold("mesa", "Carla")


@pytest.fixture
def answered(case: Case, ana: Mandate) -> Case:
    answer(case, ana, "Está en línea.")
    return fresh(case)


# Agreement, and silence -----------------------------------------------------------------


def test_agreeing_ends_the_window_and_is_a_line_in_the_offices_digest(answered: Case, ana: Mandate) -> None:
    agree_case(answered, key="k")
    agree_case(answered, key="k")
    found = fresh(answered)
    assert (found.state, found.office_says, found.asker_says) == ("answered", "answered", "agrees")
    assert (found.dispute_at, found.wake_at) == (None, None)
    assert (kinds(found, "office"), kinds(found, "asker")) == (["answered"], ["agreed"])
    assert lines(ana.office) == ["agreed"]
    assert letters(address="ana@example.org", template="leg_new") == letters(address="ana@example.org")
    assert Entry.objects.latest("sequence").kind == "case.agreed"


def test_what_was_agreed_to_is_no_longer_disputed(answered: Case) -> None:
    agree_case(answered)
    for verb in (dispute_case, appeal_case):
        with pytest.raises(Refused, match="There is no answer to agree with or to dispute now"):
            verb(answered, text="No es eso.")


def test_the_asker_is_reminded_once_two_working_days_before_the_window_ends(
    answered: Case, clock: Clock, mailoutbox: list[Any]
) -> None:
    clock.forward(days=9, hours=21, minutes=59)
    work()
    assert letters("asker_window") == []
    clock.forward(minutes=1)
    work()
    work()
    assert [letter.address for letter in letters("asker_window")] == ["marta@example.net"]
    assert fresh(answered).wake_at == fresh(answered).dispute_at
    assert "7 de diciembre de 2026" in mailoutbox[-1].body


def test_silence_is_recorded_as_silence_by_the_hub_and_never_as_a_word_of_the_asker(
    answered: Case, ana: Mandate, clock: Clock
) -> None:
    assert answered.dispute_at is not None
    clock.to(answered.dispute_at - timedelta(microseconds=1))
    work()
    assert fresh(answered).asker_says == ""
    clock.to(answered.dispute_at)
    work()
    found = fresh(answered)
    assert (found.state, found.office_says, found.asker_says) == ("answered", "answered", "silent")
    assert (found.dispute_on, found.wake_at) == (date(2026, 12, 7), None)
    assert (kinds(found, "asker"), Event.objects.get(kind="silent").voice) == ([], "hub")
    assert lines(ana.office) == ["silent"]
    tables = from_tables()
    assert from_journal() == tables
    assert tables[ana.office.code, "MX/school-talk"].silent == 1


def test_after_the_window_nothing_is_disputed_even_before_the_worker_has_looked(
    answered: Case, clock: Clock
) -> None:
    assert answered.dispute_at is not None
    clock.to(answered.dispute_at - timedelta(microseconds=1))
    assert ways(fresh(answered)) is not None
    clock.to(answered.dispute_at)
    for verb in (dispute_case, appeal_case):
        with pytest.raises(Refused):
            verb(answered, text="No es eso.")
    with pytest.raises(Refused):
        agree_case(answered)


def test_after_an_outage_of_the_worker_silence_comes_without_a_reminder_too_late(
    answered: Case, clock: Clock
) -> None:
    clock.forward(days=30)
    for _ in range(3):
        work()
    assert (fresh(answered).asker_says, letters("asker_window")) == ("silent", [])
    assert Event.objects.filter(kind="silent").count() == 1


def test_a_look_before_its_time_or_with_nothing_to_say_does_nothing(answered: Case, clock: Clock) -> None:
    before = Entry.objects.count()
    look_at_case(answered)
    Case.objects.filter(pk=answered.pk).update(state="withdrawn", wake_at=clock.instant)
    look_at_case(answered)
    found = fresh(answered)
    assert (found.asker_says, found.dispute_at, found.wake_at) == ("", None, None)
    assert Entry.objects.count() == before


def test_erased_the_ask_waits_for_nobodys_word(answered: Case, clock: Clock) -> None:
    erase_case(answered)
    clock.forward(days=30)
    work()
    assert (fresh(answered).asker_says, letters("asker_window")) == ("", [])


# Dispute ------------------------------------------------------------------------------


def test_a_dispute_reopens_the_case_at_the_office_with_its_own_days(
    answered: Case, ana: Mandate, clock: Clock
) -> None:
    opened_at, first_due_on = answered.opened_at, answered.first_due_on
    clock.forward(days=2)
    dispute_case(answered, text="Eso no es una charla.")
    found, leg = fresh(answered), open_leg_of(answered)
    assert (found.state, found.closed_at, found.owner) == ("at-desk", None, ana.office)
    assert (leg.number, leg.rung, leg.owner, leg.days) == (2, "reopened", ana.office, 8)
    assert (leg.opened_at, leg.due_on, found.due_on) == (clock.instant, date(2026, 12, 7), date(2026, 12, 7))
    assert (found.opened_at, found.first_due_on, found.first_answer_at) == (
        opened_at,
        first_due_on,
        opened_at,
    )
    assert (found.office_says, found.asker_says, found.wake_at) == ("answered", "disputes", None)
    assert (kinds(found, "office"), kinds(found, "asker")) == (["answered"], ["disputed"])
    assert disputed(ana) == 1


def test_the_office_reads_the_dispute_in_its_letter_and_the_asker_is_told(
    answered: Case, ana: Mandate
) -> None:
    dispute_case(answered, text="Eso no es\nuna charla.")
    letter = letters("leg_new", "ana@example.org")[-1]
    assert "> Eso no es\n> una charla." in letter.text
    [told] = letters("asker_reopened")
    assert ("3 de diciembre" in told.text, "> Eso no es" in told.text) == (True, True)
    assert (
        why_sentence(open_leg_of(answered))
        == "The asker disputes the answer of this office, so it answers again, within 8 working days."
    )


def test_a_dispute_needs_words_and_counts_once(answered: Case) -> None:
    with pytest.raises(Refused) as refused:
        dispute_case(answered, text=" ")
    assert refused.value.field == "text"
    for _ in range(2):
        dispute_case(answered, text="No es eso.", key="same")
    assert Event.objects.filter(kind="disputed").count() == 1
    assert fresh(answered).legs.count() == 2


def test_a_no_is_disputed_as_an_answer_is(case: Case, ana: Mandate) -> None:
    decline_leg(open_leg_of(case), by=ana, reason="full")
    dispute_case(case, text="Sí hay lugar.")
    assert (fresh(case).office_says, fresh(case).asker_says, fresh(case).state) == (
        "declined",
        "disputes",
        "at-desk",
    )


def test_a_promise_that_the_office_takes_back_is_disputed_as_a_no_is(case: Case, ana: Mandate) -> None:
    accept_leg(open_leg_of(case), by=ana, what="Una charla", due_on=date(2026, 12, 10))
    drop_commitment(case.commitments.get(), ana, "Nadie puede.")
    assert fresh(case).dispute_on == date(2026, 12, 7)
    assert "7 de diciembre de 2026" in " ".join(letters("asker_dropped")[0].text.split())
    dispute_case(case, text="Lo prometieron.")
    assert (open_leg_of(case).owner, open_leg_of(case).rung) == (ana.office, "reopened")


def test_what_was_accepted_or_is_open_is_not_disputed(case: Case, ana: Mandate) -> None:
    with pytest.raises(Refused, match="There is no answer"):
        dispute_case(case, text="No es eso.")
    accept_leg(open_leg_of(case), by=ana, what="Una charla", due_on=date(2026, 12, 10))
    with pytest.raises(Refused, match="There is no answer"):
        dispute_case(case, text="No es eso.")


def test_when_nobody_holds_the_office_any_longer_the_next_rung_answers(
    answered: Case, ana: Mandate, carla: Mandate
) -> None:
    end_mandate(ana, by=None)
    dispute_case(answered, text="No es eso.")
    leg = open_leg_of(answered)
    assert (leg.owner, leg.rung) == (carla.office, "reopened")
    assert why_sentence(leg) == (
        f"The asker disputes the answer of {BERLIN}, which nobody holds any longer, so this office answers."
    )


def test_a_withdrawn_promise_gives_the_reopened_leg_the_days_it_had_before(
    answered: Case, ana: Mandate
) -> None:
    ana.office.entry_point.promises.update(withdrawn_at=answered.opened_at)
    dispute_case(answered, text="No es eso.")
    leg = open_leg_of(answered)
    assert (leg.owner, leg.days, leg.promise) == (ana.office, 8, None)


@pytest.mark.parametrize("verb", [dispute_case, appeal_case])
def test_what_an_office_took_back_before_it_answered_is_not_disputed_at_the_other(
    cast: Cast, case: Case, ana: Mandate, carla: Mandate, verb: Callable[..., Case]
) -> None:
    madrid = cast.hold("chapter-madrid", "Dora")
    cast.promise(madrid)
    first = open_leg_of(case)
    pass_on_leg(first, by=ana, to=madrid.office, reason="full")
    undo_answer(first, by=ana)
    answer(case, ana)
    verb(case, text="No es eso.")
    assert open_leg_of(case).came_from == first
    assert (disputed(ana), disputed(madrid)) == (1, 0)


def test_a_second_disagreement_can_only_be_an_appeal(answered: Case, ana: Mandate, carla: Mandate) -> None:
    dispute_case(answered, text="No es eso.")
    answer(answered, ana)
    assert fresh(answered).asker_says == ""
    with pytest.raises(Refused, match="Now you can appeal"):
        dispute_case(answered, text="Tampoco.")
    appeal_case(answered, text="Tampoco.")
    assert open_leg_of(answered).owner == carla.office


def test_once_per_case_wherever_the_reopened_ask_went_on_to(
    cast: Cast, answered: Case, ana: Mandate, carla: Mandate
) -> None:
    dispute_case(answered, text="No es eso.")
    beto = cast.hold("chapter-madrid", "Beto")
    cast.promise(beto)
    pass_on_leg(open_leg_of(answered), by=ana, to=beto.office, reason="full")
    answer(answered, beto)
    found = ways(fresh(answered))
    assert found is not None
    assert (found.dispute, found.above, found.final) == (False, carla.office, False)


def test_a_reopened_ask_that_finds_silence_climbs_as_any_other(
    answered: Case, carla: Mandate, clock: Clock
) -> None:
    dispute_case(answered, text="No es eso.")
    for _ in range(18):
        clock.forward(days=1)
        work()
    assert (open_leg_of(answered).owner, open_leg_of(answered).rung) == (carla.office, "coordination")


def test_a_reopened_ask_can_be_answered_with_a_question(answered: Case, ana: Mandate) -> None:
    dispute_case(answered, text="No es eso.")
    ask_more(open_leg_of(answered), by=ana, question="¿Qué falta?")
    assert fresh(answered).state == "question"
