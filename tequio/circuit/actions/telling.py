"""What an office is told in its daily digest rather than in a letter of its own."""

from typing import Any

from tequio.circuit.models import Case, Commitment, DigestLine, Leg
from tequio.network.models import Office


def tell_office(
    office: Office,
    kind: str,
    *,
    key: str,
    case: Case | None = None,
    leg: Leg | None = None,
    commitment: Commitment | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Puts one line into the office's next digest; the same `key` twice is one line. Part of the caller's act."""
    topic = case.ref if case else kind
    given = {
        "case": case,
        "leg": leg,
        "commitment": commitment,
        "topic": topic,
        "kind": kind,
        "data": data or {},
    }
    DigestLine.objects.get_or_create(key=key, defaults={"office": office, **given})


def tell_parties(case: Case, kind: str, *, key: str, but: Office | None = None) -> None:
    """Tells every office that took part in the case, save one, of a later change in it."""
    legs = case.legs.exclude(owner=None).select_related("owner")
    offices = {leg.owner_id: leg.owner for leg in legs if leg.owner and leg.owner != but}
    for office in offices.values():
        tell_office(office, kind, key=f"{key}/{office.pk}", case=case)
