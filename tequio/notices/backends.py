"""A mailbox in `var/mail`, one .eml a letter: where mail goes as long as no EMAIL_URL is set."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from tequio.kernel import clock


class Mailbox(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            whole = message.message()
            name = str(whole["Message-ID"]).strip("<>").split("@")[0]
            path = folder / f"{clock.now():%Y%m%dT%H%M%S%f}-{name}.eml"
            unfinished = path.with_suffix(".part")
            unfinished.write_bytes(whole.as_bytes())
            unfinished.replace(path)
        return len(email_messages)
