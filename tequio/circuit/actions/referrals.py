"""What ends a referral: a member who is not needed, says no or stays silent is forgotten.

Steps of a caller's act, inside its transaction; the verbs are in `referring.py`.
"""

from datetime import datetime

from tequio.circuit.models import Leg, Referral
from tequio.notices.models import Letter


def about(referral: Referral) -> str:
    """What the journal and the outbox call a referral: nothing in it leads to the ask or to the member."""
    return f"referral-{referral.pk}"


def end_referral(referral: Referral, said: str, now: datetime) -> None:
    """Ends it, and erases who was asked and what they were told; after a yes what they chose to show stays."""
    referral.said, referral.answered_at, referral.wake_at = said, now, None
    referral.name = referral.address = referral.note = ""
    referral.save(update_fields=["said", "answered_at", "wake_at", "name", "address", "note"])
    Letter.objects.filter(about=about(referral)).update(
        address="", subject="", text="", html="", wake_at=None
    )


def drop_referrals(leg: Leg, now: datetime, *, but: Referral | None = None) -> None:
    """Those who are still asked for this leg are no longer needed."""
    for referral in leg.referrals.filter(answered_at=None):
        if referral != but:
            end_referral(referral, "", now)
