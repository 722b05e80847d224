"""A member is asked by letter, and revealed only by their own yes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg, ask_more, decline_leg, undo_answer
from tequio.circuit.actions.asker import reply_to_question, withdraw_case
from tequio.circuit.actions.opinions import ask_opinions
from tequio.circuit.actions.referring import look_at_referral, say_no
from tequio.circuit.links import member_key
from tequio.circuit.models import Case, DigestLine, Event, Leg, Referral
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.circuit.queries.referrals import may_refer
from tequio.journal.models import Entry
from tequio.journal.queries import verify
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate
from tests.cast import Cast, letters, open_leg_of, path_in, work
from tests.circuit.desks import signed, url
from tests.circuit.follows import page
from tests.circuit.members import (
    ADDRESS,
    DAY,
    LAST,
    NAME,
    NOTE,
    REACHED,
    SHOWN,
    erased,
    refer,
    refusal,
    there,
    told,
    yes,
)
from tests.circuit.reading import words
from tests.circuit.tables import MEMBER, PLAIN, add_kind, promised, way
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


# Asking -------------------------------------------------------------------------


def test_a_member_gets_a_letter_with_a_link_and_no_address_of_the_asker(leg: Leg, referral: Referral) -> None:
    (letter,) = letters("member_asked")
    assert (letter.address, path_in(letter)) == (ADDRESS, there(referral))
    assert (NOTE in letter.text, "marta@example.net" in letter.text) == (True, False)
    assert (referral.due_at, referral.wake_at) == (datetime(2026, 11, 30, 23, tzinfo=UTC), referral.due_at)
    case = Case.objects.get()
    assert (case.step, case.due_on, way(case)) == (
        "chapter",
        leg.due_on,
        [("chapter-berlin", "chapter", "routed", "")],
    )


def test_the_same_member_is_asked_once_however_often_it_is_sent(
    leg: Leg, beto: Mandate, referral: Referral
) -> None:
    assert refer(leg, beto, ADDRESS.upper()) == referral
    assert (len(letters("member_asked")), Referral.objects.count()) == (1, 1)


def test_an_office_asks_a_member_one_thing_at_a_time(
    cast: Cast, leg: Leg, beto: Mandate, referral: Referral
) -> None:
    other = cast.leg("expert")
    assert refusal(refer, other, beto) == (
        "Your office is asking this member something else already.",
        "address",
    )
    say_no(referral)
    assert refer(other, beto).leg == other


def test_another_office_may_ask_the_same_person(
    cast: Cast, leg: Leg, beto: Mandate, referral: Referral
) -> None:
    carla = promised(cast, "chapter-madrid", "Carla", "expert", days=1)
    assert refer(cast.leg("expert"), carla, due_on=date(2026, 11, 24)).leg.owner == carla.office


def test_three_members_are_enough(leg: Leg, beto: Mandate) -> None:
    for number in range(3):
        say_no(refer(leg, beto, f"m{number}@example.org"))
    said = ("You have asked three members. Answer with what you know.", None)
    assert (refusal(refer, leg, beto), may_refer(leg)) == (said, False)


def test_what_cannot_be_asked_is_refused_in_words(cast: Cast, leg: Leg, beto: Mandate) -> None:
    dates = ("Give a day from today on, and no later than your own date.", "due_on")
    assert refusal(refer, leg, beto, due_on=date(2026, 12, 8)) == dates
    assert refusal(refer, leg, beto, due_on=date(2026, 11, 22)) == dates
    assert refusal(refer, leg, beto, name=" ") == ("Write the name of the member.", "name")
    assert refusal(refer, leg, beto, "nobody")[1] == "address"
    ana = cast.hold("agency", "Ana")
    assert refusal(refer, leg, ana)[0].startswith("Your mandate in this office has ended")
    decline_leg(leg, by=beto, reason="full")
    assert refusal(refer, leg, beto)[0].startswith("This ask has already left your office.")
    assert Referral.objects.count() == 0


def test_only_a_route_with_a_member_leads_to_one(cast: Cast, beto: Mandate) -> None:
    add_kind(cast, "plain", PLAIN)
    cast.promise(beto, "plain")
    plain = cast.leg("plain")
    assert refusal(refer, plain, beto) == ("This kind of ask goes to no member from here.", None)
    assert may_refer(plain) is False


def test_an_office_asked_for_its_opinion_asks_no_member(cast: Cast, leg: Leg, beto: Mandate) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    (opinion,) = ask_opinions(leg, by=beto, offices=[carla.office], task="¿Sí?", due_on=DAY)
    assert refusal(refer, opinion, carla)[0] == "This kind of ask goes to no member from here."


def test_the_last_day_may_be_the_office_s_own(leg: Leg, beto: Mandate) -> None:
    assert refer(leg, beto, due_on=LAST).due_at == leg.due_at


# Yes ----------------------------------------------------------------------------


def test_a_yes_shows_just_what_the_member_gives(leg: Leg, referral: Referral) -> None:
    yes(referral, text="Con gusto.")
    referral.refresh_from_db()
    found = (referral.said, referral.shown_name, referral.shown_contact, referral.text)
    assert (found, erased(referral)) == (("yes", SHOWN, REACHED, "Con gusto."), True)
    (letter,) = letters("asker_member")
    assert [part in letter.text for part in (SHOWN, REACHED, "> Con gusto.", NAME, ADDRESS)] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_a_yes_brings_the_case_to_its_step_and_the_office_accepts(
    cast: Cast, leg: Leg, beto: Mandate, referral: Referral
) -> None:
    assert refusal(accept_leg, leg, by=beto, what="Sí", due_on=LAST)[0].startswith("The route of this kind")
    yes(referral)
    case = Case.objects.get()
    assert (case.step, case.state, case.owner, told(beto.office)) == (
        "with-member", "at-desk", beto.office, ["member-yes"],
    )  # fmt: skip
    accept_leg(leg, by=beto, what="La doctora le escribe.", due_on=LAST)
    assert Case.objects.get().step == "arranged"
    undo_answer(leg, by=beto)
    assert Case.objects.get().step == "with-member"
    assert from_journal() == from_tables()


def test_a_yes_while_the_asker_owes_a_reply_is_kept_for_afterwards(
    leg: Leg, beto: Mandate, referral: Referral
) -> None:
    ask_more(leg, by=beto, question="¿Para cuándo?")
    yes(referral)
    assert Case.objects.get().step == "question"
    reply_to_question(Case.objects.get(), "Para marzo.")
    assert Case.objects.get().step == "with-member"


def test_one_yes_is_enough_and_the_others_are_forgotten(leg: Leg, beto: Mandate, referral: Referral) -> None:
    other = refer(leg, beto, "otra@example.org")
    yes(referral)
    assert erased(other)
    assert (other.said, other.answered_at is None) == ("", False)
    assert refusal(yes, other)[0] == "This is no longer asked of you. The page shows where it stands."
    assert refusal(refer, leg, beto, "tercera@example.org")[0] == (
        "A member has said yes already. Accept the ask with what you agreed."
    )


def test_a_yes_counts_once(leg: Leg, referral: Referral) -> None:
    for _ in range(2):
        yes(referral)
    assert (len(letters("asker_member")), Event.objects.filter(kind="member").count()) == (1, 1)


def test_a_yes_needs_a_name_and_a_way(referral: Referral) -> None:
    assert refusal(yes, referral, shown_name=" ") == ("Write the name that they may see.", "shown_name")
    assert refusal(yes, referral, shown_contact=" ") == ("Write how they reach you.", "shown_contact")


def test_the_next_office_begins_at_the_desk_not_with_the_member(
    cast: Cast, clock: Clock, leg: Leg, beto: Mandate, referral: Referral
) -> None:
    cast.hold("mesa", "Mesa")
    yes(referral)
    end_mandate(beto, by=None)
    assert way(Case.objects.get()) == [
        ("chapter-berlin", "with-member", "routed", "moved"),
        ("mesa", "chapter", "coordination", ""),
    ]


# No, silence, and what is no longer needed ------------------------------------------


def test_a_no_is_forgotten_and_the_office_told_that_another_is_needed(
    leg: Leg, beto: Mandate, referral: Referral
) -> None:
    for _ in range(2):
        say_no(referral)
    assert (erased(referral), referral.said, told(beto.office)) == (True, "no", ["member-no"])
    assert refusal(yes, referral)[0].startswith("This is no longer asked of you.")
    assert [letter.template for letter in letters(address="marta@example.net")] == [
        "ask_confirm",
        "asker_receipt",
    ]


def test_silence_is_forgotten_on_its_day(clock: Clock, leg: Leg, beto: Mandate, referral: Referral) -> None:
    seen = []
    for instant in (
        referral.due_at - timedelta(seconds=1),
        referral.due_at,
        referral.due_at + timedelta(hours=1),
    ):
        clock.to(instant)
        work()
        look_at_referral(referral)
        seen.append((Referral.objects.get().said, told(beto.office).count("member-silent")))
    assert seen == [("", 0), ("silent", 1), ("silent", 1)]
    assert erased(referral)


def test_near_its_own_date_the_office_gets_a_letter(
    clock: Clock, leg: Leg, beto: Mandate, referral: Referral
) -> None:
    late = refer(leg, beto, "otra@example.org", due_on=date(2026, 12, 5))
    say_no(referral)
    clock.to(late.due_at)
    work()
    (letter,) = letters("leg_member")
    assert (letter.address, letter.subject.startswith(str(leg.case))) == ("beto@example.org", True)


@pytest.mark.parametrize("end", ["decline", "withdraw", "vacant", "silent office"])
def test_when_the_leg_ends_whoever_was_asked_is_forgotten(
    cast: Cast, clock: Clock, leg: Leg, beto: Mandate, referral: Referral, end: str
) -> None:
    if end == "decline":
        decline_leg(leg, by=beto, reason="full")
    elif end == "withdraw":
        withdraw_case(Case.objects.get())
    elif end == "vacant":
        end_mandate(beto, by=None)
    else:
        Referral.objects.update(wake_at=None)
        assert leg.due_at is not None
        clock.to(leg.due_at + timedelta(days=9))
        work()
    assert (erased(referral), referral.said, referral.answered_at is None) == (True, "", False)
    assert "member-silent" not in told(beto.office)


def test_a_letter_that_is_not_sent_yet_is_stopped(
    leg: Leg, beto: Mandate, referral: Referral, mailoutbox: Any
) -> None:
    say_no(referral)
    work()
    assert [mail.to for mail in mailoutbox if ADDRESS in mail.to] == []


# Who sees what ------------------------------------------------------------------


def test_before_the_yes_nobody_but_the_office_sees_that_somebody_is_asked(
    cast: Cast, client: Client, leg: Leg, beto: Mandate, referral: Referral
) -> None:
    for where in (page(leg.case), "/en/ledger/"):
        seen = client.get(where).content.decode()
        assert [part in seen for part in (NAME, ADDRESS, NOTE, "with-member-here")] == [False] * 4
    desk = words(signed(client, cast, "Beto").get(url("leg", beto.office_id, leg.case.ref, leg.number)))
    assert "Members asked Nadia Nadie" in desk
    assert not Event.objects.filter(kind__startswith="member").exists()
    assert DigestLine.objects.count() == 0


def test_after_a_no_the_asker_s_page_is_as_it_was(client: Client, leg: Leg, referral: Referral) -> None:
    before = words(client.get(page(leg.case)))
    say_no(referral)
    assert words(client.get(page(leg.case))) == before


def test_after_the_yes_the_asker_sees_what_the_member_gave(
    client: Client, leg: Leg, referral: Referral
) -> None:
    yes(referral)
    seen = words(client.get(page(leg.case)))
    assert f"Who answers you Name {SHOWN} How you reach them {REACHED}" in seen
    assert (NAME in seen, ADDRESS in seen) == (False, False)


def test_a_later_office_sees_nothing_of_the_member(
    cast: Cast, client: Client, leg: Leg, beto: Mandate, referral: Referral
) -> None:
    cast.hold("mesa", "Mesa")
    yes(referral)
    end_mandate(beto, by=None)
    following = open_leg_of(Case.objects.get())
    seen = words(signed(client, cast, "Mesa").get(url("leg", cast.desk.pk, leg.case.ref, following.number)))
    assert [part in seen for part in (SHOWN, REACHED, NAME)] == [False] * 3


def test_the_journal_knows_of_a_referral_neither_case_nor_name(
    leg: Leg, beto: Mandate, referral: Referral
) -> None:
    yes(referral)
    entries = Entry.objects.filter(kind__startswith="referral")
    found = [(each.kind, each.office, each.reference, each.facts) for each in entries]
    assert found == [
        ("referral.asked", "", f"referral-{referral.pk}", "{}"),
        ("referral.answered", "", f"referral-{referral.pk}", "{}"),
    ]
    assert verify().broken is None


def test_an_erased_case_keeps_nothing_of_its_member(leg: Leg, beto: Mandate, referral: Referral) -> None:
    yes(referral, text="Con gusto.")
    key = member_key(referral)
    withdraw_case(Case.objects.get())
    call_command("erase", str(leg.case))
    referral.refresh_from_db()
    assert [referral.shown_name, referral.shown_contact, referral.text] == [""] * 3
    assert member_key(referral) != key
