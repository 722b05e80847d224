"""Organisations are renamed, merged, split and closed: a dated row says so, and nothing that they owed is lost.

What was counted stays with the office that did it. What is open goes to the head office of the (first) successor;
without one, up law 1's ladder.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit.actions.agreements import succeed_parties
from tequio.circuit.actions.commitments import move_commitments, owes
from tequio.circuit.actions.governing import refuse_unless_coordinating
from tequio.circuit.actions.handover import make_book
from tequio.circuit.actions.ladder import climb
from tequio.circuit.actions.steps import lock_leg
from tequio.circuit.models import Commitment, EntryPoint, Leg, Promise
from tequio.circuit.queries.routing import Target, promise_of
from tequio.circuit.states import LegOutcome, Rung
from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.kernel.texts import fold
from tequio.network.endings import end_mandates, lock_offices
from tequio.network.models import Mandate, Office, Organisation, Succession
from tequio.network.queries import ancestors, coordination, head_office, is_vacant

KINDS = Succession.Kind


def rename_organisation(
    organisation: Organisation, names: dict[str, str], *, on: date, by: Mandate, why: str = ""
) -> Succession:
    """A new name from `on`; the old one stays findable, and its page says until when it bore it."""
    with transaction.atomic():
        organisation = _lock(organisation, by)
        names = {code: " ".join(text.split()) for code, text in names.items() if text.strip()}
        if not names or names == organisation.names:
            raise Refused(_("Write the new name."), "name_es")
        _refuse_day(on, organisation)
        row = _record(organisation, KINDS.RENAMED, on, by, why)
        old = [*organisation.names.values(), organisation.own_name]
        organisation.aliases = list(dict.fromkeys([*organisation.aliases, *old]))
        organisation.names = {**organisation.names, **names}
        organisation.own_name = names.get("es") or next(iter(names.values()))
        organisation.sort_key = fold(organisation.names.get("es", organisation.own_name))[:300]
        organisation.search_text = fold(f"{organisation.search_text} {' '.join(names.values())}")
        organisation.save(update_fields=["aliases", "names", "own_name", "sort_key", "search_text"])
        facts = {"organisation": organisation.slug, "on": str(on)}
        write("organisation.renamed", office=by.office.code, facts=facts, payload={"by": by.pk})
    return row


def end_organisation(
    organisation: Organisation,
    kind: str,
    *,
    on: date,
    by: Mandate,
    successors: Sequence[Organisation] = (),
    why: str = "",
) -> Succession:
    """Merged into another, split into several, or closed: promises end, mandates end, what is open goes on.

    A book is made for each office. Open asks, commitments and agreements go to the head office of the first
    successor, child organisations too; without a successor, to the head office above it or the coordinating one.
    """
    with transaction.atomic():
        organisation = _lock(organisation, by)
        _refuse_end(organisation, kind, on, successors)
        now, offices = clock.now(), lock_offices([organisation.pk])
        heir = _heir(organisation, successors)
        for office in offices:
            make_book(office)
        row = _record(organisation, kind, on, by, why)
        row.successors.set(successors)
        organisation.closed_on = on
        organisation.save(update_fields=["closed_on"])
        _end_promises(offices, on, now)
        moved = [each for office in offices for each in _pass_to(office, heir)]
        ended = end_mandates(offices, now)
        Organisation.objects.filter(parent=organisation).update(
            parent=successors[0] if successors else organisation.parent
        )
        facts = {
            "organisation": organisation.slug,
            "on": str(on),
            "successors": [each.slug for each in successors],
            "owes": owes(*moved),
        }
        write(f"organisation.{kind}", office=by.office.code, facts=facts, payload={"mandates": ended})
    return row


def _end_promises(offices: Sequence[Office], on: date, now: datetime) -> None:
    points = EntryPoint.objects.filter(office__in=offices)
    Promise.objects.filter(entry_point__in=points, withdrawn_at=None).update(withdrawn_at=now, wake_at=None)
    points.update(withdrawn_on=on)


def _pass_to(office: Office, heir: Office) -> list[Commitment]:
    """What is open at the office goes to the heir, agreements too, unless the heir is a party already."""
    for leg in Leg.objects.filter(owner=office, closed_at=None).order_by("pk"):
        _case, leg = lock_leg(leg.pk)
        if leg.closed_at or leg.asked_by_id:
            continue
        promise = promise_of(heir, leg.kind_id)
        days = promise.days if promise else leg.days
        climb(leg, LegOutcome.MOVED, Target(heir, days, Rung.SUCCESSOR, promise))
    succeed_parties(office, heir)
    return move_commitments(office, heir, "succession")


def _heir(organisation: Organisation, successors: Sequence[Organisation]) -> Office:
    """The head office of the first successor; vacant or without one, of the organisations above, else coordination."""
    first = [*successors[:1], *(ancestors(successors[0]) if successors else ()), *ancestors(organisation)]
    heads = [head_office(each) for each in first]
    held = (head for head in heads if head and not is_vacant(head))
    return next(held, coordination(organisation.home_id).coordination)


def _lock(organisation: Organisation, by: Mandate) -> Organisation:
    refuse_unless_coordinating(by, organisation.home_id)
    return Organisation.objects.select_for_update(no_key=True, of=("self",)).get(pk=organisation.pk)


def _record(organisation: Organisation, kind: str, on: date, by: Mandate, why: str) -> Succession:
    return Succession.objects.create(
        organisation=organisation,
        kind=kind,
        on=on,
        names_before=organisation.names,
        why=why.strip(),
        recorded_at=clock.now(),
        recorded_by=by,
    )


def _refuse_day(on: date, organisation: Organisation) -> None:
    if on > clock.today(organisation.zone):
        raise Refused(_("This day has not come yet. Record it on the day itself."), "on")


def _refuse_end(organisation: Organisation, kind: str, on: date, successors: Sequence[Organisation]) -> None:
    _refuse_day(on, organisation)
    if organisation.closed_on:
        raise Refused(_("This organisation has ended already. Its page says what came after it."))
    wanted = {KINDS.MERGED: (1, 1), KINDS.SPLIT: (2, 9), KINDS.CLOSED: (0, 0)}.get(KINDS(kind))
    if wanted is None or not wanted[0] <= len(successors) <= wanted[1]:
        raise Refused(
            _("Name one successor for a merger, at least two for a split, none for a closure."), "successors"
        )
    wrong = [each for each in successors if each.pk == organisation.pk or each.closed_on or each.withdrawn_on]
    if wrong or any(each.home_id != organisation.home_id for each in successors):
        raise Refused(_("A successor is another organisation of this country that exists now."), "successors")
