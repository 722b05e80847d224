"""Fetching mail from a folder of a mail server (IMAP) that is for the hub alone."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from imaplib import IMAP4
from urllib.parse import unquote, urlsplit

from django.conf import settings
from imap_tools import AND, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from tequio.inbound.actions import receive
from tequio.kernel import clock

logger = logging.getLogger(__name__)
SECONDS = 15
WAITS = (timedelta(minutes=1), timedelta(minutes=15))
BOXES = {
    "imaps": (MailBox, 993),
    "imap+tls": (MailBoxStartTls, 143),
    "imap": (MailBoxUnencrypted, 143),
}
Box = MailBox | MailBoxStartTls | MailBoxUnencrypted


@dataclass
class Turn:
    """When this worker asks next, and how long it waits while the server does not answer."""

    at: datetime | None = None
    wait: timedelta = WAITS[0]


turn = Turn()


class Unreachable(Exception):
    """The mail server did not answer, or does not let the hub in; the message says what it said."""


def fetch(told: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Keeps every mail of the folder that is not marked as seen, and marks it when it is kept; returns how many.

    A mail is committed before it is marked, so that nothing is lost when the hub ends in between: it is fetched
    again, and the same bytes are kept once. `told`: hears how many are done, and of how many. Raises `Unreachable`.
    """
    try:
        with _folder() as box:
            uids, kept = box.uids(AND(seen=False), charset=None), 0
            for done, uid in enumerate(uids, 1):
                kept += _keep(box, uid)
                told(done, len(uids))
    except (OSError, IMAP4.error, ImapToolsError) as error:
        raise Unreachable(str(error) or type(error).__name__) from error
    return kept


def fetch_if_due() -> int:
    """What the worker does each minute; while the server does not answer it asks ever less often."""
    now = clock.now()
    if not settings.IMAP_URL or turn.at and now < turn.at:
        return 0
    try:
        found, turn.wait = fetch(), WAITS[0]
    except Unreachable as error:
        logger.error("no mail could be fetched: %s", error)
        found, turn.wait = 0, min(2 * turn.wait, WAITS[1])
    turn.at = now + turn.wait
    return found


def _folder() -> Box:
    """The folder that `IMAP_URL` names, opened: imaps://user:password@host:port/folder, INBOX when it names none."""
    parts = urlsplit(settings.IMAP_URL)
    kind, port = BOXES[parts.scheme]
    box = kind(parts.hostname or "localhost", parts.port or port, timeout=SECONDS)
    folder = unquote(parts.path.strip("/")) or "INBOX"
    opened: Box = box.login(unquote(parts.username or ""), unquote(parts.password or ""), folder)
    return opened


def _keep(box: Box, uid: str) -> bool:
    """Keeps a mail, then marks it; one that the server does not give is left for the next time, and stops no other."""
    raw = _raw(box, uid)
    if raw is None:
        logger.error("the mail server did not give mail %s", uid)
        return False
    receive(raw, door="imap")
    box.flag([uid], [r"\Seen"], True)
    return True


def _raw(box: Box, uid: str) -> bytes | None:
    """The bytes of a mail as the server has them; asking for them does not mark it as seen."""
    _status, found = box.client.uid("fetch", uid, "(BODY.PEEK[])")
    raw = next((each[1] for each in found if isinstance(each, tuple)), None)
    return raw if isinstance(raw, bytes) else None
