"""The mail that would have been sent: the .eml files of `var/mail`, read whatever is in them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from email.utils import format_datetime, getaddresses
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from tequio.kernel import ids

NAME = re.compile(r"(\d{8}T\d{12})-[\w-]+")


@dataclass(frozen=True)
class Heading:
    """`name`: the file's, without its ending; `at`: when the hub's clock sent it."""

    name: str
    at: datetime
    addresses: tuple[str, ...]
    subject: str


@dataclass(frozen=True)
class Mail:
    heading: Heading
    text: str
    html: str
    attachments: list[str]
    message_id: str = ""
    reply_to: str = ""


def names() -> list[str]:
    """The names of the letters, newest first."""
    found = (path.stem for path in Path(settings.MAIL_DIR).glob("*.eml"))
    return sorted((name for name in found if NAME.fullmatch(name)), reverse=True)


def headings(address: str = "") -> list[Heading]:
    """The letters, newest first: all of them, or those to one address."""
    found = (heading_of(Path(settings.MAIL_DIR) / f"{name}.eml") for name in names())
    return [heading for heading in found if not address or address in heading.addresses]


@lru_cache(maxsize=5000)
def heading_of(path: Path) -> Heading:
    with path.open("rb") as file:
        return _heading(path.stem, BytesHeaderParser().parse(file))


def read(name: str) -> Mail | None:
    """The letter of that name; None when there is none."""
    path = Path(settings.MAIL_DIR) / f"{name}.eml"
    if not NAME.fullmatch(name) or not path.is_file():
        return None
    message = message_from_bytes(path.read_bytes())
    parts = [part for part in message.walk() if not part.is_multipart()]
    shown = [
        part for part in parts if not part.get_filename() and part.get_content_disposition() != "attachment"
    ]
    texts, pages = (
        [_body(part) for part in shown if part.get_content_type() == kind]
        for kind in ("text/plain", "text/html")
    )
    attachments = [
        _words(part.get_filename() or part.get_content_type()) for part in parts if part not in shown
    ]
    threaded = [" ".join(str(message[name] or "").split()) for name in ("Message-ID", "Reply-To")]
    return Mail(_heading(name, message), "\n\n".join(texts), "".join(pages[:1]), attachments, *threaded)


def reply_to(mail: Mail, words: str, now: datetime) -> bytes:
    """A reply to a letter, from the address that it went to, as a mail program writes it: the letter quoted below."""
    reply, sender = EmailMessage(), mail.heading.addresses[0]
    reply["From"], reply["To"] = sender, mail.reply_to
    reply["Subject"], reply["Date"] = f"Re: {mail.heading.subject}", format_datetime(now)
    reply["Message-ID"] = f"<{ids.random_name(16)}@{sender.rpartition('@')[2]}>"
    reply["In-Reply-To"] = reply["References"] = mail.message_id
    quoted = "\n".join(f"> {line}".rstrip() for line in mail.text.splitlines())
    reply.set_content(f"{words}\n\n{mail.heading.at:%Y-%m-%d %H:%M}, Tequio:\n\n{quoted}\n")
    return reply.as_bytes()


def _heading(name: str, message: Message) -> Heading:
    sent = NAME.fullmatch(name)
    assert sent is not None
    at = datetime.strptime(sent[1], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    to = getaddresses([_words(str(value)) for value in message.get_all("To", [])])
    return Heading(
        name,
        at,
        tuple(sorted({address for _, address in to if address})),
        _words(str(message["Subject"] or "")),
    )


def _body(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return _decode(payload, part.get_content_charset()) if isinstance(payload, bytes) else ""


def _words(header: str) -> str:
    """A header's words; as they stand when they cannot be decoded."""
    try:
        parts = decode_header(header)
    except HeaderParseError:
        return header
    words = "".join(_decode(part, charset) if isinstance(part, bytes) else part for part, charset in parts)
    return " ".join(words.split())


def _decode(raw: bytes, charset: str | None) -> str:
    try:
        return raw.decode(charset or "utf-8", "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")
