"""A reply from who acts does what it plainly says, else it is an answer in words, of which more can be made."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tequio.circuit.actions.answering import accept_leg, ask_more, undo_answer
from tequio.circuit.actions.opinions import ask_opinions
from tequio.circuit.models import Attachment, Case, Commitment, Draft, Event, Leg, Reply
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.inbound.reading.mail import Part
from tequio.network.models import Mandate
from tests.cast import Cast, letters, open_leg_of, told
from tests.circuit.desks import fields, signed, url
from tests.circuit.mails import answers
from tests.circuit.reading import errors, words
from tests.circuit.said import lines
from tests.circuit.tables import ENDS, add_kind, asked, promised, row
from tests.conftest import Clock
from tests.uploads import PDF

pytestmark = pytest.mark.usefixtures("by_mail")
VIDEO = "Aceptamos.\nEl jueves 10 de diciembre a las nueve, por video."


@pytest.fixture
def leg(by_mail: str, cast: Cast, ana: Mandate) -> Leg:
    cast.hold("mesa", "Mesa")
    return cast.leg()


def case_of(leg: Leg) -> Case:
    return Case.objects.get(pk=leg.case_id)


def page(leg: Leg) -> str:
    return url("leg", leg.owner_id, leg.case.ref, leg.number)


# What it plainly says ---------------------------------------------------------------


def test_accepting_with_a_day_makes_a_commitment(leg: Leg, ana: Mandate) -> None:
    reply = answers(leg, VIDEO)
    commitment = Commitment.objects.get()
    assert (commitment.what, commitment.due_on) == (
        "El jueves 10 de diciembre a las nueve, por video.",
        date(2026, 12, 10),
    )
    assert (reply.state, case_of(leg).state, reply.event) == (
        "taken",
        "arranged",
        Event.objects.get(kind="accepted"),
    )
    assert lines(ana.office) == ["mail-accept"]
    assert from_journal() == from_tables()


def test_declining_closes_it_with_what_was_written_as_the_reason(leg: Leg) -> None:
    answers(leg, "No podemos. El aula está en obras.")
    assert case_of(leg).state == "declined"
    (letter,) = letters("asker_declined")
    assert "El aula está en obras." in letter.text


def test_passing_on_reaches_the_office_that_is_named(leg: Leg, cast: Cast) -> None:
    cast.promise(cast.hold("chapter-madrid", "Carla"))
    answers(leg, "Pasar a Capítulo Madrid.")
    following = open_leg_of(case_of(leg))
    assert (following.owner, following.came_from) == (cast.office("chapter-madrid"), leg)
    assert following.mail_token != leg.mail_token


def test_an_office_that_cannot_take_it_is_not_passed_to(leg: Leg, cast: Cast) -> None:
    reply = answers(leg, "Pasar a Capítulo Madrid.")
    assert case_of(leg).state == "answered"
    assert reply.proposal["act"] == "pass-on"


def test_a_question_stops_the_office_s_days(leg: Leg) -> None:
    answers(leg, "Pregunta: ¿cuántos alumnos son?")
    (letter,) = letters("asker_question")
    assert (case_of(leg).state, "¿cuántos alumnos son?" in letter.text) == ("question", True)


def test_a_third_question_is_an_answer_in_words(leg: Leg, ana: Mandate, clock: Clock) -> None:
    answers(leg, "¿Cuántos son?")
    reply = answers(leg, "¿En qué idioma?")
    assert (reply.state, case_of(leg).state, reply.proposal["act"]) == ("taken", "answered", "question")


def test_a_day_that_the_verb_refuses_is_an_answer_in_words(leg: Leg) -> None:
    reply = answers(leg, "Aceptamos. Por video el 10 de diciembre de 2029.")
    assert (case_of(leg).state, Commitment.objects.count()) == ("answered", 0)
    assert reply.proposal == {
        "act": "accept",
        "given": {"what": "Por video el 10 de diciembre de 2029.", "due_on": "2029-12-10"},
    }


def test_everything_else_is_the_answer_as_it_was_written(leg: Leg, ana: Mandate) -> None:
    text = "Con gusto les ayudamos:\nllamen al 55 1234."
    reply = answers(leg, text)
    (letter,) = letters("asker_answered")
    assert (reply.text, case_of(leg).state, "llamen al 55 1234." in letter.text) == (text, "answered", True)
    assert (reply.proposal, lines(ana.office)) == ({}, ["mail-answer"])


def test_an_opinion_asked_by_letter_is_given_by_reply(leg: Leg, cast: Cast, ana: Mandate) -> None:
    uma = cast.hold("chapter-madrid", "Uma")
    cast.promise(uma)
    (asked,) = ask_opinions(leg, by=ana, offices=[uma.office], task="¿Es serio?", due_on=date(2026, 11, 27))
    (letter,) = letters("leg_opinion", "uma@example.org")
    reply = answers(asked, "Aceptamos. Muy serio.", sender="uma@example.org", answers=(letter.message_id,))
    assert (reply.state, Leg.objects.get(pk=asked.pk).outcome, case_of(leg).state) == (
        "taken",
        "opinion",
        "at-desk",
    )


def test_what_the_step_does_not_allow_is_kept_and_begins_the_form(client: Client, cast: Cast) -> None:
    rows = [
        asked("at-desk"),
        row("at-desk", then="arranged withdrawn"),
        row("answered", who=""),
        *ENDS,
    ]
    add_kind(cast, "strict", rows)
    beto = promised(cast, "chapter-madrid", "Beto", "strict")
    leg = cast.leg("strict")
    reply = answers(leg, "Aceptamos.\nPor video, un martes.", sender="beto@example.org")
    assert (reply.state, case_of(leg).state, lines(beto.office)) == ("kept", "at-desk", ["mail-kept"])
    response = signed(client, cast, "Beto").get(page(leg))
    assert "could not be taken as an answer" in words(response)
    begun = [form for form in response.context["answers"] if form.begun]
    assert [(form.act, form["what"].value()) for form in begun] == [("accept", "Por video, un martes.")]


def test_a_draft_of_the_same_answer_goes_away_with_it(leg: Leg) -> None:
    assert leg.owner is not None
    Draft.objects.create(office=leg.owner, leg=leg, act="answer", data={"text": "Empecé"})
    answers(leg, "Escriban a la biblioteca.")
    assert Draft.objects.count() == 0


# Taken back, and made more of -------------------------------------------------------


def test_it_can_be_taken_back_for_a_day_as_any_answer(leg: Leg, ana: Mandate, clock: Clock) -> None:
    answers(leg, VIDEO)
    clock.forward(hours=23)
    undo_answer(Leg.objects.get(pk=leg.pk), by=ana)
    assert (case_of(leg).state, Leg.objects.get(pk=leg.pk).closed_at) == ("at-desk", None)
    assert answers(leg, "Mejor no: escriban a la biblioteca.").state == "taken"


def test_the_page_offers_what_was_understood_first_and_filled_in(
    client: Client, cast: Cast, leg: Leg
) -> None:
    reply = answers(leg, "Aceptamos.\nPor video, un martes.")
    response = signed(client, cast, "Ana").get(page(leg))
    shown = words(response)
    assert "counts as your office's word" in shown
    assert "Was it more than an answer in words?" in shown
    forms = [form for row in response.context["mails"] for form in row.more]
    assert [(form.act, form.begun) for form in forms] == [
        ("accept", True),
        ("decline", False),
        ("pass-on", False),
        ("question", False),
    ]
    assert forms[0]["what"].value() == "Por video, un martes."
    assert forms[1]["text"].value() == reply.text


def test_one_click_makes_an_acceptance_of_it(client: Client, cast: Cast, leg: Leg, ana: Mandate) -> None:
    reply = answers(leg, "Aceptamos.\nPor video, un martes.")
    given = {
        **fields("accept", what="Por video, un martes.", due_on="2026-12-08"),
        "act": "mail-more",
        "as": "accept",
        "reply": reply.pk,
    }
    desk = signed(client, cast, "Ana")
    empty = desk.post(page(leg), {**given, "accept-due_on": ""})
    assert errors(empty) == ["By when: This field is required."]
    assert "Done instead of the answer in words." in words(desk.post(page(leg), given, follow=True))
    assert (case_of(leg).state, Commitment.objects.get().due_on) == ("arranged", date(2026, 12, 8))
    assert [letter.template for letter in letters(address="marta@example.net")][-2:] == [
        "asker_undone",
        "asker_accepted",
    ]
    again = desk.post(page(leg), {**given, "accept-key": "key-two"}, follow=True)
    assert "It can no longer be taken back" in words(again)
    assert from_journal() == from_tables()


def test_after_a_day_no_more_can_be_made_of_it(client: Client, cast: Cast, leg: Leg, clock: Clock) -> None:
    answers(leg, "Aceptamos.\nPor video, un martes.")
    clock.forward(hours=25)
    assert "Was it more" not in words(signed(client, cast, "Ana").get(page(leg)))


def test_what_was_done_as_it_says_is_not_offered_again(client: Client, cast: Cast, leg: Leg) -> None:
    answers(leg, VIDEO)
    assert "Was it more" not in words(signed(client, cast, "Ana").get(page(leg)))


# Files ------------------------------------------------------------------------------


def test_files_go_with_the_answer_as_those_of_a_form_do(leg: Leg) -> None:
    parts = [
        Part("programa.pdf", "application/octet-stream", PDF),
        Part("../notas.txt", "text/html", b"Hola"),
    ]
    reply = answers(leg, "Aquí está el programa.", parts=parts)
    kept = Attachment.objects.order_by("pk").values_list("name", "media_type", "event")
    assert list(kept) == [
        ("programa.pdf", "application/pdf", reply.event_id),
        ("notas.txt", "text/plain; charset=utf-8", reply.event_id),
    ]
    assert reply.left_out == []


def test_what_is_refused_or_too_big_is_named(leg: Leg, ana: Mandate) -> None:
    parts = [Part("virus.exe", "application/pdf", b"MZ\x00\x01"), Part("programa.pdf", "", PDF)]
    reply = answers(leg, "Aquí está el programa.", parts=parts, too_big=("video.mov",))
    assert (reply.left_out, Attachment.objects.count()) == (["video.mov", "virus.exe"], 1)
    assert lines(ana.office) == ["mail-answer"]


def test_more_files_than_a_form_takes_are_named(settings: Any, leg: Leg) -> None:
    parts = [Part(f"{n}.txt", "", f"Hoja {n}".encode()) for n in range(5)]
    assert answers(leg, "Aquí están.", parts=parts).left_out == ["3.txt", "4.txt"]
    assert Attachment.objects.count() == 3


def test_files_without_a_word_are_no_answer_and_said(leg: Leg, ana: Mandate) -> None:
    reply = answers(leg, "", parts=[Part("programa.pdf", "", PDF)])
    assert (reply.state, reply.left_out, case_of(leg).state) == ("empty", ["programa.pdf"], "at-desk")
    assert lines(ana.office) == ["mail-empty", "mail-files"]


# After the leg has ended ------------------------------------------------------------


def test_what_comes_late_is_read_by_the_office_that_has_it_now(client: Client, cast: Cast, leg: Leg) -> None:
    carla = cast.hold("chapter-madrid", "Carla")
    cast.promise(carla)
    answers(leg, "Pasar a Capítulo Madrid.")
    answers(leg, "Olvidé decirles: son cuarenta alumnas.")
    assert lines(carla.office) == ["mail-from"]
    following = open_leg_of(case_of(leg))
    shown = words(signed(client, cast, "Carla").get(page(following)))
    assert "Olvidé decirles: son cuarenta alumnas." in shown
    assert "Olvidé decirles" in words(signed(client, cast, "Ana").get(page(leg)))
    assert not any("Olvidé" in letter.text for letter in letters())


def test_an_answer_by_mail_is_no_answer_to_a_question_that_waits(leg: Leg, ana: Mandate) -> None:
    ask_more(leg, by=ana, question="¿Cuántos?")
    assert answers(leg, "Ya lo sabemos: escriban a la biblioteca.").state == "taken"
    assert (case_of(leg).state, told(leg.case)) == ("answered", [("chapter-berlin", "mail-answer")])


def test_a_second_reply_does_not_change_what_was_accepted(leg: Leg, ana: Mandate) -> None:
    accept_leg(leg, by=ana, what="Por video", due_on=date(2026, 12, 10))
    assert answers(leg, "No podemos.").state == "late"
    assert (case_of(leg).state, Reply.objects.count()) == ("arranged", 1)
