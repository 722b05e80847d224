"""Opinions: how a test asks for them."""

from datetime import date
from typing import Any

import pytest

from tequio.circuit.actions.opinions import ask_opinions
from tequio.circuit.models import DigestLine, Leg
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate

TASK, SAID = "¿Es seria la propuesta?", "A mi juicio, sí."
DAY = date(2026, 11, 27)


def ask(leg: Leg, by: Mandate, *who: Mandate, day: date = DAY, **given: Any) -> list[Leg]:
    offices = [mandate.office for mandate in who]
    return ask_opinions(leg, by=by, offices=offices, **{"task": TASK, "due_on": day, **given})


def refusal(verb: Any, *args: Any, **given: Any) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        verb(*args, **given)
    return str(refused.value), refused.value.field


def told(office: Any) -> list[str]:
    return [line.kind for line in DigestLine.objects.filter(office=office).order_by("pk")]
