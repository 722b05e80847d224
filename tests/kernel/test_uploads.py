"""What may be uploaded: told by the content alone, with the name and the reason when it may not."""

from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tequio.kernel.errors import Refused
from tequio.kernel.uploads.checking import ACCEPTED, Upload, checked, named, plain_name
from tests.uploads import PDF, WORD_TYPES, archive, docx, odt, picture

NOT_KNOWN = "it is none of these: PDF, PNG, JPEG, WebP, plain text, ODT, DOCX."
RUNS = "it holds macros or another program. Send it as PDF."
SCRIPT = "it holds HTML, SVG or a script. Send the words as plain text or as PDF."
DAMAGED = "it is damaged, or closed by a password. Send it as PDF."


@pytest.fixture(autouse=True)
def english(spoken: None) -> None:
    translation.activate("en")


def reason(content: bytes, name: str = "file.pdf", size: int | None = None) -> str:
    with pytest.raises(Refused) as refused:
        checked(name, content, size)
    assert refused.value.field == "attached"
    shown, _sep, why = str(refused.value).partition(": ")
    assert shown == name
    return why


# What is taken --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "media_type", "ending"),
    [
        (PDF, "application/pdf", "pdf"),
        (picture("PNG"), "image/png", "png"),
        (picture("JPEG"), "image/jpeg", "jpg"),
        (picture("WEBP"), "image/webp", "webp"),
        (odt(), "application/vnd.oasis.opendocument.text", "odt"),
        (docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
        ("Una charla, señora".encode(), "text/plain; charset=utf-8", "txt"),
    ],
)
def test_seven_kinds_are_taken_whatever_they_are_called(content: bytes, media_type: str, ending: str) -> None:
    taken = checked("plan.exe", content)
    assert (taken.name, taken.media_type) == (f"plan.exe.{ending}", media_type)
    assert checked(f"plan.{ending.upper()}", content).name == f"plan.{ending}"


def test_documents_are_kept_as_they_are() -> None:
    assert [checked("a", content).content for content in (PDF, odt(), docx())] == [PDF, odt(), docx()]


def test_the_digest_is_of_what_is_kept() -> None:
    assert Upload("a.txt", "text/plain", b"a").digest == (
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    )


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ("Niñas y niños\r\n\tcuarto B\n", "Niñas y niños\r\n\tcuarto B\n"),
        ("\ufeffcon marca", "con marca"),
        ("Gracias 👩\u200d🔬", "Gracias 👩\u200d🔬"),
        ("a < b, y 3 > 2; <3", "a < b, y 3 > 2; <3"),
    ],
)
def test_text_is_kept_as_utf_8(content: str, kept: str) -> None:
    assert checked("a.txt", content.encode()).content.decode() == kept


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le"])
def test_text_of_older_programs_is_understood(encoding: str) -> None:
    content = "Año nuevo".encode(encoding)
    if encoding == "utf-16-le":
        content = b"\xff\xfe" + content
    assert checked("a.txt", content).content.decode() == "Año nuevo"


# What is not ----------------------------------------------------------------------


def test_nothing_and_too_much_are_refused(settings: Any) -> None:
    settings.FILE_MEGABYTES = 1
    megabyte = 1024 * 1024
    assert reason(b"") == "it is empty."
    assert reason(b"a" * (megabyte + 1)) == "it is larger than 1 MB."
    assert reason(b"a", size=megabyte + 1) == "it is larger than 1 MB."
    assert checked("a.txt", b"a" * megabyte).media_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00\x03\x00\x00\x00",
        b"\x7fELF\x02\x01\x01\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00",
        b"GIF89a\x01\x00\x01\x00\x00",
        b"RIFF\x00\x00\x00\x00WAVEfmt \x00",
        b"\x00\x00\x00\x18ftypheic\x00",
        b"Rar!\x1a\x07\x00",
        b"text with a \x00 in it",
        archive({"run.exe": b"MZ"}),
        archive({"mimetype": "application/epub+zip"}, stored="mimetype"),
        archive({"[Content_Types].xml": WORD_TYPES, "xl/workbook.xml": "<x/>"}),
    ],
)
def test_what_is_none_of_these_is_refused(content: bytes) -> None:
    assert reason(content) == NOT_KNOWN


