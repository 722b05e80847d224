"""Days away: who acts meanwhile, and who is told."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from tequio.circuit.actions.answering import decline_leg
from tequio.journal.models import Entry
from tequio.journal.queries import verify
from tequio.kernel.errors import Refused
from tequio.network.absences import (
    cancel_absence,
    change_absence,
    declare_absence,
    look_at_absence,
)
from tequio.network.actions import end_mandate
from tequio.network.models import Absence, Mandate, Role
from tequio.network.queries import absences_ahead, acting, actors, may_act
from tests.cast import Cast, letters, path_in, work
from tests.conftest import Clock

# The office is in Berlin; the clock stands at Monday 23 November, 17:00 there.
TODAY, WEDNESDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 27)
BEGINS = datetime(2026, 11, 24, 23, tzinfo=UTC)  # Wednesday, 00:00 in Berlin
ENDS = datetime(2026, 11, 27, 23, tzinfo=UTC)
SECOND = timedelta(seconds=1)


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


def handed(name: str) -> int:
    return len(letters("leg_handed", f"{name}@example.org"))


# Who acts --------------------------------------------------------------------------


def test_the_stand_in_acts_from_the_first_day_to_the_end_of_the_last(
    clock: Clock, beto: Mandate, dana: Mandate, elsa: Mandate
) -> None:
    away(beto, stand_in=elsa)
    seen = []
    for instant in (BEGINS - SECOND, BEGINS, ENDS - SECOND, ENDS):
        clock.to(instant)
        seen.append(acting(beto.office))
    assert seen == [[beto], [elsa], [elsa], [beto]]


def test_without_a_stand_in_every_deputy_who_is_there_acts(
    clock: Clock, beto: Mandate, dana: Mandate, elsa: Mandate
) -> None:
    away(beto)
    away(elsa, first_day=FRIDAY, last_day=FRIDAY)
    seen = []
    for day in (0, 2):
        clock.to(BEGINS + timedelta(days=day))
        seen.append(acting(beto.office))
    assert seen == [[dana, elsa], [dana]]


def test_alone_the_holder_still_acts(clock: Clock, beto: Mandate) -> None:
    away(beto)
    clock.to(BEGINS)
    assert acting(beto.office) == [beto]
    assert may_act(beto.person, beto.office) == beto


def test_when_everybody_is_away_the_holder_acts(clock: Clock, beto: Mandate, dana: Mandate) -> None:
    for mandate in (beto, dana):
        away(mandate)
    clock.to(BEGINS)
    assert acting(beto.office) == [beto]


def test_deputies_of_a_vacant_office_act_even_when_all_are_away(
    clock: Clock, beto: Mandate, dana: Mandate, elsa: Mandate
) -> None:
    end_mandate(beto, by=beto)
    away(dana, stand_in=elsa)
    clock.to(BEGINS)
    assert acting(beto.office) == [elsa]
    away(elsa, first_day=WEDNESDAY)
    assert acting(beto.office) == [dana, elsa]


def test_a_stand_in_whose_mandate_ends_leaves_it_to_the_other_deputies(
    clock: Clock, beto: Mandate, dana: Mandate, elsa: Mandate
) -> None:
    away(beto, stand_in=elsa)
    clock.to(BEGINS)
    end_mandate(elsa, by=elsa)
    assert acting(beto.office) == [dana]
    end_mandate(dana, by=dana)
    assert acting(beto.office) == [beto]


def test_who_acts_is_one_query_as_before(clock: Clock, beto: Mandate, dana: Mandate) -> None:
    away(beto, first_day=TODAY, stand_in=dana)
    person, office = dana.person, beto.office
    with CaptureQueriesContext(connection) as queries:
        assert may_act(person, office) == dana
    assert len(queries) == 1


@settings(max_examples=400)
@given(st.sampled_from(["vacant", "there", "away"]), st.lists(st.booleans(), max_size=4), st.integers(0, 4))
def test_at_every_instant_one_party_acts_and_none_only_in_a_vacant_office(
    holder: str, deputies_away: list[bool], named: int
) -> None:
    """Holder xor stand-in xor deputies, whoever is away and whoever is named (`0`: nobody)."""
    holders = [Mandate(pk=9, role=Role.HOLDER)] if holder != "vacant" else []
    deputies = [Mandate(pk=pk, role=Role.DEPUTY) for pk in range(1, len(deputies_away) + 1)]
    for mandate, is_away in zip([*deputies, *holders], [*deputies_away, holder == "away"], strict=False):
        mandate.away_until = ENDS if is_away else None
        mandate.stand_in_now = named if is_away and named else None
    there = [each for each in deputies if each.away_until is None]
    stand_in = [each for each in there if each.pk == named]
    expected = {
        "vacant": there or deputies,
        "there": holders,
        "away": stand_in or there or holders,
    }
    current = [*deputies, *holders]
    assert actors(current) == expected[holder]
    assert bool(actors(current)) == bool(current)


# Who is told, and whose links work ---------------------------------------------------


def test_the_stand_in_gets_links_when_it_begins_and_the_holder_when_it_ends(
    cast: Cast, client: Client, clock: Clock, beto: Mandate, dana: Mandate
) -> None:
    legs = [cast.leg() for _ in range(2)]
    away(beto, stand_in=dana)
    told, works, new = [], [], path_in(letters("leg_new", "beto@example.org")[0])
    for instant in (BEGINS - SECOND, BEGINS, ENDS):
        clock.to(instant)
        work()
        told.append((handed("dana"), handed("beto")))
        works.append(client.get(new).status_code)
    assert told == [(0, 0), (2, 0), (2, 2)]
    assert works == [200, 404, 200]
    clock.to(BEGINS + SECOND)
    decline_leg(legs[0], by=dana, reason="full")
    with pytest.raises(Refused, match="otra persona actúa ahora"):
        decline_leg(legs[1], by=beto, reason="full")


def test_links_change_at_the_instant_even_when_the_worker_sleeps(
    cast: Cast, client: Client, clock: Clock, beto: Mandate, dana: Mandate
) -> None:
    cast.leg()
    away(beto, stand_in=dana)
    link = path_in(letters("leg_new", "beto@example.org")[0])
    statuses = []
    for instant in (BEGINS - SECOND, BEGINS, ENDS):
        clock.to(instant)
        statuses.append(client.get(link).status_code)
    assert statuses == [200, 404, 200]


def test_an_absence_from_today_begins_at_once(cast: Cast, clock: Clock, beto: Mandate, dana: Mandate) -> None:
    cast.leg()
    absence = away(beto, first_day=TODAY, stand_in=dana)
    assert (absence.starts_at, absence.wake_at, absence.first_day) == (clock.instant, ENDS, TODAY)
    assert (acting(beto.office), handed("dana")) == ([dana], 1)


def test_the_worker_looks_once_and_catches_up_after_an_outage(
    cast: Cast, clock: Clock, beto: Mandate, dana: Mandate
) -> None:
    cast.leg()
    absence = away(beto, stand_in=dana)
    clock.to(BEGINS + timedelta(hours=30))
    for _ in range(2):
        work()
        look_at_absence(absence)
    assert (handed("dana"), handed("beto")) == (1, 0)
    clock.to(ENDS + timedelta(days=4))
    for _ in range(2):
        work()
        look_at_absence(absence)
    assert (handed("dana"), handed("beto")) == (1, 1)


def test_nobody_is_told_when_nobody_acts_newly(
    cast: Cast, clock: Clock, beto: Mandate, dana: Mandate
) -> None:
    cast.leg()
    away(dana)
    for instant in (BEGINS, ENDS):
        clock.to(instant)
        work()
    assert letters("leg_handed") == []


def test_who_stood_in_is_not_written_to_again_when_the_holder_s_mandate_runs_out(
    cast: Cast, clock: Clock
) -> None:
    beto = cast.hold("chapter-berlin", "Beto", until=date(2026, 11, 26))
    dana = cast.hold(beto.office, "Dana", role=Role.DEPUTY)
    cast.promise(beto)
    cast.leg()
    away(beto, stand_in=dana)
    for instant in (BEGINS, ENDS):
        clock.to(instant)
        work()
    assert (acting(beto.office), handed("dana")) == ([dana], 1)


def test_when_the_stand_in_s_mandate_runs_out_who_acts_then_is_told(
    cast: Cast, clock: Clock, beto: Mandate
) -> None:
    dana = cast.hold(beto.office, "Dana", role=Role.DEPUTY, until=date(2026, 11, 25))
    cast.leg()
    away(beto, stand_in=dana)
    for instant in (BEGINS, BEGINS + timedelta(days=1)):
        clock.to(instant)
        work()
    assert (handed("dana"), handed("beto")) == (1, 1)


# Changing and taking back ---------------------------------------------------------------


def test_back_early_the_holder_acts_at_once(cast: Cast, clock: Clock, beto: Mandate, dana: Mandate) -> None:
    cast.leg()
    absence = away(beto, first_day=TODAY, stand_in=dana)
    clock.forward(hours=20)
    cancel_absence(absence, by=beto)
    assert (acting(beto.office), handed("beto"), absences_ahead(beto.office)) == ([beto], 1, [])
    again = cancel_absence(absence, by=beto)
    assert again.cancelled_at == clock.instant
    assert Entry.objects.filter(kind="absence.cancelled").count() == 1


def test_other_days_and_another_stand_in(
    cast: Cast, clock: Clock, beto: Mandate, dana: Mandate, elsa: Mandate
) -> None:
    cast.leg()
    absence = away(beto, stand_in=dana)
    change_absence(absence, by=beto, first_day=FRIDAY, last_day=FRIDAY, stand_in=elsa)
    clock.to(BEGINS)
    assert (work(), acting(beto.office)) == (0, [beto]) or acting(beto.office) == [beto]
    clock.to(BEGINS + timedelta(days=2))
    work()
    assert (acting(beto.office), handed("elsa"), handed("dana")) == ([elsa], 1, 0)


def test_of_a_running_absence_the_first_day_stays(
    cast: Cast, clock: Clock, beto: Mandate, dana: Mandate, elsa: Mandate
) -> None:
    cast.leg()
    absence = away(beto, stand_in=dana)
    clock.to(BEGINS + timedelta(hours=12))
    work()
    changed = change_absence(absence, by=beto, first_day=TODAY, last_day=date(2026, 12, 1), stand_in=elsa)
    assert (changed.first_day, changed.last_day) == (WEDNESDAY, date(2026, 12, 1))
    assert (acting(beto.office), handed("dana"), handed("elsa")) == ([elsa], 1, 1)


def test_an_absence_that_is_over_is_not_changed(clock: Clock, beto: Mandate, dana: Mandate) -> None:
    absence = away(beto)
    clock.to(ENDS)
    with pytest.raises(Refused, match="This absence is over"):
        change_absence(absence, by=beto, first_day=date(2026, 12, 1), last_day=date(2026, 12, 2))
    assert cancel_absence(absence, by=beto).cancelled_at is None


# The journal -----------------------------------------------------------------------------------


def test_the_journal_has_the_days_and_the_roles_and_nobody_s_name(
    clock: Clock, beto: Mandate, dana: Mandate
) -> None:
    away(beto, stand_in=dana)
    for instant in (BEGINS, ENDS):
        clock.to(instant)
        work()
    entries = Entry.objects.filter(kind__startswith="absence.").order_by("sequence")
    facts = {
        "role": "holder",
        "from": "2026-11-24 23:00:00+00:00",
        "until": "2026-11-27 23:00:00+00:00",
        "stand_in": "deputy",
    }
    assert [(entry.kind, entry.office, json.loads(entry.facts)) for entry in entries] == [
        (f"absence.{what}", beto.office.code, facts) for what in ("declared", "began", "ended")
    ]
    assert verify().broken is None
