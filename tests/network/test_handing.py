"""Handing over an office: to a deputy at once, to an address when it is accepted; all that is open goes along."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg, decline_leg
from tequio.circuit.models import Commitment, Draft, HandoverBook, Leg
from tequio.journal.models import Entry
from tequio.journal.queries import verify
from tequio.kernel.errors import Refused
from tequio.network.absences import declare_absence
from tequio.network.actions import accept_invitation, end_mandate, withdraw_invitation
from tequio.network.handing import hand_over_office
from tequio.network.models import Absence, Invitation, Mandate, Role
from tequio.network.queries import acting
from tests.cast import Cast, letters, open_leg_of, path_in
from tests.conftest import Clock
from tests.pages import links

WHO: dict[str, Any] = {"name": "Elsa", "language": "en", "zone": "Europe/Berlin", "until": None}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def dana(cast: Cast, beto: Mandate) -> Mandate:
    return cast.hold(beto.office, "Dana", role=Role.DEPUTY, until=date(2027, 6, 30), language="en")


@pytest.fixture
def busy(cast: Cast, beto: Mandate) -> list[Leg]:
    """An accepted ask, and two that wait; an answer to one of them is begun."""
    legs = [cast.leg() for _ in range(3)]
    accept_leg(legs[0], by=beto, what="Charla por video", due_on=date(2026, 12, 10))
    Draft.objects.create(office=beto.office, leg=legs[1], act="accept", data={"what": "Pronto"}, mandate=beto)
    return legs


def statuses(client: Client, template: str, address: str) -> list[int]:
    return [client.get(path_in(letter)).status_code for letter in letters(template, address)]


def take(given: Mandate | Invitation) -> Mandate:
    """The new holder's mandate: at once, or when the invitation is accepted."""
    return given if isinstance(given, Mandate) else accept_invitation(given, **WHO)


# To a deputy ------------------------------------------------------------------------


def test_the_deputy_holds_the_office_and_everything_open_stays_in_it(
    client: Client, beto: Mandate, dana: Mandate, busy: list[Leg]
) -> None:
    before = [(leg.owner, leg.due_on) for leg in busy]
    taken = hand_over_office(beto.office, by=beto, to=dana, learnt="Las escuelas contestan por la tarde.")
    assert isinstance(taken, Mandate)
    assert (taken.person, taken.role, taken.last_day) == (dana.person, "holder", date(2027, 6, 30))
    assert acting(beto.office) == [taken]
    assert list(beto.office.mandates.current()) == [taken]
    assert [(leg.owner, leg.due_on) for leg in Leg.objects.order_by("pk")] == before
    assert [each.office for each in (*Commitment.objects.all(), *Draft.objects.all())] == [beto.office] * 2
    decline_leg(busy[1], by=taken, reason="full")


def test_old_links_are_dead_and_one_letter_brings_the_new_ones(
    client: Client, beto: Mandate, dana: Mandate, busy: list[Leg]
) -> None:
    assert statuses(client, "leg_new", "beto@example.org")[1:] == [200, 200]
    hand_over_office(beto.office, by=beto, to=dana)
    assert statuses(client, "leg_new", "beto@example.org")[1:] == [404, 404]
    assert [leg.link_version for leg in Leg.objects.order_by("pk")] == [1, 2, 2]
    (letter,) = letters(address="dana@example.org")
    assert (letter.template, letter.subject) == (
        "office_handed",
        "The office is yours: Head office, Capítulo Berlín (en)",
    )
    answers = [link for link in links(letter.html) if "/answer/" in link]
    assert [client.get(link.partition("localhost:8000")[2] or link).status_code for link in answers] == [
        200
    ] * 2
    assert "2 asks wait for an answer:" in letter.text
    assert "The office has 1 promise to keep" in letter.text
    assert all(link in letter.text for link in answers)


def test_the_letter_says_when_nothing_is_open(beto: Mandate, dana: Mandate) -> None:
    hand_over_office(beto.office, by=beto, to=dana)
    (letter,) = letters("office_handed")
    assert "No ask waits for an answer." in letter.text
    assert HandoverBook.objects.count() == 1


def test_the_book_says_who_left_who_took_and_what_was_learnt(
    beto: Mandate, dana: Mandate, busy: list[Leg]
) -> None:
    taken = hand_over_office(beto.office, by=beto, to=dana, learnt="  Llame antes de las diez.  ")
    book = HandoverBook.objects.get()
    assert (book.office, book.left, book.taken, book.learnt) == (
        beto.office,
        beto,
        taken,
        "Llame antes de las diez.",
    )


def test_the_journal_has_one_entry_and_no_name(beto: Mandate, dana: Mandate, busy: list[Leg]) -> None:
    last = Entry.objects.order_by("-sequence")[0].sequence
    hand_over_office(beto.office, by=beto, to=dana)
    (entry,) = Entry.objects.filter(sequence__gt=last)
    assert (entry.kind, entry.office) == ("office.handed-over", beto.office.code)
    assert json.loads(entry.facts) == {"role": "holder", "ends_at": "2027-06-30 22:00:00+00:00"}
    assert verify().broken is None


