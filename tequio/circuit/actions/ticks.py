"""Reminders: of many legs in one transaction, each once. A tick is the row that says that it has happened.

Of several reminders that fell due while nobody looked only the latest is told; the others are kept as ticks of the
same instant.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tequio.circuit import letters, rules
from tequio.circuit.models import Case, DigestLine, Event, Leg, Tick
from tequio.circuit.queries.digest import late_key
from tequio.circuit.queries.lines import REMINDERS
from tequio.circuit.reckoning import calendar_of
from tequio.journal.actions import Act, write_many
from tequio.kernel import clock
from tequio.network.models import Mandate, Organisation

LATE = len(REMINDERS)
CLIMBS = LATE + 1
ROW = (
    "pk",
    "number",
    "case_id",
    "asked_by_id",
    "owner_id",
    "opened_at",
    "delivered_at",
    "due_on",
    "due_version",
    "stage",
    "case__ref",
    "case__state",
    "case__kind__slug",
    "case__kind__home_id",
    "owner__organisation_id",
    "owner__organisation__slug",
    "owner__organisation__zone",
)


def look_at_legs(keys: Sequence[int]) -> list[int]:
    """The worker's look at many due legs: reminds of those that only need that, in the caller's transaction.

    Returns the others (a vacant office, a question, a date that is over for good), to be looked at one by one.
    """
    now = clock.now()
    cases = Leg.objects.filter(pk__in=keys).values("case")
    list(Case.objects.select_for_update(no_key=True).filter(pk__in=cases).order_by("pk").values_list("pk"))
    rows = list(_due(keys, now))
    held = Mandate.objects.current().filter(office__in={row.owner_id for row in rows}).values_list("office")
    offices = {pk for (pk,) in held}
    times = _times(rows)
    alone = {row.pk for row in rows if row.owner_id not in offices or _alone(row, times[row.pk], now)}
    _remind([row for row in rows if row.pk not in alone], times, now)
    return sorted(alone)


def _due(keys: Sequence[int], now: datetime) -> Iterable[Any]:
    found = Leg.objects.filter(pk__in=keys, closed_at=None, wake_at__lte=now)
    return found.order_by("pk").values_list(*ROW, named=True)


def _times(rows: Sequence[Any]) -> dict[int, list[datetime]]:
    """By leg, when its office is reminded and when it climbs on; each calendar is read once."""
    organisations = Organisation.objects.in_bulk({row.owner__organisation_id for row in rows})
    calendars = {pk: calendar_of(organisation) for pk, organisation in organisations.items()}
    return {
        row.pk: rules.reminder_times(
            row.opened_at,
            row.due_on,
            calendars[row.owner__organisation_id],
            row.owner__organisation__zone,
        )
        for row in rows
    }


def _alone(row: Any, times: Sequence[datetime], now: datetime) -> bool:
    asked = row.case__state == "question" and row.asked_by_id is None
    return asked or row.delivered_at is None or rules.stage_now(times, now) >= CLIMBS


def remind_leg(leg: Leg, now: datetime) -> None:
    """Reminds of one leg, whose case is locked."""
    rows = list(_due([leg.pk], now))
    _remind(rows, _times(rows), now)


def _remind(rows: Sequence[Any], times: Mapping[int, Sequence[datetime]], now: datetime) -> None:
    """Moves each leg to its stage; ticks, a line of the digest, an event and an entry for what is told.

    When the date has passed, the asker is told at once; the deputies are with the digest.
    """
    stages = {row.pk: rules.stage_now(times[row.pk], now) for row in rows}
    ticked = set(Tick.objects.filter(leg__in=stages).values_list("leg_id", "kind", "due_version"))
    ticks = [
        Tick(leg_id=row.pk, kind=kind, due_version=row.due_version, at=now)
        for row in rows
        for kind in REMINDERS[row.stage : stages[row.pk]]
        if (row.pk, kind, row.due_version) not in ticked
    ]
    latest = {tick.leg_id: tick.kind for tick in ticks}
    told = [row for row in rows if latest.get(row.pk) == REMINDERS[stages[row.pk] - 1]]
    Tick.objects.bulk_create(ticks)
    DigestLine.objects.bulk_create([_line(row, latest[row.pk], now) for row in told], ignore_conflicts=True)
    Event.objects.bulk_create([_event(row, stages[row.pk], now) for row in told])
    late = [row.pk for row in told if stages[row.pk] == LATE and row.asked_by_id is None]
    _tell_askers(late, times)
    _wait({row.pk: (stages[row.pk], times[row.pk][stages[row.pk]]) for row in rows})
    write_many([_act(row, stages[row.pk]) for row in told])


def _line(row: Any, kind: str, now: datetime) -> DigestLine:
    version = row.due_version
    key = late_key(row.pk, version, 1) if kind == "late" else f"{kind}/{row.pk}/{version}"
    return DigestLine(
        office_id=row.owner_id,
        case_id=row.case_id,
        leg_id=row.pk,
        topic=row.case__ref,
        kind=kind,
        key=key,
        at=now,
    )


def _event(row: Any, stage: int, now: datetime) -> Event:
    return Event(
        case_id=row.case_id,
        leg_id=row.pk,
        at=now,
        kind="reminded",
        voice=Event.Voice.HUB,
        office_id=row.owner_id,
        data={"stage": stage},
    )


def _act(row: Any, stage: int) -> Act:
    office = f"{row.owner__organisation__slug}/{row.owner_id}"
    kind = {"home": row.case__kind__home_id, "kind": row.case__kind__slug, "state": row.case__state}
    return Act("leg.reminded", office, row.case__ref, {**kind, "stage": stage})


def _tell_askers(keys: Sequence[int], times: Mapping[int, Sequence[datetime]]) -> None:
    legs = Leg.objects.filter(pk__in=keys).select_related(
        "case__ask", "case__kind", "case__route", "case__owner__organisation", "owner__organisation"
    )
    for leg in legs.order_by("pk"):
        letters.to_asker("asker_late", leg.case, leg=leg, climbs_on=times[leg.pk][LATE])


def _wait(following: Mapping[int, tuple[int, datetime]]) -> None:
    """Each leg waits for its next stage; those that wait for the same are moved together."""
    together = defaultdict(list)
    for pk, stage_and_time in following.items():
        together[stage_and_time].append(pk)
    for (stage, wake_at), keys in together.items():
        Leg.objects.filter(pk__in=keys).update(stage=stage, wake_at=wake_at, leased_until=None)


def climbed(leg: Leg, kind: str, now: datetime) -> None:
    """Keeps the tick of a rung, and those of the reminders before it that were never told."""
    kinds = [*REMINDERS[leg.stage :], kind] if kind == "climb" else [kind]
    ticked = set(leg.ticks.filter(due_version=leg.due_version).values_list("kind", flat=True))
    missing = [kind for kind in kinds if kind not in ticked]
    Tick.objects.bulk_create(
        Tick(leg=leg, kind=kind, due_version=leg.due_version, at=now) for kind in missing
    )
