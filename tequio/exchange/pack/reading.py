"""From the files of a pack to typed rows, collecting every error on the way. Reads no database."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from tequio.exchange.pack import cldr
from tequio.exchange.pack.routes import faults_of
from tequio.exchange.pack.rows import Row, Where
from tequio.exchange.pack.sources import PackError, Toml, Unreadable, csv_rows, toml
from tequio.exchange.pack.tables import KINDS, PACK, TABLES, Column, Columns, Table, quote

LOCAL = {"kind", "source"}
Faults = Iterator[tuple[str, str]]


class BadPack(Exception):
    """A pack that will not load; `errors` are all that were found, by file and line."""

    def __init__(self, errors: Iterable[PackError]) -> None:
        self.errors = sorted(set(errors))
        super().__init__("\n".join(map(str, self.errors)))


@dataclass
class Pack:
    """A pack as its files say. `rows`: by noun and key. `broken`: nouns of which some rows could not be read."""

    id: str
    version: str = ""
    home: str = ""
    coordination: Row | None = None
    requires: "list[Pack]" = field(default_factory=list)
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def __getitem__(self, noun: str) -> dict[str, Row]:
        return self.rows.get(noun, {})

    def around(self) -> "Iterator[Pack]":
        """The pack, then all that it requires."""
        yield self
        for pack in self.requires:
            yield from pack.around()

    def find(self, noun: str, key: str) -> Row | None:
        packs = [self] if noun in LOCAL else self.around()
        return next((pack[noun][key] for pack in packs if key in pack[noun]), None)

    def knows(self, noun: str, key: str) -> bool:
        """Whether the pack may refer to that row; yes when one cannot tell, so that one error is told once."""
        if noun == "country":
            return key in cldr.country_ids()
        return bool(self.find(noun, key)) or any(noun in pack.broken for pack in self.around())


def available(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in folder.glob("*/pack.toml"))


def read(folder: Path, name: str) -> list[Pack]:
    """The pack and all that it requires, in the order to load them. Raises BadPack with every error."""
    reading = _Reading(folder, name)
    reading.read()
    if reading.errors:
        raise BadPack(reading.errors)
    return list(reading.packs.values())


class _Reading:
    """Reads one pack; `within` is the pack that led here. Files of a required pack carry its name."""

    def __init__(self, folder: Path, name: str, within: "_Reading | None" = None) -> None:
        self.folder, self.path, self.pack = folder, folder / name, Pack(name)
        self.way: tuple[str, ...] = (*within.way, name) if within else (name,)
        self.packs: dict[str, Pack] = within.packs if within else {}
        self.errors: list[PackError] = within.errors if within else []
        self.prefix, self.where = f"{name}/" if within else "", Toml({}, {(): 1})

    def read(self) -> Pack:
        if (head := self.toml("pack.toml", PACK)) is None:
            self.pack.broken |= {"source", "kind", *(table.noun for table in TABLES)}
            return self.pack
        self.head(head)
        if (self.path / "kinds.toml").exists():
            kinds = self.toml("kinds.toml", KINDS)
            self.pack.broken |= set() if kinds else {"kind"}
            self.pack.rows["kind"] = _by("slug", kinds["kind"]) if kinds else {}
        for table in TABLES:
            self.table(table)
        for path in sorted((*self.path.glob("*.csv"), *self.path.glob("*.toml"))):
            if path.name not in ("pack.toml", "kinds.toml") and not any(path.match(t.files) for t in TABLES):
                self.error(path.name, 1, "", "is not a file of a pack")
        self.sources(head["lists"])
        self.check()
        self.packs[self.pack.id] = self.pack
        return self.pack

    def error(self, file: str, line: int, name: str, reason: str) -> None:
        self.errors.append(PackError(self.prefix + file, line, name, reason))

    def head_error(self, reason: str, *path: str) -> None:
        self.error("pack.toml", self.where.line(*path), path[-1], reason)

    def toml(self, file: str, columns: Columns) -> Row | None:
        try:
            given = toml(self.path / file)
        except Unreadable as error:
            self.error(file, error.line, "", error.reason)
            return None
        if file == "pack.toml":
            self.where = given
        return self.row(file, given.content, columns, given.line)

    def row(self, file: str, given: Mapping[str, Any], columns: Columns, where: Where) -> Row:
        """The typed values; one that is wrong or absent becomes its column's default."""
        before = len(self.errors)
        for name in given.keys() - columns.keys():
            self.error(file, where(name), name, "is not a key of this table")
        values = {name: column.default for name, column in columns.items()}
        for name, column in columns.items():
            value, at = given.get(name), partial(where, name)
            try:
                if value not in (None, "", [], {}):
                    parsed = column.parse(value) if column.inner is None else None
                    values[name] = self.inner(file, value, column, at) if column.inner else parsed
                elif column.required:
                    raise ValueError("is missing")
            except ValueError as error:
                self.error(file, at(), name, str(error))
        return Row(self.prefix + file, where(), values, len(self.errors) == before, where)

    def inner(self, file: str, value: Any, column: Column, where: Where) -> Row | list[Row]:
        columns = column.inner or {}
        if column.many and isinstance(value, list) and all(isinstance(item, dict) for item in value):
            key, places = next(iter(columns)), [partial(where, index) for index in range(len(value))]
            rows = [self.row(file, item, columns, at) for item, at in zip(value, places, strict=True)]
            rows = [replace(row, line=at(key)) for row, at in zip(rows, places, strict=True)]
            self.once(rows, key)
            return rows
        if not column.many and isinstance(value, dict):
            return self.row(file, value, columns, where)
        raise ValueError(f"is not a {'list of tables' if column.many else 'table'}")

    def once(self, rows: Iterable[Row], name: str) -> None:
        first: dict[Any, Row] = {}
        for row in rows:
            if row[name] and (other := first.setdefault(row[name], row)) is not row:
                self.errors.append(_again(row, name, other))

    def head(self, head: Row) -> None:
        pack = self.pack
        pack.version, pack.home, pack.coordination = head["version"], head["home"], head["coordination"]
        pack.rows["source"] = _by("id", head["source"])
        if head["id"] not in ("", pack.id):
            self.head_error(f"{quote(head['id'])} is not the name of its folder", "id")
        if pack.home and not pack.knows("country", pack.home):
            self.head_error(f"there is no country {quote(pack.home)}", "home")
        if head.sound and bool(pack.home) is not bool(pack.coordination):
            self.head_error("is missing" if pack.home else "is only for a pack with a home", "coordination")
        for name in head["requires"]:
            if name in self.way:
                circle = (*self.way[self.way.index(name) :], name)
                self.head_error(f"{' → '.join(circle)} is a cycle", "requires")
            elif name not in available(self.folder):
                self.head_error(f"there is no pack {quote(name)}", "requires")
            else:
                pack.requires.append(self.packs.get(name) or _Reading(self.folder, name, self).read())
                continue
            pack.requires.append(Pack(name, broken={table.noun for table in TABLES}))

    def table(self, table: Table) -> None:
        rows: list[Row] = []
        for path in sorted(self.path.glob(table.files)):
            try:
                rows += self.csv(table, path)
            except Unreadable as error:
                self.error(path.name, error.line, "", error.reason)
                self.pack.broken.add(table.noun)
        for name in (table.key, *(name for name, column in table.columns.items() if column.unique)):
            self.once(rows, name)
        self.pack.rows[table.noun] = _by(table.key, rows)

    def csv(self, table: Table, path: Path) -> Iterator[Row]:
        lines = csv_rows(path)
        line, header = next(lines)
        if table.national and not self.pack.home:
            raise Unreadable(line, "is only for a pack with a home")
        faults = {name: "is not a column of this file" for name in header if name not in table.columns}
        faults |= {name: "this column is missing" for name, column in table.columns.items()
                   if name not in header and not column.may_lack}  # fmt: skip
        faults |= {name: "this column is there twice" for name in header if header.count(name) > 1}
        for name, reason in faults.items():
            self.error(path.name, line, name, reason)
        self.pack.broken |= {table.noun} if faults else set()
        for line, cells in () if faults else lines:
            if len(cells) == len(header):
                row = dict(zip(header, cells, strict=True))
                yield self.row(path.name, row, table.columns, lambda *_, line=line: line)
            else:
                self.error(path.name, line, "", f"has {len(cells)} cells, the header has {len(header)}")
                self.pack.broken.add(table.noun)

    def sources(self, lists: Mapping[str, str]) -> None:
        """Gives each row its source: its own, else the one that pack.toml names for the file."""
        files = {path.name for path in self.path.iterdir()}
        for file, source in lists.items():
            if source not in self.pack["source"]:
                self.head_error(f"there is no source {quote(source)}", "lists", file)
                self.pack.broken.add("source")
            if file not in files:
                self.head_error("there is no such file", "lists", file)
        for table in TABLES:
            own = "source" in table.columns
            for path in self.path.glob(table.files):
                if path.name not in lists and not own:
                    self.head_error(f"names no source for {path.name}", "lists")
            for row in self.pack[table.noun].values():
                default = lists.get(row.file.removeprefix(self.prefix), "")
                row.values["source"] = row.values.get("source") or default
                if own and not row["source"]:
                    self.errors.append(row.error("source", "is missing, and [lists] names none for the file"))

    def check(self) -> None:
        """What only shows when all rows are known."""
        pack, seat = self.pack, self.pack.coordination
        if seat and seat["organisation"] and not pack.knows("organisation", seat["organisation"]):
            reason = f"there is no organisation {quote(seat['organisation'])}"
            self.head_error(reason, "coordination", "organisation")
        for kind in pack["kind"].values():
            self.errors += [row.error(name, reason) for row, name, reason in faults_of(kind)]
        for table in TABLES:
            for row in pack[table.noun].values():
                rule = RULES.get(table.noun) if row.sound else None
                faults = (*self.references(table, row), *(rule(pack, row) if rule else ()))
                self.errors += [row.error(name, reason) for name, reason in faults]
                for other in islice(pack.around(), 1, None):
                    if row[table.key] in other[table.noun]:
                        self.errors.append(_again(row, table.key, other[table.noun][row[table.key]]))
        self.errors += _cycles(pack["organisation"], "parent") + _cycles(pack["entry point"], "fallback")
        self.once(pack["entry point"].values(), "organisation")

    def references(self, table: Table, row: Row) -> Faults:
        for name, column in table.columns.items():
            given = row[name] if isinstance(row[name], list) else [row[name]]
            for key in filter(None, given if column.refers else []):
                if not any(self.pack.knows(noun, key) for noun in column.refers):
                    yield name, f"there is no {' or '.join(column.refers)} {quote(key)}"


