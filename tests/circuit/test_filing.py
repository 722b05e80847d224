"""A reply by mail is filed at its leg: by its address, by the letter that it answers, by its receipt number."""

from datetime import date
from typing import Any

import pytest

from tequio.circuit.actions.answering import decline_leg
from tequio.circuit.actions.filing import file_mail
from tequio.circuit.models import Case, DigestLine, Event, Leg, Reply, SentText
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.circuit.tokens import LETTERS, folded, new_token, slips
from tequio.inbound.models import Received
from tequio.inbound.reading.html import lines_of
from tequio.inbound.reading.mail import Nature, Report
from tequio.journal.queries import verify
from tequio.kernel.ids import ALPHABET
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate, Role
from tests.cast import Cast, letters, open_leg_of, told
from tests.circuit.mails import ANA, address, answers, arrives, mail, message_id, received
from tests.circuit.said import lines
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("by_mail")


@pytest.fixture
def leg(by_mail: str, cast: Cast, ana: Mandate) -> Leg:
    """An open leg at Ana's chapter, whose letter went out with its address; Mesa coordinates."""
    cast.hold("mesa", "Mesa")
    return cast.leg()


def state(leg: Leg) -> str:
    return Case.objects.get(pk=leg.case_id).state


def became(reply: Reply) -> tuple[str, int | None, str]:
    return reply.state, reply.leg_id, reply.found_by


# Addresses --------------------------------------------------------------------------


def test_every_leg_has_an_address_of_its_own_without_look_alikes(cast: Cast, ana: Mandate) -> None:
    tokens = [cast.leg(address=f"a{n}@example.net").mail_token for n in range(3)]
    assert len(set(tokens)) == 3
    assert {len(token or "") for token in tokens} == {12}
    assert set("".join(token or "" for token in tokens)) <= set(LETTERS) < set(ALPHABET)
    assert set("01ioluszbqg") & set(LETTERS) == set()


@pytest.mark.parametrize(
    ("typed", "read"), [("ABC", "a8c"), ("s5z2", "5522"), ("q9g", "999"), ("lIi", "111"), ("Ou", "0v")]
)
def test_letters_that_look_alike_are_read_as_one(typed: str, read: str) -> None:
    assert folded(typed) == read


def test_a_token_is_one_slip_away_from_what_a_finger_makes_of_it() -> None:
    token = "234567acdefh"
    slipped = ["234567acdefj", "23456acdefh", "2234567acdefh", "324567acdefh", "l34567acdefh"]
    assert [token in slips(typed) for typed in slipped] == [True] * 5
    assert [token in slips(typed) for typed in ("324567acdehf", "4567acdefh", "")] == [False] * 3
    assert all(len(each) == 12 for each in slips(new_token()))


def test_the_letter_about_a_leg_says_where_to_reply_and_is_kept_to_cut_at(leg: Leg) -> None:
    (letter,) = letters("leg_new", ANA)
    assert "También puede responder" in letter.text or "replying to this mail" in letter.text
    kept = "\n".join([letter.text, *lines_of(letter.html)])
    assert list(SentText.objects.values_list("leg", "message_id", "text")) == [
        (leg.pk, letter.message_id, kept)
    ]


def test_a_hub_without_mail_says_nothing_of_replying(settings: Any, cast: Cast, ana: Mandate) -> None:
    settings.MAIL_DOMAIN = ""
    cast.case()
    (letter,) = letters("leg_new", ANA)
    assert "replying to this mail" not in letter.text
    assert SentText.objects.count() == 0


# By what it is found ----------------------------------------------------------------


def test_a_reply_to_the_secret_address_is_the_answer_of_the_office(leg: Leg) -> None:
    reply = answers(leg, "Con gusto: escriba a nuestra oficina el lunes.")
    assert became(reply) == ("taken", leg.pk, "address")
    assert state(leg) == "answered"
    event = Event.objects.get(kind="answered")
    assert (event.text, event.mandate, reply.event) == (reply.text, reply.settled_by, event)
    assert [letter.address for letter in letters("asker_answered")] == ["marta@example.net"]


