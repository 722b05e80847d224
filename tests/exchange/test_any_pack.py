"""Whatever stands in a pack, it loads or is refused in words; the order of its rows says nothing."""

import re
import tempfile
from pathlib import Path
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tequio.exchange.pack.reading import BadPack, read
from tequio.exchange.pack.saving import load
from tequio.exchange.pack.sources import PackError
from tests.exchange.packs import TOTAL, VALID, counts, dump, meaning, write_packs

fixtures = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
EXAMPLES = settings().max_examples
FILES = {str(path.relative_to(VALID)): path.read_bytes() for path in sorted(VALID.rglob("*.*"))}
TABLES = [name for name in FILES if name.endswith(".csv")]
TOKEN = re.compile(rb'[^,\n|"= ]+')
STRANGE = [
    b"", b" ", b"x", b"0", b"-1", b"NA", b"MX", b"MX-OAX", b"mesa", b"talk|talk", b"|", b'"', b"'", b"\x00", b"\t",
    b"\xff", "á".encode() * 400, b"[[", b"]", b"{}", b"[1]", b"true", b"1e400", b"nan", b"2026-13-01", b"1979-05-27",
    b"9" * 5000, b"\r\n", b"#", b"world", "٣".encode(), "\u2028".encode(), b"Factory", b"T1", b"-", b"post",
]  # fmt: skip
spoiling = st.tuples(
    st.sampled_from(sorted(FILES)),
    st.sampled_from(["token", "token", "swap", "drop", "double", "cut", "byte"]),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.sampled_from(STRANGE),
)


def spoiled(content: bytes, way: str, first: int, second: int, strange: bytes) -> bytes:
    """The file with one thing changed: a word, a line, or where it ends."""
    tokens = list(TOKEN.finditer(content))
    if way in ("token", "swap") and tokens:
        token, other = tokens[first % len(tokens)], tokens[second % len(tokens)]
        return content[: token.start()] + (strange if way == "token" else other[0]) + content[token.end() :]
    at = first % (len(content) + 1)
    if way == "cut":
        return content[:at]
    if way == "byte":
        return content[:at] + strange + content[at:]
    lines = content.splitlines(keepends=True) or [b""]
    lines[first % len(lines)] *= 2 if way == "double" else 0
    return b"".join(lines)


def written(folder: str, changes: list[tuple[str, str, int, int, bytes]]) -> Path:
    packs = write_packs(Path(folder))
    for name, way, first, second, strange in changes:
        path = packs / name
        path.write_bytes(spoiled(path.read_bytes(), way, first, second, strange))
    return packs


def shuffled(folder: Path, order: Random) -> Path:
    for name in TABLES:
        header, *rows = (VALID / name).read_text().splitlines(keepends=True)
        order.shuffle(rows)
        (folder / name).write_text("".join((header, *rows)))
    return folder


@given(order=st.randoms(use_true_random=False))
@settings(fixtures, max_examples=EXAMPLES // 6)
def test_rows_in_any_order_change_nothing(loaded: Path, order):
    before = dump()
    assert load(shuffled(loaded, order), "mx") == counts(unchanged=TOTAL)
    assert dump() == before


@pytest.mark.parametrize("seed", range(4))
def test_rows_in_any_order_load_to_the_same(packs: Path, db, seed):
    with transaction.atomic():
        load(packs, "mx")
        expected = meaning()
        transaction.set_rollback(True)
    assert load(shuffled(packs, Random(seed)), "mx") == counts(created=TOTAL)
    assert meaning() == expected


@given(changes=st.lists(spoiling, min_size=1, max_size=4))
@settings(fixtures)
def test_any_spoiled_pack_is_read_or_refused_in_words(changes):
    with tempfile.TemporaryDirectory() as folder:
        packs = written(folder, changes)
        errors: list[PackError] = []
        try:
            assert read(packs, "mx")[-1].id == "mx"
        except BadPack as bad:
            errors = bad.errors
        for error in errors:
            content = (packs / (error.file if "/" in error.file else f"mx/{error.file}")).read_bytes()
            assert 1 <= error.line <= content.count(b"\n") + content.count(b"\r") + 1
            assert str(error).startswith(f"{error.file}:{error.line}: ")
            assert len(str(error)) < 400
            assert len(str(error).splitlines()) == 1


@given(changes=st.lists(spoiling, min_size=1, max_size=2))
@settings(fixtures, max_examples=EXAMPLES // 3)
def test_any_spoiled_pack_loads_whole_or_not_at_all(loaded: Path, changes):
    before = dump()
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        packs = written(folder, changes)
        try:
            load(packs, "mx")
        except BadPack:
            assert dump() == before
        else:
            again = load(packs, "mx")
            assert again == counts(unchanged=again["unchanged"])
        transaction.set_rollback(True)
