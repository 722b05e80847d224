"""Chromium against a hub that really runs, the same one for every test here."""

from collections.abc import Iterator

import pytest

from tests.browser.running.hub import Hub


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Web server and worker in demo mode, with Mexico's pack and the invented network."""
    built = Hub(tmp_path_factory.mktemp("hub"))
    built.build()
    with built.serving() as running:
        yield running
