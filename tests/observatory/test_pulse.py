"""What a week of the hub publishes: once, as the journal has it, and never changed afterwards."""

import json
from contextlib import suppress
from datetime import date, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tequio.circuit.actions.answering import decline_leg, pass_on_leg
from tequio.circuit.queries import owed, recalls
from tequio.circuit.queries.record import full_from_journal
from tequio.journal.models import Entry
from tequio.kernel import due
from tequio.network.models import Mandate
from tequio.observatory.actions import begin_nights, publish_week
from tequio.observatory.models import Night, Release
from tequio.observatory.queries import pulse
from tequio.observatory.queries.tables import lines
from tests.cast import Cast, open_leg_of, work
from tests.circuit.quiet import SUPPORT, run_out
from tests.circuit.test_owed import ACTS, Life
from tests.conftest import LONG, START, Clock
from tests.observatory.conftest import mexico, published


def journal_says(release: Release) -> dict[str, list[Any]]:
    """The rows of a release, counted from the entries of the journal up to it and from nothing else."""
    entries = list(Entry.objects.filter(sequence__lte=release.entry).order_by("sequence"))
    ledger = full_from_journal(entries, release.as_of)
    return pulse.as_rows(ledger, owed.from_journal(entries, release.as_of), recalls.from_journal(entries))


def weeks(until: date) -> list[pulse.Week]:
    return pulse.weeks(dict(mexico().releases.values_list("week", "totals")), until)


def rows_of(release: Release) -> dict[str, list[Any]]:
    return {part: release.figures[part] for part in ("ledger", "owed", "again")}


def test_every_count_of_a_release_is_the_count_from_the_journal(release: Release) -> None:
    assert rows_of(release) == json.loads(json.dumps(journal_says(release)))
    assert release.totals["asked"] == sum(row[-1]["asked"] for row in release.figures["ledger"])
    assert release.totals["asked"] > 10


@settings(suppress_health_check=list(HealthCheck), max_examples=500 if LONG else 15)
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 40)), max_size=14))
@pytest.mark.django_db
def test_whatever_happens_what_is_published_is_what_the_journal_tells(acts: list[tuple[str, int]]) -> None:
    clock = Clock(START)
    with transaction.atomic():
        life = Life(Cast(), clock)
        for act, which in acts:
            life.act(act, which)
        release = Release.objects.filter(hub="MX").first() or published()
        assert rows_of(release) == json.loads(json.dumps(journal_says(release)))
        transaction.set_rollback(True)
    clock.close()


def test_a_week_is_published_once_however_often_the_night_comes(cast: Cast, clock: Clock) -> None:
    assert begin_nights() == 1
    assert begin_nights() == 0
    work()
    first = Release.objects.get()
    assert (first.week, first.as_of) == (date(2026, 11, 23), START)
    for _night in range(6):
        clock.forward(days=1)
        work()
    assert list(Release.objects.values_list("week", flat=True)) == [date(2026, 11, 23)]
    clock.forward(days=1)
    work()
    assert list(Release.objects.values_list("week", flat=True)) == [date(2026, 11, 30), date(2026, 11, 23)]
    assert publish_week(mexico()) is None


def test_the_night_comes_five_minutes_after_midnight_of_the_coordinating_office(cast: Cast) -> None:
    begin_nights()
    work()
    wake_at = Night.objects.get().wake_at
    assert wake_at
    local = wake_at.astimezone(ZoneInfo("America/Mexico_City"))
    assert (str(local.date()), f"{local:%H:%M}") == ("2026-11-24", "00:05")


def test_weeks_that_passed_while_the_worker_slept_are_not_made_up(cast: Cast, clock: Clock) -> None:
    begin_nights()
    work()
    clock.forward(days=30)
    work()
    assert list(Release.objects.values_list("week", flat=True)) == [date(2026, 12, 21), date(2026, 11, 23)]
    last = weeks(date(2026, 12, 21))[-1]
    assert (last.asked, last.waiting) == (None, 0)


def test_what_was_published_stays_and_the_journal_holds_its_digest(
    release: Release, cast: Cast, busy: Mandate, clock: Clock
) -> None:
    before = pulse.digest(release)
    entry = Entry.objects.get(kind="pulse.published")
    assert json.loads(entry.facts) == {
        "home": "MX",
        "week": str(release.week),
        "digest": before,
    }
    assert (entry.office, entry.sequence) == (cast.desk.code, release.entry + 1)
    decline_leg(open_leg_of(cast.case(address="after@example.net")), by=busy, reason="full")
    clock.forward(days=7)
    published()
    assert pulse.digest(Release.objects.get(pk=release.pk)) == before


