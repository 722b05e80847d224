"""Answers by mail: an office accepts by a plain reply, a colleague's is held and released, the queue is emptied."""

from typing import Any

import pytest

from tequio.circuit.models import Attachment, Case, Leg, Reply
from tequio.kernel.uploads import store
from tests.browser.steps import address_of, asked, hold, office_of, promise
from tests.browser.visitor import MIXED, Visitor
from tests.circuit.mails import arrives, mail, message_id
from tests.uploads import PDF

pytestmark = pytest.mark.browser
ACCEPTS = "Aceptamos.\nSerá por video el 15 de enero, a las diez."
ANSWER = "Escriban a la biblioteca del faro."


@pytest.fixture(autouse=True)
def takes_mail(settings: Any) -> None:
    settings.MAIL_DOMAIN = "mail.example"


def focused(visitor: Visitor) -> str:
    """The words of the button that has the focus."""
    return visitor.page.locator("button:focus").inner_text()


@pytest.mark.parametrize("way", MIXED, ids=str)
def test_a_consul_accepts_by_mail_and_releases_what_a_colleague_wrote(arrive, hub, coordinator, way):
    office = office_of("rgmx-germany")
    promise(hold(office, "Berta", language=way.language), regions=["MX-OAX"])
    first, second = (
        asked(f"Docente {n}", f"docente{n}@example.net", language=way.language).legs.get() for n in (1, 2)
    )
    arrives(mail(first, ACCEPTS, sender=address_of("Berta")))
    assert Case.objects.get(pk=first.case_id).state == "arranged"
    marta = arrive()
    marta.open(hub.link("docente1@example.net"))
    marta.reads("Será por video el 15 de enero, a las diez.")

    arrives(mail(second, ANSWER, sender="colega@example.org", answers=(message_id(second),)))
    berta = arrive()
    berta.sign_in(address_of("Berta"))
    berta.go("desk_office", office.pk)
    berta.follow("A mail waits for your word: is it yours?")
    berta.click("h3 a")
    berta.reads("Is this mail yours?", ANSWER)
    berta.press("Yes, it is our answer")
    berta.reads("It is your office's answer now.", "You answered it.")
    marta.open(hub.link("docente2@example.net"))
    marta.reads(ANSWER)
    assert set(Leg.objects.values_list("outcome", flat=True)) == {"accepted", "answered"}


@pytest.mark.parametrize("way", MIXED, ids=str)
def test_the_queue_is_emptied_by_the_keyboard_alone(arrive, hub, coordinator, way):
    office = office_of("rgmx-germany")
    promise(hold(office, "Berta", language=way.language), regions=["MX-OAX"])
    leg = asked("Docente", "docente@example.net", language=way.language).legs.get()
    for n in range(3):
        arrives(mail((), f"{ANSWER} {n}", subject=f"Re: {leg.case}", sender="colega@example.org"))
    mesa = arrive()
    mesa.sign_in(coordinator.person.account.email)
    mesa.go("held_mail")
    for n in range(3):
        mesa.reads(f"{ANSWER} {n}")
        assert str(leg.case) in focused(mesa)
        with mesa.page.expect_navigation():
            mesa.page.keyboard.press("Enter")
        mesa.look()
    mesa.reads("No mail is held")
    assert list(Reply.objects.values_list("state", "leg")) == [("asked", leg.pk)] * 3


def break_off(visitor, at: int) -> list[int]:
    """The connection breaks off once, at this piece; the offsets of the pieces that were sent fill the list."""
    offsets: list[int] = []

    def handle(route):
        offset = route.request.headers.get("upload-offset")
        if offset is not None and route.request.method == "POST":
            offsets.append(int(offset))
        if len(offsets) == at and offset is not None:
            route.abort("connectionreset")
        else:
            route.continue_()

    visitor.page.route("**/mail/**", handle)
    return offsets


@pytest.mark.parametrize("way", MIXED, ids=str)
def test_a_file_too_large_for_a_mail_follows_it_over_a_weak_connection(
    arrive, hub, coordinator, way, tmp_path
):
    promise(hold(office_of("rgmx-germany"), "Berta", language=way.language), regions=["MX-OAX"])
    leg = asked("Docente", "docente@example.net", language=way.language).legs.get()
    arrives(mail(leg, ANSWER, sender=address_of("Berta"), too_big=("plano.pdf",)))
    plan = PDF.replace(b"%%EOF", b"%" + bytes(3 * 2**20) + b"\n%%EOF")
    (tmp_path / "plano.pdf").write_bytes(plan)
    berta, piece = arrive(), 2**20
    berta.open(hub.link(address_of("Berta")))
    berta.reads("These were left out of it, because of their type or size:", "plano.pdf")
    offsets = break_off(berta, at=2) if way.javascript else []
    berta.field("attached").set_input_files(tmp_path / "plano.pdf")
    with berta.page.expect_navigation():
        berta.button("Send the files").click()
    assert len(berta.trouble.failed) == (1 if way.javascript else 0)
    berta.trouble.console.clear()
    berta.trouble.failed.clear()
    berta.look()
    berta.reads("Nothing is missing any more.", "plano.pdf")
    assert offsets == ([0, piece, piece, 2 * piece, 3 * piece] if way.javascript else [])
    file = Attachment.objects.get()
    assert (file.event.text, store.content(file.path)) == (ANSWER, plan)
    docente = arrive()
    docente.open(hub.link("docente@example.net"))
    docente.reads(ANSWER, "plano.pdf")