def test_the_address_counts_in_any_case_and_among_others(leg: Leg) -> None:
    arrives(mail(["Otra <x@y.example>", address(leg).upper(), "z@mail.example"], "Aquí está la respuesta."))
    assert became(Reply.objects.get()) == ("taken", leg.pk, "address")


def test_look_alikes_in_the_address_are_no_matter(leg: Leg) -> None:
    Leg.objects.filter(pk=leg.pk).update(mail_token="25892589acde")
    arrives(mail(["r.zsbgzsbqacde@mail.example"], "Aquí está la respuesta."))
    assert became(Reply.objects.get()) == ("taken", leg.pk, "address")


def test_an_address_with_one_slip_is_found_when_only_one_leg_is_so_near(leg: Leg) -> None:
    token = str(leg.mail_token)
    arrives(mail([f"r.{token[:4]}{token[5:]}@mail.example"], "Aquí está la respuesta."))
    assert became(Reply.objects.get()) == ("taken", leg.pk, "near")


def test_an_address_near_to_two_legs_is_held_with_both_as_guesses(leg: Leg, cast: Cast) -> None:
    other = cast.leg(address="otra@example.net")
    Leg.objects.filter(pk=leg.pk).update(mail_token="22222222aaaa")
    Leg.objects.filter(pk=other.pk).update(mail_token="22222222aaac")
    assert arrives(mail(["r.22222222aaad@mail.example"], "Aquí está.")) == "held"
    guesses = Reply.objects.get().guesses
    assert guesses == [{"leg": leg.pk, "by": "near"}, {"leg": other.pk, "by": "near"}]
    assert (state(leg), state(other)) == ("at-desk", "at-desk")


def test_two_slips_name_nobody(leg: Leg) -> None:
    token = str(leg.mail_token)
    assert arrives(mail([f"r.{token[:-2]}00@mail.example"], "Aquí está.", sender="x@example.net")) == "held"
    assert Reply.objects.get().guesses == []


def test_a_leg_that_ended_long_ago_is_not_guessed_from_a_slip(leg: Leg, ana: Mandate, clock: Clock) -> None:
    decline_leg(leg, by=ana, reason="full")
    token = str(leg.mail_token)
    slipped = f"r.{token[:-1]}@mail.example"
    clock.forward(days=89)
    arrives(mail([slipped], "Gracias."))
    assert Reply.objects.get().leg_id == leg.pk
    clock.forward(days=2)
    assert arrives(mail([slipped], "Gracias otra vez.")) == "held"


def test_a_reply_to_our_letter_is_found_without_the_address(leg: Leg) -> None:
    reference = ("<other@x.example>", message_id(leg))
    arrives(mail(["tequio@mail.example"], "Aquí está la respuesta.", answers=reference))
    assert became(Reply.objects.get()) == ("taken", leg.pk, "thread")


def test_of_a_thread_the_nearest_letter_counts(leg: Leg, cast: Cast, ana: Mandate) -> None:
    SentText.objects.create(leg=leg, message_id="<later@mail.example>", text="")
    arrives(mail((), "Aquí está.", answers=("<later@mail.example>", message_id(leg))))
    assert became(Reply.objects.get()) == ("taken", leg.pk, "thread")


def test_what_names_two_asks_is_held(leg: Leg, cast: Cast) -> None:
    other = cast.leg(address="otra@example.net")
    assert arrives(mail([address(leg), address(other)], "Sí.")) == "held"
    assert arrives(mail(other, "Sí.", answers=(message_id(leg),))) == "held"
    assert arrives(mail(leg, "Sí.", subject=f"Re: {other.case}")) == "held"
    assert (state(leg), state(other)) == ("at-desk", "at-desk")
    guessed = [[guess["leg"] for guess in reply.guesses] for reply in Reply.objects.all()]
    assert guessed == [[leg.pk, other.pk], [other.pk, leg.pk], [leg.pk, other.pk]]


