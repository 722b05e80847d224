"""Time in the demo: acts, each at its own instant, and what falls due between them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tequio.charts.models import Drawing
from tequio.journal.models import Entry
from tequio.kernel import clock, due

INSTANT = timedelta(microseconds=1)


@dataclass(order=True)
class Act:
    """`do` is called at `at`; of two acts at one instant, the lower `order` comes first."""

    at: datetime
    order: int
    do: Callable[[], object] = field(compare=False)


@dataclass(frozen=True)
class Days:
    """Counts days from that of `present` in `zone`."""

    present: datetime
    zone: str

    def on(self, day: int) -> date:
        return self.present.astimezone(ZoneInfo(self.zone)).date() + timedelta(days=day)

    def count(self, day: date) -> int:
        """How many days a date lies after the present one."""
        return (day - self.on(0)).days

    def at(self, day: int, hour: str = "10:00", minutes: int = 0) -> datetime:
        """The instant of an hour on a day, counted from the present one."""
        wall = datetime.combine(self.on(day), time.fromisoformat(hour), ZoneInfo(self.zone))
        return wall + timedelta(minutes=minutes)


def days_from(opens: int, zone: str) -> Days:
    """Days up to now; or, where the journal is later than day `opens`, up to as much later as it takes.

    So the journal's instants never run backwards.
    """
    days = Days(clock.now(), zone)
    last = Entry.objects.order_by("-sequence").values_list("at", flat=True).first()
    if last is None or last < days.at(opens):
        return days
    return Days(days.present + timedelta(days=(last - days.at(opens)).days + 1), zone)


def play(acts: Iterable[Act], until: datetime) -> None:
    """Does the acts in order of time, and between them whatever is due, each at its own instant."""
    for act in sorted(acts):
        wait(act.at)
        with clock.at(act.at):
            act.do()
    wait(until)


def wait(until: datetime) -> None:
    """Works off what falls due up to an instant, as the worker would have done; raises when it cannot."""
    while (instant := min(times := _next_due(), default=until + INSTANT)) <= until:
        with clock.at(instant):
            if not due.work_off(kinds=times[instant]):
                raise RuntimeError(f"what is due at {instant:%Y-%m-%d %H:%M} could not be handled")


def _next_due() -> dict[datetime, list[type[due.DueRow]]]:
    """When rows of each kind fall due next: the kinds by that instant. Drawings are left to the worker, which draws
    the last of each.
    """
    kinds = [kind for kind in due.handlers if kind is not Drawing]
    tables = (
        f"SELECT {n} AS id, MIN(wake_at) AS wake_at FROM {m._meta.db_table}" for n, m in enumerate(kinds)
    )
    found: dict[datetime, list[type[due.DueRow]]] = {}
    for row in kinds[0]._default_manager.raw(" UNION ALL ".join(tables)):
        if row.wake_at:
            found.setdefault(row.wake_at, []).append(kinds[row.pk])
    return found
