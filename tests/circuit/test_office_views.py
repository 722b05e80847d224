"""What an office signs, who holds it, and how an invited bearer takes it: in the browser."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg
from tequio.circuit.models import Promise
from tequio.network.actions import invite
from tequio.network.links import invitation_key
from tequio.network.models import Invitation, Mandate, Role
from tequio.people.models import Account, Person
from tequio.reference.models import Country, Region
from tests.cast import Cast, letters, path_in
from tests.conftest import Clock


def url(name: str, *args: Any, language: str = "en") -> str:
    with translation.override(language):
        return reverse(name, args=args)


def text_of(response: Any) -> str:
    main = re.search(r"<main.*</main>", response.content.decode(), re.S)
    assert main
    return " ".join(re.sub(r"<[^>]+>", " ", main.group()).split())


def named_errors(response: Any) -> list[str]:
    return re.findall(r'<span class="error" id="id_([\w-]+?)_error"', response.content.decode())


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    return cast.hold("chapter-berlin", "Beto")


@pytest.fixture
def desk(client: Client, cast: Cast, beto: Mandate) -> Client:
    """The browser of Beto, who holds the chapter's head office."""
    client.force_login(cast.account("Beto"))
    return client


def terms(kind: str = "school-talk", **given: Any) -> dict[str, Any]:
    fields = {"days": 7, "valid_until": "2027-03-31", **given}
    return {f"{kind}-{name}": value for name, value in fields.items()}


# Promises -----------------------------------------------------------------------


def test_an_office_signs_for_states_and_topics(desk: Client, cast: Cast, beto: Mandate) -> None:
    page = url("promises", beto.office_id)
    assert "Your office has promised nothing yet." in text_of(desk.get(page))
    given = {"sign": "school-talk", **terms(regions=["MX-OAX"], fields=["13"])}
    sent = desk.post(page, given, follow=True)
    promise = Promise.objects.get()
    assert sent.redirect_chain == [(page, 302)]
    assert (promise.days, promise.last_day, promise.signed_by) == (7, date(2027, 3, 31), beto)
    assert [each.pk for each in promise.regions.all()] == ["MX-OAX"]
    assert [each.pk for each in promise.fields.all()] == ["13"]
    shown = text_of(sent)
    assert "Done. Signed. From now on asks of this kind can come to you." in shown
    assert "answers within 7 days · none due so far until March 31, 2027 · Bioquímica · Oaxaca" in shown


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
    assert "No kind of ask goes to this kind of organisation" in text_of(page)
    assert (
        client.post(url("promises", cast.office("school-oaxaca").pk), {"sign": "school-talk"}).status_code
        == 404
    )


def test_withdrawing_says_what_it_means_and_is_one_post(desk: Client, cast: Cast, beto: Mandate) -> None:
    promise = cast.promise(beto)
    page = url("promises", beto.office_id)
    assert "Asks that came before keep their dates." in text_of(desk.get(page))
    desk.post(page, {"withdraw": promise.pk})
    assert list(Promise.objects.live()) == []
    assert "Your office has promised nothing yet." in text_of(desk.get(page))


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
    shown = text_of(client.get(page))
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
    shown = text_of(desk.get(url("mandates", beto.office_id)))
    assert "Holder: Beto without an end" in shown
    assert "Deputy: Dana until June 30, 2027, end of the day where the office is" in shown
    assert "Deputy : elsa@example.net The link works until Dec. 7, 2026." in shown


