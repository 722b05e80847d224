"""Replies as mail programs write them: nothing of the sender's own is lost, and little else is kept."""

import pytest

from tests.inbound.reading.score import Read, read_half

HALVES = ("built_on", "held_out")


@pytest.fixture(scope="module", params=HALVES)
def half(request: pytest.FixtureRequest) -> list[Read]:
    return read_half(request.param)


def test_a_half_has_mails_of_every_nature_in_six_languages(half: list[Read]) -> None:
    assert len(half) >= 60
    assert {each.expected["language"] for each in half} == {"es", "en", "de", "fr", "pt", "it"}
    assert {each.expected["nature"] for each in half} >= {"human", "auto-reply", "failed", "delivered"}


def test_no_word_of_anybodys_own_is_lost(half: list[Read]) -> None:
    assert {each.name: each.lost for each in half if each.lost} == {}


def test_at_most_one_in_ten_keeps_something_else(half: list[Read]) -> None:
    leaks = {each.name: each.leaks for each in half if each.leaks}
    assert len(leaks) <= len(half) // 10, leaks


def test_each_is_taken_for_what_it_is(half: list[Read]) -> None:
    taken = {each.name: each.mail.nature.value for each in half}
    assert taken == {each.name: each.expected["nature"] for each in half}


def test_what_is_kept_is_in_the_whole(half: list[Read]) -> None:
    for each in half:
        whole = " ".join(each.words.whole.split())
        assert [line for line in each.words.own.splitlines() if " ".join(line.split()) not in whole] == []
