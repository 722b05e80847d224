"""The text of a PDF as WeasyPrint writes it: numbers of glyphs, and for each font what they stand for."""

import re
import zlib
from collections.abc import Iterator

STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
SHOWN = re.compile(rb"\[(.*?)\] *TJ", re.DOTALL)
GLYPHS = re.compile(rb"<([0-9a-f]+)>")
MAPPED = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]+)>\n")


def streams(pdf: bytes) -> Iterator[bytes]:
    for packed in STREAM.findall(pdf):
        try:
            yield zlib.decompress(packed)
        except zlib.error:
            yield packed


def text_of(pdf: bytes) -> str:
    """All that is shown, read once with each font: what is set in another one comes out as noise."""
    fonts: list[dict[bytes, str]] = []
    pages: list[bytes] = []
    for stream in streams(pdf):
        if b"begincmap" in stream:
            letters = MAPPED.findall(stream.partition(b"endcodespacerange")[2])
            fonts.append({glyph: bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in letters})
        elif shown := SHOWN.findall(stream):
            pages.append(b"".join(GLYPHS.findall(b"".join(shown))))
    return "\n".join(_read(page, font) for font in fonts for page in pages)


def _read(page: bytes, font: dict[bytes, str]) -> str:
    return "".join(font.get(page[at : at + 4], "") for at in range(0, len(page), 4))
