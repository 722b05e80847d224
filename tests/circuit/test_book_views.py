"""Handing over in the browser, and reading the books: who may, in which language, on paper."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tequio.circuit import printing
from tequio.circuit.actions.answering import accept_leg
from tequio.circuit.actions.handover import make_book
from tequio.circuit.models import HandoverBook, Leg, Remark
from tequio.network.actions import end_mandate
from tequio.network.handing import hand_over_office
from tequio.network.models import Invitation, Mandate, Role
from tequio.network.queries import acting
from tests.cast import Cast, letters, path_in
from tests.circuit.desks import named_errors, signed, url
from tests.circuit.reading import words
from tests.pages import queries

needs_pango = pytest.mark.skipif(not printing.can_print(), reason="Debian's libpango is not installed")


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def dana(cast: Cast, beto: Mandate) -> Mandate:
    return cast.hold(beto.office, "Dana", role=Role.DEPUTY)


@pytest.fixture
def desk(client: Client, cast: Cast, beto: Mandate) -> Client:
    return signed(client, cast, "Beto")


@pytest.fixture
def busy(cast: Cast, beto: Mandate) -> list[Leg]:
    legs = [cast.leg(on_behalf_of="Grupo de cuarto") for _ in range(2)]
    accept_leg(legs[0], by=beto, what="Charla por video", due_on=date(2026, 12, 10))
    return legs


@pytest.fixture
def book(beto: Mandate, busy: list[Leg]) -> HandoverBook:
    made = make_book(beto.office, left=beto, learnt="Las escuelas contestan por la tarde.")
    assert made is not None
    return made


def to(whom: Any, **given: Any) -> dict[str, Any]:
    choice = str(whom.pk) if isinstance(whom, Mandate) else "address"
    address = "" if isinstance(whom, Mandate) else whom
    return {"to": choice, "address": address, "language": "en", "learnt": "", "sure": "on", **given}


# Handing over ---------------------------------------------------------------------------


def test_the_page_says_what_goes_along_and_what_will_happen(
    desk: Client, beto: Mandate, dana: Mandate, busy: list[Leg]
) -> None:
    Remark.objects.create(office=beto.office, text="Llame antes de las diez.", learnt=True)
    page = desk.get(url("hand_over", beto.office_id))
    assert "2 open asks, 1 promise to keep, 0 agreements and 0 answers begun go along." in words(page)
    form = page.context["form"]
    assert form["learnt"].value() == "Llame antes de las diez."
    assert [str(label) for _value, label in form.fields["to"].choices] == [
        "Deputy: Dana, at once",
        "Somebody else, when they accept the invitation",
    ]
    assert url("hand_over", beto.office_id) in desk.get(url("mandates", beto.office_id)).content.decode()


def test_the_coordinating_office_reads_no_name_and_nothing_that_the_office_has_learnt(
    client: Client, cast: Cast, beto: Mandate, dana: Mandate, busy: list[Leg]
) -> None:
    Remark.objects.create(office=beto.office, text="Llame antes de las diez.", learnt=True)
    cast.hold("mesa", "Mesa")
    mesa = signed(client, cast, "Mesa")
    page = mesa.get(url("hand_over", beto.office_id))
    text = page.content.decode()
    assert [name in text for name in ("Dana", "Beto", "Llame antes")] == [False] * 3
    labels = [str(label) for _value, label in page.context["form"].fields["to"].choices]
    assert labels[0] == "Deputy since Nov. 23, 2026, at once"
    mesa.post(url("hand_over", beto.office_id), to(dana, learnt="La oficina se muda"))
    assert HandoverBook.objects.get().learnt == "Llame antes de las diez.\n\nLa oficina se muda"


def test_to_a_deputy_at_once(desk: Client, beto: Mandate, dana: Mandate, busy: list[Leg]) -> None:
    sent = desk.post(url("hand_over", beto.office_id), to(dana, learnt="Poco a poco"), follow=True)
    assert sent.redirect_chain == [(url("desk"), 302)]
    assert "Done. The office is handed over, with everything that is open in it." in words(sent)
    (taken,) = acting(beto.office)
    assert (taken.person, HandoverBook.objects.get().learnt) == (dana.person, "Poco a poco")
    assert desk.get(url("hand_over", beto.office_id)).status_code == 404


def test_to_an_address_when_it_is_accepted(
    desk: Client, client: Client, cast: Cast, beto: Mandate, busy: list[Leg]
) -> None:
    page = url("hand_over", beto.office_id)
    sent = desk.post(page, to("elsa@example.org"), follow=True)
    assert sent.redirect_chain == [(url("mandates", beto.office_id), 302)]
    assert "The invitation is on its way to elsa@example.org." in words(sent)
    assert "elsa@example.org · the office is handed over when it is accepted" in words(sent)
    assert acting(beto.office) == [beto]
    (letter,) = letters("invitation")
    assert "Whoever holds this office hands it over to you" in letter.text.replace("\n", " ")
    stranger = Client()
    assert "The office is handed over to you" in words(stranger.get(path_in(letter)))
    given = {"name": "Elsa", "language": "en", "zone": "Europe/Berlin"}
    stranger.post(path_in(letter), given)
    assert [each.person.name for each in acting(beto.office)] == ["Elsa"]
    assert HandoverBook.objects.get().left == beto


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"sure": ""}, ["sure"]),
        ({"to": ""}, ["to"]),
        ({"to": "99999"}, ["to"]),
        ({"to": "address", "address": ""}, ["address"]),
        ({"to": "address", "address": "elsa"}, ["address"]),
        ({"to": "address", "address": "beto@example.org"}, ["address"]),
        ({"language": "xx"}, ["language"]),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    desk: Client, beto: Mandate, dana: Mandate, change: dict[str, Any], errors: list[str]
) -> None:
    answer = desk.post(url("hand_over", beto.office_id), to(dana, **change))
    assert (answer.status_code, named_errors(answer)) == (200, errors)
    assert (acting(beto.office), Invitation.objects.count()) == ([beto], 0)


def test_who_may_open_the_page(client: Client, cast: Cast, beto: Mandate, dana: Mandate) -> None:
    cast.hold("chapter-madrid", "Carla")
    cast.hold("mesa", "Mesa")
    page = url("hand_over", beto.office_id)
    found = {}
    for name in ("Beto", "Dana", "Mesa", "Carla"):
        found[name] = signed(Client(), cast, name).get(page).status_code
    assert found == {"Beto": 200, "Dana": 403, "Mesa": 200, "Carla": 404}


def test_an_office_without_a_holder_says_how_to_get_one(
    client: Client, cast: Cast, beto: Mandate, dana: Mandate
) -> None:
    end_mandate(beto, by=beto)
    page = signed(client, cast, "Dana").get(url("hand_over", beto.office_id))
    assert "Nobody holds this office There is no holder whose work could be handed over." in words(page)


# The books ------------------------------------------------------------------------------------


def test_an_office_without_a_book_says_what_will_be_here(desk: Client, beto: Mandate) -> None:
    assert "No book yet When the office changes hands" in words(desk.get(url("books", beto.office_id)))


def test_the_list_says_when_and_how_much(desk: Client, beto: Mandate, book: HandoverBook) -> None:
    page = words(desk.get(url("books", beto.office_id)))
    assert "A mandate ended on Nov. 23, 2026 Open asks: 2 Promises to keep: 1" in page


def test_the_book_begins_with_what_was_learnt(desk: Client, beto: Mandate, book: HandoverBook) -> None:
    page = desk.get(url("book", beto.office_id, book.pk))
    assert re.findall(r'<h2 id="([\w-]+)"', page.content.decode()) == [
        "learnt",
        "asks",
        "commitments",
        "promises",
        "record",
    ]
    shown = words(page)
    assert "Las escuelas contestan por la tarde." in shown
    assert "Grupo de cuarto · Preparatoria Número 5 (en), Oaxaca" in shown
    assert "By Dec. 10, 2026" in shown


def test_it_reads_in_spanish_too(desk: Client, beto: Mandate, book: HandoverBook) -> None:
    page = desk.get(url("book", beto.office_id, book.pk, language="es"))
    assert ("Pedir school-talk" in words(page), "Ask school-talk" in words(page)) == (True, False)


def test_who_may_read_a_book(
    client: Client, cast: Cast, beto: Mandate, dana: Mandate, book: HandoverBook
) -> None:
    for slug, name in (("chapter-madrid", "Carla"), ("mesa", "Mesa")):
        cast.hold(slug, name)
    pages = [
        url("books", beto.office_id),
        url("book", beto.office_id, book.pk),
        url("book_pdf", beto.office_id, book.pk),
    ]
    found = {}
    for name in ("Beto", "Dana", "Mesa", "Carla"):
        reader = signed(Client(), cast, name)
        found[name] = [reader.get(page).status_code for page in pages]
    own = 200 if printing.can_print() else 302
    assert found == {
        "Beto": [200, 200, own],
        "Dana": [200, 200, own],
        "Mesa": [404] * 3,
        "Carla": [404] * 3,
    }


def test_of_a_vacant_office_the_coordinating_one_sees_how_much_and_no_word(
    client: Client, cast: Cast, beto: Mandate, book: HandoverBook
) -> None:
    cast.hold("mesa", "Mesa")
    end_mandate(beto, by=beto)
    reader = signed(client, cast, "Mesa")
    page = reader.get(url("book", beto.office_id, book.pk))
    assert "You see how much was open." in words(page)
    for secret in ("Grupo de cuarto", "Charla por video", "por la tarde", "Preparatoria"):
        assert secret not in page.content.decode()
    assert reader.get(url("book_pdf", beto.office_id, book.pk)).status_code == 403
    assert url("books", beto.office_id) in reader.get(url("mandates", beto.office_id)).content.decode()


def test_a_former_holder_reads_it_no_longer(
    client: Client, cast: Cast, beto: Mandate, dana: Mandate, busy: list[Leg]
) -> None:
    hand_over_office(beto.office, by=beto, to=dana)
    (made,) = HandoverBook.objects.all()
    page = url("book", beto.office_id, made.pk)
    assert [signed(Client(), cast, name).get(page).status_code for name in ("Beto", "Dana")] == [404, 200]


def test_a_book_is_found_under_its_own_office_only(desk: Client, cast: Cast, book: HandoverBook) -> None:
    other = make_book(cast.desk, always=True)
    assert other is not None
    mine = book.office_id
    assert [desk.get(url(name, mine, other.pk)).status_code for name in ("book", "book_pdf")] == [404, 404]
    assert desk.get(url("book", other.office_id, other.pk)).status_code == 404


# On paper -----------------------------------------------------------------------------------------


@needs_pango
@pytest.mark.parametrize("language", ["es", "en"])
def test_the_pdf_is_one(desk: Client, beto: Mandate, book: HandoverBook, language: str) -> None:
    answer = desk.get(url("book_pdf", beto.office_id, book.pk, language=language))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == 'inline; filename="tequio-chapter-berlin-2026-11-23.pdf"'
    assert answer["Cache-Control"] == "private, no-store"
    assert (answer.content[:5], len(answer.content) > 5000) == (b"%PDF-", True)


@needs_pango
def test_nothing_is_fetched_for_it() -> None:
    made = printing.pdf_of('<p>Uno</p><img src="http://example.org/x.png"><img src="file:///etc/hostname">')
    assert made.startswith(b"%PDF-")
    assert b"/Subtype /Image" not in made


def test_where_none_can_be_made_the_page_says_so(
    desk: Client, beto: Mandate, book: HandoverBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "_printer", lambda: None)
    page = url("book", beto.office_id, book.pk)
    assert "This installation cannot make a PDF of it. The page prints well." in words(desk.get(page))
    sent = desk.get(url("book_pdf", beto.office_id, book.pk), follow=True)
    assert sent.redirect_chain == [(page, 302)]
    assert "This installation cannot make PDFs. Print this page instead." in words(sent)


# Light --------------------------------------------------------------------------------------------------


def test_the_pages_ask_as_little_for_one_as_for_many(
    desk: Client, cast: Cast, beto: Mandate, book: HandoverBook
) -> None:
    listed = [len(queries(desk, url("books", beto.office_id)))]
    read = [len(queries(desk, url("book", beto.office_id, book.pk)))]
    for number in range(12):
        cast.leg(address=f"a{number}@example.net")
    many = [make_book(beto.office) for _ in range(12)][-1]
    assert many is not None
    listed.append(len(queries(desk, url("books", beto.office_id))))
    read.append(len(queries(desk, url("book", beto.office_id, many.pk))))
    assert (listed[0], read[0]) == (listed[1], read[1])
    assert max(listed + read) <= 12
