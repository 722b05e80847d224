"""What a mail server refuses for good is not tried again; what it refuses for now is."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused

import pytest

from tequio.kernel import due
from tequio.notices import fate
from tequio.notices.actions import is_permanent, post
from tequio.notices.models import Letter
from tests.conftest import Clock

ADA = "ada@example.org"


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What apps hear of letters, in the order in which they hear it."""
    found: list[str] = []
    monkeypatch.setattr(fate, "taken", [lambda letter: found.append(f"taken {letter.tag}")])
    monkeypatch.setattr(fate, "refused", [lambda letter: found.append(f"refused {letter.tag}")])
    return found


def answer_with(monkeypatch: pytest.MonkeyPatch, error: OSError | None) -> None:
    def send(_self: object, messages: list[object]) -> int:
        if error:
            raise error
        return len(messages)

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", send)


def queued() -> Letter:
    return post("sign_in_code", to=ADA, language="en", tag="leg-1/2", context={"code": "1"})


@pytest.mark.django_db
def test_what_is_taken_is_told_once(clock: Clock, heard: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, None)
    queued()
    due.work_off()
    due.work_off()
    assert heard == ["taken leg-1/2"]


@pytest.mark.django_db
def test_what_is_refused_for_good_is_told_and_never_tried_again(
    clock: Clock, heard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, SMTPRecipientsRefused({ADA: (550, b"no such user")}))
    queued()
    due.work_off()
    clock.forward(days=30)
    due.work_off()
    letter = Letter.objects.get()
    assert (heard, letter.attempts, letter.wake_at, letter.text) == (["refused leg-1/2"], 1, None, "")
    assert letter.refused_at == clock.instant - timedelta(days=30)
    assert "no such user" in letter.last_error


@pytest.mark.django_db
def test_what_is_refused_for_now_is_tried_again_and_keeps_its_words(
    clock: Clock, heard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(monkeypatch, SMTPRecipientsRefused({ADA: (451, b"later")}))
    queued()
    due.work_off()
    letter = Letter.objects.get()
    assert (heard, letter.refused_at, letter.wake_at) == ([], None, clock.instant + timedelta(minutes=1))
    assert letter.text
    answer_with(monkeypatch, None)
    clock.forward(minutes=1)
    due.work_off()
    assert heard == ["taken leg-1/2"]


@pytest.mark.django_db
def test_who_fails_to_hear_of_it_does_not_make_the_letter_go_out_again(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(letter: Letter) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(fate, "taken", [fails])
    answer_with(monkeypatch, None)
    queued()
    due.work_off()
    assert Letter.objects.get().sent_at == clock.instant
    assert "what became of letter" in caplog.text


@pytest.mark.parametrize(
    ("error", "permanent"),
    [
        (SMTPRecipientsRefused({"a@example.org": (550, b"no such user")}), True),
        (SMTPRecipientsRefused({"a@example.org": (551, b"not local")}), True),
        (SMTPRecipientsRefused({"a@example.org": (450, b"greylisted")}), False),
        (SMTPRecipientsRefused({}), False),
        (SMTPResponseException(553, b"name"), True),
        (SMTPResponseException(421, b"busy"), False),
        (SMTPSenderRefused(550, b"you", "hub@example.org"), False),
        (OSError("unreachable"), False),
    ],
)
def test_only_a_refusal_of_the_recipient_for_good_is_permanent(error: OSError, permanent: bool) -> None:
    assert is_permanent(error) is permanent
