"""What the table of a kind's steps has to keep to, so that every ask finds its way through it to an end."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Count

from tequio.circuit.models import AskKind, Route
from tequio.circuit.states import STATES
from tequio.exchange.pack.rows import Row
from tequio.exchange.pack.tables import quote

Faults = Iterator[tuple[Row, str, str]]
ASKED, DESK = "asked", "at-desk"
WORDS = {ASKED, *STATES}


def does(row: Row) -> str:
    """What the hub does at a step: what the row says, else what its slug says."""
    return str(row["does"] or row["slug"])


def faults_of(kind: Row) -> Faults:
    """Everything that is wrong with the table of a kind whose values are sound, by row, field and reason."""
    rows: dict[str, Row] = {row["slug"]: row for row in kind["state"]}
    if not rows or not kind.sound:
        return
    wrong = [fault for row in rows.values() for fault in _row(kind, row, rows)]
    yield from wrong or (*_start(rows), *_ways(rows))


def _row(kind: Row, row: Row, rows: Mapping[str, Row]) -> Faults:
    slug, desk = row["slug"], does(row) == DESK
    if does(row) not in WORDS:
        yield row, "does", f"is missing: {quote(slug)} is not one of {', '.join(sorted(WORDS))}"
    if slug in WORDS and does(row) != slug:
        yield row, "does", f"{quote(slug)} is a word of the hub, so the step of that name does it"
    if row["who"] == "member" and not desk:
        yield row, "who", 'a member is asked only at a step that does "at-desk"'
    for name in ("for_kinds", "opinions"):
        if row[name] and (not desk or row["who"] == "member"):
            yield row, name, 'is only for a step that does "at-desk", with an office'
    for each in row["for_kinds"]:
        if each not in kind["for_kinds"]:
            yield row, "for_kinds", f"{quote(each)} is not among the for_kinds of the kind"
    for each in row["next"]:
        if each not in rows:
            yield row, "next", f"there is no step {quote(each)} in this table"


def _start(rows: Mapping[str, Row]) -> Faults:
    """An ask begins once, at the first row, and is brought to an office from there."""
    first, *others = rows.values()
    after = [rows[slug] for slug in first["next"]] if does(first) == ASKED else [first]
    if does(first) not in (ASKED, DESK):
        yield first, "slug", 'is where an ask begins, so it does "asked" or "at-desk"'
    elif not any(does(row) == DESK and row["who"] != "member" for row in after):
        yield first, "next", 'leads to no step that does "at-desk", with an office'
    for row in others:
        if does(row) == ASKED:
            yield row, "slug", f"is a second start: an ask begins at {quote(first['slug'])}"


def _ways(rows: Mapping[str, Row]) -> Faults:
    start = next(iter(rows))
    ahead = {slug: row["next"] for slug, row in rows.items()}
    reached = _reach([start], ahead)
    behind: dict[str, list[str]] = {slug: [] for slug in rows}
    for slug, following in ahead.items():
        for each in following:
            behind[each].append(slug)
    ends = [slug for slug, row in rows.items() if (word := does(row)) in STATES and not STATES[word].open]
    ending = _reach(ends, behind)
    for slug, row in rows.items():
        if slug not in reached:
            yield row, "slug", f"{quote(slug)} cannot be reached from {quote(start)}"
        elif slug not in ending:
            yield row, "next", f"{quote(slug)} leads to no end"
        if does(row) == "question":
            for desk in behind[slug]:
                if does(rows[desk]) == DESK and desk not in ahead[slug]:
                    yield row, "next", f"does not lead back to {quote(desk)}, where the reply goes"


def _reach(start: Iterable[str], ahead: Mapping[str, list[str]]) -> set[str]:
    found, todo = set(start), list(start)
    while todo:
        for each in ahead[todo.pop()]:
            if each not in found:
                found.add(each)
                todo.append(each)
    return found


def renamed(rows: Mapping[str, Row], kinds: Iterable[AskKind]) -> Faults:
    """Steps of an earlier version that the table no longer has: a slug is never renamed nor taken out."""
    versions = Route.objects.filter(kind__in=kinds).select_related("kind").annotate(n=Count("cases"))
    gone: dict[tuple[str, str], Any] = {}
    for route in versions.order_by("kind", "version"):
        kept = {row["slug"] for row in rows[route.kind.slug]["state"]}
        for step in route.steps:
            if step["slug"] not in kept:
                gone[route.kind.slug, step["slug"]] = route
    for (kind, slug), route in gone.items():
        yield (
            rows[kind],
            "state",
            (
                f"has no step {quote(slug)}, as version {route.version} has, on which {route.n} cases began: "
                "a step is never renamed nor taken out"
            ),
        )
