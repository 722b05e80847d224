"""Opinions that a step asks for by itself, and who sees what of them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tequio.circuit.actions.answering import pass_on_leg, undo_answer
from tequio.circuit.actions.forwarding import forward_leg
from tequio.circuit.actions.opinions import give_opinion
from tequio.circuit.models import Leg
from tequio.circuit.queries.opinions import advisers_by_rule, asked_now
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.circuit.queries.why import why_sentence
from tequio.journal.models import Entry
from tequio.network.models import Mandate
from tests.cast import Cast, letters
from tests.circuit.desks import fields, signed, url
from tests.circuit.follows import page
from tests.circuit.opinions import SAID, TASK, ask
from tests.circuit.reading import words
from tests.circuit.tables import PLAIN, SECOND_OPINION, TWO, add_kind, promised
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


# By itself ----------------------------------------------------------------------


@pytest.fixture
def twice(cast: Cast, beto: Mandate) -> Mandate:
    add_kind(cast, "expert", SECOND_OPINION)
    cast.promise(beto, "expert", days=6)
    return beto


def test_a_step_asks_for_its_opinions_when_it_begins(cast: Cast, twice: Mandate, uma: Mandate) -> None:
    eva = promised(cast, "embassy-de", "Eva", "expert", days=20)
    leg = cast.leg("expert")
    found = [(each.owner, each.due_on, each.task) for each in leg.opinions.order_by("number")]
    assert found == [(eva.office, date(2026, 11, 26), ""), (uma.office, date(2026, 11, 26), "")]
    assert from_journal() == from_tables()
    assert len(letters("leg_opinion")) == 2


def test_where_there_are_fewer_fewer_are_asked(cast: Cast, twice: Mandate) -> None:
    assert cast.leg("expert").opinions.count() == 0
    cast.hold("agency", "Ana")
    assert [each.owner for each in cast.leg("expert").opinions.all()] == [cast.office("agency")]


def test_who_is_asked_is_a_rule_not_luck(cast: Cast, twice: Mandate, uma: Mandate) -> None:
    promised(cast, "embassy-de", "Eva", "expert", days=20)
    madrid = promised(cast, "chapter-madrid", "Carla", "expert", days=8)
    cast.hold("agency", "Ana")
    leg = cast.leg("expert")
    slugs = [office.organisation.slug for office in advisers_by_rule(leg)]
    assert [each.owner for each in leg.opinions.order_by("number")] == [
        madrid.office,
        cast.office("embassy-de"),
    ]
    assert slugs == ["agency", "university-oaxaca"]


def test_they_are_asked_once_for_the_step_not_for_each_office_that_has_it(
    cast: Cast, twice: Mandate, uma: Mandate
) -> None:
    leg = cast.leg("expert")
    following = pass_on_leg(leg, by=twice, to=cast.desk, reason="full")
    assert (leg.opinions.count(), following.opinions.count()) == (1, 0)


def test_the_second_step_asks_when_the_ask_comes_to_it(cast: Cast, beto: Mandate, uma: Mandate) -> None:
    rows = [{**row, "opinions": 1} if row["slug"] == "post" else row for row in TWO]
    add_kind(cast, "room", rows)
    cast.promise(beto, "room", days=1)
    promised(cast, "embassy-de", "Eva", "room")
    ana = promised(cast, "agency", "Ana", "room", days=30)
    leg = cast.leg("room")
    following = forward_leg(leg, by=beto)
    assert (leg.opinions.count(), [each.owner for each in following.opinions.all()]) == (0, [ana.office])
    undo_answer(leg, by=beto)
    assert [each.outcome for each in following.opinions.all()] == ["not-needed"]
    assert from_journal() == from_tables()


def test_a_day_is_too_short_for_an_opinion_from_the_other_side_of_the_sea(
    cast: Cast, clock: Clock, beto: Mandate
) -> None:
    """Promised for the same evening in Berlin, there is no day left that is over in Oaxaca by then."""
    add_kind(cast, "expert", SECOND_OPINION)
    cast.promise(beto, "expert", days=1)
    cast.hold("university-oaxaca", "Uma")
    clock.to(datetime(2026, 11, 24, 22, 59, tzinfo=UTC))
    leg = cast.leg("expert")
    assert leg.due_at is not None
    assert all(each.due_at <= leg.due_at for each in leg.opinions.all() if each.due_at)


# Who sees what ------------------------------------------------------------------


def test_the_asker_sees_who_is_asked_until_when_and_not_the_words(
    client: Client, leg: Leg, beto: Mandate, uma: Mandate
) -> None:
    (asked,) = ask(leg, beto, uma)
    before = words(client.get(page(leg.case)))
    give_opinion(asked, by=uma, text=SAID)
    after = words(client.get(page(leg.case)))
    assert (
        "Whose opinion is asked meanwhile Head office, Universidad de Oaxaca (en), until Nov. 27, 2026"
        in before
    )
    assert ("Whose opinion is asked meanwhile" in after, "This office gave its opinion" in after) == (
        False,
        True,
    )
    assert [text in before + after for text in (TASK, SAID)] == [False, False]
    assert list(asked_now(leg.case)) == []


def test_the_desk_that_asked_reads_them_the_others_do_not(
    cast: Cast, client: Client, leg: Leg, beto: Mandate, uma: Mandate, eva: Mandate
) -> None:
    first, second = ask(leg, beto, uma, eva)
    give_opinion(first, by=uma, text=SAID)

    def seen(name: str, each: Leg) -> str:
        assert each.owner is not None
        return words(signed(client, cast, name).get(url("leg", each.owner.pk, each.case.ref, each.number)))

    desk = seen("Beto", leg)
    assert (
        f"Opinions of other offices Head office, Universidad de Oaxaca (en) You asked: {TASK} {SAID}" in desk
    )
    assert "Head office, Embajada en Alemania (en)" in desk and "Asked until Nov. 27, 2026." in desk
    other = seen("Eva", second)
    assert "wants your opinion by Nov. 27, 2026, end of the day in Berlin." in other
    assert (TASK in other, SAID in other) == (True, False)
    following = pass_on_leg(leg, by=beto, to=cast.desk, reason="full")
    cast.hold("mesa", "Mesa")
    assert SAID not in seen("Mesa", following)


def test_the_page_of_an_opinion_is_of_the_office_that_gives_it_alone(
    cast: Cast, client: Client, leg: Leg, beto: Mandate, uma: Mandate
) -> None:
    (asked,) = ask(leg, beto, uma)
    response = signed(client, cast, "Beto").get(url("leg", beto.office_id, leg.case.ref, asked.number))
    assert response.status_code == 404


def test_an_opinion_is_asked_for_and_given_by_the_forms(
    cast: Cast, client: Client, leg: Leg, beto: Mandate, uma: Mandate
) -> None:
    there = url("leg", beto.office_id, leg.case.ref, leg.number)
    given: dict[str, Any] = {"first": uma.office_id, "second": "", "task": TASK, "due_on": "2026-11-27"}
    response = signed(client, cast, "Beto").post(there, fields("opinions", **given), follow=True)
    assert f"You asked: {TASK}" in words(response)
    asked = Leg.objects.get(rung="opinion")
    theirs = url("leg", uma.office_id, leg.case.ref, asked.number)
    response = signed(client, cast, "Uma").post(theirs, fields("opinion", "key-two", text=SAID), follow=True)
    assert "You gave your opinion. Head office, Capítulo Berlín (en) has it." in words(response)


def test_a_form_that_cannot_be_taken_says_why_beside_the_field(
    cast: Cast, client: Client, leg: Leg, beto: Mandate, uma: Mandate
) -> None:
    from tests.circuit.desks import named_errors

    there = url("leg", beto.office_id, leg.case.ref, leg.number)
    late: dict[str, Any] = {
        "first": uma.office_id,
        "second": uma.office_id,
        "task": TASK,
        "due_on": "2026-12-30",
    }
    response = signed(client, cast, "Beto").post(there, fields("opinions", **late))
    assert named_errors(response) == ["opinions-due_on"]


def test_why_an_opinion_is_asked_is_said(leg: Leg, beto: Mandate, uma: Mandate) -> None:
    (asked,) = ask(leg, beto, uma)
    assert why_sentence(asked) == (
        "Head office, Capítulo Berlín (en) wants to know what this office thinks, by Nov. 27, 2026, end of the day in "
        "Mexico City. The answer stays its own."
    )


def test_no_word_of_an_opinion_is_in_the_public_facts(leg: Leg, beto: Mandate, uma: Mandate) -> None:
    (asked,) = ask(leg, beto, uma)
    give_opinion(asked, by=uma, text=SAID)
    facts = " ".join(Entry.objects.values_list("facts", flat=True))
    assert (TASK in facts, SAID in facts) == (False, False)
    assert from_journal() == from_tables()
