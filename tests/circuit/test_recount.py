"""`tequio recount`: what an upgrade of the library of holidays does to the dates of open asks."""

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tequio.circuit.actions.answering import ask_more
from tequio.circuit.actions.recounting import recount_leg
from tequio.circuit.models import Event, Leg
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.network.models import Mandate
from tequio.reference import holidays
from tests.cast import Cast, letters
from tests.conftest import Clock


@pytest.fixture
def beto(cast: Cast) -> Mandate:
    mandate = cast.hold("chapter-berlin", "Beto", language="en")
    cast.promise(mandate)
    return mandate


@pytest.fixture
def decree(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version of the library knows that 1 December 2026 is a holiday in Germany."""
    known = holidays.days_off

    def renewed(country: str, subdivision: str, year: int) -> holidays.Year:
        found = known(country, subdivision, year)
        day = {date(2026, 12, 1): {"en": "Day of the Decree"}} if (country, year) == ("DE", 2026) else {}
        return holidays.Year({**found.holidays, **day}, found.weekend)

    monkeypatch.setattr("tequio.circuit.reckoning.days_off", renewed)
    monkeypatch.setattr("tequio.circuit.reckoning.version", lambda: "0.200")


def late(leg: Leg, clock: Clock) -> bool:
    due_at = Leg.objects.get(pk=leg.pk).due_at
    assert due_at is not None
    return due_at <= clock.instant


def run(*options: str) -> tuple[list[str], dict[str, Any]]:
    out, err = StringIO(), StringIO()
    call_command("recount", "--json", *options, stdout=out, stderr=err)
    return err.getvalue().splitlines(), json.loads(out.getvalue())


def test_without_a_change_nothing_moves(cast: Cast, beto: Mandate) -> None:
    leg = cast.leg()
    _said, found = run()
    assert (found["counted"], found["moved"], found["unchanged"]) == (1, 0, 1)
    assert Leg.objects.get(pk=leg.pk).due_version == 1
    assert not Event.objects.filter(kind="recounted").exists()


def test_a_new_holiday_moves_the_dates_that_it_touches(
    cast: Cast, beto: Mandate, request: pytest.FixtureRequest
) -> None:
    leg, spanish = cast.leg(), cast.hold("mesa", "Ana")
    other = cast.leg("counterpart", address="zoe@example.net")
    request.getfixturevalue("decree")
    said, found = run("--dry-run")
    assert said[0] == f"{leg.case}, leg 1: 2026-12-03 is 2026-12-04 now"
    assert (found["counted"], found["moved"], found["dry_run"]) == (2, 1, True)
    assert Leg.objects.get(pk=leg.pk).due_on == date(2026, 12, 3)
    said, found = run()
    assert (found["moved"], found["unchanged"], found["dry_run"]) == (1, 1, False)
    moved = Leg.objects.select_related("case").get(pk=leg.pk)
    assert (moved.due_on, moved.case.due_on) == (date(2026, 12, 4), date(2026, 12, 4))
    assert (moved.reckoning["holidays"], moved.due_version) == ("0.200", 2)
    assert (other.owner, Leg.objects.get(pk=other.pk).due_version) == (spanish.office, 1)
    assert Event.objects.get(kind="recounted").data["why"] == "calendar"
    assert len(letters("asker_recounted")) == 1
    assert from_journal() == from_tables()
    assert run()[1]["moved"] == 0


def test_who_waits_for_the_asker_is_counted_at_the_reply(
    cast: Cast, beto: Mandate, request: pytest.FixtureRequest
) -> None:
    leg = cast.leg()
    ask_more(leg, by=beto, question="¿Cuántos?")
    request.getfixturevalue("decree")
    assert run()[1]["counted"] == 0
    assert recount_leg(leg) is None


def test_a_late_answer_that_is_not_late_by_the_new_calendar_is_late_no_more(
    cast: Cast, beto: Mandate, clock: Clock, request: pytest.FixtureRequest
) -> None:
    leg = cast.leg()
    clock.forward(days=11)  # 4 December
    assert late(leg, clock) is True
    request.getfixturevalue("decree")
    run()
    assert late(leg, clock) is False


def test_without_json_it_says_the_same_in_words(cast: Cast, beto: Mandate) -> None:
    cast.leg()
    out = StringIO()
    call_command("recount", stdout=out)
    assert out.getvalue() == f"1 dates counted by holidays {holidays.version()}, 0 moved.\n"
