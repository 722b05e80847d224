"""The appeal to the office above: to whom it goes, once, and what is final."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from tequio.circuit.actions.answering import pass_on_leg
from tequio.circuit.actions.disputes import appeal_case, dispute_case
from tequio.circuit.models import Case, Leg
from tequio.circuit.queries.offices import ways_on
from tequio.circuit.queries.voices import office_above, ways
from tequio.circuit.queries.why import why_sentence
from tequio.circuit.states import Rung
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Mandate
from tests.cast import Cast, letters, open_leg_of, work
from tests.circuit.said import answer, disputed, fresh, kinds, lines
from tests.conftest import Clock

BERLIN = "Head office, Capítulo Berlín (en)"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def carla(cast: Cast) -> Mandate:
    """Carla coordinates."""
    return cast.hold("mesa", "Carla")


@pytest.fixture
def answered(case: Case, ana: Mandate) -> Case:
    answer(case, ana)
    return fresh(case)


@pytest.fixture
def support(cast: Cast) -> dict[str, Any]:
    """An office below the institute's head office, which stands below the agency; consular support is asked of it."""
    low = cast.hold(cast.second_office("institute"), "Dora")
    cast.promise(low, "consular-support", days=3)
    case = cast.case("consular-support")
    answer(case, low)
    return {"case": fresh(case), "low": low}


@pytest.mark.parametrize(
    ("held", "above"),
    [
        (("institute", "agency", "mesa"), "institute"),
        (("agency", "mesa"), "agency"),
        (("mesa",), "mesa"),
        ((), "mesa"),
    ],
)
def test_an_appeal_goes_to_the_first_office_above_that_somebody_holds(
    cast: Cast, support: dict[str, Any], held: tuple[str, ...], above: str
) -> None:
    for number, slug in enumerate(held):
        cast.hold(slug, f"Person{number}")
    appeal_case(support["case"], text="No es eso.")
    leg = open_leg_of(support["case"])
    assert (leg.owner, leg.rung, leg.came_from) == (
        cast.office(above),
        "appeal",
        support["case"].legs.get(number=1),
    )
    assert fresh(support["case"]).appeals == 1


def test_a_review_in_the_same_office_is_no_appeal(cast: Cast, carla: Mandate) -> None:
    """The head office of the institute answers: above it is the agency, and above nobody the coordination."""
    head = cast.hold("institute", "Dora")
    cast.promise(head, "consular-support")
    case = cast.case("consular-support")
    answer(case, head)
    leg = case.legs.get()
    assert office_above(leg) == carla.office
    agency = cast.hold("agency", "Elsa")
    assert office_above(leg) == agency.office


def test_an_appeal_has_the_promise_of_the_office_above_or_the_days_of_the_hub(
    cast: Cast, support: dict[str, Any]
) -> None:
    head = cast.hold("institute", "Elsa")
    appeal_case(support["case"], text="No es eso.")
    assert (open_leg_of(support["case"]).days, open_leg_of(support["case"]).promise) == (8, None)
    other = cast.case("consular-support")
    answer(other, support["low"])
    promise = cast.promise(head, "consular-support", days=5)
    appeal_case(other, text="No es eso.")
    assert (open_leg_of(other).days, open_leg_of(other).promise) == (5, promise)


def test_an_appeal_may_come_at_once_and_tells_both_offices(
    answered: Case, ana: Mandate, carla: Mandate
) -> None:
    opened_at = answered.opened_at
    appeal_case(answered, text="No es eso.", key="k")
    appeal_case(answered, text="No es eso.", key="k")
    found = fresh(answered)
    assert (found.state, found.owner, found.appeals, found.opened_at) == (
        "at-desk",
        carla.office,
        1,
        opened_at,
    )
    assert "> No es eso." in letters("leg_new", "carla@example.org")[-1].text
    assert lines(ana.office) == ["appealed"]
    assert len(letters("asker_reopened")) == 1
    assert why_sentence(open_leg_of(answered)) == (
        f"The asker appeals against the answer of {BERLIN}. This office stands above it, and its answer is final."
    )
    assert disputed(ana) == 1


def test_after_an_appeal_a_disagreement_is_recorded_and_counted_and_the_case_stays_closed(
    answered: Case, carla: Mandate
) -> None:
    appeal_case(answered, text="No es eso.")
    answer(answered, carla)
    with pytest.raises(Refused, match="Nothing stands above this answer"):
        appeal_case(answered, text="Tampoco.")
    dispute_case(answered, text="Tampoco.")
    found = fresh(answered)
    assert (found.state, found.office_says, found.asker_says) == ("answered", "answered", "disputes")
    assert (found.legs.count(), found.closed_at is None, found.wake_at) == (2, False, None)
    assert kinds(found, "asker") == ["appealed", "objected"]
    assert lines(carla.office) == ["objected"]
    assert disputed(carla) == 1


def test_the_coordinating_office_that_answered_first_hears_a_dispute_and_has_no_office_above(
    cast: Cast, carla: Mandate
) -> None:
    case = cast.case()
    answer(case, carla)
    with pytest.raises(Refused, match="Nothing stands above"):
        appeal_case(case, text="No es eso.")
    dispute_case(case, text="No es eso.")
    assert (open_leg_of(case).owner, open_leg_of(case).rung) == (carla.office, "reopened")
    answer(case, carla)
    found = ways(fresh(case))
    assert found is not None
    assert found.final
    dispute_case(case, text="Tampoco.")
    assert (fresh(case).state, fresh(case).asker_says) == ("answered", "disputes")


def test_the_office_appealed_against_cannot_decide_it(answered: Case, ana: Mandate, carla: Mandate) -> None:
    appeal_case(answered, text="No es eso.")
    with pytest.raises(Refused, match="so it cannot decide") as refused:
        pass_on_leg(open_leg_of(answered), by=carla, to=ana.office, reason="full")
    assert refused.value.field == "to"
    assert list(ways_on(open_leg_of(answered))) == []


def test_an_office_to_which_a_dispute_went_back_may_still_be_passed_it_by_another(
    cast: Cast, answered: Case, ana: Mandate
) -> None:
    """A dispute, unlike an appeal, is the business of the office that answered."""
    beto = cast.hold("chapter-madrid", "Beto")
    cast.promise(beto)
    dispute_case(answered, text="No es eso.")
    pass_on_leg(open_leg_of(answered), by=ana, to=beto.office, reason="full")
    pass_on_leg(open_leg_of(answered), by=beto, to=ana.office, reason="full")
    assert open_leg_of(answered).owner == ana.office


def test_an_appeal_that_finds_silence_goes_straight_to_the_coordinating_office(
    cast: Cast, support: dict[str, Any], carla: Mandate, clock: Clock
) -> None:
    elsa, _head = cast.hold("institute", "Elsa"), cast.hold("agency", "Fani")
    appeal_case(support["case"], text="No es eso.")
    assert open_leg_of(support["case"]).owner == elsa.office
    for _ in range(18):
        clock.forward(days=1)
        work()
    leg = open_leg_of(support["case"])
    assert (leg.owner, leg.rung) == (carla.office, Rung.COORDINATION)


def test_a_vacant_office_above_is_skipped_and_one_that_falls_vacant_passes_the_appeal_on(
    cast: Cast, support: dict[str, Any], carla: Mandate
) -> None:
    elsa = cast.hold("institute", "Elsa")
    appeal_case(support["case"], text="No es eso.")
    end_mandate(elsa, by=None)
    leg = Leg.objects.get(case=support["case"], closed_at=None)
    assert (leg.owner, leg.rung) == (carla.office, Rung.COORDINATION)
