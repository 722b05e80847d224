"""Verbs of absence: somebody who holds a mandate is away for some days, and others act meanwhile.

Who acts is computed from the absences at each instant; the worker's looks and these verbs only tell who acts newly.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.journal.actions import write
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.actions import lock_office, may_invite
from tequio.network.models import Absence, Mandate, Office, Role
from tequio.network.queries import acting, actors, current_mandates, may_act
from tequio.network.turnover import turn_over

LONGEST = timedelta(days=180)


def may_declare(by: Mandate, mandate: Mandate) -> bool:
    """Whoever is away themselves; of a deputy the acting holder too; the coordinating office of anybody."""
    if by.person_id == mandate.person_id:
        return True
    if by.office_id == mandate.office_id and by.role != Role.HOLDER:
        return False
    return may_invite(by, mandate.office) and may_act(by.person, by.office) is not None


def declare_absence(
    mandate: Mandate, *, by: Mandate, first_day: date, last_day: date, stand_in: Mandate | None = None
) -> Absence:
    """From `first_day` to the end of `last_day`, where the office is, the stand-in acts, else the deputies.

    An absence that begins today begins at once.
    """
    with transaction.atomic():
        office = lock_office(mandate.office_id)
        mandate = _current(office, mandate.pk)
        _refuse_stranger(by, mandate)
        starts_at, ends_at = _days(office, first_day, last_day)
        absence = Absence(mandate=mandate, stand_in=stand_in, starts_at=starts_at, ends_at=ends_at)
        _refuse(absence, office)
        before = acting(office)
        absence.wake_at = ends_at if absence.runs else starts_at
        absence.save()
        turn_over(office, before)
        _enter("absence.declared", office, absence)
    return absence


def change_absence(
    absence: Absence, *, by: Mandate, first_day: date, last_day: date, stand_in: Mandate | None = None
) -> Absence:
    """Other days, or another stand-in; of an absence that runs, the first day stays."""
    with transaction.atomic():
        office, absence = _locked(absence)
        _refuse_stranger(by, absence.mandate)
        if absence.cancelled_at or absence.ends_at <= clock.now():
            raise Refused(_("This absence is over. Declare a new one."))
        before, ran = acting(office), absence.runs
        starts_at, absence.ends_at = _days(
            office, clock.today(office.organisation.zone) if ran else first_day, last_day
        )
        absence.starts_at = absence.starts_at if ran else starts_at
        absence.stand_in = stand_in
        _refuse(absence, office)
        absence.wake_at = absence.ends_at if absence.runs else absence.starts_at
        absence.save(update_fields=["starts_at", "ends_at", "stand_in", "wake_at"])
        turn_over(office, before)
        _enter("absence.changed", office, absence)
    return absence


def cancel_absence(absence: Absence, *, by: Mandate) -> Absence:
    """Takes an absence back, or ends the one that runs: whoever was away acts again at once."""
    with transaction.atomic():
        office, absence = _locked(absence)
        _refuse_stranger(by, absence.mandate)
        if absence.cancelled_at or absence.ends_at <= clock.now():
            return absence
        before = acting(office)
        absence.cancelled_at, absence.wake_at = clock.now(), None
        absence.save(update_fields=["cancelled_at", "wake_at"])
        turn_over(office, before)
        _enter("absence.cancelled", office, absence)
    return absence


def look_at_absence(absence: Absence) -> None:
    """The worker's look: when an absence begins or ends, who acts newly gets what is open."""
    with transaction.atomic():
        office, absence = _locked(absence)
        now = clock.now()
        if absence.cancelled_at or absence.wake_at is None or absence.wake_at > now:
            return
        began = now < absence.ends_at
        absence.wake_at = absence.ends_at if began else None
        absence.save(update_fields=["wake_at"])
        if not office.mandates.current().filter(pk=absence.mandate_id).exists():
            return
        turn_over(office, _acted(office, absence, away=not began))
        _enter("absence.began" if began else "absence.ended", office, absence)


def _acted(office: Office, absence: Absence, *, away: bool) -> list[Mandate]:
    """Who would act now if the absence did not run, or still ran (`away`): those whom its change finds acting."""
    current = current_mandates(office)
    for mandate in current:
        if mandate.pk == absence.mandate_id:
            mandate.away_until = absence.ends_at if away else None
            mandate.stand_in_now = absence.stand_in_id if away else None
    return actors(current)


def _locked(absence: Absence) -> tuple[Office, Absence]:
    office = lock_office(Mandate.objects.values_list("office_id", flat=True).get(pk=absence.mandate_id))
    found = Absence.objects.select_related("mandate__office__organisation")
    return office, found.get(pk=absence.pk)


def _current(office: Office, mandate_id: int) -> Mandate:
    found = office.mandates.current().select_related("office__organisation").filter(pk=mandate_id).first()
    if found is None:
        raise Refused(_("This mandate has ended: nobody is away from it."))
    return found


def _refuse_stranger(by: Mandate, mandate: Mandate) -> None:
    if not may_declare(by, mandate):
        raise Refused(
            _("Only the person, the office's holder or the coordinating office can say that they are away.")
        )


def _days(office: Office, first_day: date, last_day: date) -> tuple[datetime, datetime]:
    """The instants between which somebody is away."""
    zone, today = office.organisation.zone, clock.today(office.organisation.zone)
    if first_day < today:
        raise Refused(_("The first day is over. Give today or a later day."), "first_day")
    if last_day < first_day:
        raise Refused(_("The last day comes before the first. Give a later one."), "last_day")
    if last_day - first_day >= LONGEST:
        raise Refused(
            _("At most %(n)d days. For a longer time, hand the office over.") % {"n": LONGEST.days},
            "last_day",
        )
    starts_at = clock.now() if first_day == today else clock.end_of(first_day - timedelta(days=1), zone)
    return starts_at, clock.end_of(last_day, zone)


def _refuse(absence: Absence, office: Office) -> None:
    """Refuses days on which somebody is away already, or their mandate is over; and a stand-in who cannot."""
    mandate, stand_in = absence.mandate, absence.stand_in
    if mandate.ends_at and mandate.ends_at <= absence.starts_at:
        raise Refused(_("The mandate is over by then. Give an earlier day."), "first_day")
    if _away(mandate, absence):
        raise Refused(
            _("Another absence covers some of these days. Change that one, or give other days."), "first_day"
        )
    if stand_in is None:
        return
    if stand_in.pk == mandate.pk or not office.mandates.current().filter(pk=stand_in.pk).exists():
        raise Refused(
            _("A stand-in has to hold a mandate of this office. Invite a deputy first."), "stand_in"
        )
    if _away(stand_in, absence):
        raise Refused(
            _("Your stand-in is away on some of these days. Choose another, or other days."), "stand_in"
        )


def _away(mandate: Mandate, absence: Absence) -> bool:
    found = Absence.objects.filter(
        mandate=mandate, cancelled_at=None, starts_at__lt=absence.ends_at, ends_at__gt=absence.starts_at
    )
    return found.exclude(pk=absence.pk).exists()


def _enter(kind: str, office: Office, absence: Absence) -> None:
    facts = {
        "role": absence.mandate.role,
        "from": absence.starts_at,
        "until": absence.ends_at,
        "stand_in": absence.stand_in.role if absence.stand_in else "",
    }
    write(kind, office=office.code, facts=facts, payload={"person": absence.mandate.person_id})
