"""A case that a chapter has promised to answer."""

import pytest

from tequio.circuit.models import Case
from tequio.network.models import Mandate
from tests.cast import Cast


@pytest.fixture
def ana(cast: Cast) -> Mandate:
    """Ana holds the chapter in Berlin, which has promised talks within eight working days."""
    mandate = cast.hold("chapter-berlin", "Ana")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def case(cast: Cast, ana: Mandate) -> Case:
    return cast.case()
