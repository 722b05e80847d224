"""Plain text: told apart from what a browser or a shell would run, and kept as UTF-8."""

import codecs
import re
import unicodedata

from django.utils.translation import gettext as _

from tequio.kernel.uploads.errors import Unfit

ENCODINGS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
RUNS = re.compile(
    r"\A\s*(?:#!|<\?|@echo\b)|<(?:!doctype|html|head|body|script|svg|iframe|object|embed|style|link|meta|img|form)"
    r"[\s>/]|\bjavascript:|\bon(?:load|error|click)\s*=",
    re.IGNORECASE,
)


def _decoded(content: bytes) -> str | None:
    """The text, if that is what it is: UTF-8, UTF-16 with its mark, or the older Western encoding."""
    marked = next((name for mark, name in ENCODINGS if content.startswith(mark)), None)
    for name in [marked] if marked else ["utf-8", "cp1252"]:
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if all(unicodedata.category(each) != "Cc" or each in "\t\n\r\f" for each in text):
            return text
    return None


def is_text(content: bytes) -> bool:
    return _decoded(content) is not None


def plain(content: bytes) -> bytes:
    """The text as UTF-8; refused when it holds what a browser or a shell would run."""
    text = _decoded(content) or ""
    if RUNS.search(text):
        raise Unfit(_("it holds HTML, SVG or a script. Send the words as plain text or as PDF."))
    return text.encode()
