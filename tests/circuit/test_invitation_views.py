"""How an invited bearer takes an office, and signs: in the browser."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tequio.circuit.models import Promise
from tequio.network.actions import invite
from tequio.network.links import invitation_key
from tequio.network.models import Invitation, Mandate, Role
from tequio.people.models import Account, Person
from tequio.reference.models import Region
from tests.cast import Cast, letters, path_in
from tests.circuit.desks import named_errors, terms, url
from tests.circuit.reading import words
from tests.conftest import Clock


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    return cast.hold("chapter-berlin", "Beto")


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
    shown = words(page)
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
    assert "The office is live: asks can come from now on." in words(page)
    assert url("entry_point", "chapter-berlin") in page.content.decode()
    assert url("account_login") in page.content.decode()
    assert "sessionid" not in client.cookies
    assert cast.leg().owner == mandate.office


def test_an_office_can_be_taken_without_a_promise(client: Client, cast: Cast, invited: str) -> None:
    client.post(invited, {**WHO, "until": "", **terms(days="not looked at")})
    assert Mandate.objects.get(office=cast.office("chapter-berlin")).ends_at is None
    assert Promise.objects.count() == 0
    assert "It has promised nothing yet, so no ask comes." in words(client.get(invited))


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
        assert "This invitation is no longer valid. Ask the coordinating office for a new one." in words(page)
    assert Mandate.objects.filter(office=cast.office("chapter-berlin")).count() == 0


def test_an_office_taken_meanwhile_is_said_in_words(client: Client, cast: Cast, invited: str) -> None:
    cast.hold("chapter-berlin", "Carla")
    page = client.post(invited, WHO)
    assert "Somebody holds this office now. Their mandate has to end first." in words(page)


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
    assert "You are known here as Beto." in words(page)
    assert list(page.context["form"].fields) == ["until", "show_name"]
    client.post(invited, {"until": ""})
    assert Mandate.objects.get(office=cast.office("chapter-berlin")).person.name == "Beto"


def test_a_deputy_signs_nothing_while_the_office_is_held(client: Client, cast: Cast, beto: Mandate) -> None:
    invite(beto.office, "dana@example.org", role=Role.DEPUTY, language="en", by=beto)
    path = path_in(letters("invitation")[-1])
    page = client.get(path)
    assert (page.context["terms"], "Be deputy at Capítulo Berlín (en)" in words(page)) == ([], True)
    client.post(path, {**WHO, "name": "Dana", "school-talk-take": "on", **terms()})
    assert (Promise.objects.count(), Account.objects.filter(email="dana@example.org").count()) == (0, 1)


def test_a_listed_office_begins_with_what_its_listing_says(client: Client, cast: Cast, invited: str) -> None:
    entry_point = cast.entry_point("chapter-berlin")
    entry_point.kinds.add(cast.kinds["school-talk"])
    entry_point.regions.add(Region.objects.get(pk="MX-JAL"))
    form = client.get(invited).context["terms"][0]
    assert (form["take"].value(), form["regions"].value(), form["days"].value()) == (True, ["MX-JAL"], 10)