def test_a_changed_figure_has_another_digest(release: Release) -> None:
    before = pulse.digest(release)
    release.figures["ledger"][0][-1]["asked"] += 1
    assert pulse.digest(release) != before


def test_a_week_says_what_happened_between_two_releases_and_what_waits(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    published()
    answered, _waits = cast.case(address="one@example.net"), cast.case(address="two@example.net")
    decline_leg(open_leg_of(answered), by=berlin, reason="full")
    clock.forward(days=7)
    release = published()
    first, second = weeks(release.week)
    assert (first.asked, first.answered, first.missed, first.rerouted) == (None, None, None, None)
    assert second == pulse.Week(date(2026, 11, 23), 2, 1, 0, 0, 1)


def test_an_ask_that_goes_on_unanswered_is_missed_and_went_on(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    published()
    cast.case()
    clock.forward(days=21)
    work()
    release = Release.objects.filter(week__gt=date(2026, 11, 23)).first() or published()
    assert (release.totals["missed"], release.totals["rerouted"]) == (1, 1)


@pytest.mark.parametrize(("late", "missed"), [(False, 0), (True, 1)])
def test_an_ask_that_is_passed_on_went_on_once_whenever_that_was(
    cast: Cast, berlin: Mandate, clock: Clock, late: bool, missed: int
) -> None:
    madrid = cast.hold("chapter-madrid", "Mar")
    cast.promise(madrid, days=20)
    leg = open_leg_of(cast.case())
    assert leg.due_at
    clock.to(leg.due_at + timedelta(hours=1 if late else -1))
    pass_on_leg(leg, by=berlin, to=madrid.office, reason="other", text="They know more.")
    release = published()
    assert (release.totals["missed"], release.totals["rerouted"]) == (missed, 1)
    found = [each for each in lines(release) if (each["level"], each["figure"]) == ("hub", "rerouted")]
    assert [each["value"] for each in found] == [1]


def test_a_post_whose_new_asks_go_elsewhere_and_a_promise_about_to_lapse_are_named(
    cast: Cast, clock: Clock
) -> None:
    embassy = cast.hold("embassy-de", "Ema")
    cast.promise(embassy, SUPPORT, days=3, valid_days=66, countries=["DE"])
    cast.hold("mesa", "Mesa")
    run_out(cast, clock, 3)
    release = published()
    assert (release.figures["quiet"], release.totals["quiet"]) == ([embassy.office.code], 1)
    assert release.figures["lapsing"] == [[embassy.office.code, SUPPORT, "2027-01-28"]]


def test_the_queries_of_a_release_do_not_grow_with_what_there_is(
    cast: Cast, busy: Mandate, clock: Clock
) -> None:
    def number() -> int:
        with CaptureQueriesContext(connection) as captured:
            published()
        return len(captured)

    few = number()
    for slug in ("chapter-madrid", "agency", "university-oaxaca"):
        cast.promise(cast.hold(slug, slug), "school-talk" if slug == "chapter-madrid" else "counterpart")
    for each in range(12):
        cast.case("counterpart", address=f"more{each}@example.net")
    clock.forward(days=7)
    assert number() == few


def test_a_night_that_is_not_due_does_nothing(cast: Cast) -> None:
    begin_nights()
    work()
    Release.objects.all().delete()
    night = Night.objects.get()
    due.handlers[Night](night)
    assert Release.objects.count() == 0
    assert Night.objects.get().wake_at == night.wake_at


def test_verify_names_a_week_that_was_changed_or_taken_away(release: Release) -> None:
    assert verified() == []
    release.totals["asked"] += 1
    release.save()
    assert verified() == [f"MX {release.week} (published week)"]
    release.delete()
    assert verified() == [f"MX {release.week} (published week)"]


def verified() -> list[str]:
    """What `tequio verify` finds to differ."""
    said = StringIO()
    with suppress(SystemExit):
        call_command("verify", "--json", stdout=said)
    found: list[str] = json.loads(said.getvalue().splitlines()[-1])["ledger_differs"]
    return found
