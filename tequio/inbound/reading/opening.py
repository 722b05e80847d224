"""Mails that are not as they say, or wrapped in a signature, which nothing here checks."""

import re
from email import message_from_bytes
from email.message import Message

BEGINS = re.compile(rb"(?:MIME-Version|Content-Type|Content-Transfer-Encoding):", re.IGNORECASE)
BOUNDARY = re.compile(rb"^--([!-~]{1,70})\r?\n(?=[A-Za-z-]+:)", re.MULTILINE)
INSIDE = ("application/pkcs7-mime", "application/x-pkcs7-mime")


def opened(message: Message) -> Message:
    """The mail itself, or, when it is wrapped in an S/MIME signature (RFC 8551), the same mail unwrapped.

    What is encrypted stays a file. A mail in parts that names a wrong boundary is read by the one that is there.
    """
    if message.get_content_maintype() == "multipart" and isinstance(message.get_payload(), str):
        return _parted(message)
    if message.get_content_type() not in INSIDE or message.get_param("smime-type") == "enveloped-data":
        return message
    data = message.get_payload(decode=True)
    if not isinstance(data, bytes) or not (found := BEGINS.search(data)):
        return message
    return _under(message, _strung(data[found.start() :]))


def _under(message: Message, data: bytes) -> Message:
    """What `data` holds, under the headers of the mail."""
    inner = message_from_bytes(data)
    for name, value in message.items():
        if not name.lower().startswith(("content-", "mime-")):
            inner[name] = value
    return inner


def _parted(message: Message) -> Message:
    """A mail in parts whose boundary is not the one that it names, read by the one that is there."""
    body = message.get_payload(decode=True)
    assert isinstance(body, bytes)
    found = BOUNDARY.search(body[:20_000])
    kind = f'{message.get_content_type()}; boundary="{found.group(1).decode()}"' if found else "text/plain"
    return _under(message, f"Content-Type: {kind}\n\n".encode() + body)


def _strung(data: bytes) -> bytes:
    """The content without the marks of its chunks, where the signer wrote it in chunks (BER octet strings)."""
    return re.sub(rb"\x04\x82..", b"", data, flags=re.DOTALL)
