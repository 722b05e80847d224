"""Two asks of one asker become one, with a trace; and they part again within a day."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit import letters
from tequio.circuit.actions.answering import wait_for_asker
from tequio.circuit.actions.dates import wakes_at
from tequio.circuit.actions.recounting import recount_leg
from tequio.circuit.actions.steps import already, close_leg, closes, enter, hold, lock_case, say, set_state
from tequio.circuit.actions.telling import tell_parties
from tequio.circuit.links import follow_link
from tequio.circuit.models import Case, Event, Leg
from tequio.circuit.queries.cases import current_leg, cut_short
from tequio.circuit.queries.duplicates import may_merge, may_part
from tequio.circuit.states import LegOutcome
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate
from tequio.network.queries import is_vacant, may_act

OFFICE = Event.Voice.OFFICE


def merge_case(case: Case, into: Case, *, by: Mandate, key: str | None = None) -> Case:
    """The later of two asks of one asker goes into the earlier, whose clock runs on; no office has missed it.

    The asker is told with both receipts, and so is an office that has either and did not do it.
    """
    with transaction.atomic():
        case, into = _both(case, into)
        if already(key) or case.merged_into_id == into.pk:
            return case
        _refuse(case, into, by)
        legs, now = _legs(case, closed_at=None), clock.now()
        for leg in legs:
            close_leg(leg, LegOutcome.MERGED, now=now)
        case.merged_into = into
        case.save(update_fields=["merged_into"])
        set_state(case, "merged", now=now)
        _say_both(case, into, ("merged", "merged-in"), legs[0], by, now, key=key)
        letters.to_asker("asker_merged", case, office=by.office, into=into, into_link=follow_link(into))
        facts = {"closes": [closes(leg) for leg in legs], "ends": "merged", "into": into.ref}
        enter("case.merged", case, legs[0], facts, {"by": by.pk})
    return case


def part_case(case: Case, *, by: Mandate) -> Case:
    """Takes a merger back within 24 hours: the ask is open again as if its clock had never stopped.

    A question that the merger had cut short waits for the asker again.
    """
    with transaction.atomic():
        into = Case.objects.filter(duplicates=case).first()
        case = lock_case(case.pk) if into is None else _both(case, into)[0]
        if case.state != "merged" or into is None:
            return case
        _refuse_stranger(by)
        if not may_part(case, by.office):
            raise Refused(_("It can no longer be taken back: a day has passed, or another office has it."))
        legs, now = _legs(case, outcome=LegOutcome.MERGED, closed_at=case.closed_at), clock.now()
        pause = cut_short(legs[0])
        case.merged_into = None
        case.save(update_fields=["merged_into"])
        for leg in legs:
            _reopen(leg, now)
        hold(case, legs[0])
        if pause:
            wait_for_asker(case, legs[0], pause, now)
        _say_both(case, into, ("parted", "parted-in"), legs[0], by, now)
        letters.to_asker("asker_parted", case, leg=legs[0], into=into, into_link=follow_link(into))
        facts = {"reopens": [leg.number for leg in legs], "closes": [], "from": into.ref}
        enter("case.parted", case, legs[0], facts, {"by": by.pk})
        if legs[0].owner and not is_vacant(legs[0].owner):
            recount_leg(legs[0])
    return case


def _legs(case: Case, **where: Any) -> list[Leg]:
    """The leg on which the case goes on, and after it those of offices whose opinion is asked."""
    legs = case.legs.filter(**where).select_related("owner__organisation", "kind")
    found = sorted(legs, key=lambda leg: (leg.asked_by_id is not None, leg.number))
    for leg in found:
        leg.case = case
    return found


def _reopen(leg: Leg, now: datetime) -> None:
    """The leg is open as if it had never been closed; the worker looks at once when its office has fallen vacant."""
    assert leg.owner is not None
    leg.closed_at, leg.outcome = None, ""
    leg.wake_at = now if is_vacant(leg.owner) else wakes_at(leg)
    leg.save(update_fields=["closed_at", "outcome", "wake_at"])


def _both(case: Case, into: Case) -> tuple[Case, Case]:
    """Both cases, locked in the order of their keys, so that two mergers never wait for each other."""
    found = {pk: lock_case(pk) for pk in sorted((case.pk, into.pk))}
    return found[case.pk], found[into.pk]


def _say_both(
    case: Case, into: Case, kinds: tuple[str, str], leg: Leg, by: Mandate, now: datetime, **more: Any
) -> None:
    """An event in either story, which names the other receipt; and a line to each office that did not do it."""
    here, there = kinds
    said = say(case, here, OFFICE, at=now, leg=leg, by=by, data={"other": str(into)}, **more)
    say(into, there, OFFICE, at=now, leg=current_leg(into), by=by, data={"other": str(case)})
    for each, kind in ((case, here), (into, there)):
        office = {"office": by.office_id}
        tell_parties(each, kind, key=f"event/{said.pk}/{kind}", but=by.office, data=office)


def _refuse(case: Case, into: Case, by: Mandate) -> None:
    _refuse_stranger(by)
    if case.pk == into.pk:
        raise Refused(_("This is one ask. Choose another one of the same asker."))
    if case.ask.address != into.ask.address or case.kind_id != into.kind_id:
        raise Refused(_("Only asks of the same asker and the same kind can become one."))
    if into.closed_at is not None:
        raise Refused(_("The other ask is closed, so nothing can go into it. Answer this one."))
    if (into.opened_at, into.pk) > (case.opened_at, case.pk):
        raise Refused(_("Merge the later ask into the earlier one, so that no clock begins again."))
    if case.closed_at is None and case.state == "arranged":
        raise Refused(_("This ask is accepted already: keep what was promised in it."))
    if case.asker_says and case.closed_at is None:
        raise Refused(_("The asker has contradicted an answer here, so this ask needs an answer of its own."))
    if not may_merge(case, by.office):
        raise Refused(_("This ask is not with your office now, so it cannot be merged from here."))


def _refuse_stranger(by: Mandate) -> None:
    if (acting := may_act(by.person, by.office)) is None or acting.pk != by.pk:
        raise Refused(_("Your mandate in this office has ended, or somebody else acts for it now."))
