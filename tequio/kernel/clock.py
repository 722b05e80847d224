"""The one clock of web and worker.

`now()` is the system's instant, plus the shift kept in `var/clock` (seconds) in demo mode, unless a block
runs `at(instant)`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

_fixed: ContextVar[datetime | None] = ContextVar("fixed", default=None)


def _shift_file() -> Path:
    return Path(settings.VAR) / "clock"


def shift() -> timedelta:
    """How far the demo's clock runs ahead of the system's; zero outside demo mode."""
    if not settings.DEMO:
        return timedelta()
    try:
        return timedelta(seconds=int(_shift_file().read_text()))
    except (FileNotFoundError, ValueError):
        return timedelta()


def move(by: timedelta) -> None:
    """Moves the demo's clock ahead, for web and worker at once; it never goes back."""
    if by < timedelta():
        raise ValueError("the clock only moves ahead")
    kept = _shift_file().with_suffix(".new")
    kept.write_text(str(int((shift() + by).total_seconds())))
    kept.replace(_shift_file())


def now() -> datetime:
    """The present instant, in UTC."""
    return _fixed.get() or datetime.now(UTC) + shift()


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Runs the block as if it were `instant` (aware): for the demo's stories and for tests."""
    token = _fixed.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)


def day_of(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()


def today(zone: str) -> date:
    return day_of(now(), zone)


def last_day(end: datetime, zone: str) -> date:
    """The day in `zone` that is over at `end`, an instant made by `end_of`."""
    return (end - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()


def end_of(day: date, zone: str) -> datetime:
    """The instant at which `day` is over in `zone`: a due date is kept until then, late only after it."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
