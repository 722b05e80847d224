"""Opinions: parallel legs by one date, read by the office that asked, never on the way of the case itself."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg, decline_leg, pass_on_leg, undo_answer
from tequio.circuit.actions.asker import withdraw_case
from tequio.circuit.actions.forwarding import forward_leg
from tequio.circuit.actions.opinions import give_opinion
from tequio.circuit.models import Case, Event, Leg
from tequio.circuit.queries.cases import may_undo
from tequio.circuit.queries.opinions import advisers, left_to_ask, opinions_of
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.circuit.visibility import for_office
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Organisation
from tequio.notices.models import Letter
from tests.cast import Cast, letters, work
from tests.circuit.opinions import DAY, SAID, TASK, ask, refusal, told
from tests.circuit.tables import PLAIN, TWO, add_kind, promised, way
from tests.conftest import Clock


@pytest.fixture(autouse=True)
def english(spoken: None) -> None:
    translation.activate("en")


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    """Beto's chapter has promised favours within ten days; a university and an embassy are held too."""
    add_kind(cast, "favour", PLAIN)
    return promised(cast, "chapter-berlin", "Beto", "favour")


@pytest.fixture
def uma(cast: Cast, beto: Mandate) -> Mandate:
    return cast.hold("university-oaxaca", "Uma")


@pytest.fixture
def eva(cast: Cast, beto: Mandate) -> Mandate:
    return promised(cast, "embassy-de", "Eva", "favour", days=20)


@pytest.fixture
def leg(cast: Cast, beto: Mandate, uma: Mandate, eva: Mandate) -> Leg:
    """Due by Monday 7 December, end of the day in Berlin: ten working days."""
    return cast.leg("favour")


# Asking -------------------------------------------------------------------------


def test_two_offices_are_asked_at_once_by_one_date(
    leg: Leg, beto: Mandate, uma: Mandate, eva: Mandate
) -> None:
    asked = ask(leg, beto, uma, eva)
    assert [(each.owner, each.rung, each.asked_by, each.task, each.due_on) for each in asked] == [
        (uma.office, "opinion", leg, TASK, DAY),
        (eva.office, "opinion", leg, TASK, DAY),
    ]
    assert [each.due_at for each in asked] == [
        datetime(2026, 11, 28, 6, tzinfo=UTC),
        datetime(2026, 11, 27, 23, tzinfo=UTC),
    ]
    case = Case.objects.get()
    assert (case.owner, case.due_on, case.state, way(case)) == (
        beto.office,
        leg.due_on,
        "at-desk",
        [("chapter-berlin", "at-desk", "routed", "")],
    )


def test_each_is_written_to_with_the_question_and_a_link(leg: Leg, beto: Mandate, uma: Mandate) -> None:
    ask(leg, beto, uma)
    (letter,) = letters("leg_opinion")
    assert (letter.address, f"> {TASK}" in letter.text, "/answer/" in letter.text) == (
        "uma@example.org",
        True,
        True,
    )
    assert letters("asker_moved") == []


def test_it_is_asked_once_however_often_it_is_sent(leg: Leg, beto: Mandate, uma: Mandate) -> None:
    first = ask(leg, beto, uma, key="k")
    assert ask(leg, beto, uma, key="k") == first
    assert Leg.objects.count() == 2


def test_what_cannot_be_asked_is_refused_in_words(
    cast: Cast, leg: Leg, beto: Mandate, uma: Mandate, eva: Mandate
) -> None:
    school = cast.hold("school-oaxaca", "Sara")
    agency = cast.hold("agency", "Ana")
    not_offered = ("One of these offices cannot be asked here. Choose among those offered.", "offices")
    one_or_two = ("Choose one or two offices.", "offices")
    too_late = ("Give a day from today on, and before your own date.", "due_on")
    assert refusal(ask, leg, beto, school) == not_offered
    assert refusal(ask, leg, beto, beto) == not_offered
    assert refusal(ask, leg, beto) == one_or_two
    assert refusal(ask, leg, beto, uma, eva, agency) == one_or_two
    assert refusal(ask, leg, beto, uma, task=" ") == ("Write what you want to know.", "task")
    assert refusal(ask, leg, beto, uma, day=date(2026, 12, 7)) == too_late
    assert refusal(ask, leg, beto, eva, day=date(2026, 12, 8)) == too_late
    assert refusal(ask, leg, beto, eva, day=date(2026, 11, 22)) == too_late
    assert Leg.objects.count() == 1


def test_the_day_may_be_its_own_where_it_ends_no_later(leg: Leg, beto: Mandate, eva: Mandate) -> None:
    """In Berlin 7 December ends when the asking office's does; in Oaxaca seven hours later."""
    (asked,) = ask(leg, beto, eva, day=date(2026, 12, 7))
    assert asked.due_at == leg.due_at


