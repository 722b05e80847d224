"""The files of a country pack as tables: each column's parser, whether it is required, what it refers to.

A parser takes a cell of a CSV file or a value of a TOML file and gives the typed value; it raises ValueError
with the reason in words.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import pycountry
from django.conf import settings

from tequio.circuit.states import STATES, Need, Place
from tequio.network.models import Kind

Parser = Callable[[Any], Any]
LANGUAGES = [code for code, _ in settings.LANGUAGES]
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
zones = cache(available_timezones)


@cache
def subdivisions() -> frozenset[str]:
    """The codes of ISO 3166-2."""
    return frozenset(each.code for each in pycountry.subdivisions)


def quote(value: Any) -> str:
    said = json.dumps(value, ensure_ascii=False, default=str)
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in said)
    return shown if len(shown) <= 80 else f"{shown[:79]}…"


def text(limit: int = 300, pattern: str = "", what: str = "") -> Parser:
    def parse(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"{quote(value)} is not a text")
        if not value.strip():
            raise ValueError("is empty")
        if CONTROL.search(value):
            raise ValueError("holds a control character")
        if len(value) > limit:
            raise ValueError(f"is longer than {limit} characters")
        if pattern and not re.fullmatch(pattern, value):
            raise ValueError(f"{quote(value)} is not {what}")
        return value.strip()

    return parse


words = text()


def slug(limit: int) -> Parser:
    return text(limit, r"[a-z0-9]+(-[a-z0-9]+)*", "an id of small letters, digits and hyphens")


def one_of(choices: Iterable[str]) -> Parser:
    allowed = list(choices)

    def parse(value: Any) -> Any:
        if value not in allowed:
            raise ValueError(f"{quote(value)} is not one of {', '.join(allowed)}")
        return value

    return parse


def whole(low: int, high: int) -> Parser:
    def parse(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"{quote(value)} is not a whole number from {low} to {high}")
        return value

    return parse


def yes_or_no(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError(f"{quote(value)} is not true or false")
    return value


def degrees(limit: int) -> Parser:
    def parse(value: str) -> float:
        if not re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,12})?", value) or abs(float(value)) > limit:
            raise ValueError(f"{quote(value)} is not a number of degrees from -{limit} to {limit}")
        return float(value)

    return parse


def zone(value: Any) -> Any:
    if value not in zones():
        raise ValueError(f"{quote(value)} is not a time zone of the IANA database")
    return value


def subdivision(value: Any) -> Any:
    if value not in subdivisions():
        raise ValueError(f"{quote(value)} is not a code of ISO 3166-2 such as US-MA")
    return value


def day(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(f"{quote(value)} is not a date such as 2026-11-23")
    return value


def day_cell(value: str) -> date:
    """A day of a CSV file."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{quote(value)} is not a date such as 2026-11-23") from None


def texts(value: Any) -> dict[str, str]:
    """One text in every language of the hub."""
    if not isinstance(value, dict):
        raise ValueError(f"{quote(value)} is not a text in {', '.join(LANGUAGES)}")
    for code in value.keys() - set(LANGUAGES):
        raise ValueError(f"{quote(code)} is not a language of this hub")
    for code in LANGUAGES:
        if not value.get(code):
            raise ValueError(f"has no text in {quote(code)}")
    return {code: text(600)(value[code]) for code in LANGUAGES}


