"""The table of a kind's steps: what it may say, and how it grows from version to version."""

from pathlib import Path
from typing import Any

import pytest

from tequio.circuit.models import AskKind, Case, Route
from tequio.exchange.pack.reading import BadPack, read
from tequio.exchange.pack.saving import load
from tequio.exchange.pack.sources import PackError
from tests.exchange.packs import KINDS, counts, dump, spoil

HEAD = """[[kind]]
slug = "talk"
name = {es = "Una charla", en = "A talk"}
lead = {es = "Alguien habla.", en = "Somebody talks."}
who = {es = "docentes", en = "teachers"}
place = "none"
topic = "none"
prompt = {es = "¿Para quién?", en = "For whom?"}
for_kinds = ["chapter", "university"]
done_label = {es = "¿Se dio?", en = "Did it take place?"}
"""
COUNTERPART = """
[[kind]]
slug = "counterpart"
name = {es = "Una contraparte", en = "A counterpart"}
lead = {es = "Alguien contesta.", en = "Somebody answers."}
who = {es = "científicas", en = "scientists"}
place = "none"
topic = "none"
prompt = {es = "¿Qué tema?", en = "Which topic?"}
for_kinds = ["university"]
done_label = {es = "¿La halló?", en = "Did you find one?"}
"""
Step = dict[str, Any]
RICH: list[Step] = [
    {"slug": "asked", "who": "asker", "next": ["first", "withdrawn"]},
    {
        "slug": "first",
        "does": "at-desk",
        "who": "office",
        "days": 4,
        "next": ["question", "second", "with-member", "declined"],
        "for_kinds": ["chapter"],
    },
    {
        "slug": "with-member",
        "does": "at-desk",
        "who": "member",
        "days": 3,
        "next": ["question", "arranged", "declined"],
    },
    {
        "slug": "second",
        "does": "at-desk",
        "who": "office",
        "next": ["question", "arranged", "declined"],
        "for_kinds": ["university"],
        "opinions": 2,
    },
    {
        "slug": "question",
        "who": "asker",
        "days": 3,
        "next": ["first", "second", "with-member", "withdrawn"],
    },
    {"slug": "arranged", "who": "both", "next": ["done"]},
    {"slug": "done", "next": []},
    {"slug": "declined", "next": []},
    {"slug": "withdrawn", "next": []},
]


def table(steps: list[Step]) -> str:
    """The table as TOML: each step is its header, its slug, its label, what it asks for, then its own fields."""
    text = ""
    for step in steps:
        label = f'{{es = "{step["slug"]}", en = "{step["slug"]}"}}'
        own = "".join(f"{name} = {_toml(value)}\n" for name, value in step.items() if name != "slug")
        text += f'[[kind.state]]\nslug = "{step["slug"]}"\nlabel = {label}\n{own}'
    return text


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_toml(each)}" for name, each in value.items()) + "}"
    return str(value).lower() if isinstance(value, bool | int) else f'"{value}"'


def write(folder: Path, steps: list[Step]) -> str:
    """Puts the table into the pack; returns the text of the file."""
    text = HEAD + table(steps) + COUNTERPART
    spoil(folder, KINDS, "", text)
    return text


def but(slug: str, **changes: Any) -> list[Step]:
    """The rich table with these fields of one step changed; None takes the field out."""
    steps = [{**step, **changes} if step["slug"] == slug else step for step in RICH]
    return [{name: value for name, value in step.items() if value is not None} for step in steps]


def without(*slugs: str) -> list[Step]:
    return [
        {**step, "next": [each for each in step["next"] if each not in slugs]}
        for step in RICH
        if step["slug"] not in slugs
    ]


def line_of(text: str, slug: str, field: str) -> int:
    """The line of a field of a step, else of its header."""
    lines = text.splitlines()
    header = lines.index(f'slug = "{slug}"')
    end = next((n for n in range(header, len(lines)) if lines[n] == "[[kind.state]]"), len(lines))
    found = (n for n in range(header, end) if lines[n].startswith(f"{field} = "))
    return next(found, header - 1) + 1


