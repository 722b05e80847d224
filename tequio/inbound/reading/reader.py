"""From bytes to `Mail`."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parseaddr, parsedate_to_datetime

from tequio.inbound.reading.bodies import as_text, bodies_of, unflowed
from tequio.inbound.reading.mail import Mail, Nature, Part
from tequio.inbound.reading.nature import nature_of
from tequio.inbound.reading.opening import opened

LARGEST_PART = 10 * 2**20
LONGEST_TEXT = 200_000
LONGEST_HTML = 600_000
MOST_PARTS = 200
ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
SMALL_PICTURE = 30_000
ID = re.compile(r"<[^<>\s]+>")
# What the standard library raises on mails that are not as they should be.
BROKEN = (
    MessageError, RecursionError, AssertionError, ValueError, LookupError, TypeError, AttributeError,
)  # fmt: skip


def read_mail(raw: bytes, *, largest: int = LARGEST_PART) -> Mail:
    """Reads a mail; never raises. `largest`: bytes above which a part is named in `too_big` and left out."""
    try:
        return _read(opened(message_from_bytes(raw)), largest)
    except BROKEN:
        return _barely(raw)


def _read(message: Message, largest: int) -> Mail:
    leaves = list(_leaves(message))
    nature, report = nature_of(message, leaves)
    texts, htmls = bodies_of(leaves)
    kept, too_big = _files(leaves, {id(leaf) for leaf in (*texts, *htmls)}, largest)
    text = "\n".join(unflowed(leaf, as_text(leaf)) for leaf in texts)
    html = "\n".join(as_text(leaf) for leaf in htmls)
    return replace(_mail(message, nature, text, html), parts=kept, report=report, too_big=too_big)


def _mail(message: Message, nature: Nature, text: str, html: str) -> Mail:
    name, sender = _sender(message)
    return Mail(
        nature=nature,
        message_id=next(iter(_ids(message, "Message-ID")), ""),
        answers=tuple(dict.fromkeys((*_ids(message, "In-Reply-To"), *reversed(_ids(message, "References"))))),
        sender=sender,
        sender_name=name,
        recipients=tuple(dict.fromkeys(_recipients(message))),
        subject=header(message, "Subject"),
        sent_at=_sent_at(message),
        text=text[:LONGEST_TEXT],
        html=html[:LONGEST_HTML],
        hops=len(message.get_all("Received") or []),
    )


def _barely(raw: bytes) -> Mail:
    """What can be said of a mail that cannot be taken apart: its headers, and the rest as text."""
    message = BytesHeaderParser().parsebytes(raw[:65536])
    rest = raw.partition(b"\n\n")[2] or raw.partition(b"\r\n\r\n")[2]
    text = rest[:LONGEST_TEXT].decode("utf-8", "replace").replace("\0", "").replace("\r\n", "\n")
    try:
        return _mail(message, Nature.HUMAN, text, "")
    except BROKEN:
        return Mail(Nature.HUMAN, "", (), "", "", (), "", None, text, "")


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, in order; a mail within the mail is one part."""
    waiting, found = [message], 0
    while waiting and found < MOST_PARTS:
        part = waiting.pop()
        if part.is_multipart() and part.get_content_maintype() != "message":
            waiting.extend(reversed([each for each in part.get_payload() if isinstance(each, Message)]))
            continue
        found += 1
        yield part


def header(message: Message, name: str) -> str:
    """A header on one line, its encoded words decoded; "" where there is none."""
    raw = message.get(name)
    if raw is None:
        return ""
    return " ".join(_decoded(raw).replace("\0", "").split())


def _decoded(raw: object) -> str:
    text = str(raw)
    try:
        found = str(make_header(decode_header(text)))
    except (MessageError, ValueError, LookupError):
        found = text
    return found.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _ids(message: Message, name: str) -> list[str]:
    return ID.findall(" ".join(str(each) for each in message.get_all(name) or []))[:100]


def _sender(message: Message) -> tuple[str, str]:
    name, address = parseaddr(str(message.get("From", "")))
    return " ".join(_decoded(name).split())[:120], address.strip().lower()[:254]


def _recipients(message: Message) -> Iterator[str]:
    """Addresses in lower case; what is none stands as it was written, so that a slip can be seen."""
    for name in ADDRESSED:
        for written in message.get_all(name) or []:
            found = [address for _name, address in getaddresses([str(written)]) if "@" in address]
            yield from (address.strip().lower() for address in found)
            if not found:
                yield " ".join(str(written).lower().split())[:254]


def _sent_at(message: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(message.get("Date", "")))
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _files(leaves: list[Message], bodies: set[int], largest: int) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """The files that came along, and the names of those that are too big; no signatures, no logos."""
    kept, too_big = [], []
    for number, leaf in enumerate(leaves, 1):
        kind = leaf.get_content_type()
        if id(leaf) in bodies or kind in SIGNATURES or kind.startswith("message/") and number == 1:
            continue
        name, data = _name(leaf, number), _data(leaf)
        if len(data) > largest:
            too_big.append(name)
        elif data and not _ornament(leaf, data):
            kept.append(Part(name, kind, data))
    return tuple(kept), tuple(too_big)


def _name(leaf: Message, number: int) -> str:
    name = " ".join(_decoded(leaf.get_filename() or "").split())
    return name[:200] or f"{leaf.get_content_maintype()}-{number}.{leaf.get_content_subtype()[:12]}"


def _data(leaf: Message) -> bytes:
    if leaf.get_content_maintype() == "message":
        inner = leaf.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        return first.as_bytes() if isinstance(first, Message) else str(inner).encode("utf-8", "replace")
    found = leaf.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _ornament(leaf: Message, data: bytes) -> bool:
    """A small picture that the page of the mail shows, as the logo of a signature."""
    shown = leaf.get("Content-ID") and leaf.get_content_disposition() != "attachment"
    return bool(shown) and leaf.get_content_maintype() == "image" and len(data) < SMALL_PICTURE
