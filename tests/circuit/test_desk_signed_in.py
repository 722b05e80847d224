"""The desk of who is signed in: offices, inbox, and the same page of an ask."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from tequio.circuit import access
from tequio.circuit.actions.answering import accept_leg
from tequio.circuit.models import Leg
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Role
from tequio.people.models import Account
from tests.cast import Cast
from tests.circuit.desks import accept, outcome, signed, url
from tests.circuit.reading import words


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto", language="en")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def leg(cast: Cast, beto: Mandate) -> Leg:
    return cast.leg()


def test_the_desk_asks_visitors_to_sign_in_and_brings_them_back(client: Client, leg: Leg) -> None:
    for name, args in (
        ("desk", []),
        ("desk_office", [leg.owner_id]),
        ("leg", [leg.owner_id, leg.case.ref, 1]),
    ):
        page = client.get(url(name, *args))
        assert (page.status_code, page["Location"]) == (302, f"/en/accounts/login/?next={url(name, *args)}")


def test_one_office_leads_straight_to_its_inbox(client: Client, cast: Cast, beto: Mandate) -> None:
    page = signed(client, cast, "Beto").get(url("desk"))
    assert page["Location"] == url("desk_office", beto.office_id)


def test_who_holds_no_office_is_told_how_one_comes_to_it(client: Client, cast: Cast) -> None:
    assert "You hold no office now" in words(signed(client, cast, "Nadia").get(url("desk")))


def test_an_operator_without_a_person_has_no_desk(client: Client, cast: Cast, beto: Mandate) -> None:
    client.force_login(Account.objects.create_superuser("operator@example.org"))
    assert "You hold no office now" in words(client.get(url("desk")))
    assert client.get(url("desk_office", beto.office_id)).status_code == 404


def test_a_stranger_finds_neither_office_nor_ask(client: Client, cast: Cast, leg: Leg) -> None:
    cast.hold("chapter-madrid", "Carla")
    signed(client, cast, "Carla")
    mine = cast.office("chapter-madrid").pk
    paths = [
        url("desk_office", leg.owner_id),
        url("leg", leg.owner_id, leg.case.ref, 1),
        url("leg", mine, leg.case.ref, 1),
        url("leg", mine, "mx-zzzzzzzz", 1),
    ]
    assert [client.get(each).status_code for each in paths] == [404] * 4
    assert [client.post(each, accept()).status_code for each in paths[1:]] == [404] * 3


def test_an_empty_inbox_says_what_will_be_here(client: Client, cast: Cast, beto: Mandate) -> None:
    shown = words(signed(client, cast, "Beto").get(url("desk_office", beto.office_id)))
    assert "You owe no answer now." in shown
    assert "When an ask comes, you get a letter with a link" in shown
    cast.hold("embassy-de", "Dora")
    shown = words(signed(client, cast, "Dora").get(url("desk_office", cast.office("embassy-de").pk)))
    assert "Sign a promise" in shown


def test_the_inbox_keeps_what_is_owed_what_was_answered_and_the_record(
    client: Client, cast: Cast, beto: Mandate
) -> None:
    accept_leg(cast.leg(), by=beto, what="Charla por video el día 9", due_on=date(2026, 12, 9))
    shown = words(signed(client, cast, "Beto").get(url("desk_office", beto.office_id)))
    assert "Charla por video el día 9 By Dec. 9, 2026 · Preparatoria Número 5 (en) · Ask school-talk" in shown
    assert "Your record Ask school-talk answers within 8 working days · none due so far" in shown
    assert "Preparatoria Número 5 (en) Accepted · Nov. 23, 2026 · Ask school-talk" in shown


def test_a_signed_in_holder_answers_on_the_same_page(client: Client, cast: Cast, leg: Leg) -> None:
    address = url("leg", leg.owner_id, leg.case.ref, 1)
    signed(client, cast, "Beto")
    assert client.get(address).status_code == 200
    assert client.post(address, accept())["Location"] == address
    assert outcome(leg) == "accepted"


def test_a_deputy_sees_and_may_not_answer_while_the_holder_acts(
    client: Client, cast: Cast, beto: Mandate, leg: Leg
) -> None:
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    signed(client, cast, "Dana")
    address = url("leg", leg.owner_id, leg.case.ref, 1)
    shown = words(client.get(address))
    assert "The holder of the office acts now." in shown
    assert "Accept and tell the asker" not in shown
    assert client.post(address, accept()).status_code == 403
    assert outcome(leg) == ""


def test_the_deputy_answers_from_the_instant_at_which_the_holder_is_gone(
    client: Client, cast: Cast, beto: Mandate, leg: Leg
) -> None:
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    end_mandate(beto, by=beto)
    address = url("leg", leg.owner_id, leg.case.ref, 1)
    assert signed(client, cast, "Dana").post(address, accept()).status_code == 302
    assert outcome(leg) == "accepted"


def test_an_office_entrusted_with_a_promise_reads_what_it_has_to_keep(
    client: Client, cast: Cast, beto: Mandate, leg: Leg
) -> None:
    carla = cast.hold("mesa", "Carla")
    accept_leg(leg, by=beto, what="Charla el día 9", due_on=date(2026, 12, 9))
    end_mandate(beto, by=beto)
    signed(client, cast, "Carla")
    address = url("leg", carla.office_id, leg.case.ref, 1)
    assert address in client.get(url("desk_office", carla.office_id)).content.decode()
    shown = words(client.get(address))
    assert "accepted it. Your office keeps its word now." in shown
    assert "Take my answer back" not in shown
    page = client.post(address, {"act": "undo"}, follow=True)
    assert "Your mandate in this office has ended, or somebody else acts for it now." in words(page)


def test_access_says_see_and_do_apart(cast: Cast, beto: Mandate, leg: Leg) -> None:
    dana = cast.hold(beto.office, "Dana", role=Role.DEPUTY).person
    assert access.leg_for(dana, beto.office_id, leg.case.ref, 1) == (leg, None)
    with pytest.raises(PermissionDenied):
        access.leg_for(dana, beto.office_id, leg.case.ref, 1, act=True)
    assert access.leg_for(beto.person, beto.office_id, leg.case.ref, 1, act=True) == (leg, beto)


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_of_the_desk_reads_in_both_languages(
    client: Client, cast: Cast, leg: Leg, language: str
) -> None:
    signed(client, cast, "Beto")
    for name, args in (("desk_office", [leg.owner_id]), ("leg", [leg.owner_id, leg.case.ref, 1])):
        page = client.get(url(name, *args, language=language))
        assert f'<html lang="{language}">' in page.content.decode()