def array(item: Parser) -> Parser:
    def parse(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValueError(f"{quote(value)} is not a list")
        return list(dict.fromkeys(map(item, value)))

    return parse


def cells(item: Parser) -> Parser:
    """A CSV cell of several values separated by `|`."""
    return lambda value: array(item)([part.strip() for part in value.split("|")])


def mapping(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError(f"{quote(value)} is not a table")
    return {key: text(80)(item) for key, item in value.items()}


@dataclass(frozen=True)
class Column:
    """`refers`: nouns of the tables in which each value must be found. `inner`: the columns of the table, or
    with `many` of the list of tables (their first column is unique), that is the value. `may_lack`: a file may do
    without the column.
    """

    parse: Parser = words
    required: bool = True
    default: Any = ""
    refers: tuple[str, ...] = ()
    unique: bool = False
    inner: "Mapping[str, Column] | None" = None
    many: bool = False
    may_lack: bool = False


Columns = Mapping[str, Column]


def optional(parse: Parser, default: Any = "", refers: tuple[str, ...] = (), unique: bool = False) -> Column:
    return Column(parse, False, default, refers, unique)


def translated(name: str, required: bool = True) -> Columns:
    return {f"{name}_{code}": Column(required=required) for code in LANGUAGES}


def one(noun: str, required: bool = True) -> Column:
    return Column(text(120), required, refers=(noun,))


def several(*nouns: str, required: bool = False) -> Column:
    return Column(cells(text(120)), required, [], nouns)


WORD = r"[A-Za-z0-9-]+"
REGISTER_ID = "an id of letters, digits and hyphens"
WEB = optional(text(500, r"https?://\S+", "a web address"))
REASON: Columns = {"code": Column(slug(40)), "text": Column(texts)}
STATE: Columns = {
    "slug": Column(slug(40)),
    "does": optional(one_of(["asked", *STATES])),
    "label": Column(texts),
    "who": optional(one_of(["asker", "office", "both", "member"])),
    "days": optional(whole(0, 90), 0),
    "next": optional(array(slug(40)), []),
    "asks": optional(texts, {}),
    "for_kinds": optional(array(one_of(Kind.values)), []),
    "opinions": optional(whole(0, 2), 0),
}
KINDS: Columns = {
    "kind": Column(
        inner={
            "slug": Column(slug(60)),
            **{name: Column(texts) for name in ("name", "lead", "who", "prompt", "done_label")},
            "place": Column(one_of(Place.values)),
            "topic": Column(one_of(Need.values)),
            "topic_level": optional(one_of(["field", "subfield"]), "field"),
            "for_kinds": Column(array(one_of(Kind.values))),
            "asker_days": optional(whole(1, 90), 7),
            "in_kind": optional(yes_or_no, False),
            "decline": Column(required=False, default=[], inner=REASON, many=True),
            "pass_on": Column(required=False, default=[], inner=REASON, many=True),
            "state": Column(required=False, default=[], inner=STATE, many=True),
        },
        many=True,
    )
}
PACK: Columns = {
    "id": Column(slug(20)),
    "version": Column(text(40)),
    "requires": optional(array(slug(20)), []),
    "home": optional(text(2)),
    "coordination": Column(
        required=False,
        default=None,
        inner={"organisation": one("organisation"), "days": Column(whole(1, 90))},
    ),
    "source": Column(
        required=False,
        default=[],
        many=True,
        inner={
            "id": Column(slug(59)),
            "title": Column(texts),
            "url": WEB,
            "licence": Column(text(120)),
            "as_of": Column(day),
            "attribution": optional(text(500)),
        },
    ),
    "lists": optional(mapping, {}),
}


@dataclass(frozen=True)
class Table:
    """A kind of CSV file. Its first column is the key; `files` are the names it may have; `national`: only a
    pack with a home may have it."""

    noun: str
    files: str
    columns: Columns
    national: bool = True

    @property
    def key(self) -> str:
        return next(iter(self.columns))


TABLES = [
    Table("field", "fields.csv", {
        "id": Column(text(12, WORD, REGISTER_ID)), **translated("name"), **translated("domain"),
    }, national=False),
    Table("subfield", "subfields.csv", {
        "id": Column(text(100, WORD, REGISTER_ID)), "field": one("field"), **translated("name"),
    }, national=False),
    Table("topic", "topics.csv", {
        "id": Column(text(12, WORD, REGISTER_ID)),
        "subfield": one("subfield"),
        "name": Column(text(200)),
        "matchable": Column(one_of("10")),
    }, national=False),
    Table("region", "regions.csv", {
        "id": Column(text(6, r"[A-Z]{2}-[A-Z0-9]{1,3}", "a code of ISO 3166-2 such as MX-OAX")),
        **translated("name"),
        "zone": Column(zone),
        "latitude": optional(degrees(90), None),
        "longitude": optional(degrees(180), None),
        "official_code": optional(text(8)),
    }),
    Table("administration", "administrations.csv", {
        "id": Column(slug(60)),
        **translated("name"),
        "first_day": Column(day_cell),
        "last_day": optional(day_cell, None),
    }),
    Table("organisation", "organisations*.csv", {
        "slug": Column(slug(120)),
        "kind": Column(one_of(Kind.values)),
        "name": Column(),
        **translated("name", required=False),
        "acronym": optional(text(60)),
        "aliases": optional(cells(text()), []),
        "country": one("country", required=False),
        "region": one("region", required=False),
        "city": optional(text(120)),
        "latitude": optional(degrees(90), None),
        "longitude": optional(degrees(180), None),
        "zone": Column(zone),
        "subdivision": Column(subdivision, required=False, may_lack=True),
        "website": WEB,
        "parent": one("organisation", required=False),
        "jurisdictions": several("country"),
        "ror": optional(text(120, r"0[a-z0-9]{6}[0-9]{2}", "an id of ROR such as 01tmp8f25"), unique=True),
        "wikidata": optional(text(120, r"Q[1-9][0-9]*", "an id of Wikidata such as Q222738"), unique=True),
        "cct": optional(text(120, r"[0-9]{2}[A-Z]{3}[0-9]{4}[A-Z]", "a CCT such as 20DPT0001A"), unique=True),
        "address": optional(text()),
        "source": one("source", required=False),
    }),
    Table("entry point", "entry_points.csv", {
        "id": Column(slug(120)),
        "organisation": one("organisation"),
        "kinds": several("kind", required=True),
        "fields": several("field"),
        "subfields": several("subfield"),
        "territories": several("region", "country"),
        "fallback": one("entry point", required=False),
        "source": one("source", required=False),
    }),
]  # fmt: skip
SCHEMES = ("ror", "wikidata", "cct")
