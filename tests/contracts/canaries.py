"""Canaries: words that stand in one place only, each with the parties that may come to see it; and a crawler."""

import html
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db import transaction

from tequio.circuit.models import Case
from tequio.journal.actions import write
from tequio.kernel import clock, ids
from tequio.notices.models import Letter
from tests.contracts.pdf import text_of
from tests.contracts.walk import Quick
from tests.contracts.words import Words

CANARY = re.compile(r"kx[a-z]{9}xk")
RANDOM = "kxqqqqqqqqqxk"
HREF = re.compile(r'(?:href|hx-get|action)="(/[^"#]*)')
FORM = re.compile(r"<form([^>]*)>(.*?)</form>", re.DOTALL)
FIELD = re.compile(r"<(?:input|select|textarea|button)\b[^>]*>")
ATTRIBUTE = re.compile(r'\b([\w-]+)="([^"]*)"')
SKIPPED = ("/static/", "/accounts/logout", "/en/accounts/logout", "/accounts/login/?", "/en/accounts/login/?")
QUERIES_A_PATH = 3
OWN = ("/desk", "/me/", "/coordination", "/follow/", "/answer/", "/member/", "/invitation/", "/mute/", "/accounts/",
       "/ask/sent/", "/ask/confirm/")  # fmt: skip


class Canaries(Words):
    """Every text that is written down carries a canary of its own."""

    def __init__(self, seed: int = 1) -> None:
        self.readers: dict[str, set[str]] = {}
        self.words: dict[str, str] = {}
        self.random = random.Random(seed)

    def mark(self, readers: set[str]) -> str:
        canary = f"kx{''.join(self.random.choices('abcdefghijklmnopqrstuvwyz', k=9))}xk"
        self.readers[canary] = readers
        return canary

    def plant(self, words: str, readers: set[str]) -> str:
        canary = self.mark(readers)
        self.words[canary] = words
        return f"{words} {canary}"

    def hide(self, copies: int) -> None:
        """What no page and no other letter may show: letters in the outbox, and the payloads of the journal."""
        for number, case in enumerate(Case.objects.order_by("pk")[:copies]):
            texts = {name: self.mark(set()) for name in ("subject", "text", "html", "last_error")}
            address = f"{self.mark(set())}@example.org"
            key = f"<{number}-{ids.random_name(9)}@example.org>"
            Letter.objects.create(
                template="note",
                about=case.ref,
                address=address,
                message_id=key,
                created_at=clock.now(),
                **texts,
            )
            office = case.owner.code if case.owner else ""
            write("test.note", office=office, reference=case.ref, payload={"text": self.mark(set())})

    def among(self, text: str) -> set[str]:
        """The canaries in `text`; a token may look like one by chance."""
        return set(CANARY.findall(text.lower())) & self.readers.keys()

    def foreign(self, text: str, parties: set[str], typed: str = "") -> set[str]:
        """The canaries in `text` that are for none of the parties, and that were not typed into the request."""
        found = self.among(text) - self.among(typed)
        return {canary for canary in found if not self.readers[canary] & parties}


@dataclass
class Crawl:
    """What a role was shown: `pages` by status, and the canaries on them; `leaks` names the page of each."""

    pages: Counter[int] = field(default_factory=Counter)
    shown: set[str] = field(default_factory=set)
    leaks: dict[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return self.pages.total()


class Crawler:
    """Follows every link and redirect, and fills in every form once with words and once with nothing."""

    def __init__(
        self, client: Quick, canaries: Canaries, parties: set[str], words: list[str], *, english: bool = False
    ) -> None:
        """`english`: it crosses over into the English pages, which show the same words of people."""
        self.client, self.canaries, self.parties, self.words = client, canaries, parties, words
        self.skipped = SKIPPED if english else (*SKIPPED, "/en/")
        self.crawl, self.seen = Crawl(), set[str]()
        self.queries: Counter[str] = Counter()
        self.forms = set[str]()

    def begin_where(self, other: "Crawler") -> None:
        """Takes over what another crawler of the same client's standing has seen."""
        self.seen |= other.seen
        self.forms |= other.forms
        self.crawl.pages += other.crawl.pages
        self.crawl.shown |= other.crawl.shown

    def skip_public(self, other: "Crawler") -> None:
        """Leaves out what anybody sees, which a visitor has seen: those pages say nothing to somebody signed in."""
        self.seen |= {path for path in other.seen if not path.startswith(OWN)}

    def go(self, paths: Iterable[str]) -> None:
        waiting = list(paths)
        while waiting:
            path = waiting.pop()
            if path not in self.seen and not path.startswith(self.skipped) and self._few(path):
                self.seen.add(path)
                waiting += self._links(path, self._get(path))

    def _few(self, path: str) -> bool:
        """Whether the path has been asked for with few query strings so far."""
        bare, _, query = path.partition("?")
        self.queries[bare] += bool(query)
        return not query or self.queries[bare] <= QUERIES_A_PATH

    def _get(self, path: str) -> str:
        return self._look(path, self.client.get(path), path)

    def _look(self, path: str, response: Any, typed: str) -> str:
        """Keeps what an answer shows, its headers included; returns what can be followed from there."""
        is_pdf = response.headers["Content-Type"] == "application/pdf"
        text = text_of(response.content) if is_pdf else response.content.decode()
        whole = text + str(dict(response.headers)) + str(response.cookies)
        self.crawl.pages[response.status_code] += 1
        self.crawl.shown |= self.canaries.among(whole) - self.canaries.among(typed)
        for canary in self.canaries.foreign(whole, self.parties, typed):
            self.crawl.leaks.setdefault(canary, path)
        if response.status_code == 404:
            return ""
        return text + f' href="{response.headers.get("Location", "")}"'

    def _links(self, path: str, page: str) -> Iterator[str]:
        for link in HREF.findall(page):
            yield canonical(html.unescape(link))
        for attributes, inside in FORM.findall(page):
            form = dict(ATTRIBUTE.findall(attributes))
            target = html.unescape(form.get("action") or path)
            names = [dict(ATTRIBUTE.findall(tag)) for tag in FIELD.findall(inside)]
            if form.get("method") == "post":
                self._send_nothing(target, names)
            else:
                yield from self._searches(target, names)

    def _searches(self, target: str, names: list[dict[str, str]]) -> Iterator[str]:
        bare = target.partition("?")[0]
        texts = [each["name"] for each in names if each.get("type") in ("text", "search")]
        for name in texts:
            for word in self.words:
                yield f"{bare}?{urlencode({name: word})}"

    def _send_nothing(self, target: str, names: list[dict[str, str]]) -> None:
        """Sends a POST form with no more than its hidden values: what does it show of others in its errors?"""
        hidden = {each["name"]: each.get("value", "") for each in names if each.get("type") == "hidden"}
        kind = re.sub(r"/[^/]*\d[^/]*", "/#", target.removeprefix("/en")) + hidden.get("act", "")
        if kind in self.forms or target.startswith(self.skipped):
            return
        self.forms.add(kind)
        with transaction.atomic():
            self._look(target, self.client.post(target, hidden), target)
            transaction.set_rollback(True)


def canonical(path: str) -> str:
    bare, _, query = path.partition("?")
    return f"{bare}?{urlencode(sorted(parse_qsl(query)))}" if query else bare
