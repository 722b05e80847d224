"""Vacancies are visible: on public pages since when, to the coordinating office with what moved away."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tequio.circuit.actions.answering import accept_leg, decline_leg
from tequio.circuit.queries.vacancies import running_out, vacancies, vacant_since
from tequio.network.actions import end_mandate
from tequio.network.models import Hub, Mandate, Organisation
from tests.cast import Cast, open_leg_of, work
from tests.circuit.desks import signed, url
from tests.circuit.reading import words
from tests.conftest import Clock
from tests.pages import queries


@pytest.fixture
def mesa(cast: Cast) -> Mandate:
    return cast.hold("mesa", "Mesa")


@pytest.fixture
def beto(cast: Cast, mesa: Mandate) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def desk(client: Client, cast: Cast, mesa: Mandate) -> Client:
    return signed(client, cast, "Mesa")


def rows() -> list[tuple[Any, ...]]:
    found = vacancies(Hub.objects.all())
    return [(row.office.organisation.slug, row.since, row.asks, row.commitments) for row in found]


def test_since_when_an_office_is_vacant(cast: Cast, clock: Clock) -> None:
    first, second = cast.hold("agency", "Ana", until=date(2026, 11, 25)), cast.hold("institute", "Dora")
    clock.forward(days=4)
    end_mandate(second, by=second)
    offices = [first.office, second.office, cast.office("embassy-de")]
    assert vacant_since(offices) == {
        first.office_id: date(2026, 11, 25),
        second.office_id: date(2026, 11, 27),
    }
    assert vacant_since([]) == {}


def test_an_entry_point_says_since_when(client: Client, cast: Cast, clock: Clock, beto: Mandate) -> None:
    page = url("entry_point", cast.entry_point("chapter-berlin").slug)
    assert "vacant" not in words(client.get(page))
    clock.forward(days=1)
    end_mandate(beto, by=beto)
    assert "vacant since Nov. 24, 2026" in words(client.get(page))
    never = url("entry_point", cast.entry_point("embassy-de").slug)
    assert "vacant, never held" in words(client.get(never))


def test_what_moved_away_is_counted_while_it_is_open(cast: Cast, beto: Mandate, mesa: Mandate) -> None:
    legs = [cast.leg(address=f"a{number}@example.net") for number in range(3)]
    accept_leg(legs[0], by=beto, what="Charla", due_on=date(2026, 12, 10))
    assert rows() == []
    end_mandate(beto, by=beto)
    assert rows() == [("chapter-berlin", date(2026, 11, 23), 2, 1)]
    decline_leg(open_leg_of(legs[1].case), by=mesa, reason="full")
    assert rows() == [("chapter-berlin", date(2026, 11, 23), 1, 1)]
    cast.hold("chapter-berlin", "Elsa")
    assert rows() == []


def test_those_from_which_most_moved_come_first_then_the_longest_vacant(
    cast: Cast, clock: Clock, beto: Mandate
) -> None:
    cast.hold("institute", "Ana", until=date(2026, 11, 25))
    cast.hold("agency", "Dora", until=date(2026, 11, 24))
    cast.leg()
    clock.forward(days=4)
    work()
    end_mandate(beto, by=beto)
    assert [row[0] for row in rows()] == ["chapter-berlin", "agency", "institute"]
    Organisation.objects.filter(slug="agency").update(withdrawn_on=date(2026, 11, 1))
    assert [row[0] for row in rows()] == ["chapter-berlin", "institute"]


def test_the_last_mandate_of_each_office_that_ends(cast: Cast, clock: Clock, mesa: Mandate) -> None:
    for slug, name, role, until in (
        ("agency", "Ana", "holder", date(2027, 3, 1)),
        ("agency", "Dora", "deputy", date(2027, 5, 1)),
        ("institute", "Elsa", "holder", date(2026, 12, 1)),
        ("embassy-de", "Fina", "holder", date(2026, 12, 5)),
        ("embassy-de", "Gil", "deputy", None),
        ("chapter-madrid", "Carla", "holder", date(2026, 11, 24)),
    ):
        cast.hold(slug, name, role=role, until=until)
    clock.forward(days=2)
    found = [(row.office.organisation.slug, row.last_day, row.soon) for row in running_out(Hub.objects.all())]
    assert found == [("institute", date(2026, 12, 1), True), ("agency", date(2027, 5, 1), False)]


def test_the_coordination_page_shows_both(desk: Client, cast: Cast, clock: Clock, beto: Mandate) -> None:
    leg, other = (cast.leg(address=f"a{number}@example.net") for number in range(2))
    accept_leg(leg, by=beto, what="Charla", due_on=date(2026, 12, 10))
    cast.hold("institute", "Elsa", until=date(2026, 12, 1))
    end_mandate(beto, by=beto)
    page = desk.get(url("coordination"))
    shown = words(page)
    vacant = "Head office, Capítulo Berlín (en) vacant since Nov. 23, 2026"
    assert f"Vacant offices {vacant} · 1 open ask moved away · 1 promise moved away" in shown
    assert "Head office, Instituto del Exterior (en) soon · until Dec. 1, 2026" in shown
    assert open_leg_of(other.case).owner == cast.desk
    for name, office in (("mandates", beto.office_id), ("books", beto.office_id)):
        assert url(name, office) in page.content.decode()
        assert desk.get(url(name, office)).status_code == 200


def test_without_any_the_page_says_nothing_of_it(desk: Client) -> None:
    shown = words(desk.get(url("coordination")))
    assert ("Vacant offices" in shown, "Last mandates" in shown) == (False, False)


def test_the_page_asks_as_little_for_one_as_for_many(desk: Client, cast: Cast, clock: Clock) -> None:
    seen = []
    for number in range(6):
        for slug in (f"gone-{number}", f"ends-{number}"):
            cast.organisation(slug, "chapter", slug, country="DE")
        gone = cast.hold(f"gone-{number}", f"Gone{number}")
        end_mandate(gone, by=gone)
        cast.hold(f"ends-{number}", f"Ends{number}", until=date(2026, 12, 1))
        seen.append(len(queries(desk, url("coordination"))))
    assert seen[0] == seen[-1] <= 20
