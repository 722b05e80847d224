"""Reads a set of the corpus and says what was lost, what leaks, and what was taken for something else."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tequio.inbound.reading.mail import Mail, Words
from tequio.inbound.reading.reader import read_mail
from tequio.inbound.reading.words import own_words

CORPUS = Path(__file__).parents[1] / "corpus"
TOKEN = "3v4w5x6c7d8f"
MESSAGE_ID = "letter3v4w5x@hub.example.org"
BOUNCE = "b.4x.3v4w5x6c7d"
TYPED = {
    "": TOKEN,
    "wrong": f"{TOKEN[:5]}e{TOKEN[6:]}",
    "missing": TOKEN[:5] + TOKEN[6:],
    "doubled": TOKEN[:6] + TOKEN[5:],
    "swapped": TOKEN[:5] + TOKEN[6] + TOKEN[5] + TOKEN[7:],
    "l": f"{TOKEN[:5]}l{TOKEN[6:]}",
    "upper": TOKEN.upper(),
}
MARKS = re.compile(r"^\s*(?:[-*•·]|\d+[.)])\s+")


@dataclass(frozen=True)
class Read:
    """A mail of the corpus, what it should be read as, and what it was read as."""

    name: str
    expected: dict[str, Any]
    mail: Mail
    words: Words

    @property
    def lost(self) -> list[str]:
        """The lines of the sender's own that are not kept."""
        kept = plain(self.words.own)
        return [line for line in self.expected["own"].splitlines() if plain(line) not in kept]

    @property
    def leaks(self) -> list[str]:
        """The lines that are kept and are nobody's own words."""
        mine = plain(" ".join([self.expected["own"], *self.expected.get("loose", [])]))
        return [line for line in self.words.own.splitlines() if plain(MARKS.sub("", line)) not in mine]


def plain(text: str) -> str:
    return " ".join(text.split())


def expectations(folder: str) -> dict[str, dict[str, Any]]:
    """What each mail of a set should be read as, by its name."""
    return tomllib.loads((CORPUS / folder / "expected.toml").read_text())


def read_set(folder: str) -> list[Read]:
    """Every mail of a set, read."""
    return [read(folder, name, row) for name, row in expectations(folder).items()]


def read(folder: str, name: str, row: dict[str, Any]) -> Read:
    mail = read_mail(filled((CORPUS / folder / f"{name}.eml").read_bytes(), row.get("typed", "")))
    return Read(name, row, mail, own_words(mail, sent(row.get("sent", ""))))


def filled(raw: bytes, typed: str = "") -> bytes:
    """A mail with the leg's address in it, as somebody `typed` it, the letter's id and its return path."""
    prefix = "R." if typed == "upper" else "r."
    puts = (("LEGADDRESS", prefix + TYPED[typed]), ("MESSAGEID", MESSAGE_ID), ("BOUNCEADDRESS", BOUNCE))
    for mark, put in puts:
        raw = raw.replace(mark.encode(), put.encode())
    return raw


def sent(language: str) -> str:
    """The letter as the hub keeps it to cut at: its text, and the lines that only its HTML has."""
    return (
        "\n".join(path.read_text() for path in sorted((CORPUS / "sent").glob(f"{language}.*")))
        if language
        else ""
    )
