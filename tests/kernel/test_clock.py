"""One clock: real, shifted in the demo, or standing."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from tequio.kernel import clock

ZONES = sorted(available_timezones())


@pytest.fixture
def demo(settings: Settings, tmp_path: Path) -> Settings:
    settings.DEMO, settings.VAR = True, tmp_path
    return settings


def test_the_clock_stands_inside_a_block_and_runs_again_after_it() -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    with clock.at(noon):
        assert clock.now() == datetime(2026, 7, 1, 10, tzinfo=UTC)
        with clock.at(noon + timedelta(days=1)):
            assert clock.now() == datetime(2026, 7, 2, 10, tzinfo=UTC)
        assert clock.now() == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_demo_clock_moves_ahead_for_whoever_reads_it(demo: Settings) -> None:
    clock.move(timedelta(days=1))
    clock.move(timedelta(hours=2))
    assert clock.shift() == timedelta(days=1, hours=2)
    assert abs(clock.now() - datetime.now(UTC) - timedelta(days=1, hours=2)) < timedelta(seconds=5)


def test_the_demo_clock_never_goes_back(demo: Settings) -> None:
    clock.move(timedelta(days=1))
    with pytest.raises(ValueError, match="only moves ahead"):
        clock.move(timedelta(seconds=-1))
    assert clock.shift() == timedelta(days=1)


def test_outside_the_demo_nothing_shifts_the_clock(demo: Settings) -> None:
    clock.move(timedelta(days=9))
    demo.DEMO = False
    assert clock.shift() == timedelta()


def test_an_unreadable_shift_counts_as_none(demo: Settings, tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("soon")
    assert clock.shift() == timedelta()


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/Mexico_City", date(2026, 11, 22)),
        ("Europe/Madrid", date(2026, 11, 23)),
        ("Asia/Tokyo", date(2026, 11, 23)),
    ],
)
def test_today_is_the_day_of_the_zone(zone: str, day: date) -> None:
    with clock.at(datetime(2026, 11, 23, 3, 0, tzinfo=UTC)):
        assert clock.today(zone) == day


@given(day=st.dates(date(1990, 1, 1), date(2037, 12, 30)), zone=st.sampled_from(ZONES))
def test_a_day_ends_where_the_next_begins_in_every_zone(day: date, zone: str) -> None:
    end = clock.end_of(day, zone)
    assert (end - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() <= day
    assert end.astimezone(ZoneInfo(zone)).date() > day
    assert end <= clock.end_of(day + timedelta(days=1), zone)
