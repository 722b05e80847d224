"""Replies as mail programs write them: nothing of the sender's own is lost, and little else is kept."""

import pytest

from tequio.inbound.reading.mail import Nature
from tests.inbound.reading.score import Read, expectations, read_set

SETS = ("built_on", "held_out", "written_later", "crossed")


@pytest.fixture(scope="module", params=SETS)
def mails(request: pytest.FixtureRequest) -> list[Read]:
    return read_set(request.param)


def test_a_set_has_mails_in_six_languages(mails: list[Read]) -> None:
    assert len(mails) >= 60
    assert {each.expected["language"] for each in mails} == {"es", "en", "de", "fr", "pt", "it"}


def test_the_sets_have_mails_of_every_nature() -> None:
    natures = {row["nature"] for name in SETS for row in expectations(name).values()}
    assert natures == {nature.value for nature in Nature}


def test_no_word_of_anybodys_own_is_lost(mails: list[Read]) -> None:
    assert {each.name: each.lost for each in mails if each.lost} == {}


def test_at_most_one_in_ten_keeps_something_else(mails: list[Read]) -> None:
    leaks = {each.name: each.leaks for each in mails if each.leaks}
    assert len(leaks) <= len(mails) // 10, leaks


def test_each_is_taken_for_what_it_is(mails: list[Read]) -> None:
    taken = {each.name: each.mail.nature.value for each in mails}
    assert taken == {each.name: each.expected["nature"] for each in mails}


def test_what_is_kept_is_in_the_whole(mails: list[Read]) -> None:
    for each in mails:
        whole = " ".join(each.words.whole.split())
        assert [line for line in each.words.own.splitlines() if " ".join(line.split()) not in whole] == []
