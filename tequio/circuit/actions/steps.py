"""The small steps that the circuit's verbs are made of; each runs inside a verb's transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from tequio.circuit import letters, rules
from tequio.circuit.actions.consulting import begin_opinions, drop_opinions
from tequio.circuit.actions.dates import delivered, reminders, wakes_at
from tequio.circuit.actions.referrals import drop_referrals
from tequio.circuit.actions.service import tell_turn, turning
from tequio.circuit.actions.tallying import take_from_tallies
from tequio.circuit.models import Case, Commitment, Event, Leg, Pause
from tequio.circuit.queries.routes import desk_again, desk_of, leads_to, row_of, step_for
from tequio.circuit.queries.routing import Target
from tequio.circuit.states import STATES, Evidence, LegOutcome
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate
from tequio.network.queries import administration_of, may_act


def lock_case(case_id: int) -> Case:
    """The case, locked: every verb of the circuit begins with this, so that verbs on a case queue up.

    What was tallied of a closed case is counted live again, since the verb may change it.
    """
    if Case.objects.select_for_update(no_key=True).values_list("closed_at", flat=True).get(pk=case_id):
        take_from_tallies(case_id)
    return Case.objects.select_related("ask", "kind", "route", "owner__organisation").get(pk=case_id)


def lock_leg(leg_id: int) -> tuple[Case, Leg]:
    case = lock_case(Leg.objects.values_list("case_id", flat=True).get(pk=leg_id))
    leg = Leg.objects.select_related("owner__organisation", "entry_point", "promise", "kind").get(pk=leg_id)
    leg.case = case
    return case, leg


def already(key: str | None) -> bool:
    """Whether an act with this idempotency key has been done."""
    return bool(key) and Event.objects.filter(key=key).exists()


def say(
    case: Case,
    kind: str,
    voice: str,
    *,
    at: datetime,
    leg: Leg | None = None,
    by: Mandate | None = None,
    text: str = "",
    key: str | None = None,
    data: dict[str, Any] | None = None,
) -> Event:
    return Event.objects.create(
        case=case,
        leg=leg,
        at=at,
        kind=kind,
        voice=voice,
        office_id=by.office_id if by else leg.owner_id if leg else None,
        mandate=by,
        text=text,
        key=key or None,
        data=data or {},
    )


def refuse_unless_acting(leg: Leg, by: Mandate) -> None:
    assert leg.owner is not None
    mandate = may_act(by.person, leg.owner)
    if mandate is None or mandate.pk != by.pk:
        raise Refused(_("Your mandate in this office has ended, or somebody else acts for it now."))


def refuse_unless_open(leg: Leg) -> None:
    if leg.closed_at is not None:
        raise Refused(_("This ask has already left your office. The page shows what became of it."))


def refuse_an_answer_for_an_opinion(leg: Leg) -> None:
    if leg.asked_by_id:
        raise Refused(
            _("Your office was asked for its opinion. The answer belongs to the office that asked.")
        )


def refuse_unless_leads(case: Case, state: str, leg: Leg | None = None) -> None:
    """Refuses what the route of the case does not lead to: from the desk of `leg`, else from where the case stands.

    An office answers from its desk whether or not the asker owes a reply, so the case stands there afterwards.
    """
    if leg is not None:
        refuse_an_answer_for_an_opinion(leg)
        case.step = leg.step
    if not leads_to(case, desk_of(leg) if leg else row_of(case), state):
        raise Refused(_("The route of this kind of ask has no such step here. The page shows what there is."))


def open_leg(
    case: Case, target: Target, *, now: datetime, came_from: Leg | None = None, step: str = ""
) -> Leg:
    """Brings the case to an office: a new leg with its own clock; the asker's one date follows it.

    `step`: the desk of its route at which it begins; else that of the leg before.
    """
    day = clock.day_of(now, target.office.organisation.zone)
    due = rules.due_on(target.days, day, target.office)
    due_at = rules.end_of_due(due.day, target.office)
    leg = Leg(
        case=case,
        number=case.legs.count() + 1,
        owner=target.office,
        kind=case.kind,
        step=step or desk_again(case, came_from.step if came_from else case.step),
        entry_point=target.entry_point,
        promise=target.promise,
        administration=administration_of(target.office, day),
        days=target.days,
        rung=target.rung,
        why=target.why,
        came_from=came_from,
        opened_at=now,
        due_on=due.day,
        due_at=due_at,
        reckoning=due.lines,
    )
    leg.stage = rules.stage_now(reminders(leg), now)
    leg.wake_at = wakes_at(leg)
    leg.save(force_insert=True)
    hold(case, leg)
    say(case, "leg-opened", Event.Voice.HUB, at=now, leg=leg, data={"rung": leg.rung})
    if came_from is None or came_from.step != leg.step:
        begin_opinions(leg, now)
    return leg


def hold(case: Case, leg: Leg) -> None:
    """The case is where its open leg is, and due when it is."""
    case.state, case.owner, case.due_on, case.due_at = "at-desk", leg.owner, leg.due_on, leg.due_at
    case.step, case.closed_at = leg.step, None
    case.save(update_fields=["state", "step", "owner", "due_on", "due_at", "closed_at"])


def close_leg(leg: Leg, outcome: str, *, now: datetime, answered: bool = False) -> None:
    """Closes a leg, with the opinions and members that it waited for; an answer shows, where nothing did before, that
    the ask had come.
    """
    if answered and leg.delivered_at is None:
        delivered(leg, Evidence.ACTED, now=now)
    leg.closed_at, leg.outcome, leg.wake_at = now, outcome, None
    leg.answered_at = now if answered else None
    with turning(leg.owner) as turn:
        leg.save(update_fields=["closed_at", "outcome", "wake_at", "answered_at"])
    leg.turn = turn.name
    tell_turn(leg, turn)
    Pause.objects.filter(leg=leg, ended_at=None).update(ended_at=now)
    drop_opinions(leg, now)
    drop_referrals(leg, now)


def set_state(case: Case, state: str, *, now: datetime) -> None:
    """Moves the case, along its route; a state that is not open closes it."""
    case.state, case.step = state, step_for(case, state)
    case.closed_at = None if STATES[state].open else now
    case.save(update_fields=["state", "step", "closed_at"])


def first_answer(case: Case, now: datetime) -> None:
    if case.first_answer_at is None:
        case.first_answer_at = now
        case.save(update_fields=["first_answer_at"])


def opens(leg: Leg) -> Any:
    """The public facts of a leg that begins, and of the opinions for which its step asks, for the journal."""
    return _facts([leg, *leg.opinions.select_related("owner__organisation", "administration")], _opens)


def _opens(leg: Leg) -> dict[str, Any]:
    assert leg.owner is not None
    return {
        "leg": leg.number,
        "office": leg.owner.code,
        "opened_at": leg.opened_at,
        "due_at": leg.due_at,
        "rung": leg.rung,
        "administration": leg.administration.code if leg.administration else "",
    }


def closes(leg: Leg) -> Any:
    """The public facts of a leg that ends, and of the opinions that end with it."""
    dropped = leg.opinions.filter(outcome=LegOutcome.NOT_NEEDED, closed_at=leg.closed_at)
    return _facts([leg, *dropped], _closes)


def _closes(leg: Leg) -> dict[str, Any]:
    """Its date too, which the answer itself may have set as first evidence; and what its end turned."""
    facts = {"leg": leg.number, "outcome": leg.outcome, "in_time": leg.in_time}
    facts |= {"turn": leg.turn} if leg.turn else {}
    if leg.answered_at:
        facts["answered_at"] = leg.answered_at
    return {**facts, "due_at": leg.due_at} if leg.evidence == Evidence.ACTED else facts


def _facts(legs: list[Leg], facts: Callable[[Leg], dict[str, Any]]) -> Any:
    """Of one leg its facts, of several a list of them."""
    found = [facts(leg) for leg in legs]
    return found if len(found) > 1 else found[0]


def move_on(case: Case, leg: Leg, target: Target, outcome: str, *, now: datetime, step: str = "") -> Leg:
    """Closes a leg and opens the next at `target`; tells the asker and the office that has it now."""
    close_leg(leg, outcome, now=now, answered=outcome in (LegOutcome.PASSED_ON, LegOutcome.FORWARDED))
    following = open_leg(case, target, now=now, came_from=leg, step=step)
    letters.to_office("leg_new", following)
    template = "asker_undelivered" if outcome == LegOutcome.UNDELIVERED else "asker_moved"
    letters.to_asker(template, case, leg=following, before=leg)
    return following


def enter(
    kind: str, case: Case, leg: Leg | None, facts: dict[str, Any], payload: dict[str, Any] | None = None
) -> None:
    """The journal entry of a verb: its last statement."""
    office = leg.owner.code if leg and leg.owner else ""
    public = {"home": case.kind.home_id, "kind": case.kind.slug, "state": case.state, **facts}
    write(kind, office=office, reference=case.ref, facts=public, payload=payload)


def open_commitments(case: Case) -> list[Commitment]:
    return list(
        case.commitments.filter(kept_at=None, broken_at=None, dropped_at=None).select_related(
            "office__organisation", "leg__kind"
        )
    )