def test_the_deputy_s_days_away_go_along(clock: Clock, beto: Mandate, dana: Mandate, cast: Cast) -> None:
    elsa = cast.hold(beto.office, "Elsa", role=Role.DEPUTY)
    declare_absence(dana, by=dana, first_day=date(2026, 11, 25), last_day=date(2026, 11, 26), stand_in=elsa)
    taken = take(hand_over_office(beto.office, by=beto, to=dana))
    assert Absence.objects.get().mandate == taken
    clock.forward(days=2)
    assert acting(beto.office) == [elsa]


def test_a_holder_who_is_away_can_hand_over(beto: Mandate, dana: Mandate) -> None:
    declare_absence(beto, by=beto, first_day=date(2026, 11, 23), last_day=date(2026, 11, 26), stand_in=dana)
    taken = take(hand_over_office(beto.office, by=beto, to=dana))
    assert acting(beto.office) == [taken]


# To an address ---------------------------------------------------------------------------


def test_until_the_invitation_is_accepted_the_holder_acts(
    cast: Cast, client: Client, beto: Mandate, dana: Mandate, busy: list[Leg]
) -> None:
    invitation = hand_over_office(
        beto.office, by=beto, to=" Elsa@Example.org", learnt="Poco a poco", language="en"
    )
    assert isinstance(invitation, Invitation)
    assert (acting(beto.office), HandoverBook.objects.count()) == ([beto], 0)
    (letter,) = letters("invitation")
    assert (letter.address, letter.language) == ("elsa@example.org", "en")
    taken = accept_invitation(invitation, **WHO)
    assert (acting(beto.office), taken.person.name) == ([taken], "Elsa")
    assert statuses(client, "leg_new", "beto@example.org")[1:] == [404, 404]
    book = HandoverBook.objects.get()
    assert (book.left, book.taken, book.learnt) == (beto, taken, "Poco a poco")
    assert [row["ref"] for row in book.content["asks"]] == [leg.case.ref for leg in (*busy[1:], busy[0])]
    assert [letter.template for letter in letters(address="elsa@example.org")] == [
        "invitation",
        "office_handed",
    ]
    assert letters("leg_handed") == []
    assert list(beto.office.mandates.current().order_by("pk")) == [dana, taken]


def test_a_deputy_invited_by_address_is_no_longer_deputy(cast: Cast, beto: Mandate, dana: Mandate) -> None:
    taken = take(hand_over_office(beto.office, by=beto, to="dana@example.org"))
    assert list(beto.office.mandates.current()) == [taken]
    assert taken.person == dana.person


def test_when_the_holder_has_left_before_it_is_an_ordinary_mandate(
    cast: Cast, beto: Mandate, busy: list[Leg]
) -> None:
    cast.hold("mesa", "Mesa")
    invitation = hand_over_office(beto.office, by=beto, to="elsa@example.org")
    end_mandate(beto, by=beto)
    assert HandoverBook.objects.get().taken is None
    taken = take(invitation)
    assert (acting(beto.office), HandoverBook.objects.count()) == ([taken], 1)


def test_withdrawn_it_hands_nothing_over(cast: Cast, beto: Mandate) -> None:
    invitation = hand_over_office(beto.office, by=beto, to="elsa@example.org")
    assert isinstance(invitation, Invitation)
    withdraw_invitation(invitation, by=beto)
    with pytest.raises(Refused, match="no longer valid"):
        take(invitation)
    assert acting(beto.office) == [beto]


# What is refused ------------------------------------------------------------------------------


def test_who_may_hand_over(cast: Cast, beto: Mandate, dana: Mandate) -> None:
    stranger, mesa = cast.hold("chapter-madrid", "Carla"), cast.hold("mesa", "Mesa")
    for by in (stranger, dana):
        with pytest.raises(Refused, match="Only the holder or the coordinating office"):
            hand_over_office(beto.office, by=by, to=dana)
    assert take(hand_over_office(beto.office, by=mesa, to=dana)).role == "holder"


def test_what_cannot_be_handed_over(cast: Cast, beto: Mandate, dana: Mandate) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    mine = (carla, beto, "beto@example.org", "elsa")
    refused = []
    for to in mine:
        with pytest.raises(Refused) as each:
            hand_over_office(beto.office, by=beto, to=to)
        refused.append((str(each.value), each.value.field))
    gone = ("This deputy's mandate has ended. Choose another, or invite somebody.", "to")
    assert refused == [
        gone,
        gone,
        ("This is the address of who holds the office now. Give another one.", "address"),
        ("This is not a complete mail address. Check it for a typing mistake.", "address"),
    ]
    end_mandate(beto, by=beto)
    with pytest.raises(Refused, match="Nobody holds this office"):
        hand_over_office(beto.office, by=dana, to=dana)


def test_handing_over_twice_is_once(cast: Cast, beto: Mandate, dana: Mandate, busy: list[Leg]) -> None:
    hand_over_office(beto.office, by=beto, to=dana)
    with pytest.raises(Refused):
        hand_over_office(beto.office, by=beto, to=dana)
    assert (HandoverBook.objects.count(), len(letters("office_handed"))) == (1, 1)


def test_the_ask_goes_on_after_it(cast: Cast, beto: Mandate, dana: Mandate, busy: list[Leg]) -> None:
    taken = take(hand_over_office(beto.office, by=beto, to=dana))
    leg = open_leg_of(busy[2].case)
    accept_leg(leg, by=taken, what="Otra charla", due_on=date(2026, 12, 12))
    assert [each.office for each in Commitment.objects.order_by("pk")] == [beto.office] * 2
