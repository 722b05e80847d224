"""Two hubs that answer whatever a human writes to them: what they write to each other ends by itself."""

from email import message_from_bytes, policy
from typing import Any

import pytest
from django.core import mail as outbox

from tequio.inbound import actions
from tequio.inbound.actions import receive
from tequio.inbound.guards import A_DAY
from tequio.inbound.models import Received
from tequio.inbound.reading.mail import Mail, Nature
from tequio.kernel import due
from tequio.notices.actions import post
from tests.conftest import Clock

A, B = "a.example", "b.example"


def sent() -> list[bytes]:
    """What left the outbox since the last look."""
    found = [message.message().as_bytes() for message in outbox.outbox]
    outbox.outbox.clear()
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("marked", [True, False], ids=["as they are", "with every mark taken off on the way"])
def test_the_loop_ends(clock: Clock, settings: Any, monkeypatch: pytest.MonkeyPatch, marked: bool) -> None:
    """Each hub writes back to the sender, to the reply address of the letter, as eagerly as it can."""
    exchanged: list[tuple[str, str]] = []

    def eager(_received: Received, mail: Mail) -> str:
        exchanged.append((settings.MAIL_DOMAIN, mail.nature.value))
        if mail.nature is Nature.HUMAN:
            post(
                "sign_in_code", to=mail.sender, language="en", context={"code": "1"},
                reply_to=f"r.abc@{settings.MAIL_DOMAIN}",
            )  # fmt: skip
        return "filed"

    monkeypatch.setattr(actions, "filers", [eager])
    mails, here = [f"From: r.abc@{B}\nTo: r.abc@{A}\n\nSí.\n".encode()], A
    for _turn in range(60):
        settings.MAIL_DOMAIN = here
        settings.DEFAULT_FROM_EMAIL = f"r.abc@{here}"
        for raw in mails:
            receive(raw if marked else stripped(raw), door="pipe")
        clock.forward(minutes=1)
        while due.work_off():
            pass
        mails, here = sent(), B if here == A else A
        if not mails:
            break
    assert mails == []
    if marked:
        assert exchanged == [(A, "human"), (B, "auto-reply")]
    else:
        assert len(exchanged) <= 2 * (A_DAY + 1) + 1


def stripped(raw: bytes) -> bytes:
    """The mail as a careless gateway hands it on: without the headers that tell a machine from a human."""
    found = message_from_bytes(raw, policy=policy.default)
    for name in ("Auto-Submitted", "X-Tequio-Hub", "Precedence"):
        del found[name]
    return found.as_bytes()


@pytest.mark.django_db
def test_what_a_letter_tells_other_machines(clock: Clock, settings: Any) -> None:
    settings.MAIL_DOMAIN, settings.DEFAULT_FROM_EMAIL = A, f"Tequio <avisos@{A}>"
    for _ in range(2):
        post(
            "sign_in_code", to="ana@example.org", language="en", context={"code": "1"},
            reply_to=f"r.abc@{A}", thread="leg-7",
        )  # fmt: skip
    due.work_off()
    first, second = outbox.outbox
    told = first.message()
    assert (told["From"], told["Reply-To"]) == (f"Tequio <avisos@{A}>", f"r.abc@{A}")
    assert first.from_email.startswith("b.") and first.from_email.endswith(f"@{A}")
    assert (told["Auto-Submitted"], told["X-Tequio-Hub"], told["List-Id"]) == (
        "auto-generated",
        A,
        f"<leg-7.{A}>",
    )
    assert told["References"] == told["In-Reply-To"] == second.message()["References"] == f"<leg-7@{A}>"
    assert [part.get_content_type() for part in told.get_payload()] == ["text/plain", "text/html"]


@pytest.mark.django_db
def test_a_hub_that_takes_no_mail_sends_as_before(clock: Clock, settings: Any) -> None:
    settings.MAIL_DOMAIN, settings.DEFAULT_FROM_EMAIL = "", "Tequio <avisos@example.org>"
    post("sign_in_code", to="ana@example.org", language="en", context={"code": "1"})
    due.work_off()
    (message,) = outbox.outbox
    assert (message.from_email, message.reply_to, "References" in message.message()) == (
        "Tequio <avisos@example.org>",
        [],
        False,
    )
