"""PDF, ODT and DOCX: what must be in them, and what must not. Nothing is unpacked but a few small members."""

import re
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from tequio.kernel.uploads.errors import Unfit

MEMBERS, UNPACKED, SMALL = 2_000, 100 * 1024 * 1024, 1024 * 1024
ODT = b"application/vnd.oasis.opendocument.text"
WORD = b"wordprocessingml.document.main+xml"
CONTENT_TYPES = "[Content_Types].xml"
RUNS = re.compile(
    r"(?:^|/)(?:vbaProject\.bin|vbaData\.xml|activeX/|oleObject[^/]*\.bin|Basic/|Scripts/)"
    r"|\.(?:exe|dll|com|scr|msi|bat|cmd|ps1|js|jse|vbs|vbe|wsf|hta|jar|sh|py|php|html?|xhtml|svgz?|lnk|zip)$",
    re.IGNORECASE,
)


def pdf(content: bytes) -> bytes:
    """A PDF that is whole; it is kept as it is."""
    if b"%%EOF" not in content[-2048:]:
        raise Unfit(_("it is not a whole PDF. Make it anew and send it again."))
    return content


def kind_of_archive(content: bytes) -> str:
    """`odt` or `docx` by the members of a zip archive; "" for another one."""
    with _opened(content) as archive:
        names = set(archive.namelist())
        if "mimetype" in names:
            return "odt" if _small(archive, "mimetype").strip() == ODT else ""
        return "docx" if CONTENT_TYPES in names and "word/document.xml" in names else ""


def odt(content: bytes) -> bytes:
    with _opened(content) as archive:
        if not {"content.xml", "META-INF/manifest.xml"} <= set(archive.namelist()):
            raise _damaged()
        _refuse_what_runs(archive)
    return content


def docx(content: bytes) -> bytes:
    with _opened(content) as archive:
        types = _small(archive, CONTENT_TYPES)
        if b"macroEnabled" in types:
            raise _runs()
        if WORD not in types:
            raise _damaged()
        _refuse_what_runs(archive)
    return content


def _opened(content: bytes) -> ZipFile:
    """The archive, if it is one from its first byte on and unpacks to a sane size."""
    try:
        archive = ZipFile(BytesIO(content))
    except (BadZipFile, ValueError, NotImplementedError) as error:
        # No archive; offsets that lie outside of it; a version of the format that Python does not read.
        raise _damaged() from error
    members = archive.infolist()
    if not members or min(member.header_offset for member in members) != 0:
        raise _damaged()
    if len(members) > MEMBERS or sum(member.file_size for member in members) > UNPACKED:
        raise Unfit(_("it unpacks to far more than a letter needs."))
    if any(_astray(member) for member in members):
        raise _damaged()
    return archive


def _astray(member: ZipInfo) -> bool:
    """Hidden behind a password, or named so that it would land outside of the archive's own folder."""
    parts = member.filename.replace("\\", "/").split("/")
    return bool(member.flag_bits & 0x1) or member.filename.startswith(("/", "\\")) or ".." in parts


def _small(archive: ZipFile, name: str) -> bytes:
    """The content of a member that has to be small."""
    try:
        with archive.open(name) as member:
            found = member.read(SMALL + 1)
    except Exception as error:  # a damaged member, whatever the damage
        raise _damaged() from error
    if len(found) > SMALL:
        raise _damaged()
    return found


def _refuse_what_runs(archive: ZipFile) -> None:
    if any(RUNS.search(name) for name in archive.namelist()):
        raise _runs()


def _runs() -> Unfit:
    return Unfit(_("it holds macros or another program. Send it as PDF."))


def _damaged() -> Unfit:
    return Unfit(_("it is damaged, or closed by a password. Send it as PDF."))
