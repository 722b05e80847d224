"""What the office calls done: its own word beside the asker's, silence by the office's word, one answer to a no."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg, undo_answer
from tequio.circuit.actions.asker import report_outcome, withdraw_case
from tequio.circuit.actions.commitments import amend_commitment, drop_commitment
from tequio.circuit.actions.reporting import answer_no, report_done
from tequio.circuit.models import Case, Commitment, DigestLine, Event
from tequio.circuit.queries.figures import Figures
from tequio.circuit.queries.public import done_lately
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.circuit.queries.strip import label_of
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate
from tests.cast import Cast, letters, open_leg_of, work
from tests.conftest import Clock

DAY = date(2026, 12, 10)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def owed(case: Case, ana: Mandate) -> Commitment:
    """A talk that Ana's office has promised by 10 December."""
    accept_leg(open_leg_of(case), by=ana, what="Una charla.", due_on=DAY)
    return Commitment.objects.get(case=case)


@pytest.fixture
def called_done(owed: Commitment, ana: Mandate, clock: Clock) -> Commitment:
    """On 25 November the office says that it is done."""
    clock.forward(days=2)
    return report_done(owed, by=ana, text="Vinieron treinta.")


def fresh(commitment: Commitment) -> Commitment:
    return Commitment.objects.select_related("case").get(pk=commitment.pk)


def case_of(commitment: Commitment) -> Case:
    case = fresh(commitment).case
    assert case is not None
    return case


def figures_of(by: Mandate) -> Figures:
    tables = from_tables()
    assert from_journal() == tables
    return tables[by.office.code, "MX/school-talk"]


def test_the_offices_word_settles_nothing_and_asks_the_asker(
    called_done: Commitment, ana: Mandate, clock: Clock
) -> None:
    commitment, case = fresh(called_done), case_of(called_done)
    assert (commitment.office_done_at, commitment.settled, commitment.wake_at) == (clock.instant, False, None)
    assert (case.state, case.office_says, case.asker_says) == ("arranged", "done", "")
    assert case.dispute_on == case.due_on == date(2026, 12, 9)
    assert case.due_at == case.dispute_at
    [letter] = letters("asker_done")
    assert ("> Una charla." in letter.text, "> Vinieron treinta." in letter.text) == (True, True)
    assert Event.objects.get(kind="office-done").voice == "office"
    assert [change.kind for change in commitment.changes.order_by("pk")] == ["made", "done"]
    assert (figures_of(ana).done, figures_of(ana).done_silent) == (0, 0)


def test_silence_keeps_it_by_the_offices_word_and_is_not_the_askers(
    called_done: Commitment, ana: Mandate, clock: Clock
) -> None:
    ends = case_of(called_done).dispute_at
    assert ends is not None
    clock.to(ends - timedelta(microseconds=1))
    work()
    assert not fresh(called_done).settled
    clock.to(ends)
    work()
    commitment, case = fresh(called_done), case_of(called_done)
    assert (commitment.kept_at, commitment.confirmed_by) == (clock.instant, "silence")
    assert (case.state, case.office_says, case.asker_says) == ("done", "done", "silent")
    assert label_of(case) == "Done, says the office; no objection"
    assert (figures_of(ana).done, figures_of(ana).done_silent, figures_of(ana).silent) == (0, 1, 0)
    assert DigestLine.objects.get(office=ana.office).kind == "done-silent"
    assert [each.done for each in done_lately()] == [0, 0, 0]
    assert Event.objects.get(kind="done-silent").voice == "hub"


def test_the_asker_is_reminded_before_their_silence_counts(called_done: Commitment, clock: Clock) -> None:
    for _ in range(12):
        clock.forward(days=1)
        work()
    assert (len(letters("asker_window")), letters("asker_outcome")) == (1, [])


@pytest.mark.parametrize(("happened", "state"), [(True, "done"), (False, "not-done")])
def test_the_askers_word_stands_beside_the_offices(
    called_done: Commitment, ana: Mandate, clock: Clock, happened: bool, state: str
) -> None:
    report_outcome(case_of(called_done), happened=happened)
    commitment, case = fresh(called_done), case_of(called_done)
    assert (case.state, case.office_says, case.asker_says) == (state, "done", state)
    assert (commitment.confirmed_by, commitment.kept_at is not None) == ("asker", happened)
    assert (case.wake_at, case.dispute_at) == (None, None)
    assert (figures_of(ana).done, figures_of(ana).not_done, figures_of(ana).done_silent) == (
        int(happened),
        int(not happened),
        0,
    )
    clock.forward(days=30)
    work()
    assert case_of(called_done).state == state
    assert {event.kind for event in case.events.all()} >= {"accepted", "office-done", state}


