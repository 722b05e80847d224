"""What in a mail points to a leg; `sorting.decide` makes of it what it will."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from django.db.models import Q, QuerySet

from tequio.circuit.models import Case, Leg, SentText
from tequio.circuit.queries.correspondence import answers_by_mail, way_of
from tequio.circuit.sorting import By, Clue
from tequio.circuit.states import LegOutcome
from tequio.circuit.tokens import folded, slips
from tequio.inbound.addresses import tokens_in
from tequio.inbound.reading.mail import Mail
from tequio.kernel import clock
from tequio.kernel.ids import ALPHABET
from tequio.network.models import Mandate, Office
from tequio.network.queries import acting

RECENT = timedelta(days=90)
MANY, FEW = 20, 3
TOP = 3
NUMBER = re.compile(rf"\b([a-z]{{2}}-[{ALPHABET}]{{6,12}})\b", re.IGNORECASE)


def mandates_of(sender: str) -> list[Mandate]:
    """The mandates by which whoever has this confirmed address acts for an office now."""
    if not sender:
        return []
    held = Mandate.objects.current().filter(person__account__email__iexact=sender)
    offices = Office.objects.filter(mandates__in=held).distinct().select_related("organisation")
    found = [mandate for office in offices for mandate in acting(office)]
    return [mandate for mandate in found if mandate.person.account.email == sender.lower()]


def clues_of(mail: Mail, own: str) -> list[Clue]:
    """The legs to which the mail points, by each thing that points there; `own`: the sender's own words."""
    acts = {
        mandate.office_id for mandate in mandates_of(mail.sender) if answers_by_mail(way_of(mandate.office))
    }
    found = {
        By.ADDRESS: (named := _named(mail.recipients)),
        By.NEAR: _near(mail.recipients, {leg.mail_token for leg in named}),
        By.THREAD: _answered(mail.answers),
        By.SUBJECT: _numbered(mail.subject, acts),
        By.WORDS: _numbered("\n".join(own.splitlines()[:TOP]), acts),
        By.SENDER: _at_offices(acts),
        By.ASKER: _of_asker(mail.sender),
    }
    return [Clue(leg.pk, leg.case_id, by, leg.owner_id in acts) for by, legs in found.items() for leg in legs]


def _named(recipients: Iterable[str]) -> list[Leg]:
    """The legs whose secret address, look-alikes aside, is among the recipients."""
    tokens = {folded(token) for token in tokens_in(recipients)[:MANY]}
    return list(Leg.objects.filter(mail_token__in=tokens).order_by("pk"))


def _near(recipients: Iterable[str], named: Collection[str | None]) -> list[Leg]:
    """Open or recent legs whose secret address is one slip away from one that names no leg."""
    tokens = [token for token in tokens_in(recipients)[:MANY] if folded(token) not in named]
    near = set().union(*(slips(token) for token in tokens[:FEW]))
    recent = Q(closed_at=None) | Q(closed_at__gt=clock.now() - RECENT)
    return list(Leg.objects.filter(recent, mail_token__in=near).order_by("pk")) if near else []


def _answered(answers: Sequence[str]) -> list[Leg]:
    """The legs of the letters that it answers, the nearest first, each once."""
    ids = list(answers[:MANY])
    sent = SentText.objects.filter(message_id__in=ids).select_related("leg")
    order = sorted(sent, key=lambda each: ids.index(each.message_id))
    return list(dict.fromkeys(each.leg for each in order))


def _numbered(text: str, acts: set[int]) -> list[Leg]:
    """By the receipt numbers in a text: the last leg at each office for which the sender acts, else of the case."""
    refs = {found.lower() for found in NUMBER.findall(text)[:MANY]}
    found: list[Leg] = []
    for case in Case.objects.filter(ref__in=refs).order_by("pk") if refs else ():
        legs = list(case.legs.order_by("number"))
        last = {leg.owner_id: leg for leg in legs if leg.owner_id in acts}
        found += last.values() or _current(legs)
    return found


def _current(legs: Sequence[Leg]) -> list[Leg]:
    way = [leg for leg in legs if leg.asked_by_id is None and leg.outcome != LegOutcome.UNDONE]
    return way[-1:]


def _at_offices(acts: set[int]) -> list[Leg]:
    """The open asks that are due soonest at the offices for which the sender acts."""
    return list(open_legs().filter(owner__in=acts).order_by("due_at", "pk")[:FEW]) if acts else []


def _of_asker(sender: str) -> list[Leg]:
    """Where the open asks of the sender are now."""
    if not sender:
        return []
    return list(open_legs().filter(asked_by=None, case__ask__address__iexact=sender).order_by("pk")[:FEW])


def open_legs() -> QuerySet[Leg]:
    return Leg.objects.filter(closed_at=None)
