"""What every test may use."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings

from tequio.kernel import clock as kernel_clock
from tests.cast import Cast

START = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
LONG = bool(os.environ.get("TEQUIO_LONG"))

settings.register_profile("quick", max_examples=60, deadline=None, derandomize=True, print_blob=True)
settings.register_profile(
    "long", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("long" if LONG else "quick")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks what lies in tests/browser; leaves the long forms out, counted as deselected, unless asked for."""
    for item in items:
        if "browser" in item.path.relative_to(config.rootpath).parts:
            item.add_marker("browser")
    if LONG:
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self.instant, self._stack = start, ExitStack()
        self.to(start)

    def to(self, instant: datetime) -> datetime:
        self.close()
        self._stack.enter_context(kernel_clock.at(instant))
        self.instant = instant
        return instant

    def forward(self, **by: float) -> datetime:
        return self.to(self.instant + timedelta(**by))

    def close(self) -> None:
        self._stack.close()


@pytest.fixture(autouse=True)
def spoken() -> None:
    """Forgets the language of the page that another test has asked for."""
    translation.deactivate()


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The hub's clock, standing at Monday 23 November 2026, 16:00 UTC (10:00 in Mexico City)."""
    standing = Clock(START)
    yield standing
    standing.close()


@pytest.fixture
def cast(db: None, clock: Clock) -> Cast:
    """The small world of `tests/cast.py`, at the standing clock."""
    return Cast()


@pytest.fixture(scope="session")
def long_form() -> bool:
    """Whether `make test-long` runs: a test that scales asks for it."""
    return LONG


@pytest.fixture
def child_environment(transactional_db: None) -> dict[str, str]:
    """The environment in which a process started by a test works on the test's own database."""
    from django.db import connection

    database: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{database['NAME']}"
    return {**os.environ, "DATABASE_URL": url}
