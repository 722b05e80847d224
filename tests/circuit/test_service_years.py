"""Show: with one post dead, each of its asks is at a desk that answers from the third date that ran out there."""

import sys
from typing import Any

import pytest

from tequio.circuit import rules
from tequio.circuit.models import Leg
from tequio.circuit.queries import service
from tequio.circuit.queries.record import MISSED
from tequio.circuit.states import Rung
from tequio.kernel import clock as kernel_clock
from tests.cast import Cast
from tests.circuit.quiet import quiet_offices
from tests.circuit.years import AFTER, DAYS, Year
from tests.conftest import Clock

SHARES = [pytest.param(60, marks=pytest.mark.long), 80, pytest.param(95, marks=pytest.mark.long)]


@pytest.mark.parametrize("answering", SHARES)
def test_every_ask_of_a_dead_post_is_at_a_live_desk_from_its_third_miss(
    cast: Cast, clock: Clock, answering: int, long_form: bool, capsys: Any
) -> None:
    year = Year(cast, clock, 1000 if long_form else 150, answering)
    year.run()
    third = Leg.objects.filter(MISSED, owner=year.dead).order_by("closed_at")[2].closed_at
    assert third is not None
    after = [case for case in year.asked_at_dead() if case.opened_at > third]
    assert len(after) >= 10
    first = [case.legs.get(number=1) for case in after]
    assert {(leg.owner, leg.rung) for leg in first} == {(cast.desk, Rung.CENTRAL)}
    assert [leg.pk for leg in first if leg.in_time is not True] == []
    assert Leg.objects.filter(owner=year.dead, opened_at__gt=third).count() == 0
    promised = max(leg.days for leg in Leg.objects.filter(owner=year.dead))
    over = rules.due_on(
        promised + 1 + rules.GRACE_DAYS, kernel_clock.day_of(third, "Europe/Berlin"), year.dead
    ).day
    left = Leg.objects.filter(owner=year.dead, closed_at__gt=rules.end_of_due(over, year.dead))
    assert (left.count(), Leg.objects.filter(owner=year.dead, closed_at=None).count()) == (0, 0)
    assert year.dead.code in quiet_offices()
    with capsys.disabled():
        sys.stdout.write(f"\n{answering} % answer, with the rule: {year.shares()}\n")


@pytest.mark.long
@pytest.mark.parametrize("answering", [60, 80, 95])
def test_without_the_rule_the_same_asks_wait_at_the_dead_post(
    cast: Cast, clock: Clock, answering: int, long_form: bool, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "IN_A_ROW", 10**6)
    year = Year(cast, clock, 1000 if long_form else 150, answering)
    year.run()
    first = [case.legs.get(number=1) for case in year.asked_at_dead()]
    assert {(leg.owner, leg.outcome) for leg in first} == {(year.dead, "missed")}
    with capsys.disabled():
        sys.stdout.write(f"\n{answering} % answer, without it: {year.shares()}\n")


def test_the_year_is_over_before_the_promise_of_the_dead_post() -> None:
    assert DAYS + AFTER < 366
