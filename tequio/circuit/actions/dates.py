"""The date of a leg, and when the worker looks at it next; small steps inside a verb's transaction."""

from datetime import datetime
from typing import Any

from tequio.circuit import rules
from tequio.circuit.models import Leg
from tequio.circuit.reckoning import Due, Stop, calendar_of, working_days
from tequio.circuit.states import Evidence
from tequio.kernel import clock

DATED = ["delivered_at", "evidence", "due_on", "due_at", "due_version", "reckoning", "stage", "wake_at"]


def reckoned(leg: Leg) -> Due:
    """The leg's date as its rows give it now: from its delivery (or else its opening), through its pauses."""
    assert leg.owner is not None
    zone = leg.owner.organisation.zone
    stops = [
        Stop(
            clock.day_of(pause.began_at, zone),
            clock.day_of(pause.ended_at, zone),
            pause.contested_at is not None,
        )
        for pause in leg.pauses.order_by("began_at", "pk")
        if pause.ended_at
    ]
    since = clock.day_of(leg.delivered_at or leg.opened_at, zone)
    return rules.due_on(leg.days, since, leg.owner, stops)


def days_left(leg: Leg, now: datetime) -> int:
    """The working days that the office has left after today."""
    assert leg.owner is not None and leg.due_on is not None
    organisation = leg.owner.organisation
    return working_days(calendar_of(organisation), clock.day_of(now, organisation.zone), leg.due_on)


def put_date(leg: Leg, due: Due, *, now: datetime) -> bool:
    """Gives the leg its date, with its reckoning; returns whether it moved. Named fields, saved.

    The date of an opinion is that which the office gave that wants it: it stays.
    """
    assert leg.owner is not None
    if leg.asked_by_id and leg.due_at:
        leg.wake_at = min(wakes_at(leg), leg.due_at)
        leg.save(update_fields=DATED)
        return False
    moved = leg.due_on != due.day
    leg.reckoning = due.lines
    leg.due_on, leg.due_at = due.day, rules.end_of_due(due.day, leg.owner)
    if moved:
        leg.due_version += 1
        leg.stage = rules.stage_now(reminders(leg), now)
    leg.wake_at = wakes_at(leg)
    leg.save(update_fields=DATED)
    return moved


def reminders(leg: Leg) -> list[datetime]:
    """When the office is reminded, and when the ask climbs on."""
    assert leg.owner is not None and leg.due_on is not None
    organisation = leg.owner.organisation
    return rules.reminder_times(leg.opened_at, leg.due_on, calendar_of(organisation), organisation.zone)


def delivered(leg: Leg, evidence: Evidence, *, now: datetime) -> bool:
    """Notes the first evidence that a leg has reached its office, and reckons its date anew; whether it moved. An
    opinion keeps the day by which it was asked for.
    """
    leg.delivered_at, leg.evidence = now, evidence
    if leg.asked_by_id:
        leg.wake_at = wakes_at(leg)
        leg.save(update_fields=DATED)
        return False
    return put_date(leg, reckoned(leg), now=now)


def delivers(leg: Leg) -> dict[str, Any]:
    """The public facts of a delivery, for the journal."""
    return {
        "leg": leg.number,
        "at": leg.delivered_at,
        "due_at": leg.due_at,
        "evidence": leg.evidence,
    }


def wakes_at(leg: Leg) -> datetime:
    """When the worker looks at an open leg next: at its next reminder, or when it counts as undelivered."""
    times = reminders(leg)
    following = times[min(leg.stage, len(times) - 1)]
    return following if leg.delivered_at else min(following, undelivered_at(leg))


def undelivered_at(leg: Leg) -> datetime:
    """The instant from which an ask without any evidence of delivery counts as undelivered."""
    assert leg.owner is not None
    since = clock.day_of(leg.opened_at, leg.owner.organisation.zone)
    return rules.end_of_due(rules.due_on(rules.UNDELIVERED_AFTER, since, leg.owner).day, leg.owner)
