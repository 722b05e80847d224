"""Chromium, driven against a hub that runs: web server, worker, Mexico's pack, the demo."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.hub import Hub, copied, free_port

CHROMIUM = os.environ.get("TEQUIO_CHROMIUM", "/usr/bin/chromium")
HERE = Path(__file__).parent
NewPage = Callable[..., Page]
WAYS = [(320, True), (1280, True), (320, False), (1280, False)]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def built_hub(tmp_path_factory: pytest.TempPathFactory) -> Hub:
    """A hub with packs and demo loaded, not running: what every module's hub is a copy of."""
    hub = Hub(tmp_path_factory.mktemp("built") / "var", free_port())
    hub.var.mkdir()
    hub.build()
    return hub


@pytest.fixture(scope="module")
def hub(built_hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A running hub, the same one for a whole module."""
    with copied(built_hub, tmp_path_factory.mktemp("hub") / "var").serving() as running:
        yield running


class Visit:
    """The pages that a test opens, and what went wrong in any of them."""

    def __init__(self, chromium: Browser, hub: Hub) -> None:
        self.chromium, self.hub = chromium, hub
        self.contexts: list[BrowserContext] = []
        self.troubles: list[str] = []

    def new_page(
        self, width: int = 1280, javascript: bool = True, language: str = "es", scheme: str = "light"
    ) -> Page:
        """A page in a browser of its own: no cookie is shared with another one."""
        context = self.chromium.new_context(
            base_url=self.hub.url,
            viewport={"width": width, "height": 800},
            java_script_enabled=javascript,
            locale=language,
            color_scheme="dark" if scheme == "dark" else "light",
        )
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        context.on("request", lambda request: self._at_home(request.url))
        page = context.new_page()
        page.on("console", lambda line: self._heard(line.type, f"{line.text} ({line.location.get('url')})"))
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        return page

    def _at_home(self, url: str) -> None:
        if not url.startswith((self.hub.url, "data:", "about:")):
            self.troubles.append(f"third-party request: {url}")

    def _heard(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.troubles.append(f"console {kind}: {text}")

    def forgive(self, part: str) -> None:
        """Takes back the troubles that a test provoked on purpose, such as the 404 of a dead link."""
        self.troubles = [trouble for trouble in self.troubles if part not in trouble]

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def visit(chromium: Browser, hub: Hub) -> Iterator[Visit]:
    """Opens pages; fails the test in the end for a console error or a request that left the hub."""
    opened = Visit(chromium, hub)
    yield opened
    opened.close()
    assert opened.troubles == []


@pytest.fixture(params=WAYS, ids=[f"{width}-{'js' if script else 'plain'}" for width, script in WAYS])
def page(request: pytest.FixtureRequest, visit: Visit) -> Page:
    """A page on a phone and on a desk, with and without JavaScript: the test runs once for each."""
    width, javascript = request.param
    return visit.new_page(width=width, javascript=javascript)


def axe_violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands, one line each."""
    found = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {violation['help']} ({node['html'][:120]})"
        for violation in found
        for node in violation["nodes"]
    ]


def too_wide(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    return axe_violations
