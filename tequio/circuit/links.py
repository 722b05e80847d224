"""Links that only a letter carries: of the asker and of a desk. Raising a version revokes them."""

from tequio.circuit.models import Ask, Case, Leg
from tequio.kernel import ids
from tequio.network.links import absolute
from tequio.network.models import Mandate


def ask_key(ask: Ask) -> str:
    return ids.key_for("ask", ask.pk, ask.address_version)


def sent_key(ask: Ask) -> str:
    """The key of the page that says where the letter went; it lets a mistyped address be mended."""
    return ids.key_for("sent", ask.pk)


def case_key(case: Case) -> str:
    return ids.key_for("case", case.pk, case.link_version)


def leg_key(leg: Leg, mandate: Mandate) -> str:
    """A desk's key: bound to the mandate, so that it stops at the instant at which the mandate ends."""
    return ids.key_for("leg", leg.pk, leg.link_version, mandate.pk)


def confirm_link(ask: Ask) -> str:
    return absolute("ask_confirm", ask.pk, ask_key(ask), language=ask.language)


def follow_link(case: Case) -> str:
    return absolute("follow", case.ref, case_key(case), language=case.ask.language)


def leg_link(leg: Leg, mandate: Mandate) -> str:
    args = (leg.case.ref, leg.number, mandate.pk, leg_key(leg, mandate))
    return absolute("leg_link", *args, language=mandate.person.language)
