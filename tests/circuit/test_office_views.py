"""What an office signs and who holds it: in the browser."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tequio.circuit.actions.answering import accept_leg
from tequio.circuit.models import Promise
from tequio.network.actions import invite
from tequio.network.models import Invitation, Mandate, Role
from tequio.reference.models import Country
from tests.cast import Cast
from tests.circuit.desks import named_errors, terms, url
from tests.circuit.reading import words
from tests.conftest import Clock


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    return cast.hold("chapter-berlin", "Beto")


@pytest.fixture
def desk(client: Client, cast: Cast, beto: Mandate) -> Client:
    """The browser of Beto, who holds the chapter's head office."""
    client.force_login(cast.account("Beto"))
    return client


# Promises -----------------------------------------------------------------------


def test_an_office_signs_for_states_and_topics(desk: Client, cast: Cast, beto: Mandate) -> None:
    page = url("promises", beto.office_id)
    assert "Your office has promised nothing yet." in words(desk.get(page))
    given = {"sign": "school-talk", **terms(regions=["MX-OAX"], fields=["13"])}
    sent = desk.post(page, given, follow=True)
    promise = Promise.objects.get()
    assert sent.redirect_chain == [(page, 302)]
    assert (promise.days, promise.last_day, promise.signed_by) == (7, date(2027, 3, 31), beto)
    assert [each.pk for each in promise.regions.all()] == ["MX-OAX"]
    assert [each.pk for each in promise.fields.all()] == ["13"]
    shown = words(sent)
    assert "Done. Signed. From now on asks of this kind can come to you." in shown
    assert (
        "answers within 7 working days · none due so far until March 31, 2027 · Bioquímica · Oaxaca" in shown
    )


def test_renewing_begins_with_what_was_signed_and_keeps_subfields(
    desk: Client, cast: Cast, beto: Mandate
) -> None:
    cast.promise(beto, days=12, regions=["MX-JAL"], subfields=["sub-13"])
    page = url("promises", beto.office_id)
    form = desk.get(page).context["forms"][0]
    assert (form["days"].value(), form["regions"].value()) == (12, ["MX-JAL"])
    desk.post(page, {"sign": "school-talk", **terms(days=20)})
    promise = Promise.objects.live().get()
    assert (promise.days, list(promise.regions.all())) == (20, [])
    assert [each.pk for each in promise.subfields.all()] == ["sub-13"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": "soon"}, "days"),
        ({"valid_until": ""}, "valid_until"),
        ({"valid_until": "2029-01-01"}, "valid_until"),
        ({"regions": ["DE-BE"]}, "regions"),
        ({"fields": ["no-such-field"]}, "fields"),
    ],
)
def test_what_cannot_be_signed_is_said_beside_its_field(
    desk: Client, beto: Mandate, change: dict[str, Any], field: str
) -> None:
    answer = desk.post(url("promises", beto.office_id), {"sign": "school-talk", **terms(**change)})
    assert (answer.status_code, named_errors(answer)) == (200, [f"school-talk-{field}"])
    assert Promise.objects.count() == 0


def test_a_post_offers_its_jurisdictions_and_a_body_without_any_every_country(
    client: Client, cast: Cast
) -> None:
    embassy = cast.organisations["embassy-de"]
    embassy.jurisdictions.set(Country.objects.filter(pk__in=["DE", "ES"]))
    offered = {}
    for slug, name in (("embassy-de", "Dora"), ("agency", "Ana")):
        cast.hold(slug, name)
        client.force_login(cast.account(name))
        forms = client.get(url("promises", cast.office(slug).pk)).context["forms"]
        form = next(form for form in forms if form.kind.slug == "consular-support")
        offered[slug] = [key for key, _name in form.fields["countries"].choices], form["countries"].value()
    assert offered == {"embassy-de": (["DE", "ES"], ["DE", "ES"]), "agency": (["DE", "MX", "ES", "US"], [])}


