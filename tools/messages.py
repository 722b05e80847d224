"""Extracts the messages of code and templates into the .po catalogues, and compiles them.

    python tools/messages.py update        brings every catalogue up to date with the sources
    python tools/messages.py compile FILE  makes the .mo beside each .po
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "tequio"
KEYWORDS = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"]),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}
COMMENTS = ["Translators:"]


def catalogues() -> list[Path]:
    return sorted(SOURCES.glob("locale/*/LC_MESSAGES/django.po"))


def sources() -> Iterator[Path]:
    for path in sorted(SOURCES.rglob("*")):
        parts = path.relative_to(SOURCES).parts
        if path.suffix == ".py" and "migrations" not in parts:
            yield path
        elif path.suffix in {".html", ".txt"} and "templates" in parts:
            yield path


def as_python(path: Path) -> bytes:
    text = path.read_text()
    if path.suffix != ".py":
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    return text.encode()


def extract() -> Catalog:
    """Every message of the sources, with the files that it stands in."""
    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    found = Catalog(charset="utf-8", project="Tequio")
    for path in sources():
        code = BytesIO(as_python(path))
        for line, function, message, comments in extract_python(code, list(KEYWORDS), COMMENTS, {"encoding": "utf-8"}):
            texts, context = _parts(KEYWORDS[function or "_"], message)
            if texts:
                place = (str(path.relative_to(ROOT)), line)
                found.add(texts, locations=[place], auto_comments=comments, context=context)
    return found


def _parts(spec: tuple[object, ...] | None, message: object) -> tuple[str | tuple[str, str] | None, str | None]:
    """The text, or singular and plural, and the context of one call."""
    arguments = message if isinstance(message, tuple | list) else (message,)
    context, places = None, []
    for place in spec or (1,):
        if isinstance(place, tuple):
            context = arguments[place[0] - 1]
        else:
            places.append(arguments[int(str(place)) - 1])
    if not all(isinstance(text, str) and text for text in places):
        return None, None
    return (places[0] if len(places) == 1 else (places[0], places[1])), context


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def update(path: Path) -> tuple[int, int]:
    """Adds what is new, drops what is gone, keeps every translation; returns how many there are, and untranslated."""
    kept = read(path)
    kept.update(extract(), no_fuzzy_matching=True, update_creation_date=False)
    kept.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, kept, width=110, include_lineno=False, ignore_obsolete=True)
    return len(kept), sum(not _is_done(message.string) for message in kept if message.id)


def _is_done(string: str | tuple[str, ...] | list[str]) -> bool:
    return bool(string) if isinstance(string, str) else all(string)


def compile_catalogue(path: Path) -> None:
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, read(path))


def main(verb: str = "", *files: str) -> None:
    if verb == "compile":
        for file in files:
            compile_catalogue(Path(file))
    elif verb == "update":
        for path in catalogues():
            total, missing = update(path)
            print(f"{path.relative_to(ROOT)}: {total} messages, {missing} untranslated")
    else:
        sys.exit((__doc__ or "").strip())


if __name__ == "__main__":
    main(*sys.argv[1:])
