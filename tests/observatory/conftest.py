"""A hub with a month behind it, whose week is published."""

import pytest

from tequio.network.models import Hub, Mandate
from tequio.observatory.actions import publish_week
from tequio.observatory.models import Release
from tests.cast import Cast
from tests.circuit.month import berlins_promise, pass_a_month
from tests.conftest import Clock


def mexico() -> Hub:
    return Hub.objects.select_related("home", "coordination__organisation").get(home="MX")


def published() -> Release:
    release = publish_week(mexico())
    assert release is not None
    return release


@pytest.fixture
def berlin(cast: Cast) -> Mandate:
    return berlins_promise(cast)


@pytest.fixture
def busy(cast: Cast, berlin: Mandate, clock: Clock) -> Mandate:
    return pass_a_month(cast, berlin, clock)


@pytest.fixture
def release(busy: Mandate) -> Release:
    return published()
