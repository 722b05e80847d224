"""The public pages as a stranger sees them: on a phone and on a desk, in both languages, light and dark."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit, axe_violations, too_wide

PAGES = [
    "/",
    "/ask/",
    "/organisations/",
    "/entry-points/",
    "/ledger/",
    "/map/",
    "/about/",
    "/privacy/",
    "/accounts/login/",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_is_sound_on_every_screen(page: Page, path: str):
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200
    assert page.locator("h1").count() == 1
    assert page.title()
    assert axe_violations(page) == []
    assert too_wide(page) <= 0


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_is_sound_in_english_and_in_the_dark(visit: Visit, path: str):
    page = visit.new_page(width=320, language="en", scheme="dark")
    answer = page.goto(f"/en{path}")
    assert answer is not None
    assert answer.status == 200
    assert page.locator("html").get_attribute("lang") == "en"
    assert axe_violations(page) == []


def test_the_worker_beside_the_server_is_alive(visit: Visit):
    assert visit.hub.heartbeat()["beat"]


def test_a_dead_link_has_a_page_of_its_own(visit: Visit):
    page = visit.new_page()
    answer = page.goto("/nothing/here/")
    assert answer is not None
    assert answer.status == 404
    assert page.locator("h1").count() == 1
    assert axe_violations(page) == []
    visit.forgive("404")