@pytest.mark.parametrize(
    "content",
    [
        "<!DOCTYPE html><p>Hola</p>",
        "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "Hola <script>alert(1)</script>",
        "  <?php echo 1;",
        "<?xml version='1.0'?><a/>",
        "#!/bin/sh\nrm -rf /",
        "@echo off\r\ndel *.*",
        "[un enlace](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "<IFRAME SRC=x>",
    ],
)
def test_text_that_runs_is_refused_under_any_name(content: str) -> None:
    assert reason(content.encode(), "carta.txt") == SCRIPT
    assert reason(("\ufeff" + content).encode(), "carta.txt") == SCRIPT


def test_half_a_pdf_is_refused() -> None:
    assert reason(PDF[:20]) == "it is not a whole PDF. Make it anew and send it again."


@pytest.mark.parametrize(
    "name",
    [
        "word/vbaProject.bin",
        "word/activeX/activeX1.xml",
        "word/embeddings/oleObject1.bin",
        "word/a.HTML",
        "a.js",
    ],
)
def test_documents_that_run_are_refused(name: str) -> None:
    assert reason(docx(**{name: "x"})) == RUNS
    assert reason(docx(WORD_TYPES.replace("document.main", "document.macroEnabled.main"))) == RUNS


@pytest.mark.parametrize("name", ["Basic/Standard/Module1.xml", "Scripts/python/a.py", "Pictures/a.svg"])
def test_so_are_those_of_the_other_program(name: str) -> None:
    assert reason(odt(**{name: "x"})) == RUNS


def test_damaged_archives_are_refused() -> None:
    closed = bytearray(docx())
    closed[6] |= 1
    closed[closed.rindex(b"PK\x01\x02") + 8] |= 1
    assert [
        reason(docx()[:-30]),
        reason(bytes(closed)),
        reason(odt(**{"../../etc/cron": "x"})),
        reason(archive({"mimetype": odt()[38:77], "content.xml": "x"}, stored="mimetype")),
        reason(docx("<Types/>")),
        reason(b"PK\x03\x04" + docx()),
    ] == [DAMAGED] * 6


def test_an_archive_that_unpacks_to_far_more_is_refused() -> None:
    assert reason(odt(**{"Pictures/zeros.png": bytes(101 * 1024 * 1024)})) == (
        "it unpacks to far more than a letter needs."
    )
    assert reason(odt(**{f"Pictures/{n}.png": b"" for n in range(2_000)})) == (
        "it unpacks to far more than a letter needs."
    )


def test_a_member_that_lies_about_its_size_fills_no_memory() -> None:
    types = WORD_TYPES + " " * (1024 * 1024)
    assert reason(docx(types)) == DAMAGED


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"%PDF-", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]),
)
def test_anything_at_all_is_taken_or_refused_in_words(content: bytes, start: bytes) -> None:
    with suppress(Refused):
        assert checked("a", start + content).content


# Names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\Users\\Marta\\plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("plan\u202efdp.exe", "planfdp.exe"),
        ('a\r\nSet-Cookie: b=1;".txt', 'a Set-Cookie: b=1;".txt'.replace(" ", "", 1)),
        ("  lista   de  alumnas .odt", "lista de alumnas .odt"),
        ("...", "file"),
        ("", "file"),
        ("/", "file"),
    ],
)
def test_a_name_is_plain(name: str, shown: str) -> None:
    assert plain_name(name) == shown


def test_a_long_name_keeps_its_end() -> None:
    assert (len(plain_name("x" * 300)), len(named("x" * 300, ("pdf",)))) == (100, 98)
    assert named("oficio.v2", ("pdf",)) == "oficio.v2.pdf"
    assert named("foto.JPEG", ("jpg", "jpeg")) == "foto.jpg"


def test_the_form_offers_what_is_taken() -> None:
    assert ACCEPTED == ".pdf,.png,.jpg,.jpeg,.webp,.odt,.docx,.txt"


def test_what_is_kept_of_a_picture_is_a_picture(tmp_path: Path) -> None:
    with Image.open(BytesIO(checked("a", picture("PNG")).content)) as image:
        assert (image.format, image.size) == ("PNG", (40, 20))