def test_before_a_mandate_ends_the_page_says_what_moves_and_to_whom(
    desk: Client, cast: Cast, beto: Mandate
) -> None:
    cast.promise(beto)
    page = url("mandates", beto.office_id)
    assert "Nothing is open. The office is vacant from then on." in text_of(desk.get(page))
    legs = [cast.leg() for _ in range(3)]
    accept_leg(legs[0], by=beto, what="Charla", due_on=date(2026, 12, 9))
    assert (
        "The office is vacant then: 2 open asks and 1 promise to an asker move on, to its fallback or to "
        "Head office, Mesa de coordinación (en)."
    ) in text_of(desk.get(page))
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    shown = text_of(desk.get(page))
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
    shown = text_of(client.get(page))
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
    assert "The invitation is on its way to Elsa@Example.org." in text_of(desk.post(page, given, follow=True))
    invitation = Invitation.objects.get()
    assert (invitation.address, invitation.role, invitation.invited_by) == (
        "elsa@example.org",
        "deputy",
        beto,
    )
    desk.post(page, {"withdraw": invitation.pk})
    assert Invitation.objects.get().withdrawn_at is not None
    assert "elsa@example.org" not in text_of(desk.get(page))


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
    shown = text_of(client.get(page))
    assert ("Holder" in shown, "Beto" in shown) == (True, False)
    client.post(page, {"end": beto.pk})
    assert list(Mandate.objects.current().filter(office=beto.office)) == []


def test_the_page_of_a_deputy_shows_no_addresses(client: Client, cast: Cast, beto: Mandate) -> None:
    invite(beto.office, "elsa@example.org", role=Role.DEPUTY, language="es", by=beto)
    cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    client.force_login(cast.account("Dana"))
    assert "elsa@example.org" not in client.get(url("mandates", beto.office_id)).content.decode()


# Taking an office -----------------------------------------------------------------


@pytest.fixture
def invited(cast: Cast) -> str:
    """The path in the letter to the future holder of the chapter's office."""
    mesa = cast.hold("mesa", "Mesa")
    invite(cast.office("chapter-berlin"), "beto@example.org", role=Role.HOLDER, language="en", by=mesa)
    return path_in(letters("invitation")[0])


WHO = {"name": "Beto  Ruiz ", "language": "en", "zone": "Europe/Berlin", "until": "2027-06-30"}


def test_looking_at_an_invitation_changes_nothing(client: Client, cast: Cast, invited: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = client.get(invited)
    assert [
        each["sql"]
        for each in queries
        if not each["sql"].startswith(("SELECT", "DECLARE", "SAVEPOINT", "RELEASE"))
    ] == []
    shown = text_of(page)
    assert "Hold the office of Capítulo Berlín (en)" in shown
    assert "We answer this kind of ask" in shown
    assert page["Cache-Control"] == "no-store, private"
    assert page.context["form"]["zone"].value() == "Europe/Berlin"
    assert Mandate.objects.filter(office=cast.office("chapter-berlin")).count() == 0


def test_the_bearer_takes_the_office_and_signs_without_an_account(
    client: Client, cast: Cast, invited: str
) -> None:
    given = {**WHO, "show_name": "on", "school-talk-take": "on", **terms(days=14, regions=["MX-OAX"])}
    assert client.post(invited, given)["Location"] == invited
    mandate = Mandate.objects.get(office=cast.office("chapter-berlin"))
    assert (mandate.person.name, mandate.person.zone, mandate.show_name) == (
        "Beto Ruiz",
        "Europe/Berlin",
        True,
    )
    assert (mandate.last_day, mandate.person.account.email) == (date(2027, 6, 30), "beto@example.org")
    promise = Promise.objects.live().get()
    assert (promise.days, [each.pk for each in promise.regions.all()]) == (14, ["MX-OAX"])
    page = client.get(invited)
    assert "The office is live: asks can come from now on." in text_of(page)
    assert url("entry_point", "chapter-berlin") in page.content.decode()
    assert url("account_login") in page.content.decode()
    assert "sessionid" not in client.cookies
    assert cast.leg().owner == mandate.office


def test_an_office_can_be_taken_without_a_promise(client: Client, cast: Cast, invited: str) -> None:
    client.post(invited, {**WHO, "until": "", **terms(days="not looked at")})
    assert Mandate.objects.get(office=cast.office("chapter-berlin")).ends_at is None
    assert Promise.objects.count() == 0
    assert "It has promised nothing yet, so no ask comes." in text_of(client.get(invited))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"zone": "Europe/Atlantis"}, "zone"),
        ({"language": "xx"}, "language"),
        ({"until": "2026-11-01"}, "until"),
        ({"until": "soon"}, "until"),
        ({"school-talk-days": "0"}, "school-talk-days"),
        ({"school-talk-valid_until": "2031-01-01"}, "school-talk-valid_until"),
    ],
)
def test_one_mistake_and_nothing_is_taken(
    client: Client, cast: Cast, invited: str, change: dict[str, str], field: str
) -> None:
    page = client.post(invited, {**WHO, "school-talk-take": "on", **terms(), **change})
    assert (page.status_code, named_errors(page)) == (200, [field])
    assert Mandate.objects.filter(office=cast.office("chapter-berlin")).count() == 0
    assert Person.objects.filter(name="Beto Ruiz").count() == 0


