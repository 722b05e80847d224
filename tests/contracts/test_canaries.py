"""Private fields: over a thousand canaries, planted wherever people write; 0 seen by anybody who may not.

The whole site is crawled as each of the sixteen roles, every letter in the outbox is read, and searching for a canary
finds as much as searching for a word that nobody wrote.
"""

from collections.abc import Iterator

import pytest

from tests.contracts.crawling import Found

pytestmark = pytest.mark.django_db


def leaks(found: Found) -> Iterator[tuple[str, str, str, set[str]]]:
    for role, crawl in found.crawls.items():
        for canary, page in crawl.leaks.items():
            yield role, page, found.canaries.words.get(canary, canary), found.canaries.readers[canary]


def test_a_thousand_canaries_are_planted(found: Found):
    assert len(found.canaries.readers) >= 1_000, len(found.canaries.readers)


def test_nobody_is_shown_a_canary_that_is_not_for_them(found: Found):
    assert list(leaks(found)) == [], str(found)


def test_a_visitor_is_shown_none(found: Found):
    assert found.crawls["visitor"].shown == set(), str(found)


def test_those_who_may_see_canaries_do(found: Found):
    least = {
        "bearer of an asker's link": 15,
        "bearer of a desk's link": 4,
        "school contact": 15,
        "former officer": 1,
        "deputy": 60,
        "officer of the chapter": 60,
        "officer of an agency": 60,
        "coordinating office": 90,
    }
    blind = {
        role: len(found.crawls[role].shown) for role, n in least.items() if len(found.crawls[role].shown) < n
    }
    assert blind == {}, str(found)


def test_every_role_walks_the_whole_site_without_an_error(found: Found):
    assert {role: crawl.pages[500] for role, crawl in found.crawls.items() if crawl.pages[500]} == {}
    assert found.crawls["visitor"].count > 150, str(found)
    assert {role for role, crawl in found.crawls.items() if crawl.count < 30} == set(), str(found)


def test_letters_hold_only_what_is_for_their_reader(found: Found):
    assert sum(found.letters.values()) > 300
    assert found.misdirected == {}


def test_searching_for_a_canary_finds_as_much_as_searching_for_nothing(found: Found):
    assert found.differences == []
