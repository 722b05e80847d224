"""The outbox: queued with the act, sent by the worker, erased after."""

from email import message_from_bytes, policy
from pathlib import Path
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from pytest_django import Settings

from tequio.kernel import due
from tequio.notices import actions
from tequio.notices.models import Letter
from tests.conftest import Clock

TEMPLATE = """{% load i18n %}{% trans "Yes" %}: {{ what }}

Good day,
this is {{ what }}.

* one
* two

-> {% trans "Open it" %}: https://example.org/?a=1&b=2

-- Small print of {{ contact }}
"""


@pytest.fixture
def template(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "trial.txt").write_text(TEMPLATE)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [str(tmp_path)]}]
    settings.CONTACT = "aqui@example.org"


def post(what: str = "Año & <b>más</b>", language: str = "en") -> Letter:
    return actions.post(
        "trial", to="ana@example.org", language=language, about="mx-1", context={"what": what}
    )


@pytest.mark.django_db
def test_one_template_makes_subject_text_and_html(clock: Clock, template: None) -> None:
    letter = post()
    assert letter.subject == "Yes: Año & <b>más</b>"
    assert letter.text == (
        "Good day, this is Año & <b>más</b>.\n\n- one\n- two\n\n"
        "Open it:\nhttps://example.org/?a=1&b=2\n\n-- \nSmall print of aqui@example.org\n"
    )
    assert "Año &amp; &lt;b&gt;más&lt;/b&gt;" in letter.html
    assert "<b>" not in letter.html
    assert 'href="https://example.org/?a=1&amp;b=2"' in letter.html


@pytest.mark.django_db
def test_a_subject_cannot_carry_a_header(clock: Clock, template: None) -> None:
    letter = post("x\r\nBcc: someone@example.org")
    due.work_off()
    assert "\n" not in letter.subject
    assert [sent.recipients() for sent in mail.outbox] == [["ana@example.org"]]


@pytest.mark.django_db
def test_a_letter_of_an_act_that_fails_is_not_queued(clock: Clock, template: None) -> None:
    with transaction.atomic():
        post()
        transaction.set_rollback(True)
    assert Letter.objects.count() == 0


@pytest.mark.django_db
def test_a_sent_letter_keeps_no_words(clock: Clock, template: None) -> None:
    letter = post()
    assert due.work_off() == 1
    sent = Letter.objects.get()
    assert (sent.text, sent.html, sent.wake_at, sent.sent_at) == ("", "", None, clock.instant)
    assert [(m.subject, m.to, m.extra_headers["Message-ID"]) for m in mail.outbox] == [
        (letter.subject, ["ana@example.org"], letter.message_id)
    ]
    assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"
    assert due.work_off() == 0


@pytest.mark.django_db
def test_a_letter_that_cannot_be_sent_is_tried_again_ever_later(
    clock: Clock, template: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: EmailMultiAlternatives) -> int:
        raise SMTPServerDisconnected("the server is away")

    letter = post()
    with monkeypatch.context() as broken:
        broken.setattr(EmailMultiAlternatives, "send", refuse)
        waits = []
        for _ in range(actions.TRIES + 1):
            due.work_off()
            letter.refresh_from_db()
            if letter.wake_at:
                waits.append((letter.wake_at - clock.instant).total_seconds() / 60)
                clock.to(letter.wake_at)
        assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 256, 256, 256]
    assert (letter.last_error, letter.wake_at, letter.attempts) == (
        "the server is away",
        None,
        actions.TRIES + 1,
    )
    assert letter.text != ""


@pytest.mark.django_db
def test_without_a_mail_server_letters_become_files(
    clock: Clock, template: None, settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "tequio.notices.backends.Mailbox"
    settings.MAIL_DIR = tmp_path / "box"
    post()
    due.work_off()
    (file,) = (tmp_path / "box").glob("*.eml")
    whole = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (whole["Subject"], whole["To"]) == ("Yes: Año & <b>más</b>", "ana@example.org")
    assert [part.get_content_type() for part in whole.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
