"""Agreements between institutions: those of an office, those that everybody may read, with whom one can be made."""

from django.db.models import Prefetch, Q, QuerySet

from tequio.circuit.models import Agreement, Party
from tequio.network.models import Mandate, Office, Organisation
from tequio.network.queries import organisations

FOUND = 20


def _with_parties() -> QuerySet[Agreement]:
    parties = Prefetch("parties", Party.objects.select_related("office__organisation").order_by("pk"))
    found = Agreement.objects.prefetch_related(parties).select_related(
        "renews", "ended_by__office__organisation"
    )
    return found.order_by("-expires_on", "-pk")


def of_office(office: Office) -> QuerySet[Agreement]:
    """The agreements in which the office takes part, drafts and ended ones included."""
    return _with_parties().filter(parties__office=office)


def in_public(organisation: Organisation | None = None) -> QuerySet[Agreement]:
    """What everybody may read: agreements that are or were in force, all or those of an organisation."""
    found = _with_parties().filter(in_force_at__isnull=False)
    if organisation:
        found = found.filter(parties__office__organisation=organisation).distinct()
    return found


def to_sign(office: Office) -> QuerySet[Agreement]:
    """Proposals that wait for the office's signature."""
    waiting = Q(parties__office=office, parties__signed_at=None)
    return _with_parties().filter(waiting, in_force_at=None, ended_at=None)


def could_sign(office: Office, words: str) -> list[Office]:
    """Offices of other organisations that somebody holds now, by words of their organisation's name."""
    named = organisations(words=words).exclude(pk=office.organisation_id).order_by()
    held = Mandate.objects.current().filter(office__organisation__in=named.values("pk")).values("office")
    found = Office.objects.filter(pk__in=held).select_related("organisation__country")
    return list(found.order_by("organisation__sort_key", "-is_head", "pk")[:FOUND])
