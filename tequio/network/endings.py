"""Mandates that end together: of organisations that close, or whose government changes."""

from collections.abc import Sequence
from datetime import datetime

from tequio.network.models import Invitation, Mandate, Office
from tequio.network.queries import acting
from tequio.network.turnover import turn_over


def lock_offices(organisations: Sequence[int]) -> list[Office]:
    """Every office of the organisations, locked in one order. A step of a verb."""
    offices = Office.objects.select_for_update(of=("self",), no_key=True).filter(
        organisation__in=organisations
    )
    return list(offices.select_related("organisation").order_by("pk"))


def end_mandates(offices: Sequence[Office], now: datetime) -> list[int]:
    """Ends every mandate of the offices at once, and only then lets their work pass on, so that none of it stops
    at an office that ends in the same act. Invitations are withdrawn. Returns the mandates. A step of a verb.
    """
    before = {office.pk: acting(office) for office in offices}
    current = Mandate.objects.current().filter(office__in=offices).order_by("pk")
    ended = list(current.select_for_update(no_key=True).values_list("pk", flat=True))
    Mandate.objects.filter(pk__in=ended).update(ends_at=now, wake_at=None)
    open_invitations = Invitation.objects.filter(office__in=offices, accepted_at=None, withdrawn_at=None)
    open_invitations.update(withdrawn_at=now)
    for office in offices:
        if before[office.pk]:
            turn_over(office, before[office.pk])
    return ended
