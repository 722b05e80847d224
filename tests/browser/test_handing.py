"""(f) An office is handed over to an address, with its book: what was open is the new holder's, old links are dead."""

import pytest

from tequio.circuit.models import HandoverBook, Leg
from tests.browser.steps import accept, address_of, asked, decline, hold, office_of, promise
from tests.browser.visitor import MIXED
from tests.cast import path_in

pytestmark = pytest.mark.browser
LEARNT = "Llame a la escuela antes de las diez."
PROMISED = "Sofía habla el jueves por video."


def hand_over(holder, office, address):
    holder.go("mandates", office.pk)
    holder.follow("Hand the office over")
    holder.tick("to", "address")
    holder.fill(address=address, learnt=LEARNT)
    holder.choose(language=holder.way.language)
    holder.field("sure").check()
    holder.press("Hand the office over")
    holder.reads(address)


def read_the_book(reader, office, case):
    """The book says what was open and what was learnt, on the page and as PDF."""
    book = HandoverBook.objects.get(office=office)
    reader.go("books", office.pk)
    reader.click(reader.main.locator(f'a[href$="/books/{book.pk}/"]'))
    reader.reads(LEARNT, PROMISED, str(case))
    path = reader.hub.path("book_pdf", office.pk, book.pk, language=reader.way.language)
    assert reader.loads(path) == "application/pdf"


@pytest.mark.parametrize("way", MIXED, ids=str)
def test_the_new_holder_finds_everything_in_the_book_and_answers(arrive, hub, coordinator, way):
    office = office_of("rgmx-germany")
    promise(hold(office, "Berta", language=way.language), regions=["MX-OAX"])
    asked("Docente 1", "docente1@example.net", language=way.language)
    case = asked("Docente 2", "docente2@example.net", language=way.language)
    berta, elsa = arrive(), arrive()
    first, old = [path_in(text) for text in hub.mails(address_of("Berta"))]
    berta.open(first)
    accept(berta, PROMISED)
    berta.sign_in(address_of("Berta"))
    hand_over(berta, office, address_of("Elsa"))

    elsa.open(hub.link(address_of("Elsa")))
    elsa.reads("The office is handed over to you: when you send this form, everything that is open in it is yours, "
               "with its dates, and a book tells you what there is.")  # fmt: skip
    elsa.fill(name="Elsa Esser")
    elsa.press("Take the office and sign")
    berta.finds_nothing(old)
    elsa.sign_in(address_of("Elsa"))
    read_the_book(elsa, office, case)
    elsa.go("leg", office.pk, case.ref, 1)
    decline(elsa, "Acabo de llegar, y no hay fechas.")
    elsa.go("owed", office.pk)
    elsa.reads(PROMISED)
    assert Leg.objects.filter(closed_at=None).count() == 0
