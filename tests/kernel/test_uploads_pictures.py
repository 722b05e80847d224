"""Pictures are drawn anew: nothing stays of what a camera or a program wrote into them."""

from io import BytesIO
from typing import Any

import pytest
from django.utils import translation
from PIL import Image, ImageFile

from tequio.kernel.errors import Refused
from tequio.kernel.uploads.checking import checked
from tests.uploads import PLACE, described_png, photo, picture


@pytest.fixture(autouse=True)
def english(spoken: None) -> None:
    translation.activate("en")


def kept(content: bytes) -> bytes:
    return checked("foto", content).content


def opened(content: bytes) -> Any:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def reason(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        checked("foto.png", content)
    return str(refused.value)


def test_place_camera_comment_and_profile_are_gone() -> None:
    before, after = photo(), kept(photo())
    assert (PLACE.encode() in before, b"Camera of Marta" in before) == (True, True)
    assert (PLACE.encode() in after, b"Camera of Marta" in after) == (False, False)
    image = opened(after)
    assert (dict(image.getexif()), set(image.info) & {"exif", "icc_profile", "comment", "xmp"}) == ({}, set())


def test_the_words_in_a_png_are_gone() -> None:
    after = kept(described_png())
    assert (b"Marta" in after, PLACE.encode() in after, opened(after).info) == (False, False, {})


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_exif_and_xmp_are_gone_from_the_other_forms(form: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = PLACE
    saved: dict[str, Any] = {"exif": exif, **({"xmp": PLACE.encode()} if form == "WEBP" else {})}
    before = picture(form, **saved)
    assert PLACE.encode() in before
    assert PLACE.encode() not in kept(before)


def test_what_hangs_behind_the_picture_is_gone() -> None:
    for form in ("PNG", "JPEG", "WEBP"):
        assert b"PK\x03\x04<script>" not in kept(picture(form) + b"PK\x03\x04<script>")


def test_a_turned_photo_stands_upright() -> None:
    image = opened(kept(photo(orientation=6)))
    assert image.size == (20, 40)
    red, blue = image.getpixel((15, 5)), image.getpixel((5, 35))
    assert red[0] > 200 > red[2] and blue[2] > 200 > blue[0]
    assert opened(kept(photo(orientation=1))).size == (40, 20)


def coloured(mode: str) -> Image.Image:
    """A picture of two colours, half clear where the way of colouring has that."""
    if mode == "I;16":
        return Image.new(mode, (40, 20), 900)
    image = Image.new("RGBA", (40, 20), (255, 0, 0, 128))
    return image.convert(mode) if mode in ("RGBA", "LA") else image.convert("RGB").convert(mode)


@pytest.mark.parametrize(
    ("form", "mode", "expected"),
    [
        ("PNG", "P", "RGB"),
        ("PNG", "RGBA", "RGBA"),
        ("PNG", "LA", "RGBA"),
        ("PNG", "L", "L"),
        ("PNG", "1", "1"),
        ("PNG", "I;16", "I;16"),
        ("JPEG", "L", "L"),
        ("JPEG", "CMYK", "RGB"),
        ("WEBP", "RGBA", "RGBA"),
        ("WEBP", "RGB", "RGB"),
    ],
)
def test_every_way_of_colouring_is_kept_as_one_that_every_browser_shows(
    form: str, mode: str, expected: str
) -> None:
    out = BytesIO()
    coloured(mode).save(out, form)
    assert (opened(kept(out.getvalue())).mode, opened(kept(out.getvalue())).size) == (expected, (40, 20))


def test_a_hole_in_a_palette_stays_a_hole() -> None:
    image = Image.new("P", (2, 1), 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    out = BytesIO()
    image.save(out, "PNG", transparency=1)
    after = opened(kept(out.getvalue()))
    assert [after.getpixel((x, 0)) for x in (0, 1)] == [(255, 0, 0, 255), (0, 0, 255, 0)]


def test_a_picture_of_far_too_many_points_is_refused_before_it_is_drawn() -> None:
    for size in ((8_000, 5_001), (20_001, 1)):
        out = BytesIO()
        Image.new("1", size).save(out, "PNG")
        assert len(out.getvalue()) < 20_000
        assert reason(out.getvalue()) == "foto.png: the picture has too many points; make it smaller."


def test_a_bomb_is_refused() -> None:
    width, height = (60_000).to_bytes(4, "big"), (60_000).to_bytes(4, "big")
    content = bytearray(picture("PNG"))
    content[16:24] = width + height
    assert reason(bytes(content)) == "foto.png: it cannot be read as a picture."


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_a_moving_picture_is_refused(form: str) -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    out = BytesIO()
    frames[0].save(out, form, save_all=True, append_images=frames[1:], duration=100)
    assert reason(out.getvalue()) == "foto.png: it is a moving picture; send a still one."


def test_two_views_in_one_photo_are_one_photo() -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    out = BytesIO()
    frames[0].save(out, "MPO", save_all=True, append_images=frames[1:])
    after = opened(kept(out.getvalue()))
    assert (after.format, after.size, after.getpixel((4, 4))[0] > 200) == ("JPEG", (9, 9), True)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_half_a_picture_is_refused_whatever_other_libraries_allow(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    content = picture(form, size=(400, 300))
    assert reason(content[: len(content) // 2]) == "foto.png: it cannot be read as a picture."


@pytest.mark.parametrize("start", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x00\x00\x00\x00WEBP"])
def test_a_made_up_picture_is_refused(start: bytes) -> None:
    assert reason(start + b"<script>alert(1)</script>" * 9) == "foto.png: it cannot be read as a picture."
