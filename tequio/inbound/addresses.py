"""The hub's own addresses: those to which a reply comes, and whether an address is ours at all."""

import re
from collections.abc import Iterable
from email.utils import parseaddr

from django.conf import settings


def reply_address(token: str) -> str:
    """Where a reply with this token goes; "" when the hub takes no mail."""
    return f"r.{token}@{settings.MAIL_DOMAIN}" if settings.MAIL_DOMAIN else ""


def hub_address() -> str:
    """Where an asker's reply goes, known by the letter that it answers; "" when the hub takes no mail."""
    return f"asks@{settings.MAIL_DOMAIN}" if settings.MAIL_DOMAIN else ""


def bare(written: str) -> str:
    """An address as somebody typed it, without brackets, quotes, `mailto:` and spaces, in lower case."""
    found = written.strip().strip("<>\"'()[]; ").lower()
    return found.removeprefix("mailto:").strip()


def tokens_in(recipients: Iterable[str]) -> list[str]:
    """The tokens in addresses of the form of ours, each once, in lower case: as they were typed, not looked up.

    A name, brackets or `mailto:` around the address do no harm, wherever they were lost.
    """
    if not settings.MAIL_DOMAIN:
        return []
    ours = re.compile(rf"(?:^|[\s<\"'(:,;])r\.([^\s@<>\"']+)@{re.escape(settings.MAIL_DOMAIN)}(?![\w.-])")
    return list(dict.fromkeys(token for each in recipients for token in ours.findall(each.lower())))


def is_ours(address: str) -> bool:
    """Whether an address is one of the hub itself: never an office's, and never written to by a reply."""
    found = bare(address)
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()
    _local, at, domain = found.rpartition("@")
    return bool(at) and (found == sender or bool(settings.MAIL_DOMAIN) and domain == settings.MAIL_DOMAIN)
