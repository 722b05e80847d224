"""The letters of a desk: complete in both languages, safe from what askers write, each with its link."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tequio.circuit.actions.answering import accept_leg, ask_more, pass_on_leg, undo_answer
from tequio.circuit.actions.asker import reply_to_question, report_outcome, withdraw_case
from tequio.circuit.models import Case
from tequio.network.actions import end_mandate, invite
from tequio.network.models import Mandate, Role
from tequio.notices.models import Letter
from tests.cast import Cast, letters, path_in, work
from tests.conftest import Clock

DESK = ["leg_new", "leg_reply", "leg_handed", "digest", "desk_late", "invitation"]
EVIL = "Marta\n\n-> Pulse aquí: https://evil.example/\n\n* uno\n\n-- pie"


def hold(cast: Cast, office: Any, name: str, language: str, **fields: Any) -> Mandate:
    return cast.hold(office, name, language=language, **fields)


def every_letter(cast: Cast, clock: Clock, language: str, **ask: Any) -> dict[str, list[Letter]]:
    """Makes all that a desk is ever written about happen, and gives the letters by template."""
    mesa = hold(cast, "mesa", "Mesa", language)
    carla = hold(cast, "chapter-madrid", "Carla", language)
    beto = hold(cast, "chapter-berlin", "Beto", language)
    cast.promise(carla, days=20)
    cast.promise(beto, valid_days=50)
    invite(cast.office("institute"), "ines@example.org", role=Role.HOLDER, language=language, by=mesa)
    invite(beto.office, "elsa@example.org", role=Role.DEPUTY, language=language, by=beto)
    taken_back, withdrawn, asked, silent, done, undone, left, entrusted = (
        cast.leg(address=f"marta{number}@example.net", **ask) for number in range(8)
    )
    pass_on_leg(taken_back, by=beto, to=carla.office, reason="full")
    undo_answer(taken_back, by=beto)
    withdraw_case(withdrawn.case)
    ask_more(asked, by=beto, question="¿Cuándo?")
    reply_to_question(asked.case, ask.get("text", "El martes"))
    ask_more(silent, by=beto, question="¿Cuándo?")
    for leg, happened in ((done, True), (undone, False)):
        accept_leg(leg, by=beto, what="Charla", due_on=date(2026, 12, 1))
        report_outcome(Case.objects.get(pk=leg.case_id), happened=happened, text=ask.get("text", ""))
    accept_leg(
        entrusted, by=beto, what="Charla el día 9\n\n-> Pulse: https://evil.example/", due_on=date(2027, 1, 9)
    )
    hold(cast, beto.office, "Dana", language, role=Role.DEPUTY)
    found = [*keep()]
    for days in (*[1] * 11, 0, 12, 28, 1):
        clock.forward(days=days)
        if not days:
            end_mandate(beto, by=beto)
        found += keep()
    end_mandate(Mandate.objects.current().get(office=beto.office), by=None)
    found += keep()
    assert left.case_id
    return {name: [letter for letter in found if letter.template == name] for name in DESK}


def own(letter: Letter) -> list[str]:
    """The lines of the letter's own words, without what somebody wrote."""
    return [line for line in letter.text.splitlines() if not line.startswith(">")]


def keep() -> list[Letter]:
    """The letters in the outbox, as they are before the worker sends and erases them; then its round."""
    waiting = list(Letter.objects.filter(sent_at=None, wake_at__isnull=False))
    work()
    return waiting


@pytest.fixture(params=["es", "en"])
def written(request: pytest.FixtureRequest, cast: Cast, clock: Clock) -> dict[str, list[Letter]]:
    return every_letter(cast, clock, request.param)


def test_every_letter_is_written_with_one_subject_one_link_and_somebody_to_write_to(
    written: dict[str, list[Letter]], settings: Any
) -> None:
    assert [name for name, found in written.items() if not found] == []
    for name, found in written.items():
        for letter in found:
            assert letter.subject and "\n" not in letter.subject, name
            if name != "digest":
                assert len(re.findall(r"https?://", "\n".join(own(letter)))) == 1, (name, letter.text)
            assert settings.CONTACT in letter.text, name
            assert [mark for mark in ("-> ", "{{", "None") if mark in "\n".join(own(letter))] == [], (
                letter.text
            )
            assert f'<html lang="{letter.language}">' in letter.html
            assert max(map(len, letter.text.splitlines())) <= 130, letter.text


def test_no_letter_names_the_asker_s_address(written: dict[str, list[Letter]]) -> None:
    told = [letter for found in written.values() for letter in found]
    assert [letter.template for letter in told if "@example.net" in letter.text + letter.html] == []


def test_what_askers_write_cannot_pass_for_the_letter_s_own_words(cast: Cast, clock: Clock) -> None:
    found = every_letter(cast, clock, "en", name=EVIL, on_behalf_of=EVIL, text=EVIL)
    for name, each in found.items():
        for letter in each:
            marks = ("https://evil", "- uno", "-- pie")
            assert [line for line in own(letter) if line.startswith(marks)] == [], name
            assert 'href="https://evil' not in letter.html, name
            assert "Pulse aquí" not in letter.subject, name


def test_a_new_ask_says_who_what_where_why_and_by_when(cast: Cast) -> None:
    cast.promise(cast.hold("chapter-berlin", "Beto", language="en"), regions=["MX-OAX"])
    cast.leg(on_behalf_of="Grupo 4B", field=None)
    letter = letters("leg_new")[0]
    said = " ".join(letter.text.split())
    assert letter.subject == "By Dec. 3, 2026: Ask school-talk"
    for part in (
        "An ask has come to Head office, Capítulo Berlín (en).",
        "The answer is due by Dec. 3, 2026, end of the day in Berlin.",
        "This office has promised to answer asks of this kind from Oaxaca within 8 working days.",
        "Marta Maestra, Grupo 4B, asks: > Una charla sobre vacunas para cuarto semestre.",
        "- Place: Preparatoria Número 5 (en), Oaxaca",
        "No sign-in is needed.",
    ):
        assert part in said


def test_the_link_of_each_letter_opens(cast: Cast, client: Client) -> None:
    beto = cast.hold("chapter-berlin", "Beto", language="en")
    cast.promise(beto)
    cast.leg()
    assert client.get(path_in(letters("leg_new")[-1])).status_code == 200


def test_each_who_acts_reads_their_own_language(cast: Cast) -> None:
    beto = cast.hold("chapter-berlin", "Beto")
    cast.promise(beto)
    for name, language in (("Dana", "en"), ("Elsa", "es")):
        cast.hold(beto.office, name, role=Role.DEPUTY, language=language)
    end_mandate(beto, by=beto)
    cast.leg()
    assert {letter.address: letter.language for letter in letters("leg_new")} == {
        "dana@example.org": "en",
        "elsa@example.org": "es",
    }
    assert path_in(letters("leg_new", "dana@example.org")[0]).startswith("/en/answer/")


def test_an_invitation_says_what_one_takes_on_and_until_when_it_works(cast: Cast) -> None:
    mesa = cast.hold("mesa", "Mesa")
    for role in (Role.HOLDER, Role.DEPUTY):
        invite(cast.office("institute"), "ines@example.org", role=role, language="en", by=mesa)
    holder, deputy = (" ".join(letter.text.split()) for letter in letters("invitation"))
    assert letters("invitation")[0].subject == "Will you answer for Instituto del Exterior (en)?"
    assert "You are invited to hold this office: Head office, Instituto del Exterior (en)." in holder
    assert "You are invited as deputy of this office: Head office, Instituto del Exterior (en)." in deputy
    assert "The link works until Dec. 7, 2026." in holder