def test_the_receipt_number_alone_asks_the_office_because_the_asker_knows_it_too(leg: Leg) -> None:
    assert arrives(mail((), "Aceptamos.", subject=f"Charla {str(leg.case).lower()}")) == "asked"
    assert became(Reply.objects.get()) == ("asked", leg.pk, "subject")
    assert arrives(mail((), f"Sobre {leg.case}:\nAceptamos.")) == "asked"
    assert [reply.found_by for reply in Reply.objects.all()] == ["subject", "words"]
    assert state(leg) == "at-desk"


def test_a_receipt_number_from_somebody_else_is_only_a_guess(leg: Leg) -> None:
    given = {"sender": "marta@example.net", "subject": f"Re: {leg.case}"}
    assert arrives(mail((), "¿Cuándo sería?", **given)) == "held"
    assert Reply.objects.get().guesses == [{"leg": leg.pk, "by": "subject"}]


def test_a_receipt_number_deep_in_the_text_is_no_clue(leg: Leg) -> None:
    text = f"Uno.\nDos.\nTres.\n{leg.case}"
    assert arrives(mail((), text, sender="x@example.net")) == "held"
    assert Reply.objects.get().guesses == []


def test_without_any_trace_the_open_asks_of_the_sender_are_guessed(leg: Leg) -> None:
    assert arrives(mail((), "Aceptamos.")) == "held"
    assert Reply.objects.get().guesses == [{"leg": leg.pk, "by": "sender"}]
    assert arrives(mail((), "Sigo esperando.", sender="marta@example.net")) == "held"
    assert Reply.objects.latest("pk").guesses == [{"leg": leg.pk, "by": "asker"}]


# Who --------------------------------------------------------------------------------


def test_a_colleague_of_the_office_does_not_answer_for_it(leg: Leg) -> None:
    reply = answers(leg, "Aceptamos.", sender="colega@example.org")
    assert (became(reply), state(leg)) == (("asked", leg.pk, "address"), "at-desk")
    assert told(leg.case) == [("chapter-berlin", "mail-asked")]


def test_a_deputy_does_not_answer_while_the_holder_acts(leg: Leg, cast: Cast) -> None:
    cast.hold("chapter-berlin", "Dora", role=Role.DEPUTY)
    assert answers(leg, "Aceptamos.", sender="dora@example.org").state == "asked"


def test_whose_mandate_ended_is_a_stranger(leg: Leg, cast: Cast, ana: Mandate) -> None:
    cast.hold("chapter-berlin", "Beto", role=Role.DEPUTY)
    end_mandate(ana, by=None)
    assert answers(leg, "Aceptamos.").state == "asked"
    assert answers(leg, "Aquí está la respuesta.", sender="beto@example.org").state == "taken"


def test_at_a_vacant_office_the_coordinating_one_looks(leg: Leg, ana: Mandate) -> None:
    end_mandate(ana, by=None)
    reply = answers(leg, "Aceptamos.")
    assert (reply.state, reply.leg, reply.guesses) == ("held", None, [{"leg": leg.pk, "by": "address"}])


def test_who_acts_for_another_office_is_a_stranger_here(leg: Leg, cast: Cast) -> None:
    cast.hold("chapter-madrid", "Carla")
    assert answers(leg, "Aceptamos.", sender="carla@example.org").state == "asked"


def test_our_own_addresses_speak_for_nobody(leg: Leg) -> None:
    reply = answers(leg, "Aceptamos.", sender="r.x@mail.example")
    assert became(reply) == ("auto", leg.pk, "address")
    assert state(leg) == "at-desk"


def test_a_sender_that_is_missing_acts_for_nobody(leg: Leg) -> None:
    assert answers(leg, "Aceptamos.", sender="").state == "asked"


def test_no_address_is_learnt_from_a_mail(leg: Leg) -> None:
    for _again in range(2):
        assert answers(leg, "Aceptamos.", sender="colega@example.org").state == "asked"


