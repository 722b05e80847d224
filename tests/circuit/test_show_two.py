"""Whoever leaves: no case without an office, no commitment lost, everything open in its office's hand-over book."""

from collections import defaultdict
from datetime import date
from typing import Any

import pytest

from tequio.circuit.actions.answering import accept_leg, ask_more
from tequio.circuit.models import (
    Agreement,
    Case,
    Commitment,
    Draft,
    HandoverBook,
    Leg,
    Party,
)
from tequio.circuit.states import STATES, Rung
from tequio.network.actions import end_mandate
from tequio.network.handing import hand_over_office
from tequio.network.models import Mandate, Office, Role
from tests.cast import Cast

MANDATES = ["Mesa", "Beto", "Dana", "Carla", "Ana", "Dora", "Elsa", "Fina"]
Item = tuple[Any, ...]
Items = dict[int, set[Item]]


@pytest.fixture
def network(cast: Cast) -> dict[str, Mandate]:
    """Eight mandates in six offices, an agency with three of them; in each office something of every kind is open."""
    liaison = cast.second_office("agency")
    held = {
        "Mesa": cast.hold("mesa", "Mesa"),
        "Beto": cast.hold("chapter-berlin", "Beto"),
        "Dana": cast.hold("chapter-berlin", "Dana", role=Role.DEPUTY),
        "Carla": cast.hold("chapter-madrid", "Carla"),
        "Ana": cast.hold("agency", "Ana"),
        "Dora": cast.hold(liaison, "Dora"),
        "Elsa": cast.hold(liaison, "Elsa", role=Role.DEPUTY),
        "Fina": cast.hold("embassy-de", "Fina"),
    }
    for name, kind in (
        ("Beto", "school-talk"),
        ("Carla", "school-talk"),
        ("Ana", "counterpart"),
        ("Dora", "counterpart"),
        ("Fina", "consular-support"),
        ("Mesa", "consular-support"),
    ):
        promise = cast.promise(held[name], kind)
        _fill(cast, held[name], kind, name)
        type(promise).objects.filter(pk=promise.pk).update(withdrawn_at=promise.signed_at)
    _agree(held["Beto"], held["Ana"], "one")
    _agree(held["Fina"], held["Mesa"], "two")
    return held


def _fill(cast: Cast, by: Mandate, kind: str, name: str) -> None:
    """An ask that waits, one whose asker owes a reply, one accepted, an opinion asked of the office, a draft."""
    legs = [cast.leg(kind, address=f"{name.lower()}{number}@example.net") for number in range(4)]
    assert {leg.owner for leg in legs} == {by.office}
    ask_more(legs[1], by=by, question="¿Cuántos?")
    accept_leg(legs[2], by=by, what=f"Lo hace {name}", due_on=date(2026, 12, 10))
    Draft.objects.create(office=by.office, leg=legs[0], act="accept", mandate=by)
    other = Office.objects.exclude(pk=by.office_id).filter(mandates__isnull=False).order_by("pk").first()
    Leg.objects.create(
        case=legs[3].case,
        number=2,
        owner=other,
        kind=legs[3].kind,
        days=5,
        rung=Rung.OPINION,
        asked_by=legs[3],
        due_on=legs[3].due_on,
        due_at=legs[3].due_at,
        wake_at=legs[3].due_at,
    )


def _agree(one: Mandate, two: Mandate, slug: str) -> None:
    agreement = Agreement.objects.create(
        slug=slug,
        title=slug,
        starts_on=date(2026, 1, 1),
        expires_on=date(2027, 1, 1),
        in_force_at=one.starts_at,
    )
    for mandate in (one, two):
        Party.objects.create(agreement=agreement, office=mandate.office, signed_at=mandate.starts_at)
    commitment = Commitment.objects.filter(office=one.office).first()
    assert commitment is not None
    Commitment.objects.create(
        agreement=agreement,
        beneficiary=two.office.organisation,
        office=one.office,
        what=f"Por el acuerdo {slug}",
        due_on=commitment.due_on,
        due_at=commitment.due_at,
        made_at=commitment.made_at,
    )


def open_items() -> Items:
    """Everything open in the database, by the office in which it is."""
    found: Items = defaultdict(set)
    for leg in Leg.objects.filter(closed_at=None).select_related("case"):
        found[leg.owner_id or 0].add(("ask", leg.case.ref, leg.number))
    for case in Case.objects.filter(state="arranged"):
        found[case.owner_id or 0].add(("ask", case.ref, 0))
    for commitment in unsettled():
        found[commitment.office_id].add(("commitment", commitment.pk))
    for draft in Draft.objects.select_related("leg__case"):
        found[draft.office_id].add(("draft", draft.leg.case.ref, draft.leg.number, draft.act))
    for party in Party.objects.filter(agreement__ended_at=None).select_related("agreement"):
        found[party.office_id].add(("agreement", party.agreement.slug))
    return dict(found)


