"""What is read from a mail."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Nature(StrEnum):
    """What a mail is, told by its headers and structure (RFC 3834, 3464, 8098), never by words in its body."""

    HUMAN = "human"
    AUTO = "auto-reply"
    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RECEIPT = "read-receipt"


@dataclass(frozen=True)
class Part:
    """A file that came with the mail. `declared`: the type that the mail gives it, which proves nothing."""

    name: str
    declared: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Report:
    """What a delivery report says: of which of our letters, to whom, with which status (RFC 3463, such as 5.1.1)."""

    recipient: str
    status: str
    message_id: str
    diagnostic: str


@dataclass(frozen=True)
class Mail:
    """A mail as read. Addresses are in lower case; ids are with their angle brackets, "" where there is none.

    `answers`: the ids of In-Reply-To and References, nearest first, each once. `recipients`: every address to which
    it was sent or delivered (To, Cc, Delivered-To, X-Original-To, Envelope-To), as written where it is no address.
    `text`, `html`: the bodies as they came ("" where there is none), text with `\n` alone. `too_big`: names of the
    parts that were left out because they pass the limit. `hops`: how many servers handed it on (Received).
    """

    nature: Nature
    message_id: str
    answers: tuple[str, ...]
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    sent_at: datetime | None
    text: str = field(repr=False)
    html: str = field(repr=False)
    parts: tuple[Part, ...] = ()
    report: Report | None = None
    too_big: tuple[str, ...] = ()
    hops: int = 0


@dataclass(frozen=True)
class Words:
    """The words of a reply. `own`: what the sender wrote, "" when nothing is left; `whole`: all of it, to fold."""

    own: str
    whole: str