def test_only_kinds_of_its_kind_of_organisation_are_offered(client: Client, cast: Cast) -> None:
    kinds = {}
    for slug, name in (("chapter-berlin", "Beto"), ("agency", "Ana"), ("school-oaxaca", "Marta")):
        cast.hold(slug, name)
        client.force_login(cast.account(name))
        page = client.get(url("promises", cast.office(slug).pk))
        kinds[slug] = [form.kind.slug for form in page.context["forms"]]
    assert kinds == {
        "chapter-berlin": ["school-talk"],
        "agency": ["counterpart", "consular-support"],
        "school-oaxaca": [],
    }
    assert "No kind of ask goes to this kind of organisation" in words(page)
    assert (
        client.post(url("promises", cast.office("school-oaxaca").pk), {"sign": "school-talk"}).status_code
        == 404
    )


def test_withdrawing_says_what_it_means_and_is_one_post(desk: Client, cast: Cast, beto: Mandate) -> None:
    promise = cast.promise(beto)
    page = url("promises", beto.office_id)
    assert "Asks that came before keep their dates." in words(desk.get(page))
    desk.post(page, {"withdraw": promise.pk})
    assert list(Promise.objects.live()) == []
    assert "Your office has promised nothing yet." in words(desk.get(page))


def test_another_office_s_promise_is_not_withdrawn(desk: Client, cast: Cast, beto: Mandate) -> None:
    theirs = cast.promise(cast.hold("chapter-madrid", "Carla"))
    page = url("promises", beto.office_id)
    assert [desk.post(page, {"withdraw": each}).status_code for each in (theirs.pk, 999, "x", "-1")] == [
        404
    ] * 4
    assert list(Promise.objects.live()) == [theirs]


def test_a_deputy_sees_the_promises_and_signs_none(client: Client, cast: Cast, beto: Mandate) -> None:
    cast.promise(beto)
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    client.force_login(cast.account("Dana"))
    page = url("promises", beto.office_id)
    shown = words(client.get(page))
    assert ("The holder of the office signs." in shown, "Sign or renew" in shown) == (True, False)
    assert client.post(page, {"sign": "school-talk", **terms()}).status_code == 403


def test_a_stranger_finds_no_such_office(client: Client, cast: Cast, beto: Mandate) -> None:
    cast.hold("chapter-madrid", "Carla")
    client.force_login(cast.account("Carla"))
    for name in ("promises", "mandates"):
        for office in (beto.office_id, 999):
            assert client.get(url(name, office)).status_code == 404
            assert client.post(url(name, office), {"end": beto.pk}).status_code == 404


# Mandates -----------------------------------------------------------------------


def test_the_page_names_who_holds_the_office_until_when_and_who_is_invited(
    desk: Client, cast: Cast, beto: Mandate
) -> None:
    cast.hold(beto.office, "Dana", role=Role.DEPUTY, until=date(2027, 6, 30))
    invite(beto.office, "elsa@example.net", role=Role.DEPUTY, language="es", by=beto)
    shown = words(desk.get(url("mandates", beto.office_id)))
    assert "Holder: Beto without an end" in shown
    assert "Deputy: Dana until June 30, 2027, end of the day where the office is" in shown
    assert "Deputy : elsa@example.net The link works until Dec. 7, 2026." in shown


def test_before_a_mandate_ends_the_page_says_what_moves_and_to_whom(
    desk: Client, cast: Cast, beto: Mandate
) -> None:
    cast.promise(beto)
    page = url("mandates", beto.office_id)
    assert "Nothing is open. The office is vacant from then on." in words(desk.get(page))
    legs = [cast.leg() for _ in range(3)]
    accept_leg(legs[0], by=beto, what="Charla", due_on=date(2026, 12, 9))
    assert (
        "The office is vacant then: 2 open asks and 1 promise to an asker move on, to its fallback or to "
        "Head office, Mesa de coordinación (en)."
    ) in words(desk.get(page))
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    shown = words(desk.get(page))
    assert "2 open asks and 1 promise to an asker stay with the office; its deputy acts at once" in shown
    assert "Nothing moves: the holder goes on acting." in shown


def test_a_holder_leaves_and_is_brought_to_the_desk(desk: Client, beto: Mandate, clock: Clock) -> None:
    answer = desk.post(url("mandates", beto.office_id), {"end": beto.pk})
    assert answer["Location"] == url("desk")
    assert Mandate.objects.get(pk=beto.pk).ends_at == clock.instant
    assert desk.get(url("mandates", beto.office_id)).status_code == 404


