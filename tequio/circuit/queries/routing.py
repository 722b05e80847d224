"""Which office an ask goes to, and why: by kind, topic and territory among live promises; ties by rule."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from tequio.circuit.models import Ask, Case, EntryPoint, Leg, Promise
from tequio.circuit.queries.routes import days_for, desk_again, first_desk, kinds_for, latest_route
from tequio.circuit.states import Rung
from tequio.network.models import Office
from tequio.network.queries import coordination, head_office, is_reachable, reached


@dataclass(frozen=True)
class Target:
    """Where a leg goes: the office, the promise that it holds (None: the hub's own rule), and why."""

    office: Office
    days: int
    rung: str
    promise: Promise | None = None
    why: dict[str, Any] = field(default_factory=dict)

    @property
    def entry_point(self) -> EntryPoint | None:
        return self.promise.entry_point if self.promise else getattr(self.office, "entry_point", None)


def live_promises() -> "Any":
    """Promises in force of offices that are still listed and where mail reaches somebody who acts."""
    held = reached().filter(office=OuterRef("entry_point__office"))
    return (
        Promise.objects.live()
        .filter(
            Exists(held), entry_point__withdrawn_on=None, entry_point__office__organisation__withdrawn_on=None
        )
        .select_related("entry_point__office__organisation", "kind")
    )


def territory_fit(promise: Promise, ask: Ask) -> int | None:
    """3: names the state; 2: names the country; 1: everywhere; None: elsewhere."""
    regions, countries = {r.pk for r in promise.regions.all()}, {c.pk for c in promise.countries.all()}
    if not regions and not countries:
        return 1
    if ask.region_id in regions:
        return 3
    country = ask.country_id or (ask.region.country_id if ask.region else None)
    return 2 if country in countries else None


def topic_fit(promise: Promise, ask: Ask) -> int | None:
    """3: names the subfield; 2: the field; 1: any topic; 0: some topics, and the ask names none; None: others."""
    fields, subfields = {f.pk for f in promise.fields.all()}, {s.pk for s in promise.subfields.all()}
    if not fields and not subfields:
        return 1
    if not ask.subfield_id and not ask.field_id:
        return 0
    if ask.subfield_id in subfields:
        return 3
    asked = ask.field_id or (ask.subfield.field_id if ask.subfield else None)
    if asked in fields:
        return 2
    if not ask.subfield_id and any(s.field_id == asked for s in promise.subfields.all()):
        return 2
    return None


def ranked(ask: Ask, *, without: Iterable[int] = (), kinds: Iterable[str] = ()) -> "list[Any]":
    """The live promises for the ask: the most specific first, then the quickest, the least burdened, by name.

    `without`: offices that are left out; `kinds`: of these kinds of organisation alone, when there are any. Each has
    its `territory` and `topic`: how well it fits.
    """
    open_legs = Leg.objects.filter(promise=OuterRef("pk"), closed_at=None).order_by().values("promise")
    waiting = Coalesce(Subquery(open_legs.annotate(n=Count("pk")).values("n")), 0)
    promises = (
        live_promises()
        .filter(kind=ask.kind_id)
        .exclude(entry_point__office__in=list(without))
        .annotate(waiting=waiting)
        .prefetch_related("regions", "countries", "fields", "subfields")
    )
    if kinds := list(kinds):
        promises = promises.filter(entry_point__office__organisation__kind__in=kinds)
    found = []
    for promise in promises:
        promise.territory, promise.topic = territory_fit(promise, ask), topic_fit(promise, ask)
        if promise.territory is not None and promise.topic is not None:
            found.append(promise)
    return sorted(found, key=_rank)


def _rank(promise: Any) -> tuple[int, int, int, int, str]:
    slug = promise.entry_point.slug
    return (-promise.territory, -promise.topic, promise.days, promise.waiting, slug)


def best_promise(ask: Ask, *, without: Iterable[int] = (), kinds: Iterable[str] = ()) -> Target | None:
    """The first of the promises in the order of `ranked`, and why it is."""
    found = ranked(ask, without=without, kinds=kinds)
    if not found:
        return None
    best = found[0]
    why = {"territory": best.territory, "topic": best.topic, "days": best.days, "candidates": len(found)}
    return Target(best.entry_point.office, best.days, Rung.ROUTED, best, why)


def promise_of(office: Office, kind_id: int) -> Promise | None:
    """The live promise of an office for a kind of ask, if it has one and somebody holds the office."""
    found: Promise | None = live_promises().filter(entry_point__office=office, kind=kind_id).first()
    return found


def last_rung(case: Case, rung: str = Rung.COORDINATION, *, step: str = "") -> Target:
    """The coordinating office, with the days of its own promise, else of the step, else of the hub."""
    hub = coordination(case.kind.home_id)
    promise = promise_of(hub.coordination, case.kind_id)
    days = promise.days if promise else days_for(case, step or case.step) or hub.days
    return Target(hub.coordination, days, rung, promise)


def prospective(ask: Ask) -> Target | None:
    """The best promise for an ask that is not sent yet, at the first desk of its kind's route."""
    first = first_desk(latest_route(ask.kind))
    return best_promise(ask, kinds=(first and first.get("for_kinds")) or ())


def first_target(case: Case) -> Target:
    """Where a confirmed ask begins: the best promise, or the coordinating office when nobody has promised."""
    kinds = kinds_for(case, case.step)
    return best_promise(case.ask, kinds=kinds) or last_rung(case, Rung.GAP)


def step_target(leg: Leg, step: str) -> Target:
    """Where an approved ask goes on to: the best promise among the organisations of its next step, else coordination.

    No office that has had it, and none of the organisation that approved it.
    """
    case, office = leg.case, leg.owner
    assert office is not None
    had = set(case.way().values_list("owner_id", flat=True))
    had |= set(office.organisation.offices.values_list("pk", flat=True))
    found = best_promise(case.ask, without=had, kinds=kinds_for(case, step))
    return replace(found, rung=Rung.STEP) if found else last_rung(case, Rung.STEP, step=step)


def next_target(leg: Leg) -> Target:
    """The next rung of law 1's ladder: head office, then fallback, then the coordinating office.

    A rung is skipped when mail reaches nobody there, when it has had the case before, or, for a fallback, when it
    has not promised to answer this kind of ask. The fallback of a head office is also that of the office below it.
    An appeal goes straight to the coordinating office: nothing below decides it.
    """
    case, office = leg.case, leg.owner
    assert office is not None
    step = desk_again(case, leg.step)
    if leg.rung == Rung.APPEAL:
        return last_rung(case, step=step)
    tried = set(case.way().values_list("owner_id", flat=True))
    kinds = kinds_for(case, step)
    head = head_office(office.organisation)
    if head and head.pk not in tried and is_reachable(head):
        promise = promise_of(head, case.kind_id)
        return Target(head, promise.days if promise else leg.days, Rung.HEAD, promise)
    offices = [office.pk]
    if leg.rung == Rung.HEAD and leg.came_from and leg.came_from.owner_id:
        offices.append(leg.came_from.owner_id)
    seen: set[int] = set()
    for entry_point in EntryPoint.objects.filter(office__in=offices).order_by("pk"):
        while entry_point.fallback and entry_point.pk not in seen:
            seen.add(entry_point.pk)
            entry_point = entry_point.fallback
            promise = promise_of(entry_point.office, case.kind_id)
            takes = not kinds or entry_point.office.organisation.kind in kinds
            if promise and takes and entry_point.office_id not in tried:
                return Target(entry_point.office, promise.days, Rung.FALLBACK, promise)
    return last_rung(case, step=step)
