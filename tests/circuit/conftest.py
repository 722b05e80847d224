"""A case that a chapter has promised to answer."""

from typing import Any

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


@pytest.fixture
def by_mail(settings: Any) -> str:
    """The hub takes mail at this domain."""
    settings.MAIL_DOMAIN = "mail.example"
    return "mail.example"
