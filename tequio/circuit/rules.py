"""How days are counted, and when an office is reminded."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from tequio.circuit.reckoning import Calendar, Due, Stop, calendar_of, nth_day, nth_day_before, reckon
from tequio.kernel import clock
from tequio.network.models import Office
from tequio.reference.holidays import known

REMIND_BEFORE = timedelta(days=2)  # an asker who owes a reply
BEFORE_DAYS, GRACE_DAYS = 2, 2  # working days of the office
MORNING = timedelta(hours=8)
UNDO_WITHIN = timedelta(hours=24)
CONFIRM_WITHIN = timedelta(days=7)
OUTCOME_WITHIN = timedelta(days=14)
SILENCE_DAYS = 10  # working days after which an office's word counts, when the other party says nothing
REMIND_SILENT = 2  # working days before that, the other party is reminded
AGREEMENT_REMINDERS = (timedelta(days=90), timedelta(days=30))
MAIL_KEPT = timedelta(days=60)  # what was written by mail, after the leg ended or the mail was put aside
UNDELIVERED_AFTER = 2  # working days without any evidence that the ask has reached the office
RECALL_OPEN = timedelta(days=30)  # after the letter an asker may say, and change, whether it happened
RECALL_QUIET = timedelta(days=14)  # between the end of their window on the case and that letter
NOBODY = "erased@invalid.example"  # the address of whoever was erased
PROMISE_REMINDERS = (timedelta(days=30), timedelta(days=7))


def due_on(days: int, since: date, office: Office, stops: Iterable[Stop] = ()) -> Due:
    """The day by whose end, in the office's zone, an answer to what came on `since` is due, and how it is reckoned:
    `days` working days of the office's own calendar; the day of delivery is day zero. Reads the office's closures.
    """
    return reckon(calendar_of(office.organisation), days, since, stops)


def end_of_due(day: date, office: Office) -> datetime:
    """The instant at which the due date is over where the office sits."""
    return clock.end_of(day, office.organisation.zone)


def reminder_times(opened_at: datetime, due_on: date, calendar: Calendar, zone: str) -> list[datetime]:
    """When the office is reminded, and when the ask climbs on: two working days before the date, on it, on the
    working day after it, and two working days later; at eight in the morning where the office sits.

    A reminder that would fall before the leg began counts as said when it begins.
    """
    return [max(time, opened_at) for time in _mornings(due_on, calendar, zone)]


@lru_cache(maxsize=4096)
def _mornings(due_on: date, calendar: Calendar, zone: str) -> tuple[datetime, ...]:
    after = nth_day(calendar, 1, due_on)
    days = (
        nth_day_before(calendar, BEFORE_DAYS, due_on),
        due_on,
        after,
        nth_day(calendar, GRACE_DAYS, after),
    )
    return tuple(clock.end_of(day - timedelta(days=1), zone) + MORNING for day in days)


def stage_now(times: Iterable[datetime], now: datetime) -> int:
    """How many of the reminder times have come: 0 none yet, 4 the ask climbs."""
    return sum(time <= now for time in times)


def next_promise_reminder(valid_until: datetime, now: datetime) -> datetime:
    """When to write about a promise next: 30 and 7 days before it lapses, and when it does."""
    return _next(PROMISE_REMINDERS, valid_until, now)


def next_agreement_reminder(expires_at: datetime, now: datetime) -> datetime:
    """When to tell the parties next: 90 and 30 days before it expires, and when it does."""
    return _next(AGREEMENT_REMINDERS, expires_at, now)


def _next(reminders: tuple[timedelta, ...], end: datetime, now: datetime) -> datetime:
    times = [end - before for before in reminders]
    return next((time for time in times if time > now), end)


def end_of_window(home: str, day: date) -> date:
    """The last day on which an asker may contradict what an office said on `day`: ten working days on, by the
    calendar of the country whose hub it is.
    """
    return nth_day(Calendar((known(home),)), SILENCE_DAYS, day)


def reminder_in_window(home: str, last: date) -> date:
    """The working day, two before the last, on which an asker who has said nothing is reminded."""
    return nth_day_before(Calendar((known(home),)), REMIND_SILENT, last)
