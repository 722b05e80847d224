"""Opinions beside the way of an ask: how they begin and how they end with the leg that wanted them.

Steps of a caller's act, inside its transaction; the verbs are in `opinions.py`.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils.functional import lazy

from tequio.circuit import letters, rules
from tequio.circuit.actions.dates import reminders, wakes_at
from tequio.circuit.actions.telling import tell_office
from tequio.circuit.models import Event, Leg
from tequio.circuit.queries.opinions import advisers_by_rule
from tequio.circuit.queries.routes import desk_of
from tequio.circuit.queries.why import until_of
from tequio.circuit.reckoning import calendar_of, working_days
from tequio.circuit.states import LegOutcome, Rung
from tequio.kernel import clock
from tequio.network.models import Office
from tequio.network.queries import administration_of

_until = lazy(until_of, str)


def open_opinions(leg: Leg, offices: Sequence[Office], task: str, due_on: date, now: datetime) -> list[Leg]:
    """Asks each of the offices for its opinion: a leg of its own beside that of the case, by the same day for all."""
    return [_open(leg, office, task, due_on, now) for office in offices]


def _open(asking: Leg, office: Office, task: str, due_on: date, now: datetime) -> Leg:
    case, today = asking.case, clock.day_of(now, office.organisation.zone)
    due_at = rules.end_of_due(due_on, office)
    leg = Leg(
        case=case,
        number=case.legs.count() + 1,
        owner=office,
        kind=case.kind,
        step=asking.step,
        entry_point=getattr(office, "entry_point", None),
        administration=administration_of(office, today),
        days=working_days(calendar_of(office.organisation), today, due_on),
        rung=Rung.OPINION,
        asked_by=asking,
        task=task.strip(),
        opened_at=now,
        due_on=due_on,
        due_at=due_at,
    )
    leg.stage = rules.stage_now(reminders(leg), now)
    leg.wake_at = min(wakes_at(leg), due_at)
    leg.save(force_insert=True)
    Event.objects.create(
        case=case, leg=leg, at=now, kind="opinion-asked", voice=Event.Voice.OFFICE, office=office
    )
    letters.to_office("leg_opinion", leg, until=_until(leg), before=asking.owner)
    return leg


def begin_opinions(leg: Leg, now: datetime) -> list[Leg]:
    """Asks for the opinions that the step of the leg wants when it begins, by half of the leg's own time."""
    row = desk_of(leg)
    wanted = int((row and row.get("opinions")) or 0)
    if not wanted or leg.owner is None:
        return []
    offices = advisers_by_rule(leg)[:wanted]
    today = clock.day_of(now, leg.owner.organisation.zone)
    half = rules.due_on(max(leg.days // 2, 1), today, leg.owner).day
    due_on = latest_day(leg, offices, half, now)
    return open_opinions(leg, offices, "", due_on, now) if due_on else []


def latest_day(leg: Leg, offices: Sequence[Office], day: date, now: datetime) -> date | None:
    """The day, or the last before it that is over for each of the offices by the leg's own date; None: too late."""
    assert leg.due_at is not None
    while offices and any(rules.end_of_due(day, office) > leg.due_at for office in offices):
        day -= timedelta(days=1)
    return day if all(rules.end_of_due(day, office) > now for office in offices) else None


def drop_opinions(leg: Leg, now: datetime) -> None:
    """The leg is closed: what it still waited for is no longer needed, and the offices hear so in their digest."""
    for opinion in leg.opinions.filter(closed_at=None).select_related("owner__organisation", "case"):
        opinion.closed_at, opinion.outcome, opinion.wake_at = now, LegOutcome.NOT_NEEDED, None
        opinion.save(update_fields=["closed_at", "outcome", "wake_at"])
        if opinion.owner:
            key = f"opinion-not-needed/{opinion.pk}"
            tell_office(opinion.owner, "opinion-not-needed", key=key, case=opinion.case, leg=opinion)
