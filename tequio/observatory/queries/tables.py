"""A release as a table: one figure a line, at each level, with the query that counts it."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

from tequio.circuit.models import AskKind
from tequio.network.models import Administration, Office
from tequio.observatory.models import Release
from tequio.observatory.queries import asked
from tequio.observatory.queries.levels import NOWHERE, offices_of, where
from tequio.observatory.queries.pulse import COUNTED, OWED, Counts, add

COLUMNS = (
    "level", "code", "kind", "administration", "figure", "value", "week", "as_of", "journal_entry", "query"
)  # fmt: skip
LEVELS = {
    "hub": "organisation__home",
    "country": "organisation__country",
    "state": "organisation__region",
    "office": "",
}
KEY, OF = 990000001, 990000002
Line = dict[str, Any]


def lines(release: Release) -> Iterator[Line]:
    """Every count that is not nought: of asks by kind, of what was promised by administration."""
    told = {"week": release.week, "as_of": release.as_of.isoformat(), "journal_entry": release.entry}
    offices, queries = offices_of(release), cache(lambda *key: _query(release, *key))
    kinds = {f"{kind.home_id}/{kind.slug}": kind.pk for kind in AskKind.objects.filter(home=release.hub_id)}
    governments: dict[str, int | None] = {each.code: each.pk for each in Administration.objects.all()}
    for part, names, of in (("ledger", COUNTED, kinds), ("owed", OWED, governments)):
        for (level, code, second), counts in _grouped(release, offices, part).items():
            column = "kind" if part == "ledger" else "administration"
            for name in (name for name in names if counts.get(name)):
                query = queries(part, level, name, code == NOWHERE, part == "owed" and not second)
                key = code.rpartition("/")[2] if level == "office" else code
                text = query.replace(f"'{KEY}'", f"'{key}'").replace(str(KEY), key)
                text = text.replace(str(OF), str(of.get(second)))
                figure = name if part == "ledger" else f"promised_{name}"
                yield {
                    "level": level, "code": code, column: second, "figure": figure, "value": counts[name],
                    **told, "query": text,
                }  # fmt: skip


def _grouped(release: Release, offices: dict[str, Office], part: str) -> dict[tuple[str, str, str], Counts]:
    """Counts by level, code of the level, and kind or administration."""
    found: dict[tuple[str, str, str], list[Counts]] = defaultdict(list)
    for row in release.figures[part]:
        country, region = where(offices[row[0]])
        codes = (release.hub_id, country, region, row[0])
        for level, code in zip(LEVELS, codes, strict=True):
            found[level, code, row[1]].append(row[-1])
    return {key: add(counts) for key, counts in sorted(found.items())}


def _query(release: Release, part: str, level: str, figure: str, nowhere: bool, without: bool) -> str:
    """The statement for a figure at a level, with marks where the code and the kind or administration come.

    `nowhere`: of offices whose country or state is not known; `without`: of those under no administration.
    """
    office = "owner" if part == "ledger" else "office"
    name = f"{office}__{LEVELS[level]}" if LEVELS[level] else office
    within: dict[str, Any] = {name: None if nowhere else KEY}
    if part == "ledger":
        return asked.sql(asked.of_legs(figure, release.as_of, kind=OF, **within))
    return asked.sql(
        asked.of_promised(figure, release.as_of, administration=None if without else OF, **within)
    )
