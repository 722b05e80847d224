"""The coordinating office's page: what a country lacks, and the invitations that mend it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from tequio.circuit.models import EntryPoint
from tequio.network.actions import invite
from tequio.network.models import Hub, Invitation, Mandate, Organisation, Role
from tequio.reference.models import Country
from tests.cast import Cast, letters, work
from tests.circuit.reading import words
from tests.conftest import Clock


def url(name: str, *args: Any) -> str:
    with translation.override("en"):
        return reverse(name, args=args)


@pytest.fixture
def mesa(cast: Cast) -> Mandate:
    return cast.hold("mesa", "Mesa")


@pytest.fixture
def desk(client: Client, cast: Cast, mesa: Mandate) -> Client:
    client.force_login(cast.account("Mesa"))
    return client


def test_nothing_is_missing_yet(desk: Client) -> None:
    shown = words(desk.get(url("coordination")))
    assert "0 asks wait because no office has promised to answer them." in shown
    assert "Every listed office has a promise in force." in shown


def test_gaps_come_first_with_their_dates(desk: Client, cast: Cast) -> None:
    leg = cast.leg()
    page = desk.get(url("coordination"))
    assert "1 ask waits because no office has promised to answer it." in words(page)
    shown = "Preparatoria Número 5 (en) Ask school-talk · Oaxaca by Dec. 3, 2026 · Nobody has promised"
    assert shown in words(page)
    link = url("leg", cast.desk.pk, leg.case.ref, 1)
    assert link in page.content.decode()
    assert desk.get(link).status_code == 200


def test_an_ask_that_climbed_to_coordination_is_among_the_gaps(
    desk: Client, cast: Cast, clock: Clock
) -> None:
    cast.promise(cast.hold("chapter-berlin", "Beto"), days=3)
    cast.leg()
    clock.forward(days=9)
    work()
    assert [leg.get_rung_display() for leg, _ask in desk.get(url("coordination")).context["gaps"]] == [
        "Coordinating office"
    ]


def test_it_lists_who_is_listed_without_a_promise_in_force(desk: Client, cast: Cast, clock: Clock) -> None:
    for slug in ("institute", "embassy-de", "chapter-madrid"):
        cast.entry_point(slug)
    cast.promise(cast.hold("chapter-berlin", "Beto"), valid_days=300)
    cast.promise(cast.hold("chapter-madrid", "Carla"), valid_days=20)
    EntryPoint.objects.filter(slug="institute").update(withdrawn_on="2026-01-01")

    def listed() -> list[str]:
        return [each.slug for each in desk.get(url("coordination")).context["page"]]

    assert listed() == ["embassy-de"]
    clock.forward(days=21)
    assert listed() == ["chapter-madrid", "embassy-de"]
    assert f"{url('invite')}?organisation=embassy-de" in desk.get(url("coordination")).content.decode()


def test_it_shows_what_lapses_soon_and_who_has_not_answered_an_invitation(
    desk: Client, cast: Cast, mesa: Mandate
) -> None:
    cast.promise(cast.hold("chapter-berlin", "Beto"), valid_days=300)
    cast.promise(cast.hold("chapter-madrid", "Carla"), valid_days=20)
    invite(cast.office("institute"), "ines@example.org", role=Role.HOLDER, language="es", by=mesa)
    shown = words(desk.get(url("coordination")))
    assert (
        "Promises that lapse within thirty days Capítulo Madrid (en) Ask school-talk · until Dec. 13, 2026"
        in shown
    )
    assert "Instituto del Exterior (en) Holder · ines@example.org · until Dec. 7, 2026" in shown
    assert "Capítulo Berlín (en) Ask" not in shown


def test_long_lists_are_paged_and_ask_the_database_no_more(desk: Client, cast: Cast) -> None:
    counts = []
    for number in (1, 50):
        for each in range(number):
            cast.organisation(f"post-{number}-{each}", "post", f"Consulado {number} {each}", country="US")
            cast.entry_point(f"post-{number}-{each}")
            if each < 20:
                cast.case("counterpart", address=f"asker{number}-{each}@example.net")
        with CaptureQueriesContext(connection) as queries:
            page = desk.get(url("coordination"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 12
    assert len(page.context["page"].object_list) == 25
    assert "26 to 50 of 51" in words(desk.get(url("coordination") + "?page=2"))


def test_of_many_gaps_the_first_are_shown_and_all_are_counted(desk: Client, cast: Cast) -> None:
    for number in range(27):
        cast.case(address=f"asker{number}@example.net")
    page = desk.get(url("coordination"))
    assert "27 asks wait because no office has promised to answer them." in words(page)
    assert len(page.context["gaps"]) == 25
    assert f'<a href="{url("desk_office", cast.desk.pk)}">All 27 are in' in page.content.decode()


@pytest.mark.parametrize("who", ["Beto", "Nadia"])
def test_nobody_else_finds_the_page(client: Client, cast: Cast, mesa: Mandate, who: str) -> None:
    cast.hold("chapter-berlin", "Beto")
    client.force_login(cast.account(who))
    assert [client.get(url(name)).status_code for name in ("coordination", "invite")] == [404, 404]
    assert client.post(url("invite") + "?organisation=institute", {}).status_code == 404


def test_a_visitor_is_asked_to_sign_in(client: Client, cast: Cast) -> None:
    assert client.get(url("coordination"))["Location"].startswith("/en/accounts/login/?next=")


def test_a_deputy_of_the_coordinating_office_waits_for_its_turn(
    client: Client, cast: Cast, mesa: Mandate
) -> None:
    cast.hold("mesa", "Dana", role=Role.DEPUTY)
    client.force_login(cast.account("Dana"))
    assert client.get(url("coordination")).status_code == 404


# Inviting -------------------------------------------------------------------------


def test_first_one_finds_the_organisation(desk: Client, cast: Cast) -> None:
    page = desk.get(url("invite") + "?words=embajada")
    assert [each.slug for each in page.context["found"]] == ["embassy-de"]
    assert f"{url('invite')}?organisation=embassy-de" in page.content.decode()
    assert "No organisation has all these words." in words(desk.get(url("invite") + "?words=marte"))
    assert desk.get(url("invite")).context["found"] == []


def test_then_one_invites_its_office(desk: Client, cast: Cast, mesa: Mandate) -> None:
    page = url("invite") + "?organisation=embassy-de"
    assert "Invite Embajada en Alemania (en)" in words(desk.get(page))
    sent = desk.post(page, {"role": "holder", "address": "dora@example.org", "language": "es"}, follow=True)
    assert sent.redirect_chain == [(url("coordination"), 302)]
    invitation = Invitation.objects.get()
    assert (invitation.office, invitation.invited_by, invitation.language) == (
        cast.office("embassy-de"),
        mesa,
        "es",
    )
    assert [letter.address for letter in letters("invitation")] == ["dora@example.org"]
    assert "The invitation is on its way to dora@example.org." in words(sent)


def test_of_several_offices_one_is_chosen(desk: Client, cast: Cast) -> None:
    second = cast.second_office("agency")
    theirs = cast.office("embassy-de")
    page = url("invite") + "?organisation=agency"
    given = {"role": "deputy", "address": "ines@example.org", "language": "en"}
    assert list(desk.get(page).context["form"].fields) == ["office", "role", "address", "language"]
    assert list(desk.post(page, {**given, "office": theirs.pk}).context["form"].errors) == ["office"]
    desk.post(page, {**given, "office": second.pk})
    assert Invitation.objects.get().office == second


def test_a_held_office_is_offered_a_deputy_and_refuses_a_second_holder(desk: Client, cast: Cast) -> None:
    cast.hold("embassy-de", "Dora")
    page = url("invite") + "?organisation=embassy-de"
    assert desk.get(page).context["form"]["role"].value() == "deputy"
    answer = desk.post(page, {"role": "holder", "address": "otro@example.org", "language": "es"})
    assert "Somebody holds this office now." in words(answer)
    assert Invitation.objects.count() == 0


def test_another_country_s_organisation_is_not_there(desk: Client, cast: Cast) -> None:
    Country.objects.create(id="VE", names={"es": "Venezuela"}, zones=["America/Caracas"])
    foreign = cast.organisation("uc-caracas", "university", "Universidad de Caracas", country="MX")
    Organisation.objects.filter(pk=foreign.pk).update(home="VE")
    office = cast.office("uc-caracas")
    Hub.objects.create(home_id="VE", coordination=office, days=10)
    assert desk.get(url("invite") + "?organisation=uc-caracas").status_code == 404
    assert desk.get(url("invite") + "?organisation=no-such").status_code == 404
    assert desk.get(url("mandates", office.pk)).status_code == 404
    assert list(desk.get(url("invite") + "?words=caracas").context["found"]) == []


def test_an_expired_invitation_stays_until_it_is_withdrawn(
    desk: Client, cast: Cast, mesa: Mandate, clock: Clock
) -> None:
    invitation = invite(
        cast.office("institute"), "ines@example.org", role=Role.HOLDER, language="es", by=mesa
    )
    clock.forward(days=20)
    assert invitation.expires_at < clock.instant - timedelta(days=5)
    assert "ines@example.org" in words(desk.get(url("coordination")))
    desk.post(url("mandates", invitation.office_id), {"withdraw": invitation.pk})
    assert not re.search("ines@example.org", words(desk.get(url("coordination"))))