def test_two_are_enough(cast: Cast, leg: Leg, beto: Mandate, uma: Mandate, eva: Mandate) -> None:
    agency = cast.hold("agency", "Ana")
    ask(leg, beto, uma)
    said = refusal(ask, leg, beto, eva, agency)
    assert said == ("You have asked two offices already. Answer with what you know.", "offices")
    ask(leg, beto, eva)
    assert left_to_ask(leg) == 0


def test_only_the_office_that_has_the_ask_asks(leg: Leg, beto: Mandate, uma: Mandate, eva: Mandate) -> None:
    (asked,) = ask(leg, beto, uma)
    assert refusal(ask, leg, uma, eva)[0].startswith("Your mandate in this office has ended")
    assert refusal(ask, asked, uma, eva)[0] == (
        "Your office was asked for its opinion. It cannot ask others for theirs."
    )
    decline_leg(leg, by=beto, reason="full")
    assert refusal(ask, leg, beto, eva)[0].startswith("This ask has already left your office.")


def test_those_who_may_be_asked_hold_an_office_of_the_right_kind(
    cast: Cast, leg: Leg, beto: Mandate, uma: Mandate, eva: Mandate
) -> None:
    cast.hold("school-oaxaca", "Sara")
    cast.hold(cast.second_office("chapter-berlin"), "Bea")
    agency = cast.hold("agency", "Ana")
    assert list(advisers(leg)) == [agency.office, eva.office, uma.office]
    Organisation.objects.filter(slug="agency").update(withdrawn_on=date(2026, 1, 1))
    end_mandate(uma, by=None)
    assert list(advisers(leg)) == [eva.office]


def test_the_organisations_of_the_step_are_asked_and_those_with_a_promise(cast: Cast, beto: Mandate) -> None:
    add_kind(cast, "room", TWO)
    cast.promise(beto, "room", days=1)
    uma, carla = promised(cast, "university-oaxaca", "Uma", "room"), cast.hold("chapter-madrid", "Carla")
    cast.hold("agency", "Ana")
    assert list(advisers(cast.leg("room"))) == [carla.office, uma.office]


# Giving -------------------------------------------------------------------------


def test_an_opinion_closes_its_own_leg_and_nothing_else(leg: Leg, beto: Mandate, uma: Mandate) -> None:
    (asked,) = ask(leg, beto, uma)
    give_opinion(asked, by=uma, text=SAID)
    asked.refresh_from_db()
    assert (asked.outcome, asked.in_time, Leg.objects.get(pk=leg.pk).outcome) == ("opinion", True, "")
    assert (Case.objects.get().owner, Case.objects.get().first_answer_at) == (beto.office, None)
    assert told(beto.office) == ["opinion-given"]


def test_the_office_that_asked_reads_it(leg: Leg, beto: Mandate, uma: Mandate, eva: Mandate) -> None:
    first, second = ask(leg, beto, uma, eva)
    give_opinion(first, by=uma, text=SAID)
    sight = for_office(leg.case, beto.office)
    found = [(each.owner, event and event.text) for each, event in opinions_of(leg, sight)]
    assert found == [(uma.office, SAID), (eva.office, None)]
    assert opinions_of(second, for_office(leg.case, eva.office)) == []
    assert opinions_of(leg, for_office(leg.case, eva.office)) == [(second, None)]


def test_an_opinion_is_given_once_by_whoever_acts_there(leg: Leg, beto: Mandate, uma: Mandate) -> None:
    (asked,) = ask(leg, beto, uma)
    assert refusal(give_opinion, asked, by=beto, text=SAID)[0].startswith("Your mandate in this office")
    assert refusal(give_opinion, asked, by=uma, text=" ") == ("Write your opinion.", "text")
    for _ in range(2):
        give_opinion(asked, by=uma, text=SAID, key="k")
    assert Event.objects.filter(kind="opinion").count() == 1
    assert refusal(give_opinion, asked, by=uma, text=SAID)[0].startswith("This ask has already left")


def test_who_has_the_ask_answers_it_and_gives_no_opinion(leg: Leg, beto: Mandate, uma: Mandate) -> None:
    (asked,) = ask(leg, beto, uma)
    assert refusal(give_opinion, leg, by=beto, text=SAID)[0] == (
        "This ask is yours to answer; nobody has asked for your opinion."
    )
    theirs = "Your office was asked for its opinion. The answer belongs to the office that asked."
    assert refusal(decline_leg, asked, by=uma, reason="full")[0] == theirs
    assert refusal(accept_leg, asked, by=uma, what="Sí", due_on=DAY)[0] == theirs
    assert refusal(pass_on_leg, asked, by=uma, to=beto.office, reason="full")[0] == theirs
    assert refusal(forward_leg, asked, by=uma)[0] == (
        "No further office follows here in the route of this kind of ask."
    )


