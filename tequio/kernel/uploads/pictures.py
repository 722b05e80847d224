"""Pictures: decoded and drawn anew, upright, without place, camera, comment or thumbnail."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import Lock
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

from tequio.kernel.uploads.errors import Unfit

POINTS, SIDE = 40_000_000, 20_000
DRAWN: dict[str, dict[str, Any]] = {
    "PNG": {"optimize": False},
    "JPEG": {"quality": 88, "optimize": True},
    "WEBP": {"quality": 88, "method": 4},
}
PLAIN = {"PNG": ("1", "L", "I;16"), "JPEG": ("L",), "WEBP": ()}
_one_at_a_time = Lock()


def redrawn(content: bytes, form: str) -> bytes:
    """The picture drawn anew in the same form (PNG, JPEG or WEBP). One at a time: each takes memory by its points."""
    with _one_at_a_time, _whole():
        try:
            return _redraw(content, form)
        except Unfit:
            raise
        except Exception as error:  # whatever a decoder stumbles over in a made-up file
            raise Unfit(_("it cannot be read as a picture.")) from error


@contextmanager
def _whole() -> Iterator[None]:
    """Half a picture is refused here, although the library that makes the PDFs lets Pillow read one."""
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _redraw(content: bytes, form: str) -> bytes:
    with Image.open(BytesIO(content), formats=[form]) as image:
        width, height = image.size
        if width * height > POINTS or max(width, height) > SIDE:
            raise Unfit(_("the picture has too many points; make it smaller."))
        if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
            raise Unfit(_("it is a moving picture; send a still one."))
        image.load()
        plain = _plain(ImageOps.exif_transpose(image), form)
    drawn = BytesIO()
    plain.save(drawn, form, **DRAWN[form])
    return drawn.getvalue()


def _plain(image: Image.Image, form: str) -> Image.Image:
    """The points alone, in a way of colouring that the form has."""
    clear = image.has_transparency_data and form != "JPEG"
    if image.mode in PLAIN[form] and not clear:
        mode = image.mode
    elif image.mode in ("1", "L", "LA", "I", "F") and form == "JPEG":
        mode = "L"
    else:
        mode = "RGBA" if clear else "RGB"
    plain = image.copy() if image.mode == mode else image.convert(mode)
    plain.info = {}
    return plain
