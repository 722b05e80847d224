"""An agreement between the chapter in Berlin, which Ana holds, and the university in Oaxaca, which Uma holds."""

from datetime import date
from typing import Any

from tequio.circuit.actions.agreements import Owing, Terms, propose_agreement, sign_agreement
from tequio.circuit.models import Agreement, Commitment
from tequio.network.models import Mandate
from tests.cast import Cast

STARTS, ENDS = date(2026, 12, 1), date(2027, 11, 30)
TALKS, ROOM = date(2027, 3, 1), date(2027, 1, 15)


def terms(**changed: Any) -> Terms:
    given = {
        "title": "Talks for rooms",
        "text": "We help each other.",
        "starts_on": STARTS,
        "expires_on": ENDS,
    }
    return Terms(**{**given, **changed})


def proposed(ana: Mandate, uma: Mandate, **changed: Any) -> Agreement:
    """Ana proposes: her chapter gives four talks, the university a room."""
    owing = [
        Owing(ana.office, "Four talks by video.", TALKS),
        Owing(uma.office, "A room for each talk.", ROOM, "room"),
    ]
    return propose_agreement(terms(**changed), owing, to=uma.office, by=ana)


def in_force(ana: Mandate, uma: Mandate, **changed: Any) -> Agreement:
    return sign_agreement(proposed(ana, uma, **changed), by=uma)


def talks() -> Commitment:
    return Commitment.objects.get(what="Four talks by video.")


def room() -> Commitment:
    return Commitment.objects.get(what="A room for each talk.")


def both(cast: Cast) -> tuple[Mandate, Mandate]:
    return cast.hold("chapter-berlin", "Ana"), cast.hold("university-oaxaca", "Uma")