# What a machine sends ---------------------------------------------------------------


@pytest.mark.parametrize("nature", [each for each in Nature if each is not Nature.HUMAN])
def test_no_machine_stops_a_clock(nature: Nature, leg: Leg) -> None:
    reply = answers(leg, "Aceptamos.", nature=nature)
    assert (became(reply), state(leg)) == (("auto", leg.pk, "address"), "at-desk")
    assert arrives(mail((), "Estoy fuera.", nature=nature)) == "auto"
    assert told(leg.case) == []


def test_only_a_server_that_says_it_took_our_letter_shows_that_the_ask_came(cast: Cast, ana: Mandate) -> None:
    leg = open_leg_of(cast.case(delivered=False))
    failed = Report(ANA, "5.1.1", message_id(leg), "")
    for nature, report in ((Nature.AUTO, None), (Nature.RECEIPT, None), (Nature.DELIVERED, failed)):
        answers(leg, "Fuera", nature=nature, report=report)
    assert Leg.objects.get(pk=leg.pk).delivered_at is None
    answers(leg, "Entregado", nature=Nature.DELIVERED, report=Report(ANA, "2.0.0", message_id(leg), ""))
    assert Leg.objects.get(pk=leg.pk).evidence == "server"


# Nothing twice, nothing lost --------------------------------------------------------


def test_the_same_mail_twice_does_nothing_twice(leg: Leg) -> None:
    told = mail(leg, "Aquí está la respuesta.")
    first = received(told)
    assert [file_mail(first, told), file_mail(first, told), arrives(told)] == ["taken", "taken", "again"]
    assert (Reply.objects.count(), Event.objects.filter(kind="answered").count()) == (1, 1)


def test_a_program_that_gives_several_mails_one_message_id_loses_none(leg: Leg, cast: Cast) -> None:
    same = "<1@localhost>"
    assert answers(leg, "Primero: mire la página.", message_id=same).state == "taken"
    assert answers(leg, "Otra cosa más.", message_id=same).state == "late"
    other = cast.leg(address="otra@example.net")
    assert answers(other, "Primero: mire la página.", message_id=same).state == "taken"
    assert Reply.objects.filter(leg=leg).count() == 2


def test_a_mail_without_message_id_is_filed(leg: Leg) -> None:
    assert answers(leg, "Aquí está la respuesta.", message_id="").state == "taken"
    assert Reply.objects.get().message_id == f"<{Received.objects.get().digest}>"


def test_what_comes_after_the_answer_is_kept_and_said(leg: Leg, ana: Mandate) -> None:
    decline_leg(leg, by=ana, reason="full")
    reply = answers(leg, "Aceptamos.\nEl 10 de diciembre, por video.")
    assert (reply.state, reply.text, state(leg)) == (
        "late",
        "Aceptamos.\nEl 10 de diciembre, por video.",
        "declined",
    )
    assert lines(ana.office)[-1] == "mail-late"


def test_nothing_of_the_sender_s_own_is_no_answer_and_said(leg: Leg, ana: Mandate) -> None:
    (letter,) = letters("leg_new", ANA)
    quoted = "\n".join(f"> {line}" for line in letter.text.splitlines())
    reply = answers(leg, quoted)
    assert (reply.state, reply.text, state(leg)) == ("empty", "", "at-desk")
    assert reply.whole == quoted
    assert lines(ana.office) == ["mail-empty"]


def test_the_journal_tells_what_became_of_each_and_the_ledger_agrees(leg: Leg, ana: Mandate) -> None:
    answers(leg, "Aceptamos.", sender="colega@example.org")
    arrives(mail((), "Hola."))
    answers(leg, "Aceptamos.\nEl 10 de diciembre, por video.")
    assert DigestLine.objects.filter(kind="mail-accept", office=ana.office).count() == 1
    assert from_journal() == from_tables()
    assert verify().broken is None
    assert Case.objects.get(pk=leg.case_id).due_on == date(2026, 12, 10)
