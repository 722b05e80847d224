"""Reminders: of many legs in one transaction, each once. A tick is the row that says that it has happened.

Of several reminders that fell due while nobody looked only the latest is told; the others are kept as ticks of the
same instant.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from tequio.circuit import letters, rules
from tequio.circuit.actions.dates import wakes_at
from tequio.circuit.models import Case, DigestLine, Event, Leg, Tick
from tequio.circuit.queries.digest import late_key
from tequio.circuit.queries.lines import REMINDERS
from tequio.circuit.reckoning import calendars_of
from tequio.journal.actions import Act, write_many
from tequio.kernel import clock
from tequio.kernel.bulk import insert_rows, update_rows
from tequio.network.models import Mandate, Organisation

LATE = len(REMINDERS)
CLIMBS = LATE + 1
SAID = [{"stage": stage} for stage in range(CLIMBS + 1)]
LINE = ("office_id", "case_id", "leg_id", "topic", "kind", "key", "at")
EVENT = ("case_id", "leg_id", "office_id", "at", "kind", "voice", "data")
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

    Returns the others, to be looked at one by one: of a vacant office, of a question, not delivered, to climb, or
    of a case on which somebody acts at this moment.
    """
    now, locked = clock.now(), _lock_cases(keys)
    rows = [row for row in _due(keys, now) if locked is None or row.case_id in locked]
    held = Mandate.objects.current().filter(office__in={row.owner_id for row in rows})
    offices, times = set(held.values_list("office", flat=True)), _times(rows)
    reminded = [row for row in rows if row.owner_id in offices and not _alone(row, times[row.pk], now)]
    _remind(reminded, times, now)
    return sorted(set(keys) - {row.pk for row in reminded})


def _lock_cases(keys: Sequence[int]) -> set[int] | None:
    """The cases of the legs that nobody else has locked; None: all, where the database has one writer at a time."""
    if not connection.features.has_select_for_update:
        return None
    cases = Case.objects.select_for_update(no_key=True, skip_locked=True).filter(legs__in=keys)
    return set(cases.order_by("pk").values_list("pk", flat=True))


def _due(keys: Sequence[int], now: datetime) -> Iterable[Any]:
    found = Leg.objects.filter(pk__in=keys, closed_at=None, wake_at__lte=now)
    return found.order_by("pk").values_list(*ROW, named=True)


def _times(rows: Sequence[Any]) -> dict[int, list[datetime]]:
    """By leg, when its office is reminded and when it climbs on; each calendar is read once."""
    calendars = calendars_of(Organisation.objects.filter(pk__in={row.owner__organisation_id for row in rows}))
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
    apart = row.case__state == "question" or row.asked_by_id is not None
    return apart or row.delivered_at is None or rules.stage_now(times, now) >= CLIMBS


def remind_leg(leg: Leg, now: datetime) -> None:
    """Reminds of one leg, whose case is locked."""
    rows = list(_due([leg.pk], now))
    _remind(rows, _times(rows), now)
    leg.refresh_from_db(fields=["stage"])
    if leg.delivered_at is None and (wake_at := wakes_at(leg)) > now:
        Leg.objects.filter(pk=leg.pk).update(wake_at=wake_at)


def _remind(rows: Sequence[Any], times: Mapping[int, Sequence[datetime]], now: datetime) -> None:
    """Moves each leg to its stage; ticks, a line of the digest, an event and an entry for what is told.

    When the date has passed, the asker is told at once; the deputies are with the digest.
    """
    stages = {row.pk: rules.stage_now(times[row.pk], now) for row in rows}
    ticked = set(Tick.objects.filter(leg__in=stages).values_list("leg_id", "kind", "due_version"))
    ticks = [
        (row.pk, kind, row.due_version, now)
        for row in rows
        for kind in REMINDERS[row.stage : stages[row.pk]]
        if (row.pk, kind, row.due_version) not in ticked
    ]
    latest = {leg: kind for leg, kind, _version, _at in ticks}
    told = [row for row in rows if latest.get(row.pk) == REMINDERS[stages[row.pk] - 1]]
    insert_rows(Tick, ("leg_id", "kind", "due_version", "at"), ticks)
    lines = [_line(row, latest[row.pk], now) for row in told]
    insert_rows(DigestLine, LINE, lines, on_conflict="DO NOTHING")
    insert_rows(Event, EVENT, [_event(row, stages[row.pk], now) for row in told])
    late = [row.pk for row in told if stages[row.pk] == LATE and row.asked_by_id is None]
    if late:
        _tell_askers(late, times)
    following = [(stages[row.pk], times[row.pk][stages[row.pk]], None, row.pk) for row in rows]
    update_rows(Leg, ("stage", "wake_at", "leased_until"), following)
    said: dict[Any, dict[str, Any]] = {}
    write_many([_act(row, stages[row.pk], said) for row in told])


def _line(row: Any, kind: str, now: datetime) -> tuple[Any, ...]:
    version = row.due_version
    key = late_key(row.pk, version, 1) if kind == "late" else f"{kind}/{row.pk}/{version}"
    return row.owner_id, row.case_id, row.pk, row.case__ref, kind, key, now


def _event(row: Any, stage: int, now: datetime) -> tuple[Any, ...]:
    return row.case_id, row.pk, row.owner_id, now, "reminded", Event.Voice.HUB.value, SAID[stage]


def _act(row: Any, stage: int, said: dict[Any, dict[str, Any]]) -> Act:
    """The entry of a reminder; `said` keeps the public facts that many have in common."""
    home, kind, state = row.case__kind__home_id, row.case__kind__slug, row.case__state
    facts = said.setdefault(
        (home, kind, state, stage), {"home": home, "kind": kind, "state": state, "stage": stage}
    )
    return Act("leg.reminded", f"{row.owner__organisation__slug}/{row.owner_id}", row.case__ref, facts)


def _tell_askers(keys: Sequence[int], times: Mapping[int, Sequence[datetime]]) -> None:
    legs = Leg.objects.filter(pk__in=keys).select_related(
        "case__ask", "case__kind", "case__route", "case__owner__organisation", "owner__organisation"
    )
    for leg in legs.order_by("pk"):
        letters.to_asker("asker_late", leg.case, leg=leg, climbs_on=times[leg.pk][LATE])


def climbed(leg: Leg, kind: str, now: datetime) -> None:
    """Keeps the tick of a rung, and those of the reminders before it that were never told."""
    kinds = [*REMINDERS[leg.stage :], kind] if kind == "climb" else [kind]
    ticked = set(leg.ticks.filter(due_version=leg.due_version).values_list("kind", flat=True))
    missing = [kind for kind in kinds if kind not in ticked]
    Tick.objects.bulk_create(
        Tick(leg=leg, kind=kind, due_version=leg.due_version, at=now) for kind in missing
    )
