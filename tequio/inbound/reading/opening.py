"""Signed mails are read as what is signed; nothing here checks the signature."""

import re
from email import message_from_bytes
from email.message import Message

BEGINS = re.compile(rb"(?:MIME-Version|Content-Type|Content-Transfer-Encoding):", re.IGNORECASE)
INSIDE = ("application/pkcs7-mime", "application/x-pkcs7-mime")


def opened(message: Message) -> Message:
    """The mail itself, or, when it is wrapped in an S/MIME signature (RFC 8551), the same mail unwrapped.

    What is encrypted stays a file.
    """
    if message.get_content_type() not in INSIDE or message.get_param("smime-type") == "enveloped-data":
        return message
    data = message.get_payload(decode=True)
    if not isinstance(data, bytes) or not (found := BEGINS.search(data)):
        return message
    inner = message_from_bytes(_strung(data[found.start() :]))
    for name, value in message.items():
        if not name.lower().startswith(("content-", "mime-")):
            inner[name] = value
    return inner


def _strung(data: bytes) -> bytes:
    """The content without the marks of its chunks, where the signer wrote it in chunks (BER octet strings)."""
    return re.sub(rb"\x04\x82..", b"", data, flags=re.DOTALL)
