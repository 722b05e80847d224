"""Every kind of page of the demo, as links lead to it: for a visitor, and for those who hold offices."""

import re
from urllib.parse import urljoin, urlsplit

import pytest

from tests.browser.visitor import SEEN, Visitor

KINDS = ["rgmx-germany", "sre", "uam", "cct-20dpt0005u", "mx-embassy-germany", "demo-capitulo-berlin"]
MOST = 60
NAMED = re.compile(r"^(/(?:organisations|entry-points|ask/mx|pulse/mx(?!/gaps)))/[^/]+/(desks/|record/)?$")
LEFT_OUT = re.compile(r"(\.(csv|atom|svg)(\?|$)|/page/$|/accounts/logout/)")


def pattern(url: str) -> str:
    """What kind of page an address leads to: its name and number left out, only the names of its query kept."""
    parts = urlsplit(url)
    path = re.sub(r"^/en(?=/)", "", parts.path)
    path = NAMED.sub(r"\1/…/\2", re.sub(r"/(\d+|mx-\w{8}|\d{8}T[\w-]+)(?=/)", "/…", path))
    return path + "?" * bool(parts.query)


def links(visitor: Visitor) -> list[str]:
    """The addresses in the page that stay in the hub and in the language."""
    given = visitor.page.locator("a[href]").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    found = [urljoin(visitor.path, url) for url in given]
    return [url for url in found if url.startswith("/") and url.startswith("/en/") == bool(visitor.prefix)]


def walk_through(visitor: Visitor, doors: list[str], within: str = "") -> set[str]:
    """Opens the doors, then one page of every other kind that links lead to; `look` judges each.

    `within`: what an address has to match for it.
    """
    seen: set[str] = set()
    waiting = list(doors)
    while waiting:
        url = waiting.pop(0)
        if url not in doors and (pattern(url) in seen or LEFT_OUT.search(url) or not re.search(within, url)):
            continue
        seen.add(pattern(url))
        assert len(seen) < MOST, f"more kinds of page than expected: {sorted(seen)}"
        visitor.open(url)
        waiting += [link for link in links(visitor) if link not in doors]
    return seen


def test_every_page_that_a_visitor_finds_is_sound(visitor: Visitor):
    prefix = visitor.prefix
    kinds = [f"{prefix}/organisations/{slug}/" for slug in KINDS]
    seen = walk_through(visitor, [f"{prefix}/", *kinds, f"{prefix}/organisations/?words=zzzz"])
    public = "/ /about/ /ask/ /ask/links/ /ask/mx/…/ /entry-points/ /entry-points/…/ /ledger/ /map/ /organisations/"
    assert set(public.split()) <= seen


@pytest.mark.parametrize("way", SEEN, ids=str)
@pytest.mark.parametrize("role", ["coordinator", "coordination", "deputy"])
def test_every_page_of_those_who_hold_offices_is_sound(visitor: Visitor, role: str):
    visitor.open(f"{visitor.prefix}/demo/")
    visitor.click(f'button[name="walk"][value="{role}"]')
    desk = {"/desk/…/", "/desk/…/…/…/", "/desk/…/mandates/", "/desk/…/promises/", "/me/"}
    seen = walk_through(visitor, [visitor.path, f"{visitor.prefix}/me/"], within="/(desk|coordination)/")
    assert desk <= seen
    visitor.open(f"{visitor.prefix}/accounts/logout/")
