"""A case that Ana's chapter has, and ways to bring it further."""

from datetime import timedelta

from tequio.circuit.actions import answering
from tequio.circuit.links import case_key
from tequio.circuit.models import Case, Leg
from tequio.kernel import clock as hub_clock
from tequio.network.models import Mandate
from tests.cast import open_leg_of, work
from tests.conftest import Clock

BERLIN = "Capítulo Berlín (en)"
MESA = "Mesa de coordinación (en)"


def page(case: Case, then: str = "") -> str:
    """The English address of the asker's page, or of one of its forms."""
    return f"/en/follow/{case.ref}/{case_key(case)}/{then}"


def accepted(case: Case, by: Mandate, days: int = 5) -> Leg:
    day = hub_clock.today("Europe/Berlin") + timedelta(days=days)
    return answering.accept_leg(open_leg_of(case), by=by, what="A video call on Thursday.", due_on=day)


def asked(case: Case, by: Mandate) -> Leg:
    return answering.ask_more(open_leg_of(case), by=by, question="In Spanish\nor Zapotec?")


def silent(case: Case, ana: Mandate, clock: Clock) -> None:
    accepted(case, ana)
    for _ in range(22):
        clock.forward(days=1)
        work()
