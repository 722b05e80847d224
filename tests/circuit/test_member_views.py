"""The pages of a member who is asked, and of the office that asks; support in kind."""

from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg, decline_leg
from tequio.circuit.links import member_key
from tequio.circuit.models import Leg, Referral
from tequio.network.models import Mandate
from tests.cast import Cast, work
from tests.circuit.desks import accept, fields, named_errors, outcome, signed, url
from tests.circuit.follows import page
from tests.circuit.members import (
    ADDRESS,
    LAST,
    NAME,
    NOTE,
    REACHED,
    SHOWN,
    erased,
    refer,
    refusal,
    there,
    yes,
)
from tests.circuit.reading import value_of, words
from tests.circuit.tables import MEMBER, PLAIN, add_kind, promised
from tests.conftest import Clock


@pytest.fixture(autouse=True)
def english(spoken: None) -> None:
    translation.activate("en")


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    add_kind(cast, "expert", MEMBER)
    return promised(cast, "chapter-berlin", "Beto", "expert")


@pytest.fixture
def leg(cast: Cast, beto: Mandate) -> Leg:
    """Due by Monday 7 December, end of the day in Berlin."""
    return cast.leg("expert")


@pytest.fixture
def referral(leg: Leg, beto: Mandate) -> Referral:
    return refer(leg, beto)


def test_opening_the_link_changes_nothing_and_shows_no_address_of_the_asker(
    client: Client, leg: Leg, referral: Referral
) -> None:
    response = client.get(there(referral))
    seen = words(response)
    assert (
        "asks whether you would answer this. Say yes or no by Nov. 30, 2026, end of the day in Berlin."
        in seen
    )
    assert [part in seen for part in (NOTE, "Marta Maestra", "Can you answer it?", "marta@example.net")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert (value_of(response, "shown_name"), value_of(response, "shown_contact")) == (NAME, ADDRESS)
    assert (Referral.objects.get().said, response.headers["Cache-Control"]) == ("", "no-store, private")


def test_the_member_says_yes_by_the_page(client: Client, leg: Leg, referral: Referral) -> None:
    given = {"said": "yes", "shown_name": SHOWN, "shown_contact": REACHED, "text": ""}
    seen = words(client.post(there(referral), given, follow=True))
    assert f"You said yes. Thank you Marta Maestra sees just this of you: Name {SHOWN}" in seen
    assert Referral.objects.get().said == "yes"


def test_a_yes_without_a_contact_is_shown_again(client: Client, referral: Referral) -> None:
    response = client.post(there(referral), {"said": "yes", "shown_name": SHOWN, "shown_contact": ""})
    assert (response.status_code, Referral.objects.get().said) == (200, "")
    assert value_of(response, "shown_name") == SHOWN


def test_the_member_says_no_by_the_page(client: Client, referral: Referral) -> None:
    seen = words(client.post(there(referral), {"said": "no"}, follow=True))
    assert "You said no Your name and your address are erased here." in seen
    assert erased(referral)


def test_a_second_choice_changes_nothing(client: Client, referral: Referral) -> None:
    client.post(there(referral), {"said": "no"})
    given = {"said": "yes", "shown_name": SHOWN, "shown_contact": REACHED}
    assert "You said no" in words(client.post(there(referral), given, follow=True))
    assert Referral.objects.get().said == "no"


def test_the_page_says_when_it_is_over(
    client: Client, clock: Clock, leg: Leg, beto: Mandate, referral: Referral
) -> None:
    other = refer(leg, beto, "otra@example.org", due_on=date(2026, 12, 4))
    clock.to(referral.due_at)
    work()
    decline_leg(leg, by=beto, reason="full")
    assert "The day has passed" in words(client.get(there(referral)))
    assert "It is no longer needed" in words(client.get(there(other)))


def test_a_choice_that_is_none_changes_nothing(client: Client, referral: Referral) -> None:
    response = client.post(there(referral), {"said": "perhaps"})
    assert (response.status_code, Referral.objects.get().said) == (200, "")


def test_a_wrong_key_and_a_missing_referral_are_the_same(client: Client, referral: Referral) -> None:
    right = member_key(referral)
    found = [
        client.get(url("member", pk, key)).status_code
        for pk, key in ((referral.pk, "x" * len(right)), (9999, right))
    ]
    assert found == [404, 404]


def test_the_office_asks_and_accepts_by_its_page(cast: Cast, client: Client, leg: Leg, beto: Mandate) -> None:
    desk = url("leg", beto.office_id, leg.case.ref, leg.number)
    given = {"name": NAME, "address": ADDRESS, "language": "es", "note": "", "due_on": "2026-11-30"}
    signed(client, cast, "Beto").post(desk, fields("refer", **given))
    yes(Referral.objects.get())
    response = client.get(desk)
    seen = words(response)
    assert f"{SHOWN} : {REACHED}" in seen.replace(f"{SHOWN}:", f"{SHOWN} :")
    with translation.override("es"):
        sentence = translation.gettext("%(name)s will answer you. Reach them here: %(contact)s.")
    assert sentence % {"name": SHOWN, "contact": REACHED} in seen
    assert ("Ask one of your members" in seen, "Accept it" in seen) == (False, True)
    client.post(desk, accept("key-two"))
    assert outcome(leg) == "accepted"


def test_a_date_too_late_is_said_beside_its_field(
    cast: Cast, client: Client, leg: Leg, beto: Mandate
) -> None:
    desk = url("leg", beto.office_id, leg.case.ref, leg.number)
    given = {"name": NAME, "address": ADDRESS, "language": "es", "note": "", "due_on": "2026-12-30"}
    response = signed(client, cast, "Beto").post(desk, fields("refer", **given))
    assert named_errors(response) == ["refer-due_on"]


def test_support_in_kind_is_recorded_as_such(cast: Cast, client: Client) -> None:
    add_kind(cast, "room", PLAIN, in_kind=True)
    eva = promised(cast, "embassy-de", "Eva", "room")
    leg = cast.leg("room")
    said = refusal(accept_leg, leg, by=eva, what="El salón.", due_on=LAST)
    assert said == ("Say what kind of support it is.", "in_kind")
    desk = url("leg", eva.office_id, leg.case.ref, leg.number)
    assert named_errors(signed(client, cast, "Eva").post(desk, accept())) == ["accept-in_kind"]
    client.post(desk, accept(in_kind="room"))
    commitment = leg.case.commitments.get()
    assert (commitment.in_kind, "A room." in words(client.get(desk))) == ("room", True)
    assert "A room." in words(client.get(page(leg.case)))


def test_other_kinds_ask_for_no_kind_of_support(cast: Cast, client: Client, beto: Mandate) -> None:
    add_kind(cast, "plain", PLAIN)
    cast.promise(beto, "plain")
    leg = cast.leg("plain")
    signed(client, cast, "Beto").post(url("leg", beto.office_id, leg.case.ref, leg.number), accept())
    assert leg.case.commitments.get().in_kind == ""


def test_a_draft_keeps_nothing_of_who_the_member_is(
    cast: Cast, client: Client, leg: Leg, beto: Mandate
) -> None:
    desk = url("leg", beto.office_id, leg.case.ref, leg.number)
    given = {"name": NAME, "address": ADDRESS, "language": "en", "note": "Conoce el tema.", "due_on": ""}
    signed(client, cast, "Beto").post(desk, {**fields("refer", **given), "keep": "1"})
    (draft,) = leg.drafts.all()
    assert draft.data == {"language": "en", "note": "Conoce el tema.", "due_on": ""}
