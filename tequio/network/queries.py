"""Reads of the network: organisations, and who may act for an office at this instant."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from tequio.kernel import clock
from tequio.kernel.texts import fold
from tequio.network.models import (
    Absence,
    Administration,
    Hub,
    Kind,
    Mandate,
    Office,
    Organisation,
    Role,
    Succession,
)
from tequio.people.models import Person


def organisations(
    *, words: str = "", kind: str = "", country: str = "", region: str = "", home: str = ""
) -> QuerySet[Organisation]:
    """Organisations still listed, by name, whose name, acronym, alias or city holds every word."""
    found = Organisation.objects.filter(withdrawn_on__isnull=True)
    for name, value in {"kind": kind, "country": country, "region": region, "home": home}.items():
        if value:
            found = found.filter(**{name: value})
    for word in fold(words).split()[:8]:
        found = found.filter(search_text__contains=word)
    return found.select_related("country", "region").order_by("sort_key", "pk")


def successions(organisation: Organisation) -> QuerySet[Succession]:
    """What became of the organisation, and the ends of others that it came after, the latest first."""
    found = Succession.objects.filter(Q(organisation=organisation) | Q(successors=organisation)).distinct()
    return found.select_related("organisation").prefetch_related("successors").order_by("-on", "-pk")


def current_mandates(office: Office) -> list[Mandate]:
    """The office's mandates of now, each with its absence of now."""
    current = office.mandates.current().with_absence()
    return list(current.select_related("person__account").order_by("pk"))


def actors(current: list[Mandate]) -> list[Mandate]:
    """Those who act among an office's current mandates, read `with_absence`: its holder; of one who is away the
    stand-in, else the deputies who are there. When nobody is there, whoever would act if nobody were away.
    """
    assert all("away_until" in vars(mandate) for mandate in current), "read the mandates with_absence()"
    holders = [mandate for mandate in current if mandate.role == Role.HOLDER]
    there = [mandate for mandate in current if mandate.away_until is None]
    stand_ins = {holder.stand_in_now for holder in holders}
    return (
        [holder for holder in holders if holder in there]
        or [mandate for mandate in there if mandate.pk in stand_ins]
        or there
        or holders
        or current
    )


def acting(office: Office) -> list[Mandate]:
    """The mandates that act for the office now; empty when it is vacant."""
    return actors(current_mandates(office))


def absences_ahead(office: Office) -> list[Absence]:
    """The absences of the office's current mandates that run or are still to come, by day."""
    absences = Absence.objects.filter(
        mandate__in=office.mandates.current(), cancelled_at=None, ends_at__gt=clock.now()
    )
    related = ("mandate__person", "mandate__office__organisation", "stand_in__person")
    return list(absences.select_related(*related).order_by("starts_at", "pk"))


def is_vacant(office: Office) -> bool:
    return not office.mandates.current().exists()


def reached() -> QuerySet[Mandate]:
    """Mandates whom mail reaches, of holders, and of deputies where nobody holds the office (absences aside)."""
    current = Mandate.objects.current()
    holder = current.filter(office=OuterRef("office"), role=Role.HOLDER)
    return current.filter(Q(role=Role.HOLDER) | ~Exists(holder), person__account__broken_since=None)


def is_reachable(office: Office) -> bool:
    """Whether mail reaches anybody who acts for the office now."""
    return any(mandate.person.account.broken_since is None for mandate in acting(office))


def broken_addresses() -> QuerySet[Mandate]:
    """Current mandates of people from whose address mail comes back, the longest broken first."""
    current = Mandate.objects.current().filter(person__account__broken_since__isnull=False)
    return current.select_related("office__organisation", "person__account").order_by(
        "person__account__broken_since", "pk"
    )


def administration_of(office: Office, day: date) -> Administration | None:
    """The government under which a post or an agency acts on a day; chapters and universities act under none."""
    organisation = office.organisation
    if organisation.kind not in (Kind.AGENCY, Kind.POST):
        return None
    began = Administration.objects.filter(home=organisation.home_id, starts_on__lte=day)
    return began.filter(Q(ends_on=None) | Q(ends_on__gt=day)).order_by("-starts_on").first()


def head_office(organisation: Organisation) -> Office | None:
    return organisation.offices.filter(is_head=True).first()


def coordination(home: str) -> Hub:
    """The hub of a country; raises Hub.DoesNotExist when no country pack is loaded for it."""
    return Hub.objects.select_related("coordination__organisation").get(home=home)


def offices_of(person: Person) -> list[Office]:
    """The offices in which the person holds a mandate now, as holder or deputy."""
    held = Mandate.objects.current().filter(person=person).values("office")
    return list(Office.objects.filter(pk__in=held).select_related("organisation").order_by("pk"))


def may_act(person: Person, office: Office) -> Mandate | None:
    """The mandate with which the person acts for the office now, if any."""
    return next((mandate for mandate in acting(office) if mandate.person_id == person.pk), None)


def ancestors(organisation: Organisation) -> Iterator[Organisation]:
    seen = {organisation.pk}
    while organisation.parent and organisation.parent.pk not in seen:
        organisation = organisation.parent
        seen.add(organisation.pk)
        yield organisation
