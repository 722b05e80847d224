"""Asks of the same asker and kind that may be one: what an office may see of them, and merge."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q

from tequio.circuit.models import Case, Leg
from tequio.circuit.rules import UNDO_WITHIN
from tequio.circuit.states import LegOutcome
from tequio.circuit.visibility import Seen, for_office
from tequio.kernel import clock
from tequio.network.models import Hub, Office

WITHIN = timedelta(days=30)
MERGEABLE = ("at-desk", "question")


@dataclass(frozen=True)
class Pair:
    """Two asks that may be one: the later goes into the earlier, so that no clock begins again.

    `number`: a leg by which the office reaches the other one; None where it has none. `allowed`: the office
    may merge them. `ask`: the other one, as the office may see it.
    """

    other: Case
    later: Case
    earlier: Case
    number: int | None
    allowed: bool
    ask: Seen | None


def coordinates(office: Office, case: Case) -> bool:
    """Whether the office is the coordinating office of the case's country."""
    return Hub.objects.filter(home=case.kind.home_id, coordination=office).exists()


def open_leg(case: Case) -> Leg | None:
    """The leg on which the case goes on, opinions apart."""
    return case.way().filter(closed_at=None).select_related("owner__organisation").first()


def may_merge(case: Case, office: Office) -> bool:
    """Whether the office may close this case as a duplicate: it has it, or it coordinates. Never one in which the
    asker has contradicted an answer.
    """
    leg = open_leg(case)
    has = leg is not None and leg.owner_id == office.pk
    mergeable = case.state in MERGEABLE and not case.asker_says
    return mergeable and leg is not None and (has or coordinates(office, case))


def duplicates(case: Case, office: Office) -> list[Pair]:
    """The open asks of the same asker and kind, sent within thirty days of this one, that the office may see."""
    if case.closed_at is not None:
        return []
    near = (case.opened_at - WITHIN, case.opened_at + WITHIN)
    twins = Case.objects.filter(
        kind=case.kind_id, ask__address=case.ask.address, closed_at=None, opened_at__range=near
    ).exclude(pk=case.pk)
    if not coordinates(office, case):
        had = Leg.objects.filter(case=OuterRef("pk"), owner=office)
        twins = twins.filter(Q(owner=office) | Exists(had))
    twins = twins.select_related(
        "kind", "owner__organisation", "ask__organisation", "ask__field", "ask__subfield", "ask__region"
    )
    return [_pair(case, twin, office) for twin in twins.order_by("opened_at", "pk")[:10]]


def _pair(case: Case, other: Case, office: Office) -> Pair:
    earlier, later = sorted((case, other), key=lambda each: (each.opened_at, each.pk))
    sight = for_office(other, office)
    number = sight.legs[-1].number if sight.legs else None
    return Pair(other, later, earlier, number, may_merge(later, office), sight.ask)


def may_part(case: Case, office: Office) -> bool:
    """Whether the office may still take a merger back: within 24 hours, by who had the case or who coordinates."""
    if case.state != "merged" or case.closed_at is None or clock.now() > case.closed_at + UNDO_WITHIN:
        return False
    had = case.legs.filter(asked_by=None, outcome=LegOutcome.MERGED, closed_at=case.closed_at, owner=office)
    return had.exists() or coordinates(office, case)