def test_an_opinion_is_not_taken_back(leg: Leg, beto: Mandate, uma: Mandate) -> None:
    (asked,) = ask(leg, beto, uma)
    give_opinion(asked, by=uma, text=SAID)
    assert may_undo(Leg.objects.get(pk=asked.pk)) is False
    with pytest.raises(Refused):
        undo_answer(asked, by=uma)


# Time ---------------------------------------------------------------------------


def test_an_opinion_that_misses_its_date_is_missed_and_never_climbs(
    clock: Clock, leg: Leg, beto: Mandate, uma: Mandate
) -> None:
    (asked,) = ask(leg, beto, uma)
    assert asked.due_at is not None
    seen = []
    for instant in (
        asked.due_at - timedelta(days=2),
        asked.due_at - timedelta(seconds=1),
        asked.due_at,
        asked.due_at + timedelta(days=3),
    ):
        clock.to(instant)
        work()
        seen.append((told(uma.office), Leg.objects.get(pk=asked.pk).outcome))
    reminded = ["before", "today"]
    assert seen == [(["before"], ""), (reminded, ""), (reminded, "missed"), (reminded, "missed")]
    assert told(beto.office)[0] == "opinion-missed"
    assert (Leg.objects.count(), Leg.objects.get(pk=asked.pk).in_time) == (2, False)
    assert (Case.objects.get().due_on, letters("asker_late")) == (leg.due_on, [])


def test_an_opinion_that_never_reached_its_office_is_not_missed(
    clock: Clock, leg: Leg, beto: Mandate, uma: Mandate
) -> None:
    (asked,) = ask(leg, beto, uma)
    Letter.objects.filter(tag__startswith=f"leg-{asked.pk}/").delete()
    assert asked.due_at is not None
    clock.to(asked.due_at)
    work()
    after = Leg.objects.get(pk=asked.pk)
    assert (after.outcome, after.in_time, told(beto.office)) == ("undelivered", None, ["opinion-undelivered"])
    assert from_journal() == from_tables()


def test_the_evidence_that_an_opinion_has_come_moves_no_date(
    clock: Clock, leg: Leg, beto: Mandate, uma: Mandate
) -> None:
    (asked,) = ask(leg, beto, uma)
    clock.forward(days=1)
    work()
    after = Leg.objects.get(pk=asked.pk)
    assert (after.evidence, after.due_on, after.due_version) == ("server", DAY, 1)
    assert from_journal() == from_tables()


def test_an_office_that_nobody_holds_any_longer_is_not_waited_for(
    leg: Leg, beto: Mandate, uma: Mandate
) -> None:
    (asked,) = ask(leg, beto, uma)
    end_mandate(uma, by=None)
    asked.refresh_from_db()
    assert (asked.outcome, asked.in_time, told(beto.office)) == ("moved", None, ["opinion-missed"])
    assert way(Case.objects.get()) == [("chapter-berlin", "at-desk", "routed", "")]


def test_the_next_holder_gets_a_link_to_the_opinion(
    cast: Cast, leg: Leg, beto: Mandate, uma: Mandate
) -> None:
    cast.hold("university-oaxaca", "Ursula", role="deputy")
    ask(leg, beto, uma)
    end_mandate(uma, by=None)
    assert [letter.address for letter in letters("leg_handed")] == ["ursula@example.org"]


@pytest.mark.parametrize("end", ["accept", "decline", "pass on", "withdraw", "vacant"])
def test_what_has_not_come_when_the_asking_leg_ends_is_no_longer_needed(
    cast: Cast, leg: Leg, beto: Mandate, uma: Mandate, eva: Mandate, end: str
) -> None:
    """Whatever ends it, the opinions end with it, and the journal knows."""
    given, open_still = ask(leg, beto, uma, eva, day=date(2026, 12, 2))
    give_opinion(given, by=uma, text=SAID)
    if end == "accept":
        accept_leg(leg, by=beto, what="Sí", due_on=date(2026, 12, 20))
    elif end == "decline":
        decline_leg(leg, by=beto, reason="full")
    elif end == "pass on":
        pass_on_leg(leg, by=beto, to=cast.desk, reason="full")
    elif end == "withdraw":
        withdraw_case(Case.objects.get())
    else:
        end_mandate(beto, by=None)
    assert Leg.objects.get(pk=given.pk).outcome == "opinion"
    assert Leg.objects.get(pk=open_still.pk).outcome == "not-needed"
    assert "opinion-not-needed" in told(eva.office)
    assert from_journal() == from_tables()


def test_an_answer_taken_back_does_not_ask_again_but_may(
    clock: Clock, leg: Leg, beto: Mandate, eva: Mandate
) -> None:
    (asked,) = ask(leg, beto, eva)
    decline_leg(leg, by=beto, reason="full")
    clock.forward(hours=1)
    undo_answer(leg, by=beto)
    assert (Leg.objects.get(pk=asked.pk).outcome, left_to_ask(leg)) == ("not-needed", 2)
    ask(leg, beto, eva)
    assert from_journal() == from_tables()
