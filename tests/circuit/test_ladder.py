"""What time does: reminders, the ladder of a silent office, lapsed questions, commitments and promises."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tequio.circuit.actions.answering import accept_leg, ask_more, undo_answer
from tequio.circuit.actions.asker import reply_to_question, report_outcome
from tequio.circuit.actions.dates import reminders
from tequio.circuit.actions.ladder import look_at_commitment, look_at_leg, look_at_promise
from tequio.circuit.models import Case, Commitment, DigestLine, EntryPoint, Event, Leg, Tick
from tequio.circuit.states import Rung
from tequio.journal.models import Entry
from tequio.kernel import due
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate
from tests.cast import Cast, letters, open_leg_of, work
from tests.conftest import Clock

# Asked on 23 November with 8 working days: due by Thursday 3 December, end of the day in Berlin (23:00 UTC).
BEFORE = datetime(2026, 12, 1, 7, tzinfo=UTC)
ON_THE_DAY = datetime(2026, 12, 3, 7, tzinfo=UTC)
AFTER = datetime(2026, 12, 4, 7, tzinfo=UTC)
CLIMB = datetime(2026, 12, 8, 7, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def leg(cast: Cast, beto: Mandate) -> Leg:
    return cast.leg()


def ticks() -> list[str]:
    return list(Tick.objects.order_by("pk").values_list("kind", flat=True))


def told() -> list[str]:
    """The lines that the digest of an office has or gets, by kind."""
    return list(DigestLine.objects.order_by("pk").values_list("kind", flat=True))


def test_an_office_is_reminded_before_on_and_after_its_date_once_each(clock: Clock, leg: Leg) -> None:
    kept = []
    for instant in (BEFORE, ON_THE_DAY, AFTER):
        clock.to(instant - SECOND)
        work()
        kept.append(ticks())
        for later in (timedelta(), timedelta(minutes=30)):
            clock.to(instant + later)
            work()
            kept.append(ticks())
    before, today, late = ["before"], ["before", "today"], ["before", "today", "late"]
    assert kept == [[], before, before, before, today, today, today, late, late]
    assert told() == late
    assert Event.objects.filter(kind="reminded").count() == 3
    assert len(letters("asker_late")) == 1
    assert Entry.objects.filter(kind="leg.reminded").count() == 3


def test_after_an_outage_one_reminder_is_told_not_three(clock: Clock, leg: Leg) -> None:
    clock.to(AFTER + timedelta(minutes=30))
    work()
    assert (told(), Event.objects.filter(kind="reminded").count()) == (["late"], 1)
    assert list(Tick.objects.order_by("pk").values_list("kind", "at")) == [
        (kind, clock.instant) for kind in ("before", "today", "late")
    ]
    assert Leg.objects.get(pk=leg.pk).stage == 3
    clock.to(CLIMB)
    work()
    assert Leg.objects.get(pk=leg.pk).outcome == "missed"
    assert ticks() == ["before", "today", "late", "climb"]


def test_after_a_long_outage_the_ask_climbs_and_keeps_the_ticks_that_nobody_told(
    clock: Clock, leg: Leg
) -> None:
    clock.to(CLIMB + timedelta(days=10))
    work()
    assert list(Tick.objects.order_by("pk").values_list("leg", "kind", "at")) == [
        (leg.pk, kind, clock.instant) for kind in ("before", "today", "late", "climb")
    ]
    assert (told(), letters("asker_late")) == (["climbed"], [])
    assert [each.outcome for each in Leg.objects.order_by("number")] == ["missed", ""]


def test_a_leg_is_looked_at_once_however_often_the_worker_comes(clock: Clock, leg: Leg) -> None:
    clock.to(BEFORE)
    claimed = due.claim(Leg)
    assert claimed is not None
    look_at_leg(claimed)
    look_at_leg(claimed)
    assert (ticks(), told()) == (["before"], ["before"])


def test_a_tick_that_is_kept_already_is_not_told_again(clock: Clock, leg: Leg) -> None:
    Tick.objects.create(leg=leg, kind="before", due_version=leg.due_version)
    clock.to(BEFORE)
    work()
    assert (ticks(), told()) == (["before"], [])
    assert Leg.objects.get(pk=leg.pk).stage == 1


def test_a_promise_of_a_day_begins_without_a_reminder(cast: Cast, clock: Clock) -> None:
    cast.promise(cast.hold("chapter-berlin", "Beto"), days=1)
    cast.leg()
    work()
    assert (len(letters("leg_new")), ticks()) == (1, [])
    clock.to(datetime(2026, 11, 24, 7, tzinfo=UTC))
    work()
    assert ticks() == ["today"]


def test_an_answered_ask_is_not_reminded_of(clock: Clock, beto: Mandate, leg: Leg) -> None:
    accept_leg(leg, by=beto, what="Charla", due_on=date(2027, 1, 10))
    clock.to(CLIMB + timedelta(days=3))
    work()
    assert ticks() == []


def test_an_answer_taken_back_is_reminded_of_again(clock: Clock, beto: Mandate, leg: Leg) -> None:
    clock.to(BEFORE - timedelta(hours=2))
    accept_leg(leg, by=beto, what="Charla", due_on=date(2027, 1, 10))
    clock.forward(hours=20)
    undo_answer(leg, by=beto)
    work()
    assert ticks() == ["before"]


def test_after_the_asker_s_reply_the_new_date_has_reminders_of_its_own(
    clock: Clock, beto: Mandate, leg: Leg
) -> None:
    clock.to(ON_THE_DAY)
    work()
    ask_more(leg, by=beto, question="¿Para qué grado?")
    clock.forward(days=1)
    reply_to_question(Case.objects.get(), "Cuarto")
    for _ in range(3):
        clock.forward(days=1)
        work()
    assert list(Tick.objects.order_by("pk").values_list("kind", "due_version")) == [
        ("before", 1),
        ("today", 1),
        ("today", 2),
    ]


# The ladder ---------------------------------------------------------------------


def climb(clock: Clock, leg: Leg) -> Leg:
    """Lets the grace of the leg run out; returns the leg that follows."""
    leg = Leg.objects.get(pk=leg.pk)
    clock.to(reminders(leg)[3])
    work()
    return open_leg_of(leg.case)


def test_a_silent_office_s_ask_climbs_to_head_office_fallback_and_coordination(
    cast: Cast, clock: Clock
) -> None:
    head, liaison = cast.office("chapter-berlin"), cast.second_office("chapter-berlin")
    fallback = cast.promise(cast.hold("chapter-madrid", "Carla"), days=20).entry_point
    cast.hold(head, "Ana")
    cast.hold("mesa", "Mesa")
    promise = cast.promise(cast.hold(liaison, "Beto"), days=5, fallback=fallback)
    leg = cast.leg()
    way = [(leg.owner, leg.rung, leg.days)]
    for _ in range(4):
        leg = climb(clock, leg)
        way.append((leg.owner, leg.rung, leg.days))
    assert promise.entry_point.office == liaison
    assert way == [
        (liaison, Rung.ROUTED, 5),
        (head, Rung.HEAD, 5),
        (cast.office("chapter-madrid"), Rung.FALLBACK, 20),
        (cast.desk, Rung.COORDINATION, 8),
        (cast.desk, Rung.COORDINATION, 8),
    ]
    case = Case.objects.get()
    assert [each.outcome for each in case.legs.order_by("number")] == ["missed"] * 4 + [""]
    assert len(letters("asker_moved")) == 4
    assert (case.owner, case.due_on) == (cast.desk, leg.due_on)
    assert case.opened_at == datetime(2026, 11, 23, 16, tzinfo=UTC)


def test_a_rung_that_nobody_holds_or_that_promised_nothing_is_left_out(cast: Cast, clock: Clock) -> None:
    liaison = cast.second_office("chapter-berlin")
    fallback = cast.entry_point("chapter-madrid")
    cast.hold("chapter-madrid", "Carla")
    cast.promise(cast.hold(liaison, "Beto"), fallback=fallback)
    assert climb(clock, cast.leg()).owner == cast.desk


def test_fallbacks_are_followed_past_those_who_cannot_and_in_no_circle(cast: Cast, clock: Clock) -> None:
    first = cast.promise(cast.hold("chapter-berlin", "Beto"), days=5).entry_point
    silent = cast.entry_point("chapter-madrid")
    EntryPoint.objects.filter(pk=first.pk).update(fallback=silent)
    EntryPoint.objects.filter(pk=silent.pk).update(fallback=first)
    assert climb(clock, cast.leg()).owner == cast.desk


def test_the_last_rung_is_dated_anew_in_public(cast: Cast, clock: Clock) -> None:
    leg = cast.leg()
    assert (leg.owner, leg.rung) == (cast.desk, Rung.GAP)
    following = climb(clock, leg)
    assert (following.owner, following.number) == (cast.desk, 2)
    assert following.due_on is not None and leg.due_on is not None and following.due_on > leg.due_on
    assert Leg.objects.get(pk=leg.pk).in_time is False


def test_an_ask_that_reached_an_office_as_it_fell_vacant_moves_on_at_the_first_look(
    clock: Clock, beto: Mandate, leg: Leg
) -> None:
    Mandate.objects.filter(pk=beto.pk).update(ends_at=clock.instant + SECOND)
    clock.to(BEFORE)
    look_at_leg(leg)
    assert [each.outcome for each in Leg.objects.order_by("number")] == ["moved", ""]


# Questions, commitments, promises ------------------------------------------------


def test_an_asker_who_does_not_reply_is_reminded_once_and_then_the_ask_closes(
    clock: Clock, beto: Mandate, leg: Leg
) -> None:
    ask_more(leg, by=beto, question="¿Para qué grado?")
    asker_due_at = Case.objects.get().due_at
    assert asker_due_at is not None
    states = []
    for instant in (asker_due_at - timedelta(days=2), asker_due_at - SECOND, asker_due_at):
        clock.to(instant)
        work()
        states.append((Case.objects.get().state, len(letters("asker_question_reminder"))))
    assert states == [("question", 1), ("question", 1), ("no-reply", 1)]
    assert (Leg.objects.get().outcome, Leg.objects.get().in_time) == ("no-reply", None)
    assert [letter.address for letter in letters("asker_no_reply")] == ["marta@example.net"]
    assert told() == ["no-reply"]


@pytest.fixture
def commitment(beto: Mandate, leg: Leg) -> Commitment:
    """Accepted, to happen by 10 December, end of the day in Berlin."""
    accept_leg(leg, by=beto, what="Charla por video", due_on=date(2026, 12, 10))
    return Commitment.objects.get()


def test_after_the_day_the_asker_is_asked_twice_whether_it_happened(
    clock: Clock, commitment: Commitment
) -> None:
    asked = []
    for days in (0, 0.5, 7.5, 13, 14.5):
        clock.to(commitment.due_at + timedelta(days=days))
        work()
        asked.append((len(letters("asker_outcome")), Case.objects.get().state))
    assert asked == [(0, "arranged"), (1, "arranged"), (2, "arranged"), (2, "arranged"), (2, "unconfirmed")]
    assert (Commitment.objects.get().kept_at, Commitment.objects.get().broken_at) == (None, None)


def test_the_asker_may_still_say_so_after_it_was_closed_unconfirmed(
    clock: Clock, commitment: Commitment
) -> None:
    clock.to(commitment.due_at + timedelta(days=20))
    work()
    report_outcome(Case.objects.get(), happened=True, text="Fue muy buena")
    assert Case.objects.get().state == "done"
    assert told()[-1] == "done"


def test_a_commitment_is_looked_at_once(clock: Clock, commitment: Commitment) -> None:
    clock.to(commitment.due_at + timedelta(days=1))
    for _ in range(2):
        look_at_commitment(commitment)
    assert len(letters("asker_outcome")) == 1


def test_a_promise_is_reminded_of_before_it_lapses_and_when_it_has(cast: Cast, clock: Clock) -> None:
    promise = cast.promise(cast.hold("chapter-berlin", "Beto"), valid_days=60)
    said = []
    for days in (31, 30, 29, 7, 1, 0, -5):
        clock.to(promise.valid_until - timedelta(days=days))
        work()
        said.append((told().count("promise-lapsing"), told().count("promise-lapsed")))
    assert said == [(0, 0), (1, 0), (1, 0), (2, 0), (2, 0), (2, 1), (2, 1)]
    line = DigestLine.objects.first()
    assert line is not None
    names = {"es": "Pedir school-talk", "en": "Ask school-talk"}
    assert (line.topic, line.data) == ("lapses", {"name": names, "day": "2027-01-22"})


def test_a_withdrawn_promise_is_not_reminded_of(cast: Cast, clock: Clock) -> None:
    from tequio.circuit.actions.promises import withdraw_promise

    beto = cast.hold("chapter-berlin", "Beto")
    promise = cast.promise(beto, valid_days=60)
    withdraw_promise(promise, by=beto)
    clock.forward(days=70)
    look_at_promise(promise)
    work()
    assert told() == []


def test_a_promise_whose_office_fell_vacant_lapses_while_nobody_is_told(cast: Cast, clock: Clock) -> None:
    beto = cast.hold("chapter-berlin", "Beto")
    cast.promise(beto, valid_days=60)
    end_mandate(beto, by=beto)
    clock.forward(days=70)
    work()
    assert DigestLine.objects.filter(kind="promise-lapsed", sent_at=None).count() == 1
    assert letters("digest") == []
