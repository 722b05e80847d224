"""Mail is forgotten: with the case, or some time after it is over; that it came stays counted."""

from email.message import EmailMessage
from typing import Any

import pytest

from tequio.circuit.actions.answering import decline_leg
from tequio.circuit.actions.asking import Draft, record_ask
from tequio.circuit.actions.erasing import erase_case
from tequio.circuit.actions.forgetting import forget_mail
from tequio.circuit.actions.mailroom import own_mail, put_aside
from tequio.circuit.models import Attachment, Case, Leg, Reply, SentText
from tequio.circuit.queries.mailed import counts
from tequio.inbound.models import Raw, Received
from tequio.inbound.reading.mail import Mail
from tequio.inbound.reading.reader import read_mail
from tequio.kernel.errors import Refused
from tequio.network.actions import invite
from tequio.network.models import Mandate, Role
from tests.cast import Cast
from tests.circuit.mails import answers, arrives, mail
from tests.conftest import Clock
from tests.uploads import PDF

pytestmark = pytest.mark.usefixtures("by_mail")


@pytest.fixture
def leg(by_mail: str, cast: Cast, ana: Mandate) -> Leg:
    return cast.leg()


@pytest.fixture
def mesa(cast: Cast) -> Mandate:
    return cast.hold("mesa", "Mesa")


def raw_with_a_file() -> bytes:
    built = EmailMessage()
    built["From"], built["To"], built["Subject"] = "x@example.net", "y@example.net", "Charla"
    built.set_content("Aquí está el programa.")
    built.add_attachment(PDF, maintype="application", subtype="pdf", filename="programa.pdf")
    return built.as_bytes()


def personal(reply: Reply) -> tuple[Any, ...]:
    fields = ("sender", "sender_name", "subject", "text", "whole", "guesses", "left_out", "proposal")
    return tuple(getattr(reply, name) for name in fields)


FORGOTTEN: tuple[Any, ...] = ("", "", "", "", "", [], [], {})


def test_with_the_case_every_mail_about_it_is_erased(leg: Leg, ana: Mandate) -> None:
    reply = answers(leg, "Aceptamos.\nUn martes, con Marta.", too_big=("video.mov",))
    Raw.objects.create(received=reply.received, data=b"From: ana")
    erase_case(Case.objects.get(pk=leg.case_id))
    reply = Reply.objects.get()
    assert (personal(reply), reply.state) == (FORGOTTEN, "taken")
    assert (SentText.objects.count(), Raw.objects.count()) == (0, 0)
    assert Received.objects.get().erased_at is not None
    assert counts().came == 1


def test_the_letters_are_kept_to_cut_at_for_a_while_after_the_leg_ends(
    leg: Leg, ana: Mandate, clock: Clock
) -> None:
    clock.forward(days=100)
    assert forget_mail() == 0
    decline_leg(leg, by=ana, reason="full")
    clock.forward(days=60)
    assert (forget_mail(), SentText.objects.count()) == (0, 1)
    clock.forward(seconds=1)
    assert (forget_mail(), SentText.objects.count()) == (1, 0)


def test_what_was_put_aside_is_forgotten_in_time_and_stays_counted(
    leg: Leg, mesa: Mandate, clock: Clock
) -> None:
    arrives(mail((), "Publicidad.", sender="x@example.net"))
    held = Reply.objects.get()
    put_aside(held, by=mesa, ours=False)
    clock.forward(days=60)
    assert forget_mail() == 0
    clock.forward(seconds=1)
    assert (forget_mail(), forget_mail()) == (1, 0)
    assert (personal(Reply.objects.get()), counts().came) == (FORGOTTEN, 1)


def test_what_waits_and_what_is_an_answer_is_not_forgotten(leg: Leg, mesa: Mandate, clock: Clock) -> None:
    arrives(mail((), "¿Y la charla?", sender="x@example.net"))
    answers(leg, "Escriban a la biblioteca.")
    clock.forward(days=200)
    forget_mail()
    assert [reply.text for reply in Reply.objects.all()] == ["¿Y la charla?", "Escriban a la biblioteca."]


# Files of a mail that waits ---------------------------------------------------------


@pytest.mark.parametrize(("kept", "files"), [(True, ["programa.pdf"]), (False, [])])
def test_on_release_the_files_are_read_anew_as_long_as_the_raw_mail_is_kept(
    leg: Leg, ana: Mandate, kept: bool, files: list[str]
) -> None:
    raw = raw_with_a_file()
    read = read_mail(raw)
    told: Mail = mail(leg, "Aquí está el programa.", sender="x@example.net", parts=read.parts)
    arrives(told)
    reply = Reply.objects.get()
    assert (reply.state, reply.left_out) == ("asked", ["programa.pdf"])
    if kept:
        Raw.objects.create(received=reply.received, data=raw)
    own_mail(reply, by=ana)
    left = Reply.objects.get().left_out
    assert (list(Attachment.objects.values_list("name", flat=True)), left) == (
        files,
        [] if kept else ["programa.pdf"],
    )


# Our own addresses ------------------------------------------------------------------


def test_none_of_our_own_addresses_becomes_that_of_an_office_or_an_asker(cast: Cast, mesa: Mandate) -> None:
    with pytest.raises(Refused) as refused:
        invite(cast.office("embassy-de"), "R.abc@Mail.Example", role=Role.HOLDER, language="es", by=mesa)
    assert refused.value.field == "address"
    with pytest.raises(Refused):
        record_ask(
            Draft(cast.kinds["school-talk"], name="Eco", address="tequio@mail.example", text="Hola"),
            key="k",
            network="",
        )