def test_used_twice_it_is_taken_once(client: Client, cast: Cast, invited: str) -> None:
    for _ in range(2):
        client.post(invited, WHO)
    assert Mandate.objects.filter(office=cast.office("chapter-berlin")).count() == 1


def test_an_invitation_that_is_over_says_so(client: Client, cast: Cast, invited: str, clock: Clock) -> None:
    clock.forward(days=15)
    for page in (client.get(invited), client.post(invited, WHO)):
        assert "This invitation is no longer valid. Ask the coordinating office for a new one." in text_of(
            page
        )
    assert Mandate.objects.filter(office=cast.office("chapter-berlin")).count() == 0


def test_an_office_taken_meanwhile_is_said_in_words(client: Client, cast: Cast, invited: str) -> None:
    cast.hold("chapter-berlin", "Carla")
    page = client.post(invited, WHO)
    assert "Somebody holds this office now. Their mandate has to end first." in text_of(page)


def test_a_wrong_key_finds_nothing(client: Client, cast: Cast, invited: str) -> None:
    invitation = Invitation.objects.get()
    right = invitation_key(invitation)
    for pk, key in ((invitation.pk, "2" * 20), (invitation.pk + 1, right)):
        assert client.get(url("invitation", pk, key)).status_code == 404
        assert client.post(url("invitation", pk, key), WHO).status_code == 404


def test_somebody_known_is_greeted_by_name_and_not_asked_again(
    client: Client, cast: Cast, invited: str
) -> None:
    cast.person("Beto")
    page = client.get(invited)
    assert "You are known here as Beto." in text_of(page)
    assert list(page.context["form"].fields) == ["until", "show_name"]
    client.post(invited, {"until": ""})
    assert Mandate.objects.get(office=cast.office("chapter-berlin")).person.name == "Beto"


def test_a_deputy_signs_nothing_while_the_office_is_held(client: Client, cast: Cast, beto: Mandate) -> None:
    invite(beto.office, "dana@example.org", role=Role.DEPUTY, language="en", by=beto)
    path = path_in(letters("invitation")[-1])
    page = client.get(path)
    assert (page.context["terms"], "Be deputy at Capítulo Berlín (en)" in text_of(page)) == ([], True)
    client.post(path, {**WHO, "name": "Dana", "school-talk-take": "on", **terms()})
    assert (Promise.objects.count(), Account.objects.filter(email="dana@example.org").count()) == (0, 1)


def test_a_listed_office_begins_with_what_its_listing_says(client: Client, cast: Cast, invited: str) -> None:
    entry_point = cast.entry_point("chapter-berlin")
    entry_point.kinds.add(cast.kinds["school-talk"])
    entry_point.regions.add(Region.objects.get(pk="MX-JAL"))
    form = client.get(invited).context["terms"][0]
    assert (form["take"].value(), form["regions"].value(), form["days"].value()) == (True, ["MX-JAL"], 10)


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
