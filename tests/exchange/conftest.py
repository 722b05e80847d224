from pathlib import Path

import pytest

from tequio.exchange.pack.saving import load
from tests.exchange.packs import write_packs


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """A folder of two valid packs."""
    return write_packs(tmp_path / "packs")


@pytest.fixture
def loaded(packs: Path, db: None) -> Path:
    """The same, loaded."""
    load(packs, "mx")
    return packs
