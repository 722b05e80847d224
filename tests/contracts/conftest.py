"""The world of the contracts, explored once: every page asked for by every role, and whatever is shown read."""

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from tequio.kernel import clock
from tests.conftest import START
from tests.contracts.canaries import Canaries
from tests.contracts.crawling import Found, explore
from tests.contracts.things import MAIL_DOMAIN
from tests.contracts.walk import Walk
from tests.contracts.world import World

Explored = tuple[Walk, Found | None]
ROOM = 80_000


@pytest.fixture(scope="session")
def explored(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Explored:
    """The walk and the crawl, as far as the tests that are chosen want them, in one transaction that is taken back."""
    wanted = {item.path.stem for item in request.session.items}
    logging.disable()
    translation.deactivate()  # of the page that another test asked for
    with (
        django_db_blocker.unblock(),
        clock.at(START),
        undisturbed(),
        override_settings(MAIL_DOMAIN=MAIL_DOMAIN),
    ):
        if connection.vendor == "sqlite":  # thousands of savepoints, none of them on the disk
            connection.cursor().execute("PRAGMA temp_store = MEMORY")
            connection.cursor().execute("PRAGMA cache_size = -200000")
        with transaction.atomic():
            walk, found = explore_all(wanted)
            transaction.set_rollback(True)
    logging.disable(logging.NOTSET)
    return walk, found


@contextmanager
def undisturbed() -> Iterator[None]:
    """Lets the garbage collector look less often: ten thousand requests leave little behind each."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 100)
    yield
    gc.set_threshold(*before)


def explore_all(wanted: set[str]) -> Explored:
    canaries = Canaries()
    walk = Walk(World(canaries))
    gc.freeze()
    with clock.at(clock.now() + timedelta(minutes=1)):
        if "test_permissions" in wanted:
            walk.go()
        found = explore(walk, canaries) if "test_canaries" in wanted else None
    gc.unfreeze()
    return walk, found


# Python maps a block of its stack anew for every call that crosses the block's edge, and a page renders thousands of
# them there. A frame that asks for much room begins with a block that is large enough for all.
explore_all.__code__ = explore_all.__code__.replace(co_stacksize=ROOM)


@pytest.fixture(scope="session")
def walk(explored: Explored) -> Walk:
    return explored[0]


@pytest.fixture(scope="session")
def found(explored: Explored) -> Found:
    assert explored[1] is not None
    return explored[1]
