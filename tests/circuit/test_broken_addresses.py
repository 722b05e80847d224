"""Addresses from which mail comes back: who sees them, and where."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from tequio.network.models import Mandate
from tequio.people.models import Account
from tests.cast import Cast, letters
from tests.circuit.desks import signed, url
from tests.circuit.reading import words
from tests.conftest import Clock
from tests.pages import queries

BETO = "beto@example.org"


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    """Beto holds the chapter in Berlin; Ana coordinates."""
    cast.hold("mesa", "Ana")
    return cast.hold("chapter-berlin", "Beto")


def test_the_office_and_the_coordinating_office_see_the_broken_address(
    client: Client, cast: Cast, beto: Mandate, clock: Clock
) -> None:
    signed(client, cast, "Ana")
    assert "mail comes back" not in words(client.get("/en/coordination/"))
    assert "Every address works" in words(client.get("/en/coordination/addresses/"))
    Account.objects.filter(email=BETO).update(broken_since=clock.instant)
    assert "Addresses from which mail comes back" in words(client.get("/en/coordination/"))
    shown = words(client.get("/en/coordination/addresses/"))
    assert "Capítulo Berlín (en) Holder · since Nov. 23, 2026" in shown
    assert BETO not in shown
    shown = words(signed(client, cast, "Beto").get(url("mandates", beto.office_id)))
    assert "Mail to this person comes back since Nov. 23, 2026." in shown


def test_only_the_coordinating_office_reads_the_list(client: Client, cast: Cast, beto: Mandate) -> None:
    address = "/en/coordination/addresses/"
    assert client.get(address).status_code == 302
    assert signed(client, cast, "Beto").get(address).status_code == 404


def test_the_list_asks_the_database_no_more_for_fifty_than_for_one(
    client: Client, cast: Cast, beto: Mandate, clock: Clock
) -> None:
    signed(client, cast, "Ana")
    counts = []
    for number in (1, 50):
        Account.objects.filter(email=BETO).update(broken_since=clock.instant)
        if number > 1:
            for each in range(number):
                cast.hold(cast.second_office("agency", f"Oficina {each}"), f"P{each}")
            Account.objects.filter(email__startswith="p").update(broken_since=clock.instant)
        counts.append(len(queries(client, "/en/coordination/addresses/")))
    assert counts[0] == counts[1] <= 12


def test_signing_in_with_a_code_mends_the_address(client: Client, cast: Cast, beto: Mandate) -> None:
    Account.objects.filter(email=BETO).update(broken_since=datetime(2026, 11, 1, tzinfo=UTC))
    client.post("/en/accounts/login/", {"email": BETO})
    code = letters("sign_in_code", BETO)[-1].subject.split()[0]
    client.post("/en/accounts/login/code/", {"code": code})
    assert Account.objects.get(email=BETO).broken_since is None
