"""What an office says in plain words at the beginning of a reply, understood only where it is certain."""

from datetime import date

import pytest

from tequio.circuit.daily import days_in
from tequio.circuit.plainly import PHRASES, Understood, understand

TODAY = date(2026, 11, 25)
OFFERED = {"universidad de oaxaca": 7, "capitulo madrid": 8}


def read(text: str) -> Understood:
    return understand(text, today=TODAY, offered=OFFERED)


def act(text: str) -> tuple[str, bool]:
    found = read(text)
    return found.act, found.sure


# Days -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "el 10 de diciembre de 2026",
        "el jueves 10 de diciembre a las nueve",
        "2026-12-10",
        "on December 10, 2026",
        "by 10 December",
        "on the 10th of December 2026",
        "le 10 décembre 2026",
        "am 10. Dezember 2026",
        "no dia 10 de dezembro de 2026",
        "il 10 dicembre 2026",
        "el 10 de diciembre, sí: 10 de diciembre de 2026",
    ],
)
def test_a_day_is_read_as_people_write_it_in_six_languages(text: str) -> None:
    assert days_in(text, TODAY) == [date(2026, 12, 10)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("25/12/2026", date(2026, 12, 25)),
        ("12/25/2026", date(2026, 12, 25)),
        ("12.12.26", date(2026, 12, 12)),
        ("el 3 de enero", date(2027, 1, 3)),
        ("el 25 de noviembre", TODAY),
        ("le 1er mars", date(2027, 3, 1)),
    ],
)
def test_numbers_that_can_be_read_in_one_way_are_a_day(text: str, day: date) -> None:
    assert days_in(text, TODAY) == [day]


@pytest.mark.parametrize("text", ["10/12/2026", "3.4.2027", "el 31 de febrero", "el martes 10 de diciembre"])
def test_what_can_be_read_in_two_ways_is_no_day(text: str) -> None:
    assert days_in(text, TODAY) is None


@pytest.mark.parametrize("text", ["mañana", "el martes", "a las 10:30", "oficio 12/2026", "", "550 5.1.1"])
def test_where_there_is_none_there_is_none(text: str) -> None:
    assert days_in(text, TODAY) == []


def test_two_days_are_two() -> None:
    assert days_in("del 1 de marzo al 3 de marzo", TODAY) == [date(2027, 3, 1), date(2027, 3, 3)]


# First sentences --------------------------------------------------------------------


@pytest.mark.parametrize("act", ["accept", "decline", "question"])
def test_each_phrase_is_written_as_it_is_compared(act: str) -> None:
    assert all(phrase == phrase.strip().lower() and phrase for phrase in PHRASES[act])
    assert sum(phrase in PHRASES[other] for phrase in PHRASES[act] for other in PHRASES) == len(PHRASES[act])


@pytest.mark.parametrize(
    "text",
    [
        "Aceptamos.\nEl jueves 10 de diciembre a las nueve, por video.\n\nSaludos\nAna",
        "ACEPTAMOS: por video el 10 de diciembre",
        "Estimada Marta:\n\nAceptamos. Será por video el 10 de diciembre de 2026.",
        "We accept. A talk by video on 10 December 2026.",
        "Nous acceptons. Par vidéo le 10 décembre 2026.",
        "Wir nehmen gerne an. Vortrag am 10. Dezember 2026.",
        "Aceitamos. Por vídeo no dia 10 de dezembro de 2026.",
        "Accettiamo. In video il 10 dicembre 2026.",
    ],
)
def test_accepting_with_a_day_and_what_happens_is_certain(text: str) -> None:
    found = read(text)
    assert (found.act, found.sure, (found.given or {})["due_on"]) == ("accept", True, "2026-12-10")


def test_what_happens_is_what_follows_without_greeting_and_signature() -> None:
    found = read("Hola Marta,\n\nAceptamos.\nPor video el 10 de diciembre.\n\nSaludos\nAna")
    assert found.given == {"what": "Por video el 10 de diciembre.", "due_on": "2026-12-10"}


@pytest.mark.parametrize(
    "text",
    [
        "Aceptamos.",
        "We accept",
        "Aceptamos. Nos vemos el martes.",
        "Aceptamos. El 10/12/2026 por video.",
        "Aceptamos. El 3 o el 4 de marzo, o el 9 de abril.",
        "Aceptamos. Pero no podemos antes del 3 de enero.",
        "Aceptamos. ¿Les va bien el 10 de diciembre?",
        "We accept. However, 10 December is only a proposal.",
    ],
)
def test_accepting_without_one_certain_day_is_only_proposed(text: str) -> None:
    assert act(text) == ("accept", False)


@pytest.mark.parametrize(
    "text",
    [
        "No podemos.",
        "Decline: no place left",
        "We cannot. Our room is closed.",
        "Nous ne pouvons pas",
        "Wir lehnen ab",
    ],
)
def test_declining_is_certain_with_all_that_was_written_as_the_reason(text: str) -> None:
    assert read(text) == Understood("decline", True, {"reason": "other", "text": text})


@pytest.mark.parametrize("text", ["No podemos. Pero sí en febrero.", "We cannot. Would March do?"])
def test_declining_that_goes_on_with_a_but_is_only_proposed(text: str) -> None:
    assert act(text) == ("decline", False)


@pytest.mark.parametrize(
    ("text", "sure", "to"),
    [
        ("Pasar a la Universidad de Oaxaca.", True, "7"),
        ("Por favor, turnar a Capítulo Madrid", True, "8"),
        ("Please pass it on to Universidad de Oaxaca. They know more.", True, "7"),
        ("Pasar a la oficina de Juan.", False, None),
        ("Pasar a limpio el acta.", False, None),
    ],
)
def test_passing_on_is_certain_when_the_office_is_named_as_it_is_called(
    text: str, sure: bool, to: str | None
) -> None:
    found = read(text)
    assert (found.act, found.sure, (found.given or {}).get("to")) == ("pass-on", sure, to)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Pregunta: ¿cuántos alumnos son?", "¿cuántos alumnos son?"),
        ("Question: how many pupils?\nRegards\nAna", "how many pupils?"),
        ("¿Cuántos alumnos son?", "¿Cuántos alumnos son?"),
        ("Dear Marta,\nHow many pupils will be there?\n\nBest\nAna", "How many pupils will be there?"),
    ],
)
def test_a_question_alone_is_a_question(text: str, question: str) -> None:
    assert read(text) == Understood("question", True, {"question": question})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hola",
        "El 3 de febrero el rector escribió: aceptamos",
        "No aceptamos menos de treinta alumnos",
        "Aceptamos que es difícil. Escriba a la otra oficina.",
        "Aceptamos la charla para el 10 de diciembre",
        "¿Cuántos son? Si son pocos, no hace falta.",
        "Podemos ayudarle: escriba a la biblioteca.",
        "No podemos sino felicitarlos.",
    ],
)
def test_everything_else_is_an_answer_in_words(text: str) -> None:
    assert read(text) == Understood()


def test_the_first_sentence_after_a_greeting_counts_not_the_greeting() -> None:
    assert act("Buenos días:\nNo podemos.") == ("decline", True)
    assert act("Hola.") == ("", False)
