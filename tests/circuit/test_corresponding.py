"""An office chooses how its letters come: by mail, on the pages alone, or both."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tequio.circuit.actions.corresponding import choose_way
from tequio.circuit.actions.delivery import letter_taken
from tequio.circuit.models import Case, Correspondence, Digest, Leg
from tequio.circuit.queries.correspondence import way_of
from tequio.circuit.states import Way
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate, Role
from tests.cast import Cast, letters, open_leg_of, work
from tests.circuit.desks import signed, url
from tests.circuit.mails import ANA, answers
from tests.circuit.reading import errors, words
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("by_mail")


def tomorrow(clock: Clock) -> None:
    clock.forward(days=1)
    work()


def test_an_office_gets_both_until_it_says_otherwise(cast: Cast, ana: Mandate) -> None:
    assert (way_of(ana.office), Correspondence.objects.count()) == (Way.BOTH, 0)
    for way in (Way.WEB, Way.MAIL):
        choose_way(ana.office, way, by=ana)
        assert way_of(ana.office) is way
    assert Correspondence.objects.count() == 1


def test_on_its_page_it_chooses(client: Client, cast: Cast, ana: Mandate) -> None:
    desk = signed(client, cast, "Ana")
    page = url("office_mail", ana.office_id)
    shown = words(desk.get(page))
    assert "How letters come" in shown
    assert "No mail waits" in shown
    assert errors(desk.post(page, {"way": "pigeon"})) == [
        "How letters come: Select a valid choice. pigeon is not one of the available choices."
    ]
    assert "Kept. Letters come so from now on." in words(desk.post(page, {"way": "web"}, follow=True))
    assert way_of(ana.office) is Way.WEB


def test_a_hub_that_takes_no_mail_says_so(client: Client, cast: Cast, ana: Mandate, settings: Any) -> None:
    settings.MAIL_DOMAIN = ""
    shown = words(signed(client, cast, "Ana").get(url("office_mail", ana.office_id)))
    assert "This site takes no mail yet: a reply to a letter does not reach it." in shown
    assert "Mail that waits for your word" not in shown


def test_a_deputy_reads_it_while_the_holder_acts(client: Client, cast: Cast, ana: Mandate) -> None:
    deputy = cast.hold("chapter-berlin", "Dora", role=Role.DEPUTY)
    desk, page = signed(client, cast, "Dora"), url("office_mail", ana.office_id)
    assert "You see it as deputy." in words(desk.get(page))
    assert desk.post(page, {"way": "web"}).status_code == 403
    with pytest.raises(Refused):
        choose_way(ana.office, Way.WEB, by=deputy)
    with pytest.raises(Refused):
        choose_way(ana.office, "pigeon", by=ana)
    assert signed(client, cast, "Nadie").get(page).status_code == 404


def test_on_the_web_alone_a_new_ask_stands_in_the_daily_letter(
    cast: Cast, ana: Mandate, clock: Clock
) -> None:
    choose_way(ana.office, Way.WEB, by=ana)
    case = cast.case()
    assert letters("leg_new") == []
    tomorrow(clock)
    (digest,) = letters("digest", ANA)
    assert str(case) in digest.text
    assert Leg.objects.get(case=case).evidence == "server"
    tomorrow(clock)
    assert len(letters("digest", ANA)) == 1


def test_the_daily_letter_shows_that_the_ask_came_only_where_no_other_letter_would(
    cast: Cast, ana: Mandate, clock: Clock
) -> None:
    case = cast.case(delivered=False)
    (letter,) = letters("leg_new", ANA)
    letter.tag = f"digest-{ana.office_id}"
    letter_taken(letter)
    assert Leg.objects.get(case=case).delivered_at is None
    choose_way(ana.office, Way.WEB, by=ana)
    letter.created_at = clock.instant - timedelta(hours=1)
    letter_taken(letter)
    assert Leg.objects.get(case=case).delivered_at is None, "it was written before the ask came"
    letter.created_at = clock.instant
    letter_taken(letter)
    assert Leg.objects.get(case=case).evidence == "server"


def test_on_the_web_alone_a_reply_by_mail_is_confirmed_first(cast: Cast, ana: Mandate) -> None:
    leg = cast.leg()
    choose_way(ana.office, Way.WEB, by=ana)
    assert answers(leg, "Escriban a la biblioteca.").state == "asked"
    assert Case.objects.get(pk=leg.case_id).state == "at-desk"


def test_by_mail_as_little_as_possible_leaves_out_what_others_did(
    cast: Cast, ana: Mandate, clock: Clock
) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    cast.promise(carla)
    choose_way(ana.office, Way.MAIL, by=ana)
    leg = cast.leg()
    assert len(letters("leg_new", ANA)) == 1
    answers(leg, "Pasar a Capítulo Madrid.")
    following = open_leg_of(Case.objects.get(pk=leg.case_id))
    answers(following, "No podemos.", sender="carla@example.org")
    tomorrow(clock)
    (digest,) = letters("digest", ANA)
    assert "lo declinó" not in digest.text
    assert "declined it, with a reason" not in digest.text
    assert Digest.objects.get(office=ana.office).sent == 1
