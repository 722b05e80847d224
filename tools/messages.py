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
from babel.messages.extract import extract as extract_messages
from babel.messages.frontend import parse_keywords
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "tequio"
KEYWORDS = parse_keywords(
    "_ gettext gettext_lazy gettext_noop ngettext:1,2 ngettext_lazy:1,2 pgettext:1c,2 pgettext_lazy:1c,2 "
    "npgettext:1c,2,3 npgettext_lazy:1c,2,3".split()
)
COMMENTS = ["Translators:"]


def catalogues() -> list[Path]:
    return [folder / "django.po" for folder in sorted(SOURCES.glob("locale/*/LC_MESSAGES"))]


def sources() -> Iterator[Path]:
    for path in sorted(SOURCES.rglob("*")):
        parts = path.relative_to(SOURCES).parts
        code = path.suffix == ".py" and "migrations" not in parts
        if code or (path.suffix in {".html", ".txt"} and "templates" in parts):
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
        for line, message, comments, context in extract_messages("python", code, KEYWORDS, COMMENTS):
            found.add(message, None, [(str(path.relative_to(ROOT)), line)], (), comments, context=context)
    return found


def read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale=path.parts[-3], project="Tequio", charset="utf-8")
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


def _is_done(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(string) if isinstance(string, str) else all(string or [""])


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
