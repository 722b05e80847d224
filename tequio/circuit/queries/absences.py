"""What the page of an office's people lets its reader do: absences, and the hand-over."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tequio.kernel import clock
from tequio.network.models import Absence, Mandate, Office, Role
from tequio.network.queries import absences_ahead, current_mandates
from tequio.people.models import Person


@dataclass(frozen=True)
class Away:
    """One absence, running or to come; `mine`: the reader may change and cancel it."""

    absence: Absence
    mine: bool


def may_change_all(office: Office, by: Mandate | None) -> bool:
    """Whether the reader's mandate lets them say that others of the office are away."""
    return by is not None and (by.office_id != office.pk or by.role == Role.HOLDER)


def absences_of(office: Office, person: Person | None, by: Mandate | None) -> list[Away]:
    every = may_change_all(office, by)
    mine = person.pk if person else None
    return [Away(each, every or each.mandate.person_id == mine) for each in absences_ahead(office)]


def who_may_be_away(office: Office, person: Person | None, by: Mandate | None) -> list[Mandate]:
    """The office's mandates for which the reader may declare an absence, their own first."""
    every, mine = may_change_all(office, by), person.pk if person else None
    found = [each for each in current_mandates(office) if every or each.person_id == mine]
    return sorted(found, key=lambda each: (each.person_id != mine, each.pk))


def named(mandate: Mandate, *, inside: bool) -> str:
    """A mandate in a choice: with its bearer's name for the office itself, and where the bearer shows it."""
    if inside or mandate.show_name:
        return f"{mandate.get_role_display()}: {mandate.person}"
    since = clock.day_of(mandate.starts_at, mandate.office.organisation.zone)
    return _("%(role)s since %(day)s") % {"role": mandate.get_role_display(), "day": date_format(since)}


def may_hand(current: list[Mandate], person: Person | None, by: Mandate | None) -> bool:
    """Whether the reader may hand the office over: its holder, or the coordinating office for them."""
    holder = next((each for each in current if each.role == Role.HOLDER), None)
    if holder is None or person is None:
        return False
    return holder.person_id == person.pk or (by is not None and by.office_id != holder.office_id)
