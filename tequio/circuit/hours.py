"""When an office is written to: once a day, in its own working hours, and ever more rarely about the same thing."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tequio.circuit.reckoning import calendar_of, nth_day
from tequio.network.models import Office

DAY = timedelta(days=1)
OPENS, CLOSES = time(9), time(18)
SOON_DAYS = 2
KEPT = timedelta(days=30)
NEWS_OF = timedelta(days=7)


def zone_of(office: Office) -> ZoneInfo:
    return ZoneInfo(office.organisation.zone)


def today_at(office: Office, now: datetime) -> date:
    return now.astimezone(zone_of(office)).date()


def at_work(office: Office, now: datetime) -> bool:
    """Whether the office is written to now: a working day of its calendar, between nine and six where it sits."""
    local = now.astimezone(zone_of(office))
    return OPENS <= local.time() < CLOSES and calendar_of(office.organisation).works(local.date())


def digest_on(office: Office, day: date) -> datetime:
    """Nine o'clock of the day where the office sits."""
    return datetime.combine(day, OPENS, zone_of(office)).astimezone(UTC)


def next_digest(office: Office, now: datetime) -> datetime:
    """The next nine o'clock of a working day of the office, after now."""
    day = today_at(office, now)
    if digest_on(office, day) > now:
        day -= DAY
    return digest_on(office, nth_day(calendar_of(office.organisation), 1, day))


def soon_until(office: Office, today: date) -> date:
    """The last day that is due soon: two working days from today."""
    return nth_day(calendar_of(office.organisation), SOON_DAYS, today)


def repeated_on(days_late: int) -> int:
    """The day of those on which what is late is said again (1, 2, 4, 7, 11 …) that has come; 0 before the first."""
    day, step = 1, 1
    while day + step <= days_late:
        day, step = day + step, step + 1
    return day if days_late >= 1 else 0
