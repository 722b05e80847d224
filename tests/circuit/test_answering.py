"""What an office does with an ask, and takes back."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg, ask_more, decline_leg, pass_on_leg, undo_answer
from tequio.circuit.actions.asker import reply_to_question, report_outcome
from tequio.circuit.models import Case, Commitment, DigestLine, Event, Leg, Pause
from tequio.circuit.states import Rung
from tequio.journal.models import Entry
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Role
from tests.cast import Cast, letters, open_leg_of, told, work
from tests.conftest import Clock

DAY = date(2026, 12, 10)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Refusals are read in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def carla(cast: Cast, beto: Mandate) -> Mandate:
    """The second office that has promised the same kind, with more days."""
    mandate = cast.hold("chapter-madrid", "Carla")
    cast.promise(mandate, days=20)
    return mandate


@pytest.fixture
def leg(cast: Cast, beto: Mandate) -> Leg:
    return cast.leg()


def case_of(leg: Leg) -> Case:
    return Case.objects.get(pk=leg.case_id)


def last_entry() -> Entry:
    return Entry.objects.order_by("-sequence")[0]


def test_accepting_makes_a_commitment_and_tells_the_asker(leg: Leg, beto: Mandate, clock: Clock) -> None:
    accept_leg(leg, by=beto, what=" Charla por video. ", due_on=DAY)
    commitment, case = Commitment.objects.get(), case_of(leg)
    assert (commitment.what, commitment.office, commitment.due_on) == ("Charla por video.", beto.office, DAY)
    assert commitment.due_at.isoformat() == "2026-12-10T23:00:00+00:00"
    assert (case.state, case.owner, case.due_on, case.due_at) == (
        "arranged",
        beto.office,
        DAY,
        commitment.due_at,
    )
    assert case.first_answer_at == clock.instant
    assert [letter.address for letter in letters("asker_accepted")] == ["marta@example.net"]
    assert (last_entry().kind, last_entry().office) == ("leg.accepted", beto.office.code)
    assert Leg.objects.get(pk=leg.pk).in_time is True


@pytest.mark.parametrize(
    ("what", "due_on", "field"),
    [(" ", DAY, "what"), ("Charla", date(2026, 11, 22), "due_on"), ("Charla", date(2027, 11, 25), "due_on")],
)
def test_a_promise_needs_words_and_a_day_within_the_year(
    leg: Leg, beto: Mandate, what: str, due_on: date, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        accept_leg(leg, by=beto, what=what, due_on=due_on)
    assert refused.value.field == field
    assert Commitment.objects.count() == 0


def test_today_and_a_year_from_now_are_days_to_promise(cast: Cast, beto: Mandate) -> None:
    for due_on in (date(2026, 11, 23), date(2027, 11, 23)):
        accept_leg(cast.leg(), by=beto, what="Charla", due_on=due_on)
    assert Commitment.objects.count() == 2


def test_declining_closes_the_case_with_its_reason(leg: Leg, beto: Mandate, clock: Clock) -> None:
    decline_leg(leg, by=beto, reason="full", text="En enero sí")
    case, event = case_of(leg), Event.objects.get(kind="declined")
    assert (case.state, case.closed_at) == ("declined", clock.instant)
    assert (event.text, event.data["reason"]) == ("En enero sí", "full")
    assert (event.mandate, event.office) == (beto, beto.office)
    letter = letters("asker_declined")[0]
    assert "No queda lugar" in " ".join(letter.text.split())
    assert "> En enero sí" in letter.text


@pytest.mark.parametrize(
    ("reason", "text", "field"), [("", "", "reason"), ("nonsense", "x", "reason"), ("other", " ", "text")]
)
def test_a_no_needs_a_reason(leg: Leg, beto: Mandate, reason: str, text: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        decline_leg(leg, by=beto, reason=reason, text=text)
    assert refused.value.field == field
    assert case_of(leg).state == "at-desk"


def test_passing_on_opens_a_leg_with_the_next_office_s_promise_and_the_asker_s_clock_runs_on(
    leg: Leg, beto: Mandate, carla: Mandate, clock: Clock
) -> None:
    opened = case_of(leg).opened_at
    clock.forward(days=4)
    following = pass_on_leg(leg, by=beto, to=carla.office, reason="full")
    case = case_of(leg)
    assert (following.number, following.owner, following.days, following.rung) == (
        2,
        carla.office,
        20,
        Rung.PASSED_ON,
    )
    assert following.due_on == date(2026, 12, 29)  # 20 working days in Spain: 8 and 25 December are none
    assert (case.owner, case.due_on, case.opened_at) == (carla.office, following.due_on, opened)
    assert case.first_answer_at is None
    assert [letter.address for letter in letters("leg_new")] == ["beto@example.org", "carla@example.org"]
    assert [letter.address for letter in letters("asker_moved")] == ["marta@example.net"]


def test_the_coordinating_office_takes_what_is_passed_to_it_by_the_hub_s_rule(
    cast: Cast, leg: Leg, beto: Mandate
) -> None:
    cast.hold("mesa", "Mesa")
    following = pass_on_leg(leg, by=beto, to=cast.desk, reason="full")
    assert (following.days, following.promise, following.owner) == (8, None, cast.desk)


def test_an_ask_is_passed_only_to_who_has_promised_and_never_to_oneself(
    cast: Cast, leg: Leg, beto: Mandate
) -> None:
    cast.hold("chapter-madrid", "Carla")
    for to in (cast.office("chapter-madrid"), cast.office("embassy-de"), beto.office):
        with pytest.raises(Refused) as refused:
            pass_on_leg(leg, by=beto, to=to, reason="full")
        assert refused.value.field == "to"
    assert Leg.objects.count() == 1


def test_a_question_stops_the_office_s_clock_until_the_asker_s_own_date(
    leg: Leg, beto: Mandate, clock: Clock
) -> None:
    clock.forward(days=6)
    ask_more(leg, by=beto, question="¿Para qué grado?")
    case, pause = case_of(leg), Pause.objects.get()
    assert (case.state, case.due_on, case.owner) == ("question", date(2026, 12, 6), beto.office)
    assert (pause.began_at, pause.asker_due_at, pause.ended_at) == (clock.instant, case.due_at, None)
    clock.forward(days=6)
    assert work() > 0
    reply_to_question(case, "Para cuarto")
    leg = open_leg_of(case)
    # asked on Sunday with 4 of the 8 working days left, answered on Saturday 5 December
    assert (leg.due_on, case_of(leg).due_on) == (date(2026, 12, 10), date(2026, 12, 10))
    assert Pause.objects.get().days_left == 4
    assert letters("leg_reminder") == []
    letter = letters("leg_reply")[0]
    assert (letter.address, "> Para cuarto" in letter.text) == ("beto@example.org", True)


def test_two_questions_and_no_third(leg: Leg, beto: Mandate) -> None:
    for number in range(2):
        ask_more(leg, by=beto, question=f"¿{number}?")
        with pytest.raises(Refused, match="You have asked already"):
            ask_more(leg, by=beto, question="¿Otra?")
        reply_to_question(case_of(leg), "Sí")
    with pytest.raises(Refused, match="You have asked twice"):
        ask_more(leg, by=beto, question="¿Y ahora?")


def test_a_question_needs_words(leg: Leg, beto: Mandate) -> None:
    with pytest.raises(Refused) as refused:
        ask_more(leg, by=beto, question="\n ")
    assert refused.value.field == "question"


def test_a_late_office_cannot_mend_its_record_by_asking(leg: Leg, beto: Mandate, clock: Clock) -> None:
    clock.forward(days=11)
    with pytest.raises(Refused, match="Your date has passed"):
        ask_more(leg, by=beto, question="¿Para qué grado?")
    accept_leg(leg, by=beto, what="Charla", due_on=date(2026, 12, 20))
    assert Leg.objects.get(pk=leg.pk).in_time is False


def test_an_answer_by_the_last_instant_of_the_day_where_the_office_is_keeps_the_promise(
    cast: Cast, beto: Mandate, clock: Clock
) -> None:
    legs = [cast.leg(), cast.leg()]
    assert legs[0].due_at is not None
    clock.to(legs[0].due_at)
    decline_leg(legs[0], by=beto, reason="full")
    clock.forward(seconds=1)
    decline_leg(legs[1], by=beto, reason="full")
    assert [Leg.objects.get(pk=leg.pk).in_time for leg in legs] == [True, False]


def test_an_office_may_answer_while_it_waits_for_the_asker(leg: Leg, beto: Mandate, clock: Clock) -> None:
    ask_more(leg, by=beto, question="¿Para qué grado?")
    accept_leg(leg, by=beto, what="Charla", due_on=DAY)
    assert Pause.objects.get().ended_at == clock.instant
    with pytest.raises(Refused, match="No question is open"):
        reply_to_question(case_of(leg), "Para cuarto")


def test_only_who_acts_now_answers(cast: Cast, leg: Leg, beto: Mandate, carla: Mandate) -> None:
    deputy = cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    for stranger in (deputy, carla):
        with pytest.raises(Refused, match="Your mandate in this office has ended"):
            decline_leg(leg, by=stranger, reason="full")
    end_mandate(beto, by=beto)
    with pytest.raises(Refused, match="Your mandate in this office has ended"):
        decline_leg(leg, by=beto, reason="full")
    decline_leg(leg, by=deputy, reason="full")
    assert case_of(leg).state == "declined"


@pytest.mark.parametrize("act", ["accept", "decline", "pass-on", "question"])
def test_the_same_key_acts_once(cast: Cast, leg: Leg, beto: Mandate, carla: Mandate, act: str) -> None:
    def again() -> Leg:
        if act == "accept":
            return accept_leg(leg, by=beto, what="Charla", due_on=DAY, key="k")
        if act == "decline":
            return decline_leg(leg, by=beto, reason="full", key="k")
        if act == "pass-on":
            return pass_on_leg(leg, by=beto, to=carla.office, reason="full", key="k")
        return ask_more(leg, by=beto, question="¿?", key="k")

    first, entries = again(), Entry.objects.count()
    assert again() == first
    assert Entry.objects.count() == entries
    assert Event.objects.filter(key="k").count() == 1


def test_another_answer_to_an_answered_ask_is_refused(leg: Leg, beto: Mandate) -> None:
    decline_leg(leg, by=beto, reason="full", key="k")
    with pytest.raises(Refused, match="has already left your office"):
        accept_leg(leg, by=beto, what="Charla", due_on=DAY, key="other")


# Taking it back -----------------------------------------------------------------


@pytest.mark.parametrize("act", ["accept", "decline", "pass-on"])
def test_an_answer_taken_back_leaves_the_clock_as_if_it_had_never_stopped(
    leg: Leg, beto: Mandate, carla: Mandate, clock: Clock, act: str
) -> None:
    clock.forward(days=2)
    before = Leg.objects.values().get(pk=leg.pk)
    case_before = Case.objects.values(
        "state", "owner", "due_on", "due_at", "closed_at", "first_answer_at"
    ).get()
    if act == "accept":
        accept_leg(leg, by=beto, what="Charla", due_on=DAY)
    elif act == "decline":
        decline_leg(leg, by=beto, reason="full")
    else:
        pass_on_leg(leg, by=beto, to=carla.office, reason="full")
    clock.forward(hours=20)
    undo_answer(leg, by=beto)
    assert Leg.objects.values().get(pk=leg.pk) == before
    after = Case.objects.values("state", "owner", "due_on", "due_at", "closed_at", "first_answer_at").get()
    assert after == case_before
    assert Leg.objects.filter(closed_at=None).count() == 1
    assert [letter.address for letter in letters("asker_undone")] == ["marta@example.net"]
    assert Commitment.objects.filter(dropped_at=None).count() == 0


def test_the_office_that_had_it_in_between_is_told_that_it_owes_nothing(
    leg: Leg, beto: Mandate, carla: Mandate
) -> None:
    following = pass_on_leg(leg, by=beto, to=carla.office, reason="full")
    undo_answer(leg, by=beto)
    assert (Leg.objects.get(pk=following.pk).outcome, Leg.objects.get(pk=following.pk).in_time) == (
        "undone",
        None,
    )
    assert told() == [("chapter-madrid", "taken-back")]
    assert DigestLine.objects.get().data == {"office": beto.office_id}


def test_it_can_be_passed_on_again_after_it_was_taken_back(leg: Leg, beto: Mandate, carla: Mandate) -> None:
    pass_on_leg(leg, by=beto, to=carla.office, reason="full", key="one")
    undo_answer(leg, by=beto)
    second = pass_on_leg(leg, by=beto, to=carla.office, reason="full", key="two")
    assert pass_on_leg(leg, by=beto, to=carla.office, reason="full", key="two") == second
    assert second.number == 3


def test_a_question_that_an_answer_cut_short_waits_for_the_asker_again(
    leg: Leg, beto: Mandate, clock: Clock
) -> None:
    ask_more(leg, by=beto, question="¿Para qué grado?")
    asked = case_of(leg)
    accept_leg(leg, by=beto, what="Charla", due_on=DAY)
    clock.forward(hours=5)
    undo_answer(leg, by=beto)
    case = case_of(leg)
    assert (case.state, case.due_on, case.due_at) == ("question", asked.due_on, asked.due_at)
    assert Pause.objects.get().ended_at is None
    reply_to_question(case, "Para cuarto")
    assert open_leg_of(case).due_on == date(2026, 12, 3)


def test_after_a_day_an_answer_stands(leg: Leg, beto: Mandate, clock: Clock) -> None:
    decline_leg(leg, by=beto, reason="full")
    clock.forward(hours=24, seconds=1)
    with pytest.raises(Refused, match="It can no longer be taken back"):
        undo_answer(leg, by=beto)
    assert case_of(leg).state == "declined"


def test_an_answer_that_something_followed_stands(
    leg: Leg, beto: Mandate, carla: Mandate, clock: Clock
) -> None:
    following = pass_on_leg(leg, by=beto, to=carla.office, reason="full")
    clock.forward(hours=1)
    ask_more(following, by=carla, question="¿Cuándo?")
    with pytest.raises(Refused, match="something followed it"):
        undo_answer(leg, by=beto)


def test_what_the_asker_confirmed_cannot_be_taken_back(leg: Leg, beto: Mandate) -> None:
    accept_leg(leg, by=beto, what="Charla", due_on=date(2026, 11, 23))
    report_outcome(case_of(leg), happened=True)
    with pytest.raises(Refused):
        undo_answer(leg, by=beto)
    assert case_of(leg).state == "done"


def test_taking_back_twice_is_once(leg: Leg, beto: Mandate) -> None:
    decline_leg(leg, by=beto, reason="full")
    for _ in range(2):
        undo_answer(leg, by=beto)
    assert Event.objects.filter(kind="undone").count() == 1


def test_only_who_acts_takes_back(leg: Leg, beto: Mandate, carla: Mandate) -> None:
    decline_leg(leg, by=beto, reason="full")
    with pytest.raises(Refused, match="Your mandate in this office has ended"):
        undo_answer(leg, by=carla)
