"""A person's own page, and how persons come to be known."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tequio.kernel.zones import is_zone, zone_choices
from tequio.people.actions import person_for_address
from tequio.people.models import Account, Person
from tests.cast import Cast
from tests.circuit.reading import words

ME = "/en/me/"
GIVEN = {"name": "Ana Ruiz", "language": "en", "zone": "Europe/Madrid"}


def test_a_visitor_is_asked_to_sign_in(client: Client, db: None) -> None:
    assert client.get(ME)["Location"] == f"/en/accounts/login/?next={ME}"


def test_an_operator_without_a_person_has_no_page(client: Client, db: None) -> None:
    client.force_login(Account.objects.create_superuser("operator@example.org"))
    assert client.get(ME).status_code == 404


def test_the_page_holds_what_the_hub_knows(client: Client, cast: Cast) -> None:
    client.force_login(cast.account("Ana"))
    page = client.get(ME)
    form = page.context["form"]
    assert [form[name].value() for name in GIVEN] == ["Ana", "es", "America/Mexico_City"]
    assert page["Cache-Control"].replace(" ", "") in ("no-store,private", "private,no-store")


def test_name_language_and_zone_can_be_changed(client: Client, cast: Cast) -> None:
    client.force_login(cast.account("Ana"))
    answer = client.post(ME, {**GIVEN, "name": "  Ana \n Ruiz "}, follow=True)
    person = Person.objects.get()
    assert (person.name, person.language, person.zone) == ("Ana Ruiz", "en", "Europe/Madrid")
    assert "Done. Your details are kept." in words(answer)


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"language": "xx"}, {"zone": "Europe/Atlantis"}, {"zone": ""}]
)
def test_what_is_wrong_is_said_and_nothing_changes(client: Client, cast: Cast, wrong: dict[str, Any]) -> None:
    client.force_login(cast.account("Ana"))
    page = client.post(ME, {**GIVEN, **wrong})
    assert list(page.context["form"].errors) == list(wrong)
    assert Person.objects.get().name == "Ana"


def test_a_person_changes_nobody_else(client: Client, cast: Cast) -> None:
    cast.person("Beto")
    client.force_login(cast.account("Ana"))
    client.post(ME, GIVEN)
    assert sorted(Person.objects.values_list("name", flat=True)) == ["Ana Ruiz", "Beto"]


def test_an_address_is_one_person_however_it_is_written(db: None) -> None:
    first = person_for_address("Ana@Example.org", name="Ana", language="es", zone="UTC")
    again = person_for_address(" ana@example.org ", name="Otra", language="en", zone="UTC")
    assert (first, again.name, Account.objects.count()) == (again, "Ana", 1)
    assert not first.account.has_usable_password()


def test_an_account_without_a_person_gets_one(db: None) -> None:
    account = Account.objects.create_superuser("operator@example.org")
    person = person_for_address("operator@example.org", name="Olga", language="es", zone="UTC")
    account.refresh_from_db()
    assert account.person == person


def test_zones_are_named_by_places() -> None:
    flat = [name for _group, members in zone_choices() for name, _label in members]
    assert all(is_zone(name) for name in flat)
    assert len(flat) == len(set(flat))
    assert {"America/Mexico_City", "Europe/Madrid", "Asia/Tokyo", "Australia/Sydney"} <= set(flat)
    assert not any(name.startswith("Etc/") for name in flat)
    assert not is_zone("Europe/Atlantis")


@pytest.mark.parametrize(
    ("language", "america", "city"), [("es", "América", "Ciudad de México"), ("en", "America", "Mexico City")]
)
def test_zones_are_named_in_the_language_of_the_reader(language: str, america: str, city: str) -> None:
    with translation.override(language):
        found = {str(group): dict(members) for group, members in zone_choices()}
    assert found[america]["America/Mexico_City"] == city
    for members in found.values():
        assert len(set(members.values())) == len(members)