MEMBER = 'a member is asked only at a step that does "at-desk"'
DESK_ONLY = 'is only for a step that does "at-desk", with an office'
BAD: dict[str, tuple[list[Step], list[tuple[str, str, str]]]] = {
    "a step of the pack's own that does nothing": (but("first", does=None, for_kinds=[]), [(
        "first", "does",
        'is missing: "first" is not one of answered, arranged, asked, at-desk, declined, done, merged, no-reply, '
        "not-done, question, unconfirmed, withdrawn",
    )]),
    "a step that does what there is not": (but("first", does="desk"), [(
        "first", "does",
        '"desk" is not one of asked, at-desk, question, arranged, answered, done, not-done, unconfirmed, declined, '
        "withdrawn, no-reply, merged",
    )]),
    "a word of the hub that does something else": (but("done", does="declined"), [
        ("done", "does", '"done" is a word of the hub, so the step of that name does it'),
    ]),
    "a way to a step that is not there": (but("arranged", next=["done", "thanked"]), [
        ("arranged", "next", 'there is no step "thanked" in this table'),
    ]),
    "a member where the asker is asked": (but("question", who="member"), [("question", "who", MEMBER)]),
    "opinions where no office has it": (but("arranged", opinions=1), [("arranged", "opinions", DESK_ONLY)]),
    "organisations where a member has it": (but("with-member", for_kinds=["chapter"]), [
        ("with-member", "for_kinds", DESK_ONLY),
    ]),
    "an organisation that the kind is not for": (but("second", for_kinds=["post"]), [
        ("second", "for_kinds", '"post" is not among the for_kinds of the kind'),
    ]),
    "more opinions than two": (but("second", opinions=3), [
        ("second", "opinions", "3 is not a whole number from 0 to 2"),
    ]),
    "a text of a step in one language": (but("question", asks={"es": "¿Qué falta?"}), [
        ("question", "asks", 'has no text in "en"'),
    ]),
    "a beginning without an office": (but("asked", next=["withdrawn", "question"]), [
        ("asked", "next", 'leads to no step that does "at-desk", with an office'),
    ]),
    "a beginning that is an end": (RICH[-1:], [
        ("withdrawn", "slug", 'is where an ask begins, so it does "asked" or "at-desk"'),
    ]),
    "two starts": (
        [*but("first", next=["question", "second", "with-member", "declined", "again"]),
         {"slug": "again", "does": "asked", "next": ["first"]}],
        [("again", "slug", 'is a second start: an ask begins at "asked"')],
    ),
    "a step that nothing leads to": ([*RICH, {"slug": "not-done", "next": []}], [
        ("not-done", "slug", '"not-done" cannot be reached from "asked"'),
    ]),
    "steps that only lead to one another": (
        [*RICH, {"slug": "here", "does": "arranged", "next": ["there"]},
         {"slug": "there", "does": "arranged", "next": ["here", "done"]}],
        [("here", "slug", '"here" cannot be reached from "asked"'),
         ("there", "slug", '"there" cannot be reached from "asked"')],
    ),
    "a step without an end": (but("arranged", next=["first"]), [
        ("done", "slug", '"done" cannot be reached from "asked"'),
    ]),
    "steps that lead to no end": (
        [*but("arranged", next=["done", "here"]), {"slug": "here", "does": "arranged", "next": ["there"]},
         {"slug": "there", "does": "arranged", "next": ["here"]}],
        [("here", "next", '"here" leads to no end'), ("there", "next", '"there" leads to no end')],
    ),
    "a question whose reply goes nowhere": (but("question", next=["first", "second", "withdrawn"]), [
        ("question", "next", 'does not lead back to "with-member", where the reply goes'),
    ]),
    "a step twice": ([*RICH, {"slug": "done", "next": []}], []),
}  # fmt: skip


@pytest.mark.parametrize(("steps", "errors"), BAD.values(), ids=BAD)
def test_a_bad_table_is_refused_with_the_place_and_the_reason(
    packs: Path, db: None, steps: list[Step], errors: list[tuple[str, str, str]]
) -> None:
    text = write(packs, steps)
    with pytest.raises(BadPack) as bad:
        load(packs, "mx")
    expected = [
        PackError("kinds.toml", line_of(text, slug, field), field, reason) for slug, field, reason in errors
    ]
    if not errors:
        lines = [number for number, line in enumerate(text.splitlines(), 1) if line == 'slug = "done"']
        expected = [PackError("kinds.toml", lines[1], "slug", f'"done" is already in kinds.toml:{lines[0]}')]
    assert bad.value.errors == sorted(expected)
    assert (AskKind.objects.count(), Route.objects.count()) == (0, 0)


