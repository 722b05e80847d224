"""What may be uploaded. A file is told by what is in it, never by its name, and is taken as it is kept: pictures
drawn anew, without what a camera or a program has written into them.
"""

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise as Text
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tequio.kernel.errors import Refused
from tequio.kernel.uploads import documents, pictures, texts
from tequio.kernel.uploads.errors import Unfit

FIELD = "attached"
NAME = 100
MEGABYTE = 1024 * 1024
UNKNOWN = gettext_lazy("it is none of these: PDF, PNG, JPEG, WebP, plain text, ODT, DOCX.")


@dataclass(frozen=True)
class Kind:
    """`look` takes the content and returns it as it is kept; it raises Unfit with the reason."""

    media_type: str
    endings: tuple[str, ...]
    look: Callable[[bytes], bytes]


KINDS = {
    "pdf": Kind("application/pdf", ("pdf",), documents.pdf),
    "png": Kind("image/png", ("png",), lambda content: pictures.redrawn(content, "PNG")),
    "jpeg": Kind("image/jpeg", ("jpg", "jpeg"), lambda content: pictures.redrawn(content, "JPEG")),
    "webp": Kind("image/webp", ("webp",), lambda content: pictures.redrawn(content, "WEBP")),
    "odt": Kind("application/vnd.oasis.opendocument.text", ("odt",), documents.odt),
    "docx": Kind(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",), documents.docx
    ),
    "text": Kind("text/plain; charset=utf-8", ("txt",), texts.plain),
}
ACCEPTED = ",".join(f".{ending}" for kind in KINDS.values() for ending in kind.endings)


@dataclass(frozen=True)
class Upload:
    """A file that was checked: its name with the ending of its kind, and its content as it is kept."""

    name: str
    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def most_bytes() -> int:
    return settings.FILE_MEGABYTES * MEGABYTE


def most_in_pieces() -> int:
    """How many bytes a file may have that was too large for a mail."""
    return settings.LARGE_FILE_MEGABYTES * MEGABYTE


def checked(name: str, content: bytes, size: int | None = None, *, most: int | None = None) -> Upload:
    """The file as it may be kept; Refused, with its name and the reason, when it may not. `size`: how large it was,
    where not all of it was taken in; `most`: how many bytes it may have, where that is not `most_bytes`.
    """
    try:
        kind, clean = _look(content, len(content) if size is None else size, most or most_bytes())
    except Unfit as unfit:
        raise Refused(f"{plain_name(name)}: {unfit}", FIELD) from unfit
    return Upload(named(name, kind.endings), kind.media_type, clean)


def refuse_size(name: str, size: int, most: int) -> None:
    """Refuses a file of this many bytes before any of them has come."""
    try:
        _look_at_size(size, most)
    except Unfit as unfit:
        raise Refused(f"{plain_name(name)}: {unfit}", FIELD) from unfit


def _look_at_size(size: int, most: int) -> None:
    if not size:
        raise Unfit(_("it is empty."))
    if size > most:
        raise Unfit(_("it is larger than %(n)d MB.") % {"n": most // MEGABYTE})


def _look(content: bytes, size: int, most: int) -> tuple[Kind, bytes]:
    _look_at_size(size, most)
    kind = KINDS[_kind_of(content)]
    clean = kind.look(content)
    _look_at_size(-(-len(clean) // 2), most)
    return kind, clean


def _kind_of(content: bytes) -> str:
    """By the first bytes; a zip archive by its members."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content.startswith(b"PK\x03\x04"):
        return documents.kind_of_archive(content) or _unknown()
    return "text" if texts.is_text(content) else _unknown()


def _unknown() -> str:
    raise Unfit(UNKNOWN)


def plain_name(name: str) -> str:
    """The last part of a name, without anything that a page or a header would not show as it is."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in last if c.isprintable() and not unicodedata.category(c).startswith("C"))
    return " ".join(shown.split()).strip(" .")[-NAME:] or str(NAMELESS)


NAMELESS: Text = gettext_lazy("file")


def named(name: str, endings: tuple[str, ...]) -> str:
    """The name with the first of these endings, whatever it ended in before."""
    shown = plain_name(name)
    stem, _dot, ending = shown.rpartition(".")
    if stem and ending.lower() in endings:
        shown = stem
    return f"{shown[: NAME - 6]}.{endings[0]}"