def test_a_deputy_may_leave_and_end_nobody_else(client: Client, cast: Cast, beto: Mandate) -> None:
    dana = cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    client.force_login(cast.account("Dana"))
    page = url("mandates", beto.office_id)
    shown = words(client.get(page))
    assert ("End my mandate" in shown, "End this mandate" in shown, "Invite somebody" in shown) == (
        True,
        False,
        False,
    )
    assert client.post(page, {"end": beto.pk}).status_code == 403
    assert (
        client.post(page, {"act": "invite", "role": "deputy", "address": "x@example.org"}).status_code == 403
    )
    assert client.post(page, {"end": dana.pk}).status_code == 302
    assert list(Mandate.objects.current()) == [beto]


def test_a_mandate_of_another_office_is_not_ended_here(desk: Client, cast: Cast, beto: Mandate) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    assert desk.post(url("mandates", beto.office_id), {"end": carla.pk}).status_code == 404
    assert Mandate.objects.current().count() == 2


def test_a_holder_invites_a_deputy_and_takes_it_back(desk: Client, beto: Mandate) -> None:
    page = url("mandates", beto.office_id)
    given = {"act": "invite", "role": "deputy", "address": "Elsa@Example.org", "language": "en"}
    assert "The invitation is on its way to Elsa@Example.org." in words(desk.post(page, given, follow=True))
    invitation = Invitation.objects.get()
    assert (invitation.address, invitation.role, invitation.invited_by) == (
        "elsa@example.org",
        "deputy",
        beto,
    )
    desk.post(page, {"withdraw": invitation.pk})
    assert Invitation.objects.get().withdrawn_at is not None
    assert "elsa@example.org" not in words(desk.get(page))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"address": "not an address"}, "address"),
        ({"role": "king"}, "role"),
        ({"role": "holder"}, "role"),
        ({"language": "tlh"}, "language"),
    ],
)
def test_a_wrong_invitation_is_said_beside_its_field(
    desk: Client, beto: Mandate, given: dict[str, str], field: str
) -> None:
    right = {"act": "invite", "role": "deputy", "address": "elsa@example.org", "language": "es"}
    answer = desk.post(url("mandates", beto.office_id), {**right, **given})
    assert named_errors(answer) == [field]
    assert Invitation.objects.count() == 0


def test_another_office_s_invitation_is_not_withdrawn(desk: Client, cast: Cast, beto: Mandate) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    theirs = invite(carla.office, "elsa@example.org", role=Role.DEPUTY, language="es", by=carla)
    assert desk.post(url("mandates", beto.office_id), {"withdraw": theirs.pk}).status_code == 404
    assert Invitation.objects.get().withdrawn_at is None


def test_the_coordinating_office_sees_and_ends_mandates_of_its_country_without_the_names(
    client: Client, cast: Cast, beto: Mandate
) -> None:
    cast.hold("mesa", "Mesa")
    client.force_login(cast.account("Mesa"))
    page = url("mandates", beto.office_id)
    shown = words(client.get(page))
    assert ("Holder" in shown, "Beto" in shown) == (True, False)
    client.post(page, {"end": beto.pk})
    assert list(Mandate.objects.current().filter(office=beto.office)) == []


def test_the_page_of_a_deputy_shows_no_addresses(client: Client, cast: Cast, beto: Mandate) -> None:
    invite(beto.office, "elsa@example.org", role=Role.DEPUTY, language="es", by=beto)
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    client.force_login(cast.account("Dana"))
    assert "elsa@example.org" not in client.get(url("mandates", beto.office_id)).content.decode()


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_pages_of_an_office_ask_the_database_little(
    desk: Client, cast: Cast, beto: Mandate, language: str
) -> None:
    cast.promise(beto)
    for _ in range(2):
        cast.leg()
    for name, bar in (("promises", 20), ("mandates", 16)):
        with CaptureQueriesContext(connection) as queries:
            page = desk.get(url(name, beto.office_id, language=language))
        assert f'<html lang="{language}">' in page.content.decode()
        assert len(queries) <= bar
