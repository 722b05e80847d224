"""One server and one browser for all journeys; one database snapshot, put back before each."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from tequio.kernel import clock
from tequio.network.actions import appoint_coordinator
from tequio.network.models import Mandate
from tests.browser.hub import Database, Hub
from tests.browser.visitor import WAYS, Visitor, Way

CHROMIUM = os.environ.get("TEQUIO_CHROMIUM", "/usr/bin/chromium")
HEIGHT = {320: 640, 1280: 800}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM or "-").exists():
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def server() -> Iterator[LiveServer]:
    running = LiveServer("localhost")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Database:
    """Keeps "mexico": the database with Mexico's pack, as `tequio load mx` leaves it."""
    if connection.vendor != "sqlite":
        pytest.skip("the browser tests run on SQLite")
    made = Database(tmp_path_factory.mktemp("browser"))
    with django_db_blocker.unblock(), made.in_use():
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("load", "mx", verbosity=0)
        made.keep("mexico")
    return made


@pytest.fixture
def hub(
    server: LiveServer,
    database: Database,
    django_db_blocker: DjangoDbBlocker,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Hub]:
    """Mexico's hub with nothing in it but the pack, its clock in the test's hand (for the server's threads too)."""
    visited = Hub(server)
    monkeypatch.setattr(clock, "shift", lambda: visited.ahead)
    with django_db_blocker.unblock(), database.in_use():
        database.put_back("mexico")
        yield visited


@pytest.fixture
def coordinator(hub: Hub) -> Mandate:
    """Carmen holds the coordinating office."""
    return appoint_coordinator("mx", "carmen@example.org", name="Carmen Cruz", language="es", zone=None)


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    return request.param


Arrive = Callable[[], Visitor]


@pytest.fixture
def arrive(browser: Browser, hub: Hub, way: Way) -> Iterator[Arrive]:
    """Brings somebody new to the hub, with a browser profile of their own, in the way of this run."""
    opened: list[BrowserContext] = []

    def arrival() -> Visitor:
        context = browser.new_context(
            java_script_enabled=way.javascript,
            viewport={"width": way.width, "height": HEIGHT[way.width]},
            locale=way.language,
        )
        context.set_default_timeout(10_000)
        opened.append(context)
        return Visitor(context, hub, way)

    yield arrival
    for context in opened:
        context.close()


@pytest.fixture
def visitor(arrive: Arrive) -> Visitor:
    return arrive()
