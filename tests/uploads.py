"""Files as people send them, and as nobody should: made in memory."""

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from tequio.kernel.uploads.checking import Upload, checked

PLACE = "16.8531N 96.7712W"
ODT_TYPE = "application/vnd.oasis.opendocument.text"
WORD_TYPES = (
    '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **saved: Any) -> bytes:
    """A picture whose upper left quarter is red, the rest blue, as far as its colours allow."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    out = BytesIO()
    image.convert(mode).save(out, form, **saved)
    return out.getvalue()


def photo(orientation: int = 6) -> bytes:
    """A photo as a telephone makes it: turned, with place, camera, comment and a profile of colours."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x010E] = orientation, "Camera of Marta", PLACE
    exif.get_ifd(0x8825)[1] = "N"
    return picture(exif=exif, comment=PLACE.encode(), icc_profile=b"profile " + PLACE.encode())


def described_png() -> bytes:
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "Marta Maestra")
    told.add_itxt("Comment", PLACE)
    return picture("PNG", pnginfo=told)


def archive(members: dict[str, bytes | str], *, stored: str = "") -> bytes:
    """A zip archive; the member named `stored` comes first and is not packed."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as made:
        for name in sorted(members, key=lambda name: name != stored):
            made.writestr(name, members[name], ZIP_STORED if name == stored else None)
    return out.getvalue()


def odt(**more: bytes | str) -> bytes:
    members: dict[str, bytes | str] = {
        "mimetype": ODT_TYPE,
        "content.xml": "<office/>",
        "META-INF/manifest.xml": "<x/>",
    }
    return archive({**members, **more}, stored="mimetype")


def docx(types: str = WORD_TYPES, **more: bytes | str) -> bytes:
    return archive({"[Content_Types].xml": types, "word/document.xml": "<w/>", **more})


def upload(name: str = "plan.txt", content: bytes = b"Un plan de la charla.") -> Upload:
    """A file that was checked, as the verbs take it."""
    return checked(name, content)


def sent(name: str = "plan.txt", content: bytes = b"Un plan de la charla.") -> SimpleUploadedFile:
    """A file as a form sends it."""
    return SimpleUploadedFile(name, content)
