"""The asker replies by mail to the letter with the office's question; their address is shown to no office."""

import pytest
from django.test import Client

from tequio.circuit.actions.answering import ask_more
from tequio.circuit.actions.asker import reply_to_question
from tequio.circuit.actions.filing import file_mail
from tequio.circuit.actions.mailroom import file_to
from tequio.circuit.models import Attachment, Case, Event, Leg, Reply
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.inbound.addresses import hub_address
from tequio.inbound.reading.mail import Nature, Part
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate
from tests.cast import Cast, letters
from tests.circuit.desks import signed, url
from tests.circuit.mails import address, arrives, mail, received
from tests.circuit.reading import words
from tests.uploads import PDF

pytestmark = pytest.mark.usefixtures("by_mail")
MARTA = "marta@example.net"
TWO = "Son dos grupos de cuarto."


@pytest.fixture
def mesa(cast: Cast) -> Mandate:
    return cast.hold("mesa", "Mesa")


@pytest.fixture
def leg(by_mail: str, cast: Cast, ana: Mandate, mesa: Mandate) -> Leg:
    """Ana's office has asked how many groups there are."""
    found = cast.leg()
    return ask_more(found, by=ana, question="¿Cuántos grupos son?")


def state(leg: Leg) -> str:
    return Case.objects.get(pk=leg.case_id).state


def question() -> str:
    (letter,) = letters("asker_question", MARTA)
    return letter.message_id


def test_the_letter_with_the_question_says_that_it_can_be_replied_to(leg: Leg) -> None:
    (letter,) = letters("asker_question", MARTA)
    assert letter.reply_to == hub_address()
    assert "También puede contestar este correo." in letter.text.splitlines()
    assert [each.reply_to for each in letters("asker_receipt", MARTA)] == [""]


def test_a_reply_to_the_question_lets_the_office_s_days_run_again(
    client: Client, cast: Cast, leg: Leg
) -> None:
    told = mail((), TWO, sender=MARTA, answers=(question(),), parts=(Part("lista.pdf", "", PDF),))
    first = received(told)
    assert [file_mail(first, told), file_mail(first, told), arrives(told)] == ["taken", "taken", "again"]
    event = Event.objects.get(kind="reply")
    reply = Reply.objects.get()
    assert (event.text, event.voice, reply.event, reply.leg, state(leg)) == (
        TWO,
        "asker",
        event,
        leg,
        "at-desk",
    )
    assert Attachment.objects.get().event == event
    assert len(letters("leg_reply")) == 1
    assert from_journal() == from_tables()
    shown = words(signed(client, cast, "Ana").get(url("leg", leg.owner_id, leg.case.ref, leg.number)))
    assert (TWO in shown, MARTA in shown, "Your mail" in shown) == (True, False, False)


@pytest.mark.parametrize("nature", [Nature.AUTO, Nature.RECEIPT])
def test_a_machine_of_the_asker_s_replies_to_nothing(leg: Leg, nature: Nature) -> None:
    assert arrives(mail((), "Estoy fuera.", sender=MARTA, answers=(question(),), nature=nature)) == "auto"
    assert state(leg) == "question"


def test_another_sender_does_not_reply_for_the_asker(leg: Leg) -> None:
    assert arrives(mail((), TWO, sender="x@example.net", answers=(question(),))) == "held"
    assert state(leg) == "question"


@pytest.mark.parametrize("text", ["", "> cita"])
def test_without_a_word_it_is_no_reply_and_is_held(leg: Leg, text: str) -> None:
    assert arrives(mail((), text, sender=MARTA, answers=(question(),))) == "held"
    assert (state(leg), Reply.objects.count()) == ("question", 1)


def test_without_a_question_the_asker_s_mail_goes_to_the_coordinating_office(leg: Leg) -> None:
    reply_to_question(leg.case, "Dos.")
    assert arrives(mail((), TWO, sender=MARTA, answers=(question(),))) == "held"
    assert Reply.objects.get().guesses == [{"leg": leg.pk, "by": "asker"}]


def test_even_at_the_secret_address_no_office_is_shown_the_asker_s_own(leg: Leg) -> None:
    assert arrives(mail([address(leg)], TWO, sender=MARTA)) == "held"
    assert Reply.objects.get().leg is None


def test_the_coordinating_office_files_it_as_the_reply_that_it_is(
    client: Client, cast: Cast, leg: Leg, mesa: Mandate
) -> None:
    arrives(mail((), TWO, sender=MARTA, subject=f"Re: {leg.case}"))
    reply = Reply.objects.get()
    desk = signed(client, cast, "Mesa")
    given = {"reply": reply.pk, "act": "guess", "leg": leg.pk}
    assert "Filed. It is the asker's reply." in words(desk.post("/en/coordination/mail/", given, follow=True))
    reply = Reply.objects.get()
    assert (reply.state, reply.found_by, reply.settled_by, state(leg)) == ("taken", "hand", mesa, "at-desk")


def test_where_no_question_waits_it_cannot_be_filed_at_an_office(leg: Leg, mesa: Mandate) -> None:
    reply_to_question(leg.case, "Dos.")
    arrives(mail((), TWO, sender=MARTA))
    with pytest.raises(Refused):
        file_to(Reply.objects.get(), leg, by=mesa)
    assert (Reply.objects.get().state, Reply.objects.get().leg) == ("held", None)
