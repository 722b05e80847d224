"""Organisations are renamed, merged, split and closed as dated rows; nothing that was open is lost."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg
from tequio.circuit.actions.reorganising import end_organisation, rename_organisation
from tequio.circuit.models import Case, Commitment, HandoverBook, Leg, Promise
from tequio.circuit.queries.owed import from_journal, from_tables
from tequio.circuit.queries.public import entry_points
from tequio.circuit.queries.record import from_journal as ledger_journal
from tequio.circuit.queries.record import from_tables as ledger_tables
from tequio.journal.queries import verify
from tequio.kernel import clock as hub_clock
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate, Organisation, Succession
from tequio.network.queries import acting, organisations, successions
from tests.cast import Cast, letters, open_leg_of

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def mesa(cast: Cast) -> Mandate:
    return cast.hold("mesa", "Ana")


@pytest.fixture
def berlin(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def madrid(cast: Cast) -> Mandate:
    return cast.hold("chapter-madrid", "Carla")


def fresh(organisation: Organisation) -> Organisation:
    return Organisation.objects.get(pk=organisation.pk)


def merge(cast: Cast, by: Mandate, one: str, other: str, on: date = TODAY) -> Succession:
    successors = [cast.organisations[other]]
    return end_organisation(
        cast.organisations[one], "merged", on=on, by=by, successors=successors, why="Acta 3"
    )


def test_a_new_name_is_dated_and_the_old_one_is_still_found(cast: Cast, mesa: Mandate) -> None:
    agency = cast.organisations["agency"]
    names = {"es": "Secretaría de Ciencia", "en": "Ministry of Science"}
    row = rename_organisation(agency, names, on=date(2026, 1, 1), by=mesa, why="Decreto")
    found = fresh(agency)
    assert (found.slug, found.names, found.own_name) == ("agency", names, "Secretaría de Ciencia")
    assert (row.kind, row.on, row.names_before["es"]) == ("renamed", date(2026, 1, 1), "Agencia de Ciencia")
    assert [each.pk for each in organisations(words="agencia de ciencia")] == [agency.pk]
    assert [each.pk for each in organisations(words="secretaria")] == [agency.pk]
    assert list(successions(found)) == [row]


def test_what_a_merged_office_had_open_goes_to_its_successor(
    cast: Cast, mesa: Mandate, berlin: Mandate, madrid: Mandate
) -> None:
    waiting, accepted = cast.case(address="a@example.net"), cast.case(address="b@example.net")
    leg = open_leg_of(accepted)
    accept_leg(leg, by=berlin, what="Una charla", due_on=TODAY + timedelta(days=20))
    merge(cast, mesa, "chapter-berlin", "chapter-madrid")
    moved = open_leg_of(waiting)
    days = Promise.objects.get().days
    assert (moved.owner_id, moved.rung, moved.days) == (madrid.office_id, "successor", days)
    assert Commitment.objects.get().office_id == madrid.office_id
    assert set(Case.objects.values_list("owner", flat=True)) == {madrid.office_id}
    assert Leg.objects.get(case=waiting, number=1).outcome == "moved"
    assert (verify().broken, ledger_journal() == ledger_tables(), from_journal() == from_tables()) == (
        None,
        True,
        True,
    )


def test_its_record_stays_where_it_was_earned(
    cast: Cast, mesa: Mandate, berlin: Mandate, madrid: Mandate
) -> None:
    leg = open_leg_of(cast.case())
    accept_leg(leg, by=berlin, what="Una charla", due_on=TODAY + timedelta(days=20))
    before = {key: row.accepted for key, row in ledger_tables().items()}
    merge(cast, mesa, "chapter-berlin", "chapter-madrid")
    assert {key: row.accepted for key, row in ledger_tables().items()} == before


def test_its_promises_and_mandates_end_and_nobody_is_routed_to_it(
    cast: Cast, mesa: Mandate, berlin: Mandate, madrid: Mandate
) -> None:
    merge(cast, mesa, "chapter-berlin", "chapter-madrid")
    assert acting(berlin.office) == []
    assert Promise.objects.get().withdrawn_at == hub_clock.now()
    assert list(entry_points()) == []
    assert open_leg_of(cast.case()).owner_id == cast.desk.pk
    with pytest.raises(Refused, match="has ended"):
        cast.hold("chapter-berlin", "Dora")


def test_the_askers_are_told_and_a_book_is_made(
    cast: Cast, mesa: Mandate, berlin: Mandate, madrid: Mandate
) -> None:
    cast.case()
    merge(cast, mesa, "chapter-berlin", "chapter-madrid")
    assert len(letters("asker_moved")) == 1
    assert HandoverBook.objects.get().office_id == berlin.office_id


def test_without_a_held_successor_it_goes_above(cast: Cast, mesa: Mandate) -> None:
    dora = cast.hold("institute", "Dora")
    cast.promise(dora, "consular-support")
    above = cast.hold("agency", "Elsa")
    cast.case("consular-support")
    end_organisation(cast.organisations["institute"], "closed", on=TODAY, by=mesa)
    assert Leg.objects.get(closed_at=None).owner_id == above.office_id


def test_with_nobody_above_it_goes_to_the_coordinating_office(
    cast: Cast, mesa: Mandate, berlin: Mandate
) -> None:
    cast.case()
    end_organisation(cast.organisations["chapter-berlin"], "closed", on=TODAY, by=mesa)
    assert Leg.objects.get(closed_at=None).owner_id == cast.desk.pk


def test_its_parts_belong_to_the_first_successor(cast: Cast, mesa: Mandate) -> None:
    merge(cast, mesa, "agency", "university-oaxaca")
    assert fresh(cast.organisations["institute"]).parent == cast.organisations["university-oaxaca"]


def test_a_split_names_its_parts_in_order(
    cast: Cast, mesa: Mandate, berlin: Mandate, madrid: Mandate
) -> None:
    cast.case()
    parts = [cast.organisations["chapter-madrid"], cast.organisations["university-oaxaca"]]
    row = end_organisation(cast.organisations["chapter-berlin"], "split", on=TODAY, by=mesa, successors=parts)
    assert set(row.successors.all()) == set(parts)
    assert Leg.objects.get(closed_at=None).owner_id == madrid.office_id


@pytest.mark.parametrize(
    ("kind", "successors", "on", "message"),
    [
        ("merged", [], TODAY, "Name one successor"),
        ("split", ["agency"], TODAY, "Name one successor"),
        ("closed", ["agency"], TODAY, "Name one successor"),
        ("merged", ["chapter-berlin"], TODAY, "another organisation of this country"),
        ("merged", ["agency"], TODAY + timedelta(days=1), "has not come yet"),
    ],
)
def test_what_does_not_fit_is_refused_and_ends_nothing(
    cast: Cast, mesa: Mandate, berlin: Mandate, kind: str, successors: list[str], on: date, message: str
) -> None:
    heirs = [cast.organisations[slug] for slug in successors]
    with pytest.raises(Refused, match=message):
        end_organisation(cast.organisations["chapter-berlin"], kind, on=on, by=mesa, successors=heirs)
    assert (Succession.objects.count(), acting(berlin.office)) == (0, [berlin])


def test_it_ends_once(cast: Cast, mesa: Mandate) -> None:
    merge(cast, mesa, "chapter-berlin", "chapter-madrid")
    with pytest.raises(Refused, match="ended already"):
        merge(cast, mesa, "chapter-berlin", "chapter-madrid")


def test_a_name_that_changes_nothing_is_refused(cast: Cast, mesa: Mandate) -> None:
    agency = cast.organisations["agency"]
    for names in ({}, dict(agency.names)):
        with pytest.raises(Refused, match="Write the new name"):
            rename_organisation(agency, names, on=TODAY, by=mesa)


def test_only_the_coordinating_office_records_it(cast: Cast, mesa: Mandate, berlin: Mandate) -> None:
    with pytest.raises(Refused, match="Only the coordinating office"):
        merge(cast, berlin, "chapter-berlin", "chapter-madrid")


def test_the_page_of_the_organisation_says_what_became_of_it(
    cast: Cast, client: Client, mesa: Mandate, berlin: Mandate
) -> None:
    rename_organisation(
        cast.organisations["chapter-berlin"], {"es": "Capítulo Alemania", "en": "Chapter Germany"},
        on=date(2026, 1, 1), by=mesa,
    )  # fmt: skip
    merge(cast, mesa, "chapter-berlin", "chapter-madrid")
    page = client.get("/en/organisations/chapter-berlin/").content.decode()
    for words in ("It ended on", "Until then its name was Capítulo Berlín (en)", "Merged into", "Acta 3"):
        assert words in page
    heir = client.get("/en/organisations/chapter-madrid/").content.decode()
    assert '<a href="/en/organisations/chapter-berlin/">Chapter Germany</a>: Merged into' in heir
