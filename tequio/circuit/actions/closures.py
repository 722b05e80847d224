"""An office says on which days its organisation is closed; its clocks stand still on those that it said before."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tequio.circuit.actions.recounting import CLOSURE, REOPENED, recount_legs, running_legs
from tequio.journal.actions import Act
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.models import Closure, Mandate, Organisation
from tequio.network.queries import may_act

LONGEST = timedelta(days=60)
AHEAD, BACK = timedelta(days=550), timedelta(days=365)


def declare_closure(*, by: Mandate, first_day: date, last_day: date, name: str) -> Closure:
    """The organisation of the mandate's office is closed on these days. Declared before they begin, they count: the
    open asks of all its offices are dated anew. Later ones are recorded and shown, and move nothing.

    The same days declared twice are one closure.
    """
    with transaction.atomic():
        organisation = _lock(by.office.organisation_id)
        _refuse_stranger(by)
        today, name = clock.today(organisation.zone), name.strip()
        _refuse_days(first_day, last_day, name, today)
        days = {"organisation": organisation, "first_day": first_day, "last_day": last_day}
        found = Closure.objects.filter(**days, withdrawn_at=None).first()
        if found:
            return found
        closure = Closure.objects.create(
            **days, name=name, declared_at=clock.now(), declared_by=by, counts=today < first_day
        )
        _recount(closure, CLOSURE, Act("closure.declared", by.office.code, facts=_facts(closure)))
    return closure


def withdraw_closure(closure: Closure, *, by: Mandate) -> Closure:
    """The organisation will be open after all. A closure that has begun ends today; the days before stay closed."""
    with transaction.atomic():
        organisation = _lock(closure.organisation_id)
        closure = Closure.objects.get(pk=closure.pk)
        if by.office.organisation_id != closure.organisation_id:
            raise Refused(_("This closure is of another organisation."))
        _refuse_stranger(by)
        if closure.withdrawn_at:
            return closure
        today = clock.today(organisation.zone)
        if closure.counts and closure.last_day < today:
            raise Refused(_("This closure is over. The days that were closed stay so."))
        if closure.counts and closure.first_day <= today:
            closure.last_day = today
            closure.save(update_fields=["last_day"])
        else:
            closure.withdrawn_at = clock.now()
            closure.save(update_fields=["withdrawn_at"])
        _recount(closure, REOPENED, Act("closure.withdrawn", by.office.code, facts=_facts(closure)))
    return closure


def _recount(closure: Closure, why: str, act: Act) -> None:
    legs = running_legs().filter(owner__organisation=closure.organisation_id).order_by("pk")
    recount_legs(legs.values_list("pk", flat=True) if closure.counts else (), why, act)


def _facts(closure: Closure) -> dict[str, object]:
    return {
        "organisation": closure.organisation.slug,
        "first_day": str(closure.first_day),
        "last_day": str(closure.last_day),
        "counts": closure.counts,
    }


def _lock(pk: int) -> Organisation:
    return Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def _refuse_stranger(by: Mandate) -> None:
    found = may_act(by.person, by.office)
    if found is None or found.pk != by.pk:
        raise Refused(_("Your mandate in this office has ended, or somebody else acts for it now."))


def _refuse_days(first_day: date, last_day: date, name: str, today: date) -> None:
    if not name:
        raise Refused(_("Say in a few words why it is closed."), "name")
    if last_day < first_day:
        raise Refused(_("The last day comes before the first."), "last_day")
    if last_day - first_day >= LONGEST:
        raise Refused(_("A closure lasts sixty days at most. Declare a longer one in parts."), "last_day")
    if not today - BACK <= first_day <= today + AHEAD:
        raise Refused(_("Give a first day between a year ago and eighteen months from now."), "first_day")
