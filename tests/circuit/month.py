"""A month at an invented hub, for the tests of its ledger."""

from datetime import timedelta

from tequio.circuit.actions.answering import accept_leg, decline_leg
from tequio.circuit.actions.asker import report_outcome
from tequio.circuit.models import Case
from tequio.circuit.queries.record import (
    Figures,
    from_journal,
    from_tables,
    full_from_journal,
    full_from_tables,
)
from tequio.kernel import clock as kernel_clock
from tequio.network.models import Mandate
from tests.cast import Cast, open_leg_of, work
from tests.conftest import Clock

SOON = timedelta(days=5)


def berlins_promise(cast: Cast) -> Mandate:
    """Berlin's chapter is held and promises school talks within eight working days; somebody coordinates."""
    cast.hold("mesa", "Carla")
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate, days=8)
    return mandate


def accept(case: Case, by: Mandate) -> None:
    accept_leg(open_leg_of(case), by=by, what="We meet", due_on=kernel_clock.today("UTC") + SOON)


def decline(case: Case, by: Mandate) -> None:
    decline_leg(open_leg_of(case), by=by, reason="full")


def pass_a_month(cast: Cast, berlin: Mandate, clock: Clock) -> Mandate:
    """A month of asks to two kinds of office: twelve talks of which ten were accepted, one missed, one waits."""
    embassy = cast.hold("embassy-de", "Ema")
    cast.promise(embassy, "consular-support", days=3, countries=["DE"])
    silent = cast.case()
    for number in range(10):
        case = cast.case(address=f"asker{number}@example.net")
        clock.forward(hours=1)
        accept(case, berlin)
        clock.forward(days=1)
        if number < 8:
            clock.forward(days=5)
            report_outcome(case, happened=number < 7)
        work()
    cast.case(address="last@example.net")
    clock.forward(days=4)
    support = cast.case("consular-support", address="chapter@example.net")
    clock.forward(days=6)
    decline(support, embassy)
    cast.case("consular-support", address="other@example.net")
    assert silent.legs.count() > 1
    return berlin


def figures_of(mandate: Mandate, kind: str = "school-talk") -> Figures:
    """The figures of the mandate's office, the same from the tables and from the journal."""
    tables, journal = from_tables(), from_journal()
    assert tables == journal
    assert full_from_tables() == full_from_journal()
    return tables[mandate.office.code, f"MX/{kind}"]
