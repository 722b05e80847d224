"""One answer to several asks: written once, confirmed by number, sent one by one."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tequio.circuit.actions.answering import decline_leg
from tequio.circuit.actions.bulk import MOST, answer_all
from tequio.circuit.models import Commitment, Draft, Event, Leg
from tequio.journal.models import Entry
from tequio.journal.queries import verify
from tequio.network.models import Mandate, Role
from tests.cast import Cast, letters
from tests.circuit.desks import accept, fields, named_errors, outcome, signed, url
from tests.circuit.reading import heading, radios, value_of, words


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto", language="en")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def legs(cast: Cast, beto: Mandate) -> list[Leg]:
    return [cast.leg(address=f"a{number}@example.net", name=f"Asker {number}") for number in range(3)]


@pytest.fixture
def desk(client: Client, cast: Cast, legs: list[Leg]) -> Client:
    return signed(client, cast, "Beto")


def chosen(*legs: Leg) -> dict[str, list[int]]:
    return {"leg": [leg.pk for leg in legs]}


def decline(**given: Any) -> dict[str, Any]:
    return fields("decline", **{"reason": "other", "text": "No queda lugar en enero.", **given})


BULK = "/en/desk/bulk/"


def test_the_inbox_lets_me_choose_what_i_act_for(
    desk: Client, cast: Cast, beto: Mandate, legs: list[Leg]
) -> None:
    page = desk.get(url("desk_office", beto.office_id)).content.decode()
    assert re.findall(r'<input type="checkbox" name="leg" value="(\d+)">', page) == [
        str(leg.pk) for leg in legs
    ]
    assert f'action="{BULK}"' in page
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    page = signed(desk, cast, "Dana").get(url("desk_office", beto.office_id)).content.decode()
    assert ('name="leg"' in page, "Answer the chosen ones" in page) == (False, False)


def test_the_page_lists_them_and_offers_the_answers_that_fit_all(desk: Client, legs: list[Leg]) -> None:
    page = desk.get(BULK, chosen(*legs))
    assert heading(page) == "One answer to 3 asks"
    shown = words(page)
    assert [f"Asker {number}" in shown for number in range(3)] == [True] * 3
    assert re.findall(r'name="act" value="([\w-]+)"', page.content.decode()) == [
        "answer",
        "accept",
        "decline",
    ]
    assert radios(page, "decline-reason") == ["full", "other"]


def test_one_can_be_left_out(desk: Client, legs: list[Leg]) -> None:
    page = desk.get(BULK, chosen(*legs)).content.decode()
    assert f'href="?leg={legs[0].pk}&amp;leg={legs[2].pk}"' in page


def test_reasons_are_offered_for_asks_of_one_kind_only(desk: Client, cast: Cast, legs: list[Leg]) -> None:
    cast.hold("mesa", "Beto")
    page = desk.get(BULK, chosen(legs[0], cast.leg("counterpart")))
    assert radios(page, "decline-reason") == ["other"]
    assert "a reason has to be said in your own words" in words(page)
    sent = desk.post(
        BULK, {**chosen(legs[0], cast.leg("counterpart")), **decline(reason="full"), "send": "yes"}
    )
    assert named_errors(sent) == ["decline-reason"]


def test_nothing_is_sent_before_the_number_is_confirmed(desk: Client, legs: list[Leg]) -> None:
    page = desk.post(BULK, {**chosen(*legs), **accept()})
    assert heading(page) == "Send this answer to 3 askers?"
    shown = words(page)
    assert "What happens next El martes a las nueve, por video. By when Dec. 10, 2026" in shown
    assert "Send it to all 3" in shown
    assert [outcome(leg) for leg in legs] == [""] * 3
    assert value_of(page, "accept-due_on") == "2026-12-10"


def test_going_back_keeps_what_was_written(desk: Client, legs: list[Leg]) -> None:
    page = desk.post(BULK, {**chosen(*legs), **decline(), "change": "yes"})
    assert heading(page) == "One answer to 3 asks"
    assert "No queda lugar en enero." in page.content.decode()
    assert page.content.decode().count('<details name="answer" open>') == 1


def test_each_is_answered_by_an_act_of_its_own(desk: Client, legs: list[Leg]) -> None:
    page = desk.post(BULK, {**chosen(*legs), **accept(), "send": "yes"})
    assert heading(page) == "3 answers are sent"
    assert [outcome(leg) for leg in legs] == ["accepted"] * 3
    assert Commitment.objects.count() == 3
    assert Entry.objects.filter(kind="leg.accepted").count() == 3
    assert len(set(Event.objects.filter(kind="accepted").values_list("key", flat=True))) == 3
    assert [letter.address for letter in letters("asker_accepted")] == [f"a{n}@example.net" for n in range(3)]
    assert verify().broken is None


def test_an_answer_in_words_goes_to_each(desk: Client, legs: list[Leg]) -> None:
    page = desk.post(BULK, {**chosen(*legs), **fields("answer", text="Está en la página 4."), "send": "yes"})
    assert heading(page) == "3 answers are sent"
    said = Event.objects.filter(kind="answered").values_list("text", flat=True)
    assert list(said) == ["Está en la página 4."] * 3


def test_sent_twice_it_answers_once(desk: Client, legs: list[Leg]) -> None:
    for _ in range(2):
        page = desk.post(BULK, {**chosen(*legs), **accept(), "send": "yes"})
        assert heading(page) == "3 answers are sent"
    assert Commitment.objects.count() == 3


def test_what_is_refused_to_one_is_said_and_the_others_are_sent(
    desk: Client, beto: Mandate, legs: list[Leg]
) -> None:
    decline_leg(legs[1], by=beto, reason="full")
    page = desk.post(BULK, {**chosen(*legs), **accept(), "send": "yes"})
    assert heading(page) == "2 answers are sent"
    shown = words(page)
    assert "1 could not be sent. Nothing that you wrote is lost." in shown
    assert "This ask has already left your office." in shown
    assert "What you wrote El martes a las nueve, por video." in shown
    assert [outcome(leg) for leg in legs] == ["accepted", "declined", "accepted"]


def test_words_that_one_ask_refuses_stand_there_as_its_draft(
    cast: Cast, beto: Mandate, legs: list[Leg]
) -> None:
    def verb(leg: Leg, **given: Any) -> Leg:
        return decline_leg(leg, **{**given, "reason": "" if leg == legs[0] else "full"})

    given = {"text": "No queda lugar."}
    pairs = [(leg, beto) for leg in legs]
    sent = answer_all(verb, pairs, "decline", given=given, written=given, key="one")
    assert [(bool(each.refused), each.kept) for each in sent] == [
        (True, True),
        (False, False),
        (False, False),
    ]
    draft = Draft.objects.get()
    assert (draft.leg, draft.act, draft.data) == (legs[0], "decline", given)
    assert [outcome(leg) for leg in legs] == ["", "declined", "declined"]


def test_what_is_missing_is_said_beside_its_field(desk: Client, legs: list[Leg]) -> None:
    page = desk.post(BULK, {**chosen(*legs), **accept(what="", due_on="soon"), "send": "yes"})
    assert named_errors(page) == ["accept-what", "accept-due_on"]
    assert [outcome(leg) for leg in legs] == [""] * 3


def test_a_bulk_answer_takes_its_drafts_away(desk: Client, beto: Mandate, legs: list[Leg]) -> None:
    Draft.objects.create(office=beto.office, leg=legs[0], act="decline", mandate=beto, data={"text": "No"})
    desk.post(BULK, {**chosen(*legs), **decline(), "send": "yes"})
    assert Draft.objects.count() == 0


@pytest.mark.parametrize("method", ["get", "post"])
def test_none_chosen_and_more_than_fifty_are_sent_back_in_words(
    desk: Client, beto: Mandate, legs: list[Leg], method: str
) -> None:
    for keys, said in (([], "Choose the asks first"), ([legs[0].pk] * (MOST + 1), "Choose at most 50 asks")):
        given: Any = {"leg": keys, **(decline() if method == "post" else {})}
        page = getattr(desk, method)(BULK, given, follow=True)
        assert said in words(page)
    assert outcome(legs[0]) == ""


@pytest.mark.parametrize("key", ["0", "none", "-1", "9" * 30, "²"])
def test_an_ask_that_is_not_there_is_not_found(desk: Client, legs: list[Leg], key: str) -> None:
    assert desk.get(BULK, {"leg": [str(legs[0].pk), key]}).status_code == 404
    assert desk.post(BULK, {"leg": [legs[0].pk, key], **decline(), "send": "yes"}).status_code == 404
    assert outcome(legs[0]) == ""


def test_an_ask_of_another_office_is_not_there(desk: Client, cast: Cast, legs: list[Leg]) -> None:
    cast.hold("chapter-madrid", "Carla")
    signed(desk, cast, "Carla")
    assert desk.get(BULK, chosen(*legs)).status_code == 404
    assert desk.post(BULK, {**chosen(*legs), **decline(), "send": "yes"}).status_code == 404
    assert [outcome(leg) for leg in legs] == [""] * 3


def test_a_deputy_answers_none_while_the_holder_acts(
    desk: Client, cast: Cast, beto: Mandate, legs: list[Leg]
) -> None:
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    signed(desk, cast, "Dana")
    assert desk.get(BULK, chosen(*legs)).status_code == 403
    assert desk.post(BULK, {**chosen(*legs), **decline(), "send": "yes"}).status_code == 403
    assert [outcome(leg) for leg in legs] == [""] * 3


def test_asks_of_several_offices_are_answered_each_by_its_own_mandate(
    desk: Client, cast: Cast, beto: Mandate, legs: list[Leg]
) -> None:
    carla = cast.hold("mesa", "Beto")
    gap = cast.leg("counterpart")
    desk.post(BULK, {**chosen(legs[0], gap), **decline(), "send": "yes"})
    said = Event.objects.filter(kind="declined").order_by("leg")
    assert [(event.leg, event.mandate) for event in said] == [(legs[0], beto), (gap, carla)]


def test_visitors_sign_in_first(client: Client, legs: list[Leg]) -> None:
    page = client.get(BULK, chosen(legs[0]))
    assert page["Location"] == f"/en/accounts/login/?next={BULK}%3Fleg%3D{legs[0].pk}"


def test_the_page_asks_the_database_no_more_for_fifty_than_for_one(
    desk: Client, cast: Cast, beto: Mandate, legs: list[Leg]
) -> None:
    many = [cast.leg(address=f"b{number}@example.net") for number in range(47)]
    found = []
    for each in ([legs[0]], [*legs, *many]):
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(BULK, chosen(*each)).status_code == 200
        found.append(len(queries))
    assert found[0] == found[1]
    assert found[0] <= 12


def test_a_date_that_one_office_cannot_keep_is_refused_for_it_alone(
    desk: Client, cast: Cast, legs: list[Leg]
) -> None:
    page = desk.post(BULK, {**chosen(*legs), **accept(due_on=str(date(2026, 11, 1))), "send": "yes"})
    assert heading(page) == "0 answers are sent"
    assert words(page).count("Give a day between today and a year from now.") == 3
    assert [draft.data["due_on"] for draft in Draft.objects.all()] == ["2026-11-01"] * 3
