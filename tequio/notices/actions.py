"""Queueing letters and handing them over."""

from collections.abc import Mapping
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q

from tequio.kernel import clock, ids
from tequio.notices import fate
from tequio.notices.models import Letter
from tequio.notices.rendering import render

TRIES = 12


def post(
    template: str,
    *,
    to: str,
    language: str,
    about: str = "",
    tag: str = "",
    context: Mapping[str, Any],
    unsubscribe: str = "",
    reply_to: str = "",
    thread: str = "",
) -> Letter:
    """Puts a letter into the outbox, in the transaction of the act that it tells of; the worker sends it.

    `tag`: what the app that posts it wants to hear when the letter is taken or refused (`fate.py`).
    """
    now = clock.now()
    rendered = render(template, language, context)
    return Letter.objects.create(
        template=template,
        address=to,
        language=language,
        about=about[:60],
        tag=tag,
        subject=rendered.subject[:200],
        text=rendered.text,
        html=rendered.html,
        unsubscribe=unsubscribe,
        message_id=f"<{ids.random_name(24)}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].strip('>')}>",
        created_at=now,
        wake_at=now,
    )


def _headers(letter: Letter) -> dict[str, str]:
    headers = {"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"}
    if letter.unsubscribe:
        headers["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def deliver(letter: Letter) -> None:
    """Hands a claimed letter to the mail server, then erases its bodies; a failure is tried again, ever later,
    save where the address is refused for good.
    """
    mail = EmailMultiAlternatives(letter.subject, letter.text, to=[letter.address], headers=_headers(letter))
    mail.attach_alternative(letter.html, "text/html")
    try:
        mail.send()
    except OSError as error:
        _failed(letter, error)
        return
    with transaction.atomic():
        fate.tell(fate.taken, letter)
        Letter.objects.filter(pk=letter.pk).update(
            sent_at=clock.now(),
            wake_at=None,
            leased_until=None,
            text="",
            html="",
            attempts=letter.attempts + 1,
            last_error="",
        )


def _failed(letter: Letter, error: OSError) -> None:
    """Tries again later, or never where the mail server refused the address for good."""
    if is_permanent(error):
        refuse(letter, str(error))
        return
    wait = timedelta(minutes=2 ** min(letter.attempts, 8)) if letter.attempts < TRIES else None
    Letter.objects.filter(pk=letter.pk).update(
        attempts=letter.attempts + 1,
        last_error=str(error)[:300],
        wake_at=clock.now() + wait if wait else None,
        leased_until=None,
    )


def given_up() -> Q:
    """Letters that were tried for about a day and are not tried any more."""
    return Q(sent_at=None, refused_at=None, wake_at=None, attempts__gt=TRIES)


def refuse(letter: Letter, why: str) -> None:
    """Marks a letter as refused for good, at once or when it bounced later, and tells the app that posted it."""
    with transaction.atomic():
        fate.tell(fate.refused, letter)
        Letter.objects.filter(pk=letter.pk).update(
            refused_at=clock.now(),
            wake_at=None,
            leased_until=None,
            text="",
            html="",
            attempts=letter.attempts + 1,
            last_error=why[:300],
        )


def is_permanent(error: OSError) -> bool:
    """Whether a mail server refused the recipient for good (5xx), not the sender, the letter or the moment."""
    if isinstance(error, SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        return bool(codes) and all(500 <= code < 600 for code in codes)
    return type(error) is SMTPResponseException and 500 <= error.smtp_code < 600
