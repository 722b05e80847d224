"""How days are counted, and when an office is reminded."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from tequio.circuit.reckoning import Due, Stop, calendar_of, reckon
from tequio.kernel import clock
from tequio.network.models import Office

REMIND_BEFORE = timedelta(days=2)
MORNING = timedelta(hours=8)
GRACE = timedelta(days=2)
UNDO_WITHIN = timedelta(hours=24)
CONFIRM_WITHIN = timedelta(days=7)
OUTCOME_WITHIN = timedelta(days=14)
SILENCE_DAYS = 10  # working days after which an office's "done" counts, when the other party says nothing
AGREEMENT_REMINDERS = (timedelta(days=90), timedelta(days=30))
UNDELIVERED_AFTER = 2  # working days without any evidence that the ask has reached the office
PROMISE_REMINDERS = (timedelta(days=30), timedelta(days=7))


def due_on(days: int, since: date, office: Office, stops: Iterable[Stop] = ()) -> Due:
    """The day by whose end, in the office's zone, an answer to what came on `since` is due, and how it is reckoned:
    `days` working days of the office's own calendar; the day of delivery is day zero. Reads the office's closures.
    """
    return reckon(calendar_of(office.organisation), days, since, stops)


def end_of_due(day: date, office: Office) -> datetime:
    """The instant at which the due date is over where the office sits."""
    return clock.end_of(day, office.organisation.zone)


def reminder_times(opened_at: datetime, due_at: datetime) -> list[datetime]:
    """When to write: two days before, on the day, the morning after, and when the ask climbs on.

    A reminder that would fall before the leg began counts as written when it begins.
    """
    on_the_day = due_at - timedelta(days=1) + MORNING
    times = [on_the_day - REMIND_BEFORE, on_the_day, due_at + MORNING, due_at + GRACE + MORNING]
    return [max(time, opened_at) for time in times]


def stage_now(opened_at: datetime, due_at: datetime, now: datetime) -> int:
    """How many of the reminder times have come: 0 none yet, 4 the ask climbs."""
    return sum(time <= now for time in reminder_times(opened_at, due_at))


def next_promise_reminder(valid_until: datetime, now: datetime) -> datetime:
    """When to write about a promise next: 30 and 7 days before it lapses, and when it does."""
    return _next(PROMISE_REMINDERS, valid_until, now)


def next_agreement_reminder(expires_at: datetime, now: datetime) -> datetime:
    """When to tell the parties next: 90 and 30 days before it expires, and when it does."""
    return _next(AGREEMENT_REMINDERS, expires_at, now)


def _next(reminders: tuple[timedelta, ...], end: datetime, now: datetime) -> datetime:
    times = [end - before for before in reminders]
    return next((time for time in times if time > now), end)
