"""The text of a pack's files: what a CSV or TOML file says, and on which line it says it."""

import csv
import io
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tequio.exchange.pack.tables import quote

HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]")
KEY = re.compile(r"""\s*(?:"([^"]+)"|([\w-]+))\s*[.=]""")
AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
TomlPath = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class PackError:
    """What is wrong, and where; `field` is "" when the whole line or file is meant."""

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        place = (f"{self.file}:{self.line}", quote(self.field)[1:-1], self.reason)
        return ": ".join(part for part in place if part)


class Unreadable(Exception):
    """The file cannot be read from this line on."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise Unreadable(1, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Unreadable(content.count(b"\n", 0, error.start) + 1, "is not UTF-8") from error
    if not text.strip():
        raise Unreadable(1, "the file is empty")
    return text


def csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows with the line on which each begins; empty lines are left out."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            if row:
                yield line, [cell.strip() for cell in row]
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(line, f"is not CSV: {error}") from error


@dataclass(frozen=True)
class Toml:
    content: dict[str, Any]
    lines: dict[TomlPath, int]

    def line(self, *path: str | int) -> int:
        """The line of a key such as ("kind", 0, "name"), or of the nearest table around it."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]


def _lines(text: str) -> dict[TomlPath, int]:
    found: dict[TomlPath, int] = {(): 1}
    table: TomlPath = ()
    items: Counter[TomlPath] = Counter()
    for number, line in enumerate(text.split("\n"), 1):
        if header := HEADER.match(line):
            table = ()
            *around, last = header[2].split(".")
            for part in around:
                table += (part,)
                table += (items[table] - 1,) if items[table] else ()
            table += (last,)
            found.setdefault(table, number)
            if header[1] == "[[":
                items[table] += 1
                table += (items[table] - 1,)
                found[table] = number
        elif key := KEY.match(line):
            found.setdefault((*table, key[1] or key[2]), number)
    return found


def toml(path: Path) -> Toml:
    text = _text(path)
    try:
        return Toml(tomllib.loads(text), _lines(text))
    except ValueError as error:
        at = AT_LINE.search(str(error))
        reason = AT_LINE.sub("", str(error)).removesuffix(" (at end of document)")
        raise Unreadable(int(at[1]) if at else text.count("\n") + 1, f"is not TOML: {reason}") from error