def test_a_rich_table_is_kept_as_it_is_written(packs: Path, db: None) -> None:
    write(packs, [*but("question", asks={"es": "¿Qué falta?", "en": "What is missing?"})])
    load(packs, "mx")
    route = Route.objects.get(kind__slug="talk")
    assert (route.version, [row["slug"] for row in route.steps]) == (1, [step["slug"] for step in RICH])
    assert route.step("second") == {
        "slug": "second",
        "does": "at-desk",
        "label": {"es": "second", "en": "second"},
        "who": "office",
        "days": 0,
        "next": ["question", "arranged", "declined"],
        "asks": {},
        "for_kinds": ["university"],
        "opinions": 2,
    }
    question, arranged = route.step("question"), route.step("arranged")
    assert question and arranged
    assert (question["does"], question["asks"]["en"]) == ("question", "What is missing?")
    assert (arranged["does"], arranged["asks"], arranged["days"]) == ("arranged", {}, 0)


def test_the_same_table_again_is_no_new_version(packs: Path, db: None) -> None:
    write(packs, RICH)
    first = load(packs, "mx")
    before = dump()
    assert load(packs, "mx") == counts(unchanged=sum(first.values()))
    assert dump() == before


def test_a_table_that_differs_is_the_next_version(packs: Path, db: None) -> None:
    write(packs, RICH)
    load(packs, "mx")
    write(packs, but("first", days=9))
    load(packs, "mx")
    days = [(route.version, route.steps[1]["days"]) for route in Route.objects.filter(kind__slug="talk")]
    assert days == [(1, 4), (2, 9)]


def test_a_step_may_come_but_never_go(packs: Path, db: None) -> None:
    write(packs, without("second", "with-member"))
    spoil(packs, KINDS, 'next = ["question", "declined"]', 'next = ["question", "arranged", "declined"]')
    load(packs, "mx")
    write(packs, RICH)
    load(packs, "mx")
    assert [route.version for route in Route.objects.filter(kind__slug="talk")] == [1, 2]


def test_a_step_that_is_renamed_is_refused_with_the_version_that_has_it(packs: Path, db: None) -> None:
    write(packs, RICH)
    load(packs, "mx")
    before = dump()
    renamed = [
        {**step, "next": [_new(each) for each in step["next"]], "slug": _new(step["slug"])} for step in RICH
    ]
    text = write(packs, renamed)
    with pytest.raises(BadPack) as bad:
        load(packs, "mx")
    line = text.splitlines().index("[[kind.state]]") + 1
    reason = 'has no step "second", as version 1 has, on which 0 cases began: a step is never renamed nor taken out'
    assert bad.value.errors == [PackError("kinds.toml", line, "state", reason)]
    assert dump() == before


def _new(slug: str) -> str:
    return "next-desk" if slug == "second" else slug


def test_a_table_may_not_vanish_from_a_kind(packs: Path, db: None) -> None:
    write(packs, RICH)
    load(packs, "mx")
    write(packs, [])
    with pytest.raises(BadPack) as bad:
        load(packs, "mx")
    assert [(error.line, error.field) for error in bad.value.errors] == [(1, "state")] * len(RICH)


def test_a_kind_that_leaves_the_pack_keeps_its_versions(packs: Path, db: None) -> None:
    write(packs, RICH)
    load(packs, "mx")
    spoil(packs, KINDS, "", COUNTERPART)
    spoil(
        packs,
        "mx/entry_points.csv",
        "",
        "id,organisation,kinds,fields,subfields,territories,fallback,source\n",
    )
    load(packs, "mx")
    kind = AskKind.objects.get(slug="talk")
    assert (kind.withdrawn_on is None, kind.routes.count(), Case.objects.count()) == (False, 1, 0)


def test_the_tables_of_a_pack_are_checked_without_a_database(packs: Path) -> None:
    write(packs, but("arranged", next=[]))
    with pytest.raises(BadPack):
        read(packs, "mx")
