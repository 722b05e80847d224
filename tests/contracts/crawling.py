"""The crawl of the whole site as each role, among canaries; and every letter, now and in the weeks to come."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.test import Client

from tequio.circuit.models import Ask
from tequio.kernel import clock
from tequio.kernel.due import handlers
from tequio.notices.models import Letter
from tests.contracts.canaries import CANARY, RANDOM, Canaries, Crawl, Crawler
from tests.contracts.roles import OFFICERS, ROLES, Role
from tests.contracts.walk import Url, Walk
from tests.contracts.world import World

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
    "/desk/bulk/?leg=x",
    f"/desk/bulk/?leg={10**30}",
    f"/ask/confirm/{10**30}/x/",
    f"/member/{10**30}/x/",
    f"/governments/{10**30}/",
    "/ask/mx/school-talk/?region=%00&topic=%00",
    "/coordination/?page=%00",
    "/coordination/invite/?organisation=%00",
    "/coordination/invite/?words=%00",
    "/coordination/organisations/?organisation=%00",
]
SEARCHES = [
    "/organisations/?words=",
    "/coordination/invite/?words=",
    "/coordination/organisations/?words=",
    "/ask/mx/school-talk/?region=MX-OAX&school=",
]
LIVE = {"HX-Request": "true", "HX-Target": "schools"}
WEEKS = (timedelta(days=1), timedelta(days=9), timedelta(days=26))


@dataclass
class Found:
    """What was seen, read and compared while the canaries were there."""

    canaries: Canaries
    crawls: dict[str, Crawl] = field(default_factory=dict)
    letters: dict[str, int] = field(default_factory=dict)
    misdirected: dict[str, tuple[str, str]] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "; ".join(f"{role}: {crawl.count} pages" for role, crawl in self.crawls.items())


def explore(walk: Walk, canaries: Canaries) -> Found:
    """Everything that may show what somebody wrote. Time goes on last."""
    canaries.hide(copies=40)
    found = Found(canaries)
    read_letters(found, walk.world)
    visitor = None
    for name in ROLES:
        crawler = crawl(walk, name, canaries, visitor)
        visitor, found.crawls[name] = visitor or crawler, crawler.crawl
    compare(found, walk)
    for later in WEEKS:
        with clock.at(clock.now() + later):
            pass_time(walk.world)
            read_letters(found, walk.world)
    return found


def crawl(walk: Walk, name: str, canaries: Canaries, visitor: Crawler | None) -> Crawler:
    """The site from every page without an object, from what is the role's own, and from what is not.

    Who is not signed in sees on the visitor's pages what the visitor saw.
    """
    role = walk.world.roles[name]
    paths = [*role.more]
    for url in walk.urls:
        for relation in url.relations:
            args = walk.args(url, role, relation)
            paths += [walk.path(url, args)] if args is not None else []
    if name in (*OFFICERS.values(), "deputy"):
        paths += [
            walk.path(url, args) for url in walk.urls if url.in_office for args in strange(walk, role, url)
        ]
    words = ["charla", next(iter(canaries.readers)), RANDOM]
    english = name == "visitor"
    crawler = Crawler(walk.clients[name], canaries, role.parties, words, english=english)
    if not role.account and visitor:
        crawler.begin_where(visitor)
    elif visitor and name != "officer of the chapter":
        crawler.skip_public(visitor)
    crawler.go([*paths, *BAD])
    return crawler


def strange(walk: Walk, role: Role, url: Url) -> set[tuple[object, ...]]:
    """Every thing of its kind in the world, asked for at the role's own desk."""
    office = role.own["desk_office"]
    owned = {args[1:] for each in walk.world.roles.values() for at, args in each.own.items()
             if at.partition("#")[0] == url.name}  # fmt: skip
    if url.name == "leg":
        owned = {(leg.case.ref, leg.number) for story in walk.world.stories.values() for leg in story.legs()}
    return {(*office, *args) for args in owned}


def pass_time(world: World) -> None:
    """What the worker does until now, sending apart; who has got an ask meanwhile reads it."""
    for model, look in handlers.items():
        if model is not Letter:
            for row in model._default_manager.filter(wake_at__lte=clock.now()).order_by("wake_at", "pk"):
                look(row)
    world.follow_held()
    for story in (*world.stories.values(), *world.past.stories):
        story.sync()


def read_letters(found: Found, world: World) -> None:
    """A letter to somebody holds only what is for them and for the offices in which they hold a mandate."""
    for letter in Letter.objects.exclude(template="note"):
        found.letters[letter.template] = found.letters.get(letter.template, 0) + 1
        whole = f"{letter.subject} {letter.text} {letter.html} {letter.unsubscribe}"
        parties = {
            party
            for canary in CANARY.findall(letter.address)
            for reader in found.canaries.readers[canary]
            if not reader.startswith("office:")
            for party in {reader, *holding(world, reader, letter.created_at)}
        }
        for canary in found.canaries.foreign(whole, parties):
            found.misdirected[canary] = letter.template, letter.address


def holding(world: World, party: str, at: datetime) -> set[str]:
    """The parties of a person when a letter was written to them."""
    name = party.removeprefix("person:")
    if name == "former officer" and at < world.began_at:
        return {f"office:{slug}" for slug in world.past.mandates}
    return world.people.get(name, set())


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
