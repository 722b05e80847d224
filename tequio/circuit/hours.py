"""When an office is written to: once a day, in its own working hours, and ever more rarely about the same thing."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tequio.circuit.reckoning import Calendar, calendar_of, nth_day
from tequio.network.models import Office

DAY = timedelta(days=1)
OPENS, CLOSES = time(9), time(18)
SOON_DAYS = 2
KEPT = timedelta(days=30)
NEWS_OF = timedelta(days=7)


@dataclass(frozen=True)
class Hours:
    """The working days of an office, and the clock where it sits."""

    calendar: Calendar
    zone: ZoneInfo

    def day(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()

    def opens(self, day: date) -> datetime:
        """Nine o'clock of the day."""
        return datetime.combine(day, OPENS, self.zone).astimezone(UTC)

    def at_work(self, now: datetime) -> bool:
        """Whether the office is written to now: a working day of its calendar, between nine and six."""
        return OPENS <= now.astimezone(self.zone).time() < CLOSES and self.calendar.works(self.day(now))

    def next(self, now: datetime) -> datetime:
        """The next nine o'clock of a working day, after now."""
        day = self.day(now)
        return self.opens(nth_day(self.calendar, 1, day - DAY if self.opens(day) > now else day))

    def soon(self, day: date) -> date:
        """The last day that is due soon: two working days after the day."""
        return nth_day(self.calendar, SOON_DAYS, day)


def hours_of(office: Office) -> Hours:
    """Reads the closures of the office's organisation."""
    return Hours(calendar_of(office.organisation), ZoneInfo(office.organisation.zone))


def repeated_on(days_late: int) -> int:
    """The day of those on which what is late is said again (1, 2, 4, 7, 11 …) that has come; 0 before the first."""
    day, step = 1, 1
    while day + step <= days_late:
        day, step = day + step, step + 1
    return day if days_late >= 1 else 0
