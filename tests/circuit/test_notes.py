"""Internal notes: of the office, for the office, and for whoever holds it next."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tequio.circuit.actions.answering import decline_leg, pass_on_leg
from tequio.circuit.actions.erasing import erase_case
from tequio.circuit.actions.remarks import mark_remark, remove_remark, write_remark
from tequio.circuit.models import Leg, Remark
from tequio.journal.models import Entry, Payload
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate, Role
from tests.cast import Cast, letters, open_leg_of, path_in
from tests.circuit.desks import accept, named_errors, signed, url
from tests.circuit.follows import page as follow_page
from tests.circuit.reading import words
from tests.conftest import Clock

SECRET = "La directora prefiere que le llamen"


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto", language="en")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def leg(cast: Cast, beto: Mandate) -> Leg:
    return cast.leg()


@pytest.fixture
def path(client: Client, cast: Cast, leg: Leg) -> str:
    signed(client, cast, "Beto")
    return url("leg", leg.owner_id, leg.case.ref, 1)


def note(text: str = SECRET, **given: str) -> dict[str, str]:
    return {"act": "note", "note-text": text, **given}


def test_a_note_on_an_ask_is_kept_for_the_office(client: Client, leg: Leg, path: str) -> None:
    assert client.post(path, note(**{"note-learnt": "on"}))["Location"] == path
    remark = Remark.objects.get()
    assert (remark.office, remark.case, remark.text, remark.learnt) == (leg.owner, leg.case, SECRET, True)
    assert f"Notes of your office {SECRET} Nov. 23, 2026 · Holder · worth remembering" in words(
        client.get(path)
    )


def test_the_bearer_of_the_letters_link_reads_and_writes_them_too(client: Client, leg: Leg) -> None:
    path = path_in(letters("leg_new", "beto@example.org")[0])
    assert client.post(path, note())["Location"] == path
    assert SECRET in words(client.get(path))


def test_a_note_is_written_on_an_answered_ask_as_well(
    client: Client, beto: Mandate, leg: Leg, path: str
) -> None:
    decline_leg(leg, by=beto, reason="full")
    client.post(path, note())
    assert SECRET in words(client.get(path))


def test_an_empty_note_is_refused_beside_its_field(client: Client, path: str) -> None:
    page = client.post(path, note(" "))
    assert (page.status_code, named_errors(page)) == (200, ["note-text"])
    assert Remark.objects.count() == 0


def test_neither_asker_nor_another_office_reads_it(
    client: Client, cast: Cast, beto: Mandate, leg: Leg
) -> None:
    carla = cast.hold("chapter-madrid", "Carla", language="en")
    cast.promise(carla)
    write_remark(beto.office, SECRET, by=beto, case=leg.case)
    pass_on_leg(leg, by=beto, to=carla.office, reason="full")
    signed(client, cast, "Carla")
    pages = [
        url("leg", carla.office_id, leg.case.ref, 2),
        url("notes", carla.office_id),
        url("desk"),
        follow_page(leg.case),
        url("ledger"),
        url("ledger_csv"),
    ]
    for each in pages:
        answer = client.get(each, follow=True)
        assert answer.status_code == 200
        assert SECRET not in answer.content.decode(), each
    assert not any(SECRET in letter.text for letter in letters())


def test_the_office_still_reads_it_when_the_ask_has_gone_on(
    client: Client, cast: Cast, beto: Mandate, leg: Leg, path: str
) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    cast.promise(carla)
    write_remark(beto.office, SECRET, by=beto, case=leg.case)
    pass_on_leg(leg, by=beto, to=carla.office, reason="full")
    assert SECRET in words(client.get(path))
    assert open_leg_of(leg.case).owner == carla.office


def test_the_journal_says_that_a_note_was_kept_not_what_nor_of_whom(
    cast: Cast, beto: Mandate, leg: Leg
) -> None:
    remark = write_remark(beto.office, SECRET, by=beto, case=leg.case)
    entry = Entry.objects.latest("sequence")
    assert (entry.kind, entry.office, entry.reference, entry.facts) == (
        "remark.kept",
        beto.office.code,
        "",
        "{}",
    )
    assert json.loads(Payload.objects.get(entry=entry).body) == {"by": beto.pk, "remark": remark.pk}


def test_erasing_an_ask_erases_the_notes_on_it(cast: Cast, beto: Mandate, leg: Leg) -> None:
    write_remark(beto.office, "Marta pidió algo más", by=beto, case=leg.case)
    write_remark(beto.office, "En general", by=beto)
    decline_leg(leg, by=beto, reason="full")
    erase_case(leg.case)
    assert [remark.text for remark in Remark.objects.all()] == ["En general"]


def test_a_deputy_reads_notes_and_writes_none_while_the_holder_acts(
    client: Client, cast: Cast, beto: Mandate, leg: Leg, path: str
) -> None:
    remark = write_remark(beto.office, SECRET, by=beto, case=leg.case)
    dana = cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    signed(client, cast, "Dana")
    here = url("notes", beto.office_id)
    assert [SECRET in words(client.get(each)) for each in (path, here)] == [True, True]
    assert [client.post(each, note("Mío")).status_code for each in (path, here)] == [403, 403]
    assert client.post(here, {"act": "remove", "remark": remark.pk}).status_code == 403
    for verb in (
        lambda: write_remark(beto.office, "Mío", by=dana),
        lambda: mark_remark(remark, learnt=True, by=dana),
        lambda: remove_remark(remark, by=dana),
    ):
        with pytest.raises(Refused):
            verb()
    assert [each.text for each in Remark.objects.all()] == [SECRET]


def test_the_office_wide_page_keeps_all_of_them(
    client: Client, cast: Cast, clock: Clock, beto: Mandate, leg: Leg, path: str
) -> None:
    here = url("notes", beto.office_id)
    assert "No note here yet" in words(client.get(here))
    write_remark(beto.office, SECRET, by=beto, case=leg.case)
    clock.forward(days=1)
    client.post(here, note("El consulado cierra en agosto", **{"note-learnt": "on"}))
    page = client.get(here)
    shown = words(page)
    assert shown.index("El consulado cierra en agosto") < shown.index(SECRET)
    assert f"Preparatoria Número 5 (en) , {leg.case}" in shown
    assert path in page.content.decode()
    only = words(client.get(here, {"learnt": "yes"}))
    assert (SECRET in only, "El consulado cierra en agosto" in only) == (False, True)


def test_a_note_is_marked_unmarked_and_removed(client: Client, beto: Mandate, leg: Leg, path: str) -> None:
    remark = write_remark(beto.office, SECRET, by=beto)
    here = url("notes", beto.office_id)
    for act, learnt in (("learnt", True), ("forget", False)):
        assert client.post(here, {"act": act, "remark": remark.pk})["Location"] == here
        assert Remark.objects.get().learnt is learnt
    client.post(here, {"act": "remove", "remark": remark.pk})
    assert Remark.objects.count() == 0


@pytest.mark.parametrize("chosen", ["", "none", "0"])
def test_a_note_that_is_not_there_is_not_found(client: Client, beto: Mandate, path: str, chosen: str) -> None:
    sent = client.post(url("notes", beto.office_id), {"act": "remove", "remark": chosen})
    assert sent.status_code == 404


def test_another_offices_notes_are_not_there(client: Client, cast: Cast, beto: Mandate, leg: Leg) -> None:
    remark = write_remark(beto.office, SECRET, by=beto)
    carla = cast.hold("chapter-madrid", "Carla")
    signed(client, cast, "Carla")
    assert client.get(url("notes", beto.office_id)).status_code == 404
    assert client.post(url("notes", beto.office_id), note()).status_code == 404
    theirs: Any = {"act": "remove", "remark": remark.pk}
    assert client.post(url("notes", carla.office_id), theirs).status_code == 404
    assert Remark.objects.get() == remark


def test_a_note_of_four_thousand_letters_is_refused(cast: Cast, beto: Mandate) -> None:
    with pytest.raises(Refused):
        write_remark(beto.office, "x" * 4000, by=beto)


def test_answering_leaves_the_notes_alone(client: Client, beto: Mandate, leg: Leg, path: str) -> None:
    write_remark(beto.office, SECRET, by=beto, case=leg.case)
    client.post(path, accept())
    assert Remark.objects.get().text == SECRET


def test_the_page_asks_the_database_no_more_for_fifty_than_for_one(
    client: Client, cast: Cast, beto: Mandate, leg: Leg, path: str
) -> None:
    here, found = url("notes", beto.office_id), []
    for notes in (1, 49):
        for number in range(notes):
            write_remark(beto.office, f"Nota {number}", by=beto, case=leg.case if number % 2 else None)
        write_remark(beto.office, "Otra", by=beto, case=leg.case)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(here).status_code == 200
        found.append(len(queries))
    assert found[0] == found[1]
    assert found[0] <= 12
