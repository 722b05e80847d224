"""The hand-over book: what it holds, when it is made, and what is erased of it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from tequio.circuit.actions.answering import accept_leg, decline_leg, pass_on_leg
from tequio.circuit.actions.asker import report_outcome
from tequio.circuit.actions.erasing import erase_case
from tequio.circuit.actions.handover import make_book
from tequio.circuit.models import (
    Agreement,
    Case,
    Draft,
    HandoverBook,
    Leg,
    Party,
    Remark,
)
from tequio.circuit.queries.book_pages import counts, sections
from tequio.circuit.queries.books import OPEN, book_content, is_empty, open_counts
from tequio.circuit.states import Rung
from tequio.network.absences import declare_absence
from tequio.network.actions import end_mandate
from tequio.network.models import Administration, Closure, Mandate, Role
from tests.cast import Cast, open_leg_of, texts, work
from tests.conftest import Clock

BERLIN = {
    "titles": texts("Oficina principal", "Head office"),
    "organisation": texts("Capítulo Berlín", "Capítulo Berlín (en)"),
}
MADRID = {**BERLIN, "organisation": texts("Capítulo Madrid", "Capítulo Madrid (en)")}
EMPTY = ("asks", "commitments", "agreements", "drafts", "absences", "closures", "contacts")


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
def mesa(cast: Cast) -> Mandate:
    return cast.hold("mesa", "Mesa")


def content(mandate: Mandate) -> dict[str, list[dict[str, Any]]]:
    return book_content(mandate.office)


def agreement(*mandates: Mandate, slug: str = "aula-abierta") -> Agreement:
    made = Agreement.objects.create(
        slug=slug,
        title="Aula abierta",
        starts_on=date(2026, 11, 1),
        expires_on=date(2027, 10, 31),
        in_force_at=mandates[0].starts_at,
    )
    for mandate in mandates:
        Party.objects.create(
            agreement=made, office=mandate.office, signed_by=mandate, signed_at=mandate.starts_at
        )
    return made


# What it holds ------------------------------------------------------------------------


def test_an_office_that_has_done_nothing_has_an_empty_book(cast: Cast, beto: Mandate) -> None:
    found = content(beto)
    assert {name: found[name] for name in EMPTY} == {name: [] for name in EMPTY}
    assert [(row["days"], row["until"], row["lapsed"]) for row in found["promises"]] == [
        (8, "2027-09-19", False)
    ]
    assert is_empty(found)


def test_an_open_ask_by_its_number_place_date_and_last_event(cast: Cast, beto: Mandate) -> None:
    case = cast.case(on_behalf_of="Grupo de cuarto", text="Palabras que no van", name="Marta")
    assert content(beto)["asks"] == [
        {
            "ref": case.ref,
            "leg": 1,
            "kind": texts("Pedir school-talk", "Ask school-talk"),
            "on_behalf_of": "Grupo de cuarto",
            "place": [texts("Preparatoria Número 5", "Preparatoria Número 5 (en)"), texts("Oaxaca")],
            "state": "at-desk",
            "step": {},
            "opened_on": "2026-11-23",
            "due_on": "2026-12-03",
            "last": {"kind": "leg-opened", "on": "2026-11-23"},
            "opinion_for": {},
            "opinions": [],
        }
    ]


def test_neither_name_address_nor_text_of_the_asker_is_in_it(cast: Cast, beto: Mandate) -> None:
    cast.case(name="Nombre Propio", address="propia@example.net", text="Texto propio")
    written = str(content(beto))
    assert [word in written for word in ("Nombre Propio", "propia@example.net", "Texto propio")] == [
        False
    ] * 3


def test_opinions_that_are_out_and_those_that_are_asked_of_it(cast: Cast, beto: Mandate) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    leg = cast.leg()
    Leg.objects.create(
        case=leg.case,
        number=2,
        owner=carla.office,
        kind=leg.kind,
        days=5,
        rung=Rung.OPINION,
        asked_by=leg,
        due_on=date(2026, 11, 30),
        due_at=leg.due_at,
        wake_at=leg.due_at,
    )
    (ours,), (theirs,) = content(beto)["asks"], content(carla)["asks"]
    assert ours["opinions"] == [{**MADRID, "due_on": "2026-11-30"}]
    assert (ours["opinion_for"], theirs["opinion_for"], theirs["leg"]) == ({}, BERLIN, 2)


def test_an_accepted_ask_and_what_was_promised(cast: Cast, beto: Mandate) -> None:
    leg = cast.leg(on_behalf_of="Grupo de cuarto")
    accept_leg(leg, by=beto, what="Charla por video", due_on=date(2026, 12, 10))
    found = content(beto)
    (ask,), (owed,) = found["asks"], found["commitments"]
    assert (ask["ref"], ask["state"], ask["leg"], ask["due_on"]) == (
        leg.case.ref,
        "arranged",
        0,
        "2026-12-10",
    )
    assert (owed["ref"], owed["what"], owed["on_behalf_of"], owed["due_on"], owed["made_on"]) == (
        leg.case.ref,
        "Charla por video",
        "Grupo de cuarto",
        "2026-12-10",
        "2026-11-23",
    )


def test_under_which_government_it_was_promised(cast: Cast) -> None:
    ana = cast.hold("institute", "Ana")
    Administration.objects.create(
        home_id="MX", slug="2024-2030", names=texts("Gobierno", "Government"), starts_on=date(2024, 10, 1)
    )
    cast.promise(ana, "consular-support")
    accept_leg(cast.leg("consular-support"), by=ana, what="Una sala", due_on=date(2026, 12, 10))
    assert content(ana)["commitments"][0]["administration"] == texts("Gobierno", "Government")


def test_agreements_with_their_other_parties(cast: Cast, beto: Mandate) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    made = agreement(beto, carla)
    expected = {
        "slug": "aula-abierta",
        "title": "Aula abierta",
        "starts_on": "2026-11-01",
        "expires_on": "2027-10-31",
        "in_force": True,
    }
    assert content(beto)["agreements"] == [{**expected, "parties": [{**MADRID, "signed": True}]}]
    assert not is_empty(content(carla))
    Agreement.objects.filter(pk=made.pk).update(ended_at=beto.starts_at)
    assert content(beto)["agreements"] == []


def test_answers_begun_but_not_their_words(cast: Cast, beto: Mandate) -> None:
    leg = cast.leg()
    Draft.objects.create(office=beto.office, leg=leg, act="decline", data={"text": "Lo siento"}, mandate=beto)
    (row,) = content(beto)["drafts"]
    assert row == {
        "ref": leg.case.ref,
        "leg": 1,
        "kind": texts("Pedir school-talk", "Ask school-talk"),
        "act": "decline",
        "on": "2026-11-23",
    }


def test_days_away_and_closures_ahead(cast: Cast, beto: Mandate) -> None:
    dana = cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    declare_absence(dana, by=dana, first_day=date(2026, 12, 1), last_day=date(2026, 12, 2), stand_in=beto)
    for name, first, last in (("Pasada", 1, 2), ("Fin de año", 28, 31)):
        month = 11 if name == "Pasada" else 12
        Closure.objects.create(
            organisation=beto.office.organisation,
            name=name,
            first_day=date(2026, month, first),
            last_day=date(2026, month, last),
        )
    found = content(beto)
    assert found["absences"] == [
        {"role": "deputy", "first_day": "2026-12-01", "last_day": "2026-12-02", "stand_in": True}
    ]
    assert found["closures"] == [{"name": "Fin de año", "first_day": "2026-12-28", "last_day": "2026-12-31"}]


def test_contacts_are_offices_with_how_many_asks_went_which_way(cast: Cast, beto: Mandate) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    cast.promise(carla, days=20)
    for _ in range(2):
        pass_on_leg(cast.leg(), by=beto, to=carla.office, reason="full")
    back = Leg.objects.filter(owner=carla.office).first()
    assert back is not None
    mesa = cast.hold("mesa", "Mesa")
    pass_on_leg(back, by=carla, to=mesa.office, reason="full")
    assert content(beto)["contacts"] == [{**MADRID, "received": 0, "sent": 2}]
    ours, theirs = content(carla)["contacts"]
    assert (ours, theirs["received"], theirs["sent"]) == ({**BERLIN, "received": 2, "sent": 0}, 0, 1)


def test_the_record_is_the_ledger_s_counts(cast: Cast, beto: Mandate) -> None:
    decline_leg(cast.leg(), by=beto, reason="full")
    cast.leg()
    (row,) = content(beto)["record"]
    assert (row["kind"], row["asked"], row["in_time"], row["declined"], row["waiting"]) == (
        texts("Pedir school-talk", "Ask school-talk"), 2, 1, 1, 1,
    )  # fmt: skip


def test_it_reads_in_the_reader_s_language(cast: Cast, beto: Mandate) -> None:
    cast.leg()
    book = make_book(beto.office, left=beto)
    assert book is not None
    for language, kind in (("es", "Pedir school-talk"), ("en", "Ask school-talk")):
        with translation.override(language):
            found = {slug: rows for slug, _title, rows in sections(book)}
            assert found["asks"][0]["kind"] == kind
            assert found["asks"][0]["due_on"] == date(2026, 12, 3)
            school = "Preparatoria Número 5" + (" (en)" if language == "en" else "")
            assert found["asks"][0]["place"] == f"{school}, Oaxaca"
    assert [number for _title, number in counts(book)] == [1, 0, 0, 0]


def test_the_form_s_counts_are_those_of_the_book(cast: Cast, beto: Mandate) -> None:
    agreement(beto)
    leg = cast.leg()
    accept_leg(cast.leg(), by=beto, what="Charla", due_on=date(2026, 12, 10))
    Draft.objects.create(office=beto.office, leg=leg, act="accept")
    found = content(beto)
    assert open_counts(beto.office) == {name: len(found[name]) for name in OPEN}


# When it is made ------------------------------------------------------------------------------


def test_the_end_of_a_mandate_makes_it_before_anything_moves(
    cast: Cast, beto: Mandate, mesa: Mandate
) -> None:
    waiting, accepted = cast.leg(), cast.leg()
    accept_leg(accepted, by=beto, what="Charla", due_on=date(2026, 12, 10))
    Remark.objects.create(office=beto.office, text=" Llame temprano. ", learnt=True)
    Remark.objects.create(office=beto.office, text="Sólo para hoy")
    end_mandate(beto, by=beto)
    assert open_leg_of(waiting.case).owner == cast.desk
    book = HandoverBook.objects.get()
    assert (book.office, book.left, book.taken, book.learnt) == (beto.office, beto, None, "Llame temprano.")
    assert [row["ref"] for row in book.content["asks"]] == [waiting.case.ref, accepted.case.ref]
    assert [row["what"] for row in book.content["commitments"]] == ["Charla"]


def test_a_mandate_that_ran_out_makes_it_even_when_the_asks_have_moved_already(
    cast: Cast, clock: Clock, mesa: Mandate
) -> None:
    from tequio.circuit.actions.ladder import look_at_leg
    from tequio.network.actions import mandate_ran_out

    beto = cast.hold("chapter-berlin", "Beto", until=date(2026, 11, 25))
    cast.promise(beto)
    leg = cast.leg()
    clock.forward(days=12)
    look_at_leg(leg)
    assert open_leg_of(leg.case).owner == cast.desk
    for _ in range(2):
        mandate_ran_out(beto)
    assert [row["ref"] for row in HandoverBook.objects.get().content["asks"]] == [leg.case.ref]


def test_nothing_open_makes_none(cast: Cast, clock: Clock, beto: Mandate) -> None:
    decline_leg(cast.leg(), by=beto, reason="full")
    end_mandate(beto, by=beto)
    cast.hold("chapter-berlin", "Dana", until=date(2026, 11, 25))
    clock.forward(days=5)
    work()
    assert HandoverBook.objects.count() == 0


# Erasing ------------------------------------------------------------------------------------------


@pytest.fixture
def erased(cast: Cast, beto: Mandate) -> Case:
    """An ask that was in a book, in a note and in a draft, and was forgotten after it was over."""
    leg, other = cast.leg(on_behalf_of="Grupo mío"), cast.leg(on_behalf_of="Grupo ajeno")
    dana = cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    accept_leg(leg, by=beto, what="Con mi grupo", due_on=date(2026, 12, 10))
    Remark.objects.create(office=beto.office, case=leg.case, text="Marta es paciente", learnt=True)
    Remark.objects.create(office=beto.office, case=other.case, text="Lo demás", learnt=True)
    Draft.objects.create(office=beto.office, leg=leg, act="accept", data={"text": "Querida Marta"})
    end_mandate(beto, by=beto)
    report_outcome(leg.case, happened=True)
    assert dana.role == Role.DEPUTY
    return erase_case(Case.objects.get(pk=leg.case_id))


def test_an_erased_ask_leaves_its_number_and_dates_in_the_book_only(erased: Case) -> None:
    book = HandoverBook.objects.get()
    ours = [row for name in book.content for row in book.content[name] if row.get("ref") == erased.ref]
    assert [(row.get("on_behalf_of", ""), row.get("place", ""), row.get("what", "")) for row in ours] == [
        ("", "", "")
    ] * 3
    assert [row["due_on"] for row in book.content["commitments"]] == ["2026-12-10"]
    written = str(book.content) + book.learnt
    assert [word in written for word in ("Grupo mío", "Con mi grupo", "Marta", "paciente")] == [False] * 4
    assert ("Grupo ajeno" in written, book.learnt) == (True, "Lo demás")


def test_its_notes_and_drafts_go_too(erased: Case) -> None:
    assert Draft.objects.filter(leg__case=erased).count() == 0
    assert [remark.text for remark in Remark.objects.all()] == ["Lo demás"]
