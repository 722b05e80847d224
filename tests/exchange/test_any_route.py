"""Any table of steps: it is taken if and only if every ask finds its way through it to an end."""

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tequio.circuit.states import STATES
from tequio.exchange.pack.routes import does, faults_of
from tequio.exchange.pack.rows import Row

SLUGS = ["one", "two", "three", "four", "five"]
WORDS = ["asked", "at-desk", "at-desk", "question", "arranged", "done", "declined"]
Table = list[dict[str, Any]]


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """A few steps that lead to one another in any way; the first is where an ask may begin."""
    slugs = SLUGS[: draw(st.integers(1, len(SLUGS)))]
    words = [draw(st.sampled_from(["asked", "at-desk"])), *(draw(st.sampled_from(WORDS)) for _ in slugs[1:])]
    return [
        {
            "slug": slug,
            "does": word,
            "who": draw(st.sampled_from(["office", "member"])) if word == "at-desk" else "",
            "next": draw(st.lists(st.sampled_from(slugs), unique=True, max_size=3)),
            "for_kinds": [],
            "opinions": 0,
        }
        for slug, word in zip(slugs, words, strict=True)
    ]


GOOD = {
    "one": ("asked", "", ["two"]),
    "two": ("at-desk", "office", ["three", "four"]),
    "three": ("question", "", ["two", "five"]),
    "four": ("arranged", "", ["five"]),
    "five": ("done", "", []),
}


@st.composite
def nearly_sound(draw: st.DrawFn) -> Table:
    """A table that is sound, with the ways on from at most one step changed."""
    changed, ways = (
        draw(st.sampled_from(["", *SLUGS])),
        st.lists(st.sampled_from(SLUGS), unique=True, max_size=3),
    )
    return [
        {
            "slug": slug,
            "does": word,
            "who": who,
            "next": draw(ways) if slug == changed else ahead,
            "for_kinds": [],
            "opinions": 0,
        }
        for slug, (word, who, ahead) in GOOD.items()
    ]


any_table = st.one_of(tables(), nearly_sound())


def kind(table: Table) -> Row:
    rows = [Row("kinds.toml", line, values) for line, values in enumerate(table)]
    return Row("kinds.toml", 1, {"state": rows, "for_kinds": ["chapter"]})


def closure(table: Table) -> set[tuple[str, str]]:
    """Which step leads to which, by any way (Warshall)."""
    leads = {(row["slug"], each) for row in table for each in row["next"]}
    slugs = [row["slug"] for row in table]
    for by, start, end in product(slugs, slugs, slugs):
        if (start, by) in leads and (by, end) in leads:
            leads.add((start, end))
    return leads | {(slug, slug) for slug in slugs}


def sound(table: Table) -> bool:
    leads, rows = closure(table), {row["slug"]: row for row in table}
    first, ends = (
        table[0],
        [row["slug"] for row in table if row["does"] in STATES and not STATES[row["does"]].open],
    )
    begins = [rows[each] for each in first["next"]] if first["does"] == "asked" else [first]
    return (
        all((first["slug"], slug) in leads for slug in rows)
        and all(any((slug, end) in leads for end in ends) for slug in rows)
        and any(row["does"] == "at-desk" and row["who"] == "office" for row in begins)
        and [row["does"] for row in table].count("asked") == (first["does"] == "asked")
        and all(
            desk["slug"] in row["next"]
            for row in table
            if row["does"] == "question"
            for desk in table
            if desk["does"] == "at-desk" and row["slug"] in desk["next"]
        )
    )


@given(any_table)
def test_a_table_is_taken_if_and_only_if_every_ask_comes_to_an_end(table: Table) -> None:
    assert (list(faults_of(kind(table))) == []) is sound(table)


@given(any_table)
def test_every_fault_names_a_step_of_the_table(table: Table) -> None:
    for row, field, reason in faults_of(kind(table)):
        assert (row["slug"] in [each["slug"] for each in table], field in ("slug", "next"), bool(reason)) == (
            True,
            True,
            True,
        )


@given(any_table)
def test_a_step_does_what_it_says(table: Table) -> None:
    assert [does(row) for row in kind(table)["state"]] == [row["does"] for row in table]
