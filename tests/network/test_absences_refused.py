"""Days away: what cannot be declared, and by whom."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import translation

from tequio.kernel.errors import Refused
from tequio.network.absences import (
    cancel_absence,
    change_absence,
    declare_absence,
)
from tequio.network.actions import end_mandate
from tequio.network.models import Absence, Mandate, Role
from tests.cast import Cast
from tests.conftest import Clock

# The office is in Berlin; the clock stands at Monday 23 November, 17:00 there.
TODAY, WEDNESDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 27)
ENDS = datetime(2026, 11, 27, 23, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def dana(cast: Cast, beto: Mandate) -> Mandate:
    return cast.hold(beto.office, "Dana", role=Role.DEPUTY)


@pytest.fixture
def elsa(cast: Cast, dana: Mandate) -> Mandate:
    return cast.hold(dana.office, "Elsa", role=Role.DEPUTY)


def away(mandate: Mandate, by: Mandate | None = None, **given: Any) -> Absence:
    days = {"first_day": WEDNESDAY, "last_day": FRIDAY, **given}
    return declare_absence(mandate, by=by or mandate, **days)


def refusal(mandate: Mandate, by: Mandate | None = None, **given: Any) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        away(mandate, by, **given)
    return str(refused.value), refused.value.field


def test_days_that_cannot_be(beto: Mandate) -> None:
    yesterday = date(2026, 11, 22)
    assert [
        refusal(beto, first_day=yesterday),
        refusal(beto, last_day=TODAY),
        refusal(beto, last_day=date(2027, 5, 24)),
    ] == [
        ("The first day is over. Give today or a later day.", "first_day"),
        ("The last day comes before the first. Give a later one.", "last_day"),
        ("At most 180 days. For a longer time, hand the office over.", "last_day"),
    ]


@pytest.mark.parametrize(("first", "last"), [(27, 30), (24, 25), (26, 26), (24, 30)])
def test_absences_of_one_person_do_not_overlap(beto: Mandate, first: int, last: int) -> None:
    away(beto)
    text = "Another absence covers some of these days. Change that one, or give other days."
    refused = refusal(beto, first_day=date(2026, 11, first), last_day=date(2026, 11, last))
    assert refused == (text, "first_day")


def test_days_beside_it_or_after_it_was_taken_back_are_free(beto: Mandate) -> None:
    absence = away(beto)
    away(beto, first_day=date(2026, 11, 28), last_day=date(2026, 11, 28))
    cancel_absence(absence, by=beto)
    away(beto)
    assert Absence.objects.filter(cancelled_at=None).count() == 2


def test_a_change_may_not_overlap_either(beto: Mandate) -> None:
    absence = away(beto)
    away(beto, first_day=date(2026, 11, 30), last_day=date(2026, 11, 30))
    with pytest.raises(Refused, match="Another absence covers"):
        change_absence(absence, by=beto, first_day=WEDNESDAY, last_day=date(2026, 12, 1))


def test_who_can_stand_in(cast: Cast, beto: Mandate, dana: Mandate, elsa: Mandate) -> None:
    stranger = cast.hold("chapter-madrid", "Carla")
    away(dana)
    end_mandate(elsa, by=elsa)
    other = ("A stand-in has to hold a mandate of this office. Invite a deputy first.", "stand_in")
    gone = (
        "Your stand-in is away on some of these days. Choose another, or other days.",
        "stand_in",
    )
    found = [refusal(beto, stand_in=each) for each in (stranger, beto, elsa, dana)]
    assert found == [other, other, other, gone]


def test_a_mandate_that_is_over_has_no_days_away(cast: Cast, clock: Clock) -> None:
    beto = cast.hold("chapter-berlin", "Beto", until=TODAY)
    assert refusal(beto) == ("The mandate is over by then. Give an earlier day.", "first_day")
    clock.forward(days=1)
    assert refusal(beto)[0] == "This mandate has ended: nobody is away from it."


def test_who_may_say_that_somebody_is_away(cast: Cast, beto: Mandate, dana: Mandate, elsa: Mandate) -> None:
    mesa, stranger = cast.hold("mesa", "Mesa"), cast.hold("chapter-madrid", "Carla")

    def may(by: Mandate, mandate: Mandate) -> bool:
        try:
            cancel_absence(away(mandate, by), by=by)
        except Refused:
            return False
        return True

    assert [may(by, beto) for by in (beto, dana, mesa, stranger)] == [True, False, True, False]
    assert [may(by, dana) for by in (dana, elsa, beto, mesa, stranger)] == [True, False, True, True, False]


def test_a_stand_in_cannot_keep_the_holder_away(clock: Clock, beto: Mandate, dana: Mandate) -> None:
    absence = away(beto, first_day=TODAY, stand_in=dana)
    for verb in (
        lambda: change_absence(absence, by=dana, first_day=TODAY, last_day=date(2027, 1, 1), stand_in=dana),
        lambda: cancel_absence(absence, by=dana),
    ):
        with pytest.raises(Refused, match="Only the person"):
            verb()
