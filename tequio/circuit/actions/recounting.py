"""Dates counted anew when a calendar changes: an office declares a closure, or the library of holidays is renewed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from tequio.circuit import letters
from tequio.circuit.actions.dates import put_date, reckoned
from tequio.circuit.actions.delivery import follow_leg
from tequio.circuit.actions.steps import lock_leg, say
from tequio.circuit.actions.telling import tell_office
from tequio.circuit.models import Case, Event, Leg, Pause
from tequio.circuit.reckoning import Due, calendar_of, nth_day
from tequio.journal.actions import Act, write_many
from tequio.kernel import clock

CLOSURE, REOPENED, CALENDAR = "closure", "reopened", "calendar"


@dataclass(frozen=True)
class Move:
    """A leg whose date is another when it is counted anew."""

    leg: Leg
    before: date
    after: date


def running_legs() -> QuerySet[Leg]:
    """The legs whose clock runs: open, not in a pause; an opinion keeps the day by which it was asked for."""
    paused = Pause.objects.filter(leg=OuterRef("pk"), ended_at=None)
    return Leg.objects.filter(~Exists(paused), closed_at=None, asked_by=None)


def recount_legs(legs: Iterable[int], why: str, *acts: Act) -> list[Move]:
    """Counts the dates of these legs anew, in the caller's transaction, and writes the journal for all of them,
    after the caller's own `acts`. An asker whose date moves is told at once, the office in its digest.
    """
    keys = list(legs)
    cases = Leg.objects.filter(pk__in=keys).values("case")
    list(Case.objects.select_for_update(no_key=True).filter(pk__in=cases).order_by("pk").values_list("pk"))
    moves = [move for key in keys if (move := _recount(key, why))]
    write_many([*acts, *(_act(move, why) for move in moves)])
    return moves


def recount_leg(leg: Leg, why: str = CALENDAR) -> Move | None:
    """Counts one leg's date anew, if its clock runs."""
    with transaction.atomic():
        return next(
            iter(recount_legs(running_legs().filter(pk=leg.pk).values_list("pk", flat=True), why)), None
        )


def would_move(leg: Leg) -> Move | None:
    """What `recount_leg` would do, without doing it."""
    assert leg.due_on is not None
    due = _kindly(leg, reckoned(leg))
    return Move(leg, leg.due_on, due.day) if due.day != leg.due_on else None


def _recount(key: int, why: str) -> Move | None:
    case, leg = lock_leg(key)
    if leg.closed_at or leg.due_on is None or leg.owner is None or case.state == "question":
        return None
    now, before = clock.now(), leg.due_on
    if not put_date(leg, _kindly(leg, reckoned(leg)), now=now):
        return None
    assert leg.due_on is not None
    told = case.due_on
    follow_leg(case, leg)
    data = {"from": str(before), "to": str(leg.due_on), "why": why}
    say(case, "recounted", Event.Voice.HUB, at=now, leg=leg, data=data)
    key_ = f"recounted/{leg.pk}/{leg.due_version}"
    tell_office(leg.owner, "recounted", key=key_, case=case, leg=leg, data={"day": str(leg.due_on)})
    if case.due_on != told:
        letters.to_asker("asker_recounted", case, leg=leg, before=told, cause=why)
    return Move(leg, before, leg.due_on)


def _kindly(leg: Leg, due: Due) -> Due:
    """A date that comes nearer leaves the office the next working day at least, or the date that it had."""
    assert leg.owner is not None and leg.due_on is not None
    if due.day >= leg.due_on:
        return due
    organisation = leg.owner.organisation
    following = nth_day(calendar_of(organisation), 1, clock.today(organisation.zone))
    day = min(leg.due_on, max(due.day, following))
    return due if day == due.day else Due(day, {**due.lines, "due": str(day), "not_before": str(day)})


def _act(move: Move, why: str) -> Act:
    leg = move.leg
    assert leg.owner is not None
    facts = {
        "home": leg.case.kind.home_id,
        "kind": leg.case.kind.slug,
        "state": leg.case.state,
        "moves": {"leg": leg.number, "due_at": leg.due_at, "why": why},
    }
    return Act("leg.recounted", leg.owner.code, leg.case.ref, facts)