def _by(name: str, rows: Iterable[Row]) -> dict[str, Row]:
    return {row[name]: row for row in rows if row[name]}


def _again(row: Row, name: str, other: Row) -> PackError:
    return row.error(name, f"{quote(row[name])} is already in {other.file}:{other.line}")


def _pair(row: Row) -> Faults:
    absent = [name for name in ("latitude", "longitude") if row[name] is None]
    if len(absent) == 1:
        yield absent[0], "is missing beside the other coordinate"


def _region(pack: Pack, row: Row) -> Faults:
    yield from _pair(row)
    if not row["id"].startswith(f"{pack.home}-"):
        yield "id", f"{quote(row['id'])} is not a region of {pack.home}"


def _administration(pack: Pack, row: Row) -> Faults:
    if row["last_day"] and row["last_day"] < row["first_day"]:
        yield "last_day", f"{row['last_day']} is before its first day, {row['first_day']}"


def _organisation(pack: Pack, row: Row) -> Faults:
    yield from _pair(row)
    if row["region"] and row["region"][:2] != row["country"]:
        yield "region", f"{quote(row['region'])} is not a region of {row['country'] or 'no country'}"
    if row["subdivision"] and row["subdivision"][:2] != row["country"]:
        yield "subdivision", f"{quote(row['subdivision'])} is not a part of {row['country'] or 'no country'}"
    if row["jurisdictions"] and row["kind"] != "post":
        yield "jurisdictions", "are only for a post"


def _entry_point(pack: Pack, row: Row) -> Faults:
    seat = pack.find("organisation", row["organisation"])
    for kind in filter(None, (pack.find("kind", slug) for slug in row["kinds"])):
        if seat and seat.sound and kind.sound and seat["kind"] not in kind["for_kinds"]:
            yield "kinds", f"{quote(kind['slug'])} is not for an organisation of kind {quote(seat['kind'])}"


RULES = {
    "region": _region,
    "administration": _administration,
    "organisation": _organisation,
    "entry point": _entry_point,
}


def _cycles(rows: Mapping[str, Row], name: str) -> list[PackError]:
    """Each circle of rows that lead to one another, told once, at the least of its keys."""
    found = []
    for start in rows:
        way = [start]
        while (key := rows[way[-1]][name]) in rows and key not in way:
            way.append(key)
        if key == start == min(way):
            found.append(rows[start].error(name, f"{' → '.join((*way, start))} is a cycle"))
    return found
