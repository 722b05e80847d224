"""Reads of referrals: whom an office may still ask, who is asked, and the one who has said yes."""

from django.db.models import QuerySet

from tequio.circuit.models import Case, Leg, Referral
from tequio.circuit.queries.routes import has_member, member_step

AT_MOST = 3


def may_refer(leg: Leg) -> bool:
    """Whether the office of the leg can ask another member: its route has such a step, and nobody has said yes."""
    if leg.closed_at or leg.asked_by_id or member_step(leg) is None:
        return False
    return leg.referrals.count() < AT_MOST and not leg.referrals.filter(said="yes").exists()


def members_asked(leg: Leg) -> QuerySet[Referral]:
    """Whom the office of the leg has asked: for that office alone."""
    return leg.referrals.order_by("asked_at", "pk")


def consented(leg: Leg) -> Referral | None:
    """The member who said yes, as they want to be shown."""
    return leg.referrals.filter(said="yes").first()


def shown_to_asker(case: Case) -> QuerySet[Referral]:
    """Those who said yes, as they want to be shown: nobody else is ever shown to the asker."""
    if not has_member(case):
        return Referral.objects.none()
    return Referral.objects.filter(leg__case=case, said="yes").order_by("answered_at", "pk")
