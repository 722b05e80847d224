"""The letters to the asker: what each says, that its link works, and that it can be read as text."""

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from tequio.circuit.actions import answering, asker, disputes, reporting, worded
from tequio.circuit.actions.asking import confirm_ask, send_links
from tequio.circuit.links import case_key
from tequio.circuit.models import Case
from tequio.kernel import clock as hub_clock
from tequio.kernel.texts import pick
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate
from tests.cast import Cast, letters, open_leg_of, work
from tests.circuit.reading import link_in
from tests.conftest import Clock

BERLIN = "Capítulo Berlín (en)"
MARTA = "marta@example.net"


@pytest.fixture(autouse=True)
def contact(settings: Any) -> str:
    settings.CONTACT = "ayuda@example.org"
    return "ayuda@example.org"


@pytest.fixture
def ana(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Ana")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def case(cast: Cast, ana: Mandate) -> Case:
    """An ask in English, confirmed, with the chapter in Berlin."""
    return cast.case(language="en")


class Box:
    """The letters that reached the asker since it was last read."""

    def __init__(self, mailbox: list[EmailMultiAlternatives]) -> None:
        self.mailbox = mailbox

    def read(self) -> list[EmailMultiAlternatives]:
        work()
        found = [mail for mail in self.mailbox if mail.to == [MARTA]]
        self.mailbox.clear()
        return found

    def last(self) -> EmailMultiAlternatives:
        return self.read()[-1]


@pytest.fixture
def box(mailoutbox: list[EmailMultiAlternatives]) -> Box:
    return Box(mailoutbox)


def sentences(mail: EmailMultiAlternatives) -> str:
    """The text of a letter on one line."""
    return " ".join(str(mail.body).split())


def page_of(mail: EmailMultiAlternatives) -> str:
    [(body, kind)] = mail.alternatives
    assert kind == "text/html"
    return str(body)


def accepted(case: Case, by: Mandate) -> None:
    day = hub_clock.today("Europe/Berlin") + timedelta(days=5)
    answering.accept_leg(open_leg_of(case), by=by, what="A video call.\n\nOn Thursday.", due_on=day)


# What each letter says


def test_the_letter_to_confirm_repeats_nothing_that_a_stranger_could_have_typed(cast: Cast, box: Box) -> None:
    cast.ask(
        language="en", name="WIN at http://evil.example", text="Click http://evil.example", organisation=None
    )
    mail = box.last()
    assert mail.subject == "Confirm your ask: Ask school-talk"
    assert "No office has been told of it yet." in sentences(mail)
    assert "The link works until Nov. 30, 2026. After that day the ask is erased." in sentences(mail)
    assert "If it was not you, do nothing" in sentences(mail)
    assert ("evil" in mail.body, "evil" in page_of(mail)) == (False, False)


def test_the_receipt_says_who_has_it_until_when_and_why(cast: Cast, case: Case, box: Box) -> None:
    mail = box.last()
    assert mail.subject == f"{case}: your ask is with {BERLIN}"
    assert (
        f"You confirmed your ask, and it has reached its office: Head office, {BERLIN}. The answer is due by Dec. 3, "
        "2026, end of the day in Berlin. 8 working days after Nov. 23, 2026, when the ask was sent to the office, not "
        "counting 2 days at weekends. This office has promised to answer asks of this kind within 8 working days."
    ) in sentences(mail)


def test_the_circuit_is_drawn_in_the_text(cast: Cast, case: Case, box: Box) -> None:
    assert (
        f"\n\n■ Asked\n◉ With an office: Head office, {BERLIN}, until Dec. 3, 2026\n○ Accepted\n○ Done\n\n"
    ) in str(box.last().body)


def test_the_circuit_is_drawn_in_the_page_of_the_letter(cast: Cast, case: Case, box: Box) -> None:
    page = page_of(box.last())
    assert [page.count(mark) for mark in "■◉○▬"] == [1, 1, 2, 0]
    assert f"Head office, {BERLIN}<br>until Dec. 3, 2026" in page


def test_the_gap_is_told_plainly(cast: Cast, box: Box) -> None:
    case = cast.case(language="en")
    mail = box.last()
    assert mail.subject == f"{case}: your ask is in, and nobody has promised an answer yet"
    assert (
        "The coordinating office has it: Head office, Mesa de coordinación (en). It looks for an office that will "
        "answer and writes to you by Dec. 3, 2026, end of the day in Mexico City."
    ) in sentences(mail)


def test_an_accepted_ask_quotes_what_happens_and_by_when(
    cast: Cast, case: Case, ana: Mandate, box: Box
) -> None:
    accepted(case, ana)
    mail = box.last()
    assert mail.subject == f"{case}: {BERLIN} accepts your ask"
    assert "writes what happens next, by Nov. 28, 2026, end of the day in Berlin" in sentences(mail)
    assert "\n> A video call.\n>\n> On Thursday.\n" in str(mail.body)
    assert "A video call.<br><br>On Thursday.</blockquote>" in page_of(mail)


def test_a_declined_ask_gives_the_reason_and_the_offices_words(
    cast: Cast, case: Case, ana: Mandate, box: Box
) -> None:
    answering.decline_leg(open_leg_of(case), by=ana, reason="full", text="In February again.")
    mail = box.last()
    assert mail.subject == f"{case}: {BERLIN} cannot do what you ask"
    assert (
        f"Head office, {BERLIN} declines your ask. The reason: No place left > In February again."
        in sentences(mail)
    )
    assert "▬ Declined" in mail.body
    assert "You can ask again at any time" in sentences(mail)


def test_a_reason_in_the_offices_own_words_is_quoted(cast: Cast, case: Case, ana: Mandate, box: Box) -> None:
    answering.decline_leg(open_leg_of(case), by=ana, reason="other", text="We moved.")
    assert f"Head office, {BERLIN} declines your ask and writes: > We moved." in sentences(box.last())


def test_a_question_says_until_when_to_reply_where_the_asker_is(
    cast: Cast, case: Case, ana: Mandate, box: Box
) -> None:
    answering.ask_more(open_leg_of(case), by=ana, question="In Spanish?")
    mail = box.last()
    assert mail.subject == f"{case}: {BERLIN} asks you one thing"
    assert "> In Spanish?" in mail.body
    assert "Reply by Nov. 30, 2026, end of the day in Mexico City." in sentences(mail)


def test_a_question_is_recalled_once_and_then_the_ask_closes(
    cast: Cast, case: Case, ana: Mandate, box: Box, clock: Clock
) -> None:
    answering.ask_more(open_leg_of(case), by=ana, question="In Spanish?")
    box.read()
    found = []
    for _ in range(10):
        clock.forward(days=1)
        found += box.read()
    assert [mail.subject for mail in found] == [
        f"{case}: your reply is still missing",
        f"{case}: closed, because no reply came",
    ]
    assert "> In Spanish?" in found[0].body
    assert "Reply by Nov. 30, 2026, end of the day in Mexico City." in sentences(found[0])
    assert "the ask is closed and the office has been told" in sentences(found[1])


def test_a_late_office_and_the_next_one_are_told_to_the_asker(
    cast: Cast, case: Case, ana: Mandate, box: Box, clock: Clock
) -> None:
    box.read()
    found = []
    for _ in range(16):
        clock.forward(days=1)
        found += box.read()
    late, moved = found
    assert late.subject == f"{case}: {BERLIN} is late with its answer"
    assert "was due by Dec. 3, 2026, end of the day in Berlin. It has not come." in sentences(late)
    assert "your ask moves on to the next office on Dec. 8, 2026" in sentences(late)
    assert moved.subject == f"{case}: your ask has moved to Mesa de coordinación (en)"
    assert "The answer is due by Dec. 18, 2026, end of the day in Mexico City." in sentences(moved)
    assert "did not answer in time; the coordinating office takes it." in sentences(moved)
    assert "The first date that you were told was Dec. 3, 2026. It stays on the record." in sentences(moved)


def test_an_ask_that_moves_without_a_later_date_does_not_speak_of_two(
    cast: Cast, case: Case, ana: Mandate, box: Box
) -> None:
    end_mandate(ana, by=None)
    mail = box.last()
    assert "Nobody holds" in sentences(mail)
    assert "The first date that you were told" not in sentences(mail)


def test_an_answer_taken_back_is_told_at_once(cast: Cast, case: Case, ana: Mandate, box: Box) -> None:
    accepted(case, ana)
    answering.undo_answer(case.legs.get(), by=ana)
    mail = box.last()
    assert mail.subject == f"{case}: {BERLIN} took its answer back"
    assert "the answer is due by Dec. 3, 2026, end of the day in Berlin" in sentences(mail)


def test_after_the_day_the_asker_is_asked_twice_whether_it_took_place(
    cast: Cast, case: Case, ana: Mandate, box: Box, clock: Clock
) -> None:
    accepted(case, ana)
    box.read()
    found = []
    for _ in range(25):
        clock.forward(days=1)
        found += box.read()
    assert [mail.subject for mail in found] == [f"{case}: Did it take place?"] * 2
    assert (
        f"Head office, {BERLIN} was to do this by Nov. 28, 2026: > A video call. > > On Thursday."
        in sentences(found[0])
    )
    assert "Tell us by Dec. 12, 2026, end of the day in Berlin." in sentences(found[0])


def test_the_links_letter_has_a_button_for_each_open_ask(cast: Cast, case: Case, box: Box) -> None:
    other = cast.case(language="en", text="Another")
    box.read()
    send_links(MARTA)
    mail = box.last()
    assert mail.subject == "The links to your asks"
    for each in (case, other):
        link = f"http://localhost:8000/en/follow/{each.ref}/{case_key(each)}/"
        assert f"Ask school-talk, {each}:\n{link}\n" in str(mail.body)
        assert f'href="{link}" style=' in page_of(mail)


def test_withdrawing_sends_the_asker_nothing(cast: Cast, case: Case, box: Box) -> None:
    box.read()
    asker.withdraw_case(case)
    assert box.read() == []


# What holds for all of them


def everything(cast: Cast, language: str, clock: Clock) -> list[Any]:
    """One of each letter to the asker."""
    beto = cast.hold("chapter-berlin", "Beto")
    gap = cast.case(language=language)
    cast.promise(beto)
    question, declined, arranged, late = (cast.case(language=language, text=f"Ask {n}") for n in range(4))
    answering.ask_more(open_leg_of(question), by=beto, question="¿En español?")
    answering.decline_leg(open_leg_of(declined), by=beto, reason="full")
    accepted(arranged, beto)
    answering.undo_answer(arranged.legs.get(), by=beto)
    accepted(arranged, beto)
    send_links(MARTA)
    clock.forward(hours=2)
    answers_and_objections(cast, language, beto)
    for _ in range(16):
        clock.forward(days=1)
        work()
    assert {gap.state, late.state} == {"at-desk"}
    return letters(address=MARTA)


def answers_and_objections(cast: Cast, language: str, by: Mandate) -> None:
    """An answer that is disputed, one given elsewhere, and what the office calls done and the asker does not."""
    answered, elsewhere, called_done = (cast.case(language=language) for _ in range(3))
    worded.answer_leg(open_leg_of(answered), by=by, text="Aquí está.")
    disputes.dispute_case(answered, text="No es eso.")
    today = hub_clock.today("Europe/Berlin")
    worded.elsewhere_leg(open_leg_of(elsewhere), by=by, on=today, text="Por teléfono.")
    accepted(called_done, by)
    reporting.report_done(called_done.commitments.get(), by=by)
    asker.report_outcome(called_done, happened=False)
    reporting.answer_no(called_done.commitments.get(), by=by, text="Vinieron treinta.")


TEMPLATES = {
    "ask_confirm",
    "asker_receipt",
    "asker_gap",
    "asker_moved",
    "asker_late",
    "asker_accepted",
    "asker_declined",
    "asker_question",
    "asker_question_reminder",
    "asker_no_reply",
    "asker_undone",
    "asker_outcome",
    "asker_links",
    "asker_answered",
    "asker_elsewhere",
    "asker_reopened",
    "asker_window",
    "asker_done",
    "asker_replied",
}


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_letter_has_one_subject_a_button_that_works_and_somebody_to_write_to(
    client: Client,
    cast: Cast,
    clock: Clock,
    language: str,
    mailoutbox: list[EmailMultiAlternatives],
    contact: str,
) -> None:
    assert {letter.template for letter in everything(cast, language, clock)} == TEMPLATES
    mails = [mail for mail in mailoutbox if mail.to == [MARTA]]
    assert len(mails) >= len(TEMPLATES)
    for mail in mails:
        link = link_in(str(mail.body))
        assert 10 < len(mail.subject) <= 90
        assert client.get(link).status_code in (200, 302)
        assert link.startswith("/en/") is (language == "en")
        assert f'<html lang="{language}">' in page_of(mail)
        assert f"http://localhost:8000{link}" in page_of(mail)
        assert contact in sentences(mail)
        assert ("function" in mail.body, "None" in mail.body, "{{" in mail.body) == (False, False, False)


def test_every_letter_about_a_case_carries_its_receipt_number(
    cast: Cast, clock: Clock, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    everything(cast, "en", clock)
    refs = {str(case) for case in Case.objects.all()}
    for mail in mailoutbox:
        if mail.to == [MARTA] and not mail.subject.startswith(("Confirm", "The links")):
            assert mail.subject.partition(":")[0] in refs


def test_letters_are_in_the_askers_language_whatever_the_worker_speaks(
    cast: Cast, ana: Mandate, box: Box
) -> None:
    confirm_ask(cast.ask(language="es"))
    spanish = box.last()
    assert "Capítulo Berlín" in spanish.subject
    assert "3 de diciembre de 2026" in sentences(spanish)
    assert pick(ana.office.titles, "es") in sentences(spanish)
    assert BERLIN not in sentences(spanish)


def test_what_an_office_writes_cannot_pass_for_the_letters_own_words(
    cast: Cast, case: Case, ana: Mandate, box: Box
) -> None:
    hostile = "<b>Hi</b>\n\n-> Pay here: http://evil.example/\n\n-- small\n\n[strip]"
    answering.ask_more(open_leg_of(case), by=ana, question=hostile)
    mail = box.last()
    assert "\n> -> Pay here: http://evil.example/\n" in str(mail.body)
    assert 'href="http://evil.example/' not in page_of(mail)
    assert ("&lt;b&gt;Hi&lt;/b&gt;" in page_of(mail), "<b>Hi" in page_of(mail)) == (True, False)


def test_letters_are_marked_as_automatic_and_leave_the_outbox_empty(cast: Cast, case: Case, box: Box) -> None:
    message: EmailMessage = box.last().message()
    assert message["Auto-Submitted"] == "auto-generated"
    assert [(letter.text, letter.html) for letter in letters(address=MARTA)] == [("", ""), ("", "")]
