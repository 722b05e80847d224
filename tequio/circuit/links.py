"""Links that only a letter carries: of the asker and of a desk. Raising a version revokes them."""

from tequio.circuit.models import Ask, Case, Leg, Recall, Referral, Reply
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


def member_key(referral: Referral) -> str:
    return ids.key_for("referral", referral.pk, referral.link_version)


def member_link(referral: Referral) -> str:
    return absolute("member", referral.pk, member_key(referral), language=referral.language)


def recall_key(recall: Recall) -> str:
    """The key by which an asker says whether it happened. It opens nothing else, and stops with the case's links."""
    return ids.key_for("recall", recall.pk, recall.case.link_version)


def recall_link(recall: Recall) -> str:
    return absolute("recall", recall.pk, recall_key(recall), language=recall.case.ask.language)


def confirm_link(ask: Ask) -> str:
    return absolute("ask_confirm", ask.pk, ask_key(ask), language=ask.language)


def follow_link(case: Case) -> str:
    return absolute("follow", case.ref, case_key(case), language=case.ask.language)


def follow_mute_link(case: Case) -> str:
    return absolute("follow_mute", case.ref, case_key(case), language=case.ask.language)


def leg_link(leg: Leg, mandate: Mandate) -> str:
    args = (leg.case.ref, leg.number, mandate.pk, leg_key(leg, mandate))
    return absolute("leg_link", *args, language=mandate.person.language)


def leg_mail_link(reply: Reply, mandate: Mandate) -> str:
    """Where the files go that were left out of an office's mail."""
    leg = reply.leg
    assert leg is not None
    args = (leg.case.ref, leg.number, mandate.pk, leg_key(leg, mandate), reply.pk)
    return absolute("leg_link_mail", *args, language=mandate.person.language)


def follow_mail_link(reply: Reply) -> str:
    """Where the files go that were left out of the asker's mail."""
    assert reply.leg is not None
    case = reply.leg.case
    return absolute("follow_mail", case.ref, case_key(case), reply.pk, language=case.ask.language)


def mute_key(mandate: Mandate, topic: str) -> str:
    """The key by which whoever acts mutes a topic for the office; it stops with the mandate."""
    return ids.key_for("mute", mandate.pk, topic)


def mute_link(mandate: Mandate, topic: str) -> str:
    args = (mandate.pk, topic, mute_key(mandate, topic))
    return absolute("mute", *args, language=mandate.person.language)


def one_click_link(mandate: Mandate, topic: str) -> str:
    """Where a mail program may send its one click (RFC 8058), without a page between."""
    args = (mandate.pk, topic, mute_key(mandate, topic))
    return absolute("mute_one_click", *args, language=mandate.person.language)
