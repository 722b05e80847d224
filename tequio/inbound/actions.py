"""Keeping mail that comes in, and having it filed."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from tequio.inbound.filing import filers
from tequio.inbound.guards import goes_round, ours_of
from tequio.inbound.models import Raw, Received
from tequio.inbound.reading.mail import Mail, Nature
from tequio.inbound.reading.reader import read_mail
from tequio.kernel import clock
from tequio.notices.actions import refuse
from tequio.notices.bounces import letter_of
from tequio.notices.models import Letter

logger = logging.getLogger(__name__)
TRIES = 8
BATCH = 200
REPORTS = (Nature.DELAYED, Nature.DELIVERED, Nature.RECEIPT)


def receive(raw: bytes, *, door: str, envelope: Sequence[str] = ()) -> Received:
    """Keeps a mail, raw, before anything is done with it; the worker files it.

    The same bytes for the same addresses are kept once: a server that is not sure whether it was heard hands a mail
    over again.
    """
    addresses = sorted({address.strip().lower() for address in envelope if address.strip()})
    digest = hashlib.sha256(b"\0".join((raw, *(each.encode() for each in addresses)))).hexdigest()
    now = clock.now()
    with transaction.atomic():
        received, new = Received.objects.get_or_create(
            digest=digest,
            defaults={
                "door": door,
                "envelope": addresses,
                "size": len(raw),
                "received_at": now,
                "wake_at": now,
            },
        )
        if new:
            Raw.objects.create(received=received, data=raw)
    return received


def file(received: Received) -> None:
    """Reads a kept mail and has it filed, in one transaction with the mark that it was.

    What cannot be filed is tried again, ever later, and then rests as "unfiled" until somebody has it tried again.
    """
    if received.filed_at:
        return
    try:
        with transaction.atomic():
            _file(received)
    except Exception as error:
        logger.exception("mail %s could not be filed", received)
        attempts = received.attempts + 1
        wait = timedelta(minutes=2**attempts) if attempts < TRIES else None
        Received.objects.filter(pk=received.pk).update(
            attempts=attempts,
            last_error=f"{type(error).__name__}: {error}"[:300],
            fate="" if wait else "unfiled",
            wake_at=clock.now() + wait if wait else None,
            leased_until=None,
        )


def _file(received: Received) -> None:
    raw = bytes(Raw.objects.get(received=received).data)
    mail = read_mail(raw)
    mail = replace(mail, recipients=tuple(dict.fromkeys((*mail.recipients, *received.envelope))))
    letter = _letter(mail)
    about = letter.message_id if letter else mail.report.message_id if mail.report else ""
    if about and about not in mail.answers:
        mail = replace(mail, answers=(about, *mail.answers))
    received.message_id = mail.message_id[:255]
    received.sender, received.recipient = mail.sender[:254], ours_of(mail)
    if mail.nature is Nature.HUMAN and goes_round(raw, mail, received.recipient):
        mail = replace(mail, nature=Nature.AUTO)
    received.fate = _fate(received, mail, letter)
    received.filed_at, received.wake_at, received.leased_until, received.last_error = (
        clock.now(),
        None,
        None,
        "",
    )
    received.save()


def _fate(received: Received, mail: Mail, letter: Letter | None) -> str:
    """What becomes of it: a report on a letter of ours is for the outbox, everything else for who files."""
    if letter and mail.nature is Nature.FAILED:
        if letter.refused_at is None:
            refuse(letter, mail.report.diagnostic or mail.report.status if mail.report else mail.subject)
        return "bounced"
    if letter and mail.nature in REPORTS:
        return mail.nature.value
    fate = ""
    for filer in filers:
        fate = filer(received, mail)
    return fate or "kept"


def _letter(mail: Mail) -> Letter | None:
    """The letter of ours to which a mail is an answer by machine: by its return path, or by what a report names."""
    numbers = [number for address in mail.recipients if (number := letter_of(address)) is not None]
    if numbers:
        return Letter.objects.filter(pk__in=numbers).first()
    if mail.report and mail.report.message_id:
        return Letter.objects.filter(message_id=mail.report.message_id).first()
    return None


def try_again() -> int:
    """Has every mail filed again that rests unfiled; how many they are."""
    return Received.objects.filter(filed_at=None, wake_at=None).update(
        wake_at=clock.now(), attempts=0, fate=""
    )


def erase_raw() -> int:
    """Erases a batch of raw mails that were filed more than `MAIL_KEEP_DAYS` ago; the rows stay, as a record."""
    before = clock.now() - timedelta(days=settings.MAIL_KEEP_DAYS)
    due = Raw.objects.filter(received__filed_at__lt=before).order_by("pk").values_list("pk", flat=True)
    keys = list(due[:BATCH])
    with transaction.atomic():
        Raw.objects.filter(pk__in=keys).delete()
        Received.objects.filter(pk__in=keys).update(erased_at=clock.now())
    return len(keys)