def written(book: HandoverBook) -> set[Item]:
    """What a book holds, as the same tuples."""
    content = book.content
    return {
        *(("ask", row["ref"], row["leg"]) for row in content["asks"]),
        *(("commitment", row["pk"]) for row in content["commitments"]),
        *(("draft", row["ref"], row["leg"], row["act"]) for row in content["drafts"]),
        *(("agreement", row["slug"]) for row in content["agreements"]),
    }


def unsettled() -> list[Commitment]:
    return list(Commitment.objects.filter(kept_at=None, broken_at=None, dropped_at=None).order_by("pk"))


def assert_nothing_is_lost(cases: list[str], owed: list[tuple[int, date]]) -> None:
    still = Case.objects.filter(closed_at=None).order_by("ref")
    assert [case.ref for case in still] == cases
    for case in still:
        assert (STATES[case.state].open, case.owner is not None, case.due_at is not None) == (
            True,
            True,
            True,
        )
    assert Leg.objects.filter(closed_at=None, owner=None).count() == 0
    assert [(each.pk, each.due_on) for each in unsettled()] == owed
    assert Commitment.objects.filter(office=None).count() == 0


@pytest.fixture
def before(network: dict[str, Mandate]) -> tuple[Items, list[str], list[tuple[int, date]]]:
    cases = [case.ref for case in Case.objects.filter(closed_at=None).order_by("ref")]
    return open_items(), cases, [(each.pk, each.due_on) for each in unsettled()]


def test_there_is_something_of_every_kind_to_lose(
    network: dict[str, Mandate], before: tuple[Items, list[str], list[tuple[int, date]]]
) -> None:
    items, cases, owed = before
    kinds = sorted(item[0] for each in items.values() for item in each)
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "agreement": 4,
        "ask": 30,
        "commitment": 8,
        "draft": 6,
    }
    assert (len(cases), len(owed), len(items)) == (24, 8, 6)


@pytest.mark.parametrize("name", MANDATES)
def test_one_mandate_ends(
    network: dict[str, Mandate], before: tuple[Items, list[str], list[tuple[int, date]]], name: str
) -> None:
    items, cases, owed = before
    left = network[name]
    end_mandate(left, by=None)
    assert_nothing_is_lost(cases, owed)
    book = HandoverBook.objects.get()
    assert (book.office, book.left) == (left.office, left)
    assert written(book) == items[left.office_id]


def test_every_mandate_of_an_agency_ends_at_once(
    network: dict[str, Mandate], before: tuple[Items, list[str], list[tuple[int, date]]]
) -> None:
    items, cases, owed = before
    for name in ("Ana", "Dora", "Elsa"):
        end_mandate(network[name], by=None)
    assert_nothing_is_lost(cases, owed)
    for office in {network["Ana"].office, network["Dora"].office}:
        books = HandoverBook.objects.filter(office=office)
        assert set().union(*map(written, books)) >= items[office.pk]
        assert not office.mandates.current().exists()
        assert not Leg.objects.filter(owner=office, closed_at=None).exists()


def test_every_mandate_of_the_network_ends(
    network: dict[str, Mandate], before: tuple[Items, list[str], list[tuple[int, date]]]
) -> None:
    items, cases, owed = before
    for name in MANDATES:
        end_mandate(network[name], by=None)
    assert_nothing_is_lost(cases, owed)
    for office, inside in items.items():
        books = HandoverBook.objects.filter(office=office)
        assert set().union(*map(written, books)) >= inside
    assert {leg.owner for leg in Leg.objects.filter(closed_at=None, asked_by=None)} == {
        network["Mesa"].office
    }


@pytest.mark.parametrize("to", ["Dana", "gil@example.org"])
def test_a_hand_over_moves_nothing_and_writes_everything(
    network: dict[str, Mandate], before: tuple[Items, list[str], list[tuple[int, date]]], to: str
) -> None:
    from tequio.network.actions import accept_invitation
    from tequio.network.models import Invitation

    items, cases, owed = before
    beto = network["Beto"]
    given = hand_over_office(beto.office, by=beto, to=network.get(to, to))
    if isinstance(given, Invitation):
        accept_invitation(given, name="Gil", language="es", zone="Europe/Berlin", until=None)
    assert_nothing_is_lost(cases, owed)
    assert open_items() == items
    assert written(HandoverBook.objects.get()) == items[beto.office_id]
