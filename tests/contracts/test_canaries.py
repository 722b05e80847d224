"""Private fields: over a thousand canaries, planted wherever people write; 0 seen by anybody who may not.

The whole site is crawled as each of the sixteen roles, every letter in the outbox is read, and searching for a canary
finds as much as searching for a word that nobody wrote.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from tequio.circuit.models import Ask
from tequio.kernel import clock
from tequio.notices.models import Letter
from tests.conftest import START
from tests.contracts.canaries import CANARY, RANDOM, Canaries, Crawl, Crawler
from tests.contracts.roles import ROLES, STEPS, World
from tests.contracts.walk import Walk

pytestmark = pytest.mark.django_db
BAD = [
    "/?page=x",
    "/organisations/?kind=%27&page=-1",
    "/organisations/?words=%00",
    "/organisations/%ff/",
    "/ledger/?kind=0",
    "/ledger/?kind=%00",
    "/map/?x=1",
    "/en/nothing/",
    "/desk/0/",
    f"/desk/{10**30}/",
    f"/ask/confirm/{10**30}/x/",
    "/ask/mx/school-talk/?region=%00&topic=%00",
    "/coordination/?page=%00",
    "/coordination/invite/?organisation=%00",
    "/coordination/invite/?words=%00",
]
SEARCHES = [
    "/organisations/?words=",
    "/coordination/invite/?words=",
    "/ask/mx/school-talk/?region=MX-JAL&school=",
]
LIVE = {"HX-Request": "true", "HX-Target": "schools"}


@dataclass
class Found:
    """What was seen, read and compared while the canaries were there."""

    canaries: Canaries
    crawls: dict[str, Crawl] = field(default_factory=dict)
    letters: int = 0
    misdirected: dict[str, tuple[str, str]] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "; ".join(f"{role}: {crawl.count} pages" for role, crawl in self.crawls.items())


@pytest.fixture(scope="module")
def found(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Found:
    """Everything that the tests below look at, in a transaction that is taken back."""
    logging.disable()
    canaries = Canaries()
    with django_db_blocker.unblock(), clock.at(START), transaction.atomic():
        walk = Walk(World(canaries, states=STEPS))
        canaries.hide(copies=40)
        found = Found(canaries)
        read_letters(found, walk.world)
        visitor = None
        for name in ROLES:
            crawler = crawl(walk, name, canaries, visitor)
            visitor, found.crawls[name] = visitor or crawler, crawler.crawl
        compare(found, walk)
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)
    return found


def crawl(walk: Walk, name: str, canaries: Canaries, visitor: Crawler | None) -> Crawler:
    """The site from every page without parameters, from what is the role's own, and from what is not.

    Who is not signed in sees on the visitor's pages what the visitor saw.
    """
    role = walk.world.roles[name]
    paths = [walk.path(url, ()) for url in walk.urls if not url.parameters]
    for url in walk.urls:
        if url.parameters:
            known = (walk.args(url, role, relation) for relation in ("own", "another's", "missing"))
            paths += [walk.path(url, args) for args in known if args]
    words = ["charla", next(iter(canaries.readers)), RANDOM]
    crawler = Crawler(walk.clients[name], canaries, role.parties, words)
    if not role.account and visitor:
        crawler.begin_where(visitor)
    crawler.go([*paths, *BAD])
    return crawler


def read_letters(found: Found, world: World) -> None:
    """A letter to somebody holds only what is for them and for the offices in which they hold a mandate."""
    people = {
        role.name: role.parties for role in world.roles.values() if f"person:{role.name}" in role.parties
    }
    for letter in Letter.objects.exclude(template="note"):
        found.letters += 1
        whole = f"{letter.subject} {letter.text} {letter.html}"
        parties = {
            party
            for canary in CANARY.findall(letter.address)
            for reader in found.canaries.readers[canary]
            if not reader.startswith("office:")
            for party in {reader, *people.get(reader.removeprefix("person:"), set())}
        }
        for canary in found.canaries.foreign(whole, parties):
            found.misdirected[canary] = letter.template, letter.address


def compare(found: Found, walk: Walk) -> None:
    """Asks for what is there and for what is not; keeps where the two answers differ."""
    sample = list(found.canaries.readers)[::160]
    for name in ("visitor", "officer of the chapter", "coordinating office"):
        for path in SEARCHES:
            pages = {word: shown(walk, name, path + word, word) for word in [*sample, RANDOM]}
            found.differences += [f"{name} {path}{word}" for word in sample if pages[word] != pages[RANDOM]]
    asker = Ask.objects.order_by("pk")[0].address
    officer = walk.world.mandates["agency"].person.account.email
    for path, field_name in {"/ask/links/": "address", "/accounts/login/": "email"}.items():
        told = {
            address: answered(path, field_name, address) for address in (asker, officer, "nobody@example.org")
        }
        found.differences += [
            f"{path} {address}" for address in told if told[address] != told["nobody@example.org"]
        ]


def shown(walk: Walk, name: str, path: str, word: str) -> str:
    return tidy(walk.clients[name].get(path, headers=LIVE).content.decode(), word)


def answered(path: str, field_name: str, address: str) -> tuple[list[tuple[str, int]], str]:
    """Where a form with an address leads a visitor, and what they read there."""
    with transaction.atomic():
        response = Client().post(path, {field_name: address}, follow=True)
        transaction.set_rollback(True)
    return response.redirect_chain, tidy(response.content.decode(), address)


def tidy(page: str, word: str) -> str:
    page = page.replace(word, "WORD").replace(word.replace("@", "%40"), "WORD")
    return re.sub(r'nonce="[^"]+"|value="[\w-]{24,}"|Token": ?"\w+"', "", page)


def leaks(found: Found) -> Iterator[tuple[str, str, str]]:
    for role, crawl in found.crawls.items():
        for canary, page in crawl.leaks.items():
            yield role, page, canary


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
    assert {role for role, crawl in found.crawls.items() if crawl.count < 100} == set(), str(found)


def test_letters_hold_only_what_is_for_their_reader(found: Found):
    assert found.letters > 300
    assert found.misdirected == {}


def test_searching_for_a_canary_finds_as_much_as_searching_for_nothing(found: Found):
    assert found.differences == []
