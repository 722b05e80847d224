"""The closures of an organisation: what is ahead or runs, what was declared too late, what is over."""

from dataclasses import dataclass, field
from datetime import timedelta

from tequio.kernel import clock
from tequio.network.models import Closure, Organisation

KEPT = timedelta(days=400)


@dataclass
class Closures:
    """`ahead`: still to come or running, and counted; `late`: declared when they had begun; `over`: lately."""

    ahead: list[Closure] = field(default_factory=list)
    late: list[Closure] = field(default_factory=list)
    over: list[Closure] = field(default_factory=list)


def closures_of(organisation: Organisation) -> Closures:
    """One query; those withdrawn are left out, and what is long over."""
    found, today = Closures(), clock.today(organisation.zone)
    rows = Closure.objects.filter(organisation=organisation, withdrawn_at=None, last_day__gte=today - KEPT)
    for closure in rows.order_by("first_day", "pk"):
        if not closure.counts:
            found.late.append(closure)
        elif closure.last_day >= today:
            found.ahead.append(closure)
        else:
            found.over.append(closure)
    return found
