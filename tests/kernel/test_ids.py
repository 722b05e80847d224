"""Names to read aloud and keys that only a letter carries."""

from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from tequio.kernel import ids


def test_a_name_has_no_letter_that_looks_like_another() -> None:
    assert set("01ilou") & set(ids.ALPHABET) == set()
    assert len(set(ids.ALPHABET)) == len(ids.ALPHABET) == 30
    assert {len(ids.random_name(8)) for _ in range(100)} == {8}
    assert len({ids.random_name(8) for _ in range(2000)}) == 2000


@given(st.lists(st.text(), min_size=1, max_size=4), st.lists(st.text(), min_size=1, max_size=4))
def test_other_parts_make_another_key(some: list[str], others: list[str]) -> None:
    assert (ids.key_for(*some) == ids.key_for(*others)) == ("\x1f".join(some) == "\x1f".join(others))


def test_a_key_depends_on_the_secret(settings: Settings) -> None:
    before = ids.key_for("case", 1, 1)
    settings.SECRET_KEY = "another"
    assert ids.key_for("case", 1, 1) != before
    assert len(before) == 20


@given(st.text())
def test_only_the_same_key_is_the_same(given_key: str) -> None:
    key = ids.key_for("case", 1, 1)
    assert ids.same(key, key) is True
    assert ids.same(given_key, key) is (given_key == key)
