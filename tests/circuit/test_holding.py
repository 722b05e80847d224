"""Asks that bear signs of spam: held before any office hears of them, never lost, and the asker knows."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tequio.circuit.actions.holding import discard_ask, look_at_ask, release_ask, send_ask
from tequio.circuit.links import ask_key
from tequio.circuit.models import Ask, Case
from tequio.circuit.queries.suspicion import signs_of
from tequio.journal.models import Entry
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate
from tests.cast import Cast, letters, work
from tests.circuit.desks import signed
from tests.circuit.reading import errors, words
from tests.conftest import Clock
from tests.pages import queries

LINKS = "Visite http://a.example y http://b.example y www.c.example, por favor."
SAME = "Una charla sobre vacunas para cuarto semestre, con cuarenta alumnas y dos docentes."
HELD = "/en/coordination/held/"


@pytest.fixture
def mesa(cast: Cast) -> Mandate:
    return cast.hold("mesa", "Mesa")


@pytest.fixture
def held(cast: Cast, ana: Mandate, mesa: Mandate) -> Ask:
    """An ask with three links, confirmed."""
    ask = cast.ask(text=LINKS)
    assert send_ask(ask) is None
    ask.refresh_from_db()
    return ask


def place(ask: Ask) -> str:
    return f"/en/ask/confirm/{ask.pk}/{ask_key(ask)}/"


def refusal(verb: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(Refused) as refused:
        verb(*args, **given)
    return str(refused.value)


# The signs --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("Una charla.", []),
        ("Nuestra página es https://escuela.example y el temario http://temario.example", []),
        (LINKS, ["links"]),
        ("HTTP://A.EXAMPLE http://b.example https://c.example", ["links"]),
    ],
)
def test_several_links_are_a_sign(cast: Cast, text: str, signs: list[str]) -> None:
    assert signs_of(cast.ask(text=text)) == signs


def test_the_same_words_from_several_addresses_are_a_sign_for_a_day(cast: Cast, clock: Clock) -> None:
    asks = [cast.ask(text=SAME, address=f"a{n}@example.net") for n in range(4)]
    assert signs_of(asks[3]) == ["same-words"]
    asks[0].delete()
    assert signs_of(asks[3]) == []
    for address in ("a1@example.net", asks[3].address):
        cast.ask(text=SAME, address=address)
    assert signs_of(asks[3]) == [], "an address twice is one, and one's own is none"
    cast.ask(text=SAME, address="a5@example.net")
    assert signs_of(asks[3]) == ["same-words"]
    clock.forward(days=1, seconds=1)
    assert signs_of(cast.ask(text=SAME, address="later@example.net")) == []


def test_a_few_words_may_be_the_same_by_chance(cast: Cast) -> None:
    asks = [cast.ask(text="Una charla sobre vacunas.", address=f"a{n}@example.net") for n in range(9)]
    assert signs_of(asks[8]) == []


def test_many_asks_from_one_address_in_a_day_are_a_sign(cast: Cast, clock: Clock) -> None:
    for n in range(10):
        assert signs_of(cast.ask(text=f"Petición {n}")) == []
        clock.forward(hours=1)
    assert signs_of(cast.ask(text="Petición 9")) == ["many"]


def test_many_asks_from_one_network_in_a_day_are_a_sign(cast: Cast, clock: Clock) -> None:
    for n in range(40):
        assert signs_of(cast.ask(text=f"Petición {n}", network="n", address=f"a{n}@example.net")) == []
        clock.forward(minutes=10)
    assert signs_of(cast.ask(network="n", address="b@example.net")) == ["many"]
    assert signs_of(cast.ask(network="", address="c@example.net")) == []


# Held -------------------------------------------------------------------------------


def test_no_office_hears_of_it_and_the_asker_is_told_why_and_until_when(held: Ask) -> None:
    assert (Case.objects.count(), letters("leg_new")) == (0, [])
    (letter,) = letters("ask_held", "marta@example.net")
    text = " ".join(letter.text.split())
    assert "Contiene varios enlaces." in text
    assert "25 de noviembre de 2026" in text
    assert Entry.objects.latest("pk").facts == '{"signs":["links"]}'


def test_an_ask_without_signs_goes_to_its_office_at_once(cast: Cast, ana: Mandate) -> None:
    case = send_ask(cast.ask())
    assert case is not None
    assert (case.owner, len(letters("leg_new"))) == (ana.office, 1)


def test_confirming_again_changes_nothing(client: Client, held: Ask) -> None:
    before = held.held_at, held.wake_at
    found = client.post(place(held), follow=True)
    assert found.redirect_chain == [(place(held), 302)]
    assert "Your ask is looked at first" in words(found)
    assert "It holds several links." in words(found)
    held.refresh_from_db()
    assert (held.held_at, held.wake_at, len(letters("ask_held"))) == (*before, 1)


def test_by_the_form_it_is_held_too(client: Client, cast: Cast, ana: Mandate, mesa: Mandate) -> None:
    ask = cast.ask(text=LINKS)
    assert "Your ask is looked at first" in words(client.post(place(ask), follow=True))
    assert Case.objects.count() == 0


def test_what_nobody_looks_at_goes_on_by_itself_after_two_working_days(held: Ask, clock: Clock) -> None:
    assert held.wake_at is not None
    clock.to(held.wake_at - timedelta(seconds=1))
    work()
    assert Case.objects.count() == 0
    clock.to(held.wake_at)
    work()
    case = Case.objects.get()
    assert (case.ask_id, case.opened_at, len(letters("leg_new"))) == (held.pk, clock.instant, 1)
    work()
    assert Case.objects.count() == 1


# Looked at --------------------------------------------------------------------------


def test_the_coordinating_office_sends_it_on_and_its_clock_begins_then(
    client: Client, cast: Cast, held: Ask, clock: Clock
) -> None:
    clock.forward(hours=20)
    desk = signed(client, cast, "Mesa")
    assert "Asks that are held until somebody looks at them" in words(desk.get("/en/coordination/"))
    shown = words(desk.get(HELD))
    assert LINKS in shown
    assert "goes on by itself at the end of Nov. 25, 2026" in shown
    assert "It holds several links." in shown
    assert "marta@example.net" not in desk.get(HELD).content.decode()
    sent = desk.post(HELD, {"ask": held.pk, "act": "release"}, follow=True)
    assert "Sent on: " in words(sent)
    case = Case.objects.get()
    assert case.opened_at == clock.instant
    assert "Nothing is held" in words(sent)
    assert [letter.address for letter in letters("asker_receipt")] == ["marta@example.net"]
    assert client.get(place(held)).status_code == 302


def test_turning_it_down_needs_a_reason_which_the_asker_reads(client: Client, cast: Cast, held: Ask) -> None:
    desk = signed(client, cast, "Mesa")
    empty = desk.post(HELD, {"ask": held.pk, "act": "discard", "reason": " "})
    assert errors(empty) == ["Why it goes to no office: This field is required."]
    sent = desk.post(HELD, {"ask": held.pk, "act": "discard", "reason": "Es publicidad."}, follow=True)
    assert "Turned down. The asker reads the reason." in words(sent)
    (letter,) = letters("ask_discarded", "marta@example.net")
    assert "Es publicidad." in letter.text
    assert "Your ask was not sent on" in words(client.get(place(held)))
    assert (Case.objects.count(), letters("leg_new")) == (0, [])


def test_what_was_turned_down_is_erased_a_week_later(held: Ask, mesa: Mandate, clock: Clock) -> None:
    discard_ask(held, by=mesa, reason="Es publicidad.")
    clock.forward(days=6, hours=23)
    work()
    assert Ask.objects.filter(pk=held.pk).exists()
    clock.forward(hours=1)
    work()
    assert not Ask.objects.filter(pk=held.pk).exists()
    assert {letter.text for letter in letters() if letter.about == f"ask-{held.pk}"} == {""}


def test_only_the_coordinating_office_decides_and_only_once(held: Ask, ana: Mandate, mesa: Mandate) -> None:
    assert refusal(release_ask, held, by=ana) == "Solo la oficina coordinadora revisa lo retenido."
    assert (
        refusal(discard_ask, held, by=ana, reason="No") == "Solo la oficina coordinadora revisa lo retenido."
    )
    assert refusal(discard_ask, held, by=mesa, reason=" ") == (
        "Escriba por qué, para que quien pide pueda corregirlo."
    )
    release_ask(held, by=mesa)
    over = "Esta petición ya no está retenida. Alguien la revisó, o pasaron sus días."
    assert refusal(release_ask, held, by=mesa) == over
    assert refusal(discard_ask, held, by=mesa, reason="No") == over
    assert Case.objects.count() == 1


def test_an_ask_that_is_gone_meanwhile_is_said_to_be(
    client: Client, cast: Cast, held: Ask, mesa: Mandate
) -> None:
    desk = signed(client, cast, "Mesa")
    release_ask(held, by=mesa)
    sent = desk.post(HELD, {"ask": held.pk, "act": "release"}, follow=True)
    assert "This ask is no longer held." in words(sent)
    assert desk.post(HELD, {"ask": "x", "act": "release"}).status_code == 404


def test_nobody_else_finds_the_page(client: Client, cast: Cast, held: Ask) -> None:
    assert client.get(HELD).status_code == 302
    assert signed(client, cast, "Ana").get(HELD).status_code == 404


def test_the_worker_looks_only_when_it_is_time(held: Ask) -> None:
    look_at_ask(held)
    assert Case.objects.count() == 0


def test_the_list_takes_as_many_queries_for_twenty_as_for_one(client: Client, cast: Cast, held: Ask) -> None:
    desk = signed(client, cast, "Mesa")
    one = len(queries(desk, HELD))
    for n in range(20):
        send_ask(cast.ask(text=LINKS, address=f"a{n}@example.net"))
    assert len(queries(desk, HELD)) == one
    assert one <= 12