def test_to_a_no_the_office_answers_once_in_words_and_nothing_else_changes(
    called_done: Commitment, ana: Mandate
) -> None:
    report_outcome(case_of(called_done), happened=False)
    answer_no(called_done, by=ana, text="Hay fotos.", key="k")
    answer_no(called_done, by=ana, text="Hay fotos.", key="k")
    with pytest.raises(Refused, match="answered already"):
        answer_no(called_done, by=ana, text="Y más fotos.")
    case = case_of(called_done)
    assert (case.state, case.office_says, case.asker_says) == ("not-done", "done", "not-done")
    assert [letter.address for letter in letters("asker_replied")] == ["marta@example.net"]
    assert "> Hay fotos." in letters("asker_replied")[0].text
    assert Event.objects.get(kind="office-replied").office == ana.office


def test_an_answer_to_a_no_needs_words_and_a_no_against_its_done(owed: Commitment, ana: Mandate) -> None:
    with pytest.raises(Refused, match="nothing to answer now"):
        answer_no(owed, by=ana, text="Hay fotos.")
    report_outcome(case_of(owed), happened=False)
    with pytest.raises(Refused, match="nothing to answer now"):
        answer_no(owed, by=ana, text="Hay fotos.")


def test_an_empty_answer_to_a_no_is_refused(called_done: Commitment, ana: Mandate) -> None:
    report_outcome(case_of(called_done), happened=False)
    with pytest.raises(Refused) as refused:
        answer_no(called_done, by=ana, text=" ")
    assert refused.value.field == "text"


def test_done_is_said_once_and_by_whoever_acts_for_the_office_that_owes(
    cast: Cast, owed: Commitment, ana: Mandate
) -> None:
    stranger = cast.hold("chapter-madrid", "Beto")
    with pytest.raises(Refused, match="Your mandate in this office has ended"):
        report_done(owed, by=stranger)
    for _ in range(2):
        report_done(owed, by=ana)
    assert (Event.objects.filter(kind="office-done").count(), len(letters("asker_done"))) == (1, 1)


def test_the_office_that_keeps_anothers_word_says_that_it_is_done(
    cast: Cast, owed: Commitment, ana: Mandate
) -> None:
    carla = cast.hold("mesa", "Carla")
    end_mandate(ana, by=None)
    report_done(owed, by=carla)
    assert Event.objects.get(kind="office-done").office == carla.office
    assert case_of(owed).office_says == "done"


def test_what_is_settled_or_dropped_is_not_called_done(cast: Cast, ana: Mandate) -> None:
    cases = [cast.case(), cast.case()]
    for case in cases:
        accept_leg(open_leg_of(case), by=ana, what="Una charla.", due_on=DAY)
    settled, dropped = (case.commitments.get() for case in cases)
    report_outcome(cases[0], happened=True)
    drop_commitment(dropped, ana, "Nadie puede.")
    for each in (settled, dropped):
        with pytest.raises(Refused, match="nothing to report"):
            report_done(each, by=ana)


def test_without_any_word_the_ask_still_closes_unconfirmed_and_the_office_may_then_say_it(
    owed: Commitment, ana: Mandate, clock: Clock
) -> None:
    for _ in range(33):
        clock.forward(days=1)
        work()
    assert (case_of(owed).state, case_of(owed).asker_says) == ("unconfirmed", "")
    report_done(owed, by=ana)
    assert (case_of(owed).state, case_of(owed).closed_at is None) == ("unconfirmed", False)
    assert case_of(owed).dispute_on == date(2027, 1, 11), "New Year is no working day in Mexico"
    clock.forward(days=17)
    work()
    assert (case_of(owed).state, fresh(owed).confirmed_by) == ("done", "silence")


def test_after_silence_the_asker_can_no_longer_say_it(called_done: Commitment, clock: Clock) -> None:
    clock.forward(days=30)
    work()
    with pytest.raises(Refused, match="nothing to confirm"):
        report_outcome(case_of(called_done), happened=False)


def test_what_the_office_calls_done_is_not_withdrawn_but_answered(called_done: Commitment) -> None:
    with pytest.raises(Refused, match="Say whether it took place"):
        withdraw_case(case_of(called_done))


def test_called_done_the_acceptance_is_not_taken_back(called_done: Commitment, ana: Mandate) -> None:
    assert called_done.leg is not None
    with pytest.raises(Refused, match="It can no longer be taken back"):
        undo_answer(called_done.leg, by=ana)


def test_amending_what_was_called_done_unsays_it(called_done: Commitment, ana: Mandate, clock: Clock) -> None:
    amend_commitment(called_done, ana, "Otra charla.", DAY + timedelta(days=5), "Faltó gente.")
    case = case_of(called_done)
    assert (case.office_says, case.dispute_at, case.wake_at) == ("accepted", None, None)
    assert fresh(called_done).office_done_at is None
    clock.forward(days=16)
    work()
    assert (case_of(called_done).state, fresh(called_done).settled) == ("arranged", False)
