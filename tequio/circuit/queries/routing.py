"""Which office an ask goes to, and why: by kind, topic and territory among live promises; ties by rule."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Case as Either
from django.db.models import Count, Exists, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from tequio.circuit.models import Ask, AskKind, Case, EntryPoint, Leg, Promise
from tequio.circuit.queries.routes import days_for, desk_again, first_desk, kinds_for, latest_route
from tequio.circuit.queries.service import IN_A_ROW, quiet_since
from tequio.circuit.states import Rung
from tequio.kernel import clock
from tequio.network.models import Kind, Office
from tequio.network.queries import ancestors, coordination, head_office, is_reachable, reached


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


def promises_in_force() -> "Any":
    """Promises in force of offices that are still listed and where mail reaches somebody who acts, each with
    `quiet_since`: since when new asks go elsewhere all the same (`queries/service.py`), None while they come.
    """
    held = reached().filter(office=OuterRef("entry_point__office"))
    since = {"quiet_since": quiet_since("entry_point__office")}
    return (
        Promise.objects.live()
        .filter(
            Exists(held), entry_point__withdrawn_on=None, entry_point__office__organisation__withdrawn_on=None
        )
        .annotate(**since)
        .select_related("entry_point__office__organisation", "kind")
    )


def live_promises() -> "Any":
    """The promises in force that bring new asks to their office."""
    return promises_in_force().filter(quiet_since=None)


def _names(remit: str, **which: Any) -> Exists:
    """Whether the promise names anything in that part of its remit, or the one in question."""
    through = getattr(Promise, remit).through
    return Exists(through.objects.filter(promise=OuterRef("pk"), **which))


def _territory(ask: Ask) -> Either:
    """3: names the state; 2: names the country; 1: everywhere; None: elsewhere."""
    country = ask.country_id or (ask.region.country_id if ask.region else None)
    return Either(
        When(~_names("regions") & ~_names("countries"), then=1),
        When(_names("regions", region=ask.region_id), then=3),
        When(_names("countries", country=country), then=2),
    )


def _topic(ask: Ask) -> Either:
    """3: names the subfield; 2: the field; 1: any topic; 0: some topics, and the ask names none; None: others."""
    everything = When(~_names("fields") & ~_names("subfields"), then=1)
    if not ask.subfield_id and not ask.field_id:
        return Either(everything, default=0)
    asked = ask.field_id or (ask.subfield.field_id if ask.subfield else None)
    fields = Q(_names("fields", field=asked))
    if not ask.subfield_id:
        return Either(everything, When(fields | Q(_names("subfields", subfield__field=asked)), then=2))
    return Either(
        everything, When(_names("subfields", subfield=ask.subfield_id), then=3), When(fields, then=2)
    )


def ranked(ask: Ask, *, without: Iterable[int] = (), kinds: Iterable[str] = (), **known: Any) -> "list[Any]":
    """The promises in force for the ask: the most specific first, then the quickest, the least burdened, by name.

    `without`: offices that are left out; `kinds`: of these kinds of organisation alone, when there are any. Each has
    its `territory` and `topic`: how well it fits; and what is wanted as `known` beside it. One query.
    """
    open_legs = Leg.objects.filter(promise=OuterRef("pk"), closed_at=None).order_by().values("promise")
    waiting = Coalesce(Subquery(open_legs.annotate(n=Count("pk")).values("n")), 0)
    promises = (
        promises_in_force()
        .filter(kind=ask.kind_id)
        .exclude(entry_point__office__in=list(without))
        .annotate(waiting=waiting, territory=_territory(ask), topic=_topic(ask), **known)
        .filter(territory__isnull=False, topic__isnull=False)
    )
    if kinds := list(kinds):
        promises = promises.filter(entry_point__office__organisation__kind__in=kinds)
    return sorted(promises, key=_rank)


def _rank(promise: Any) -> tuple[int, int, int, int, str]:
    slug = promise.entry_point.slug
    return (-promise.territory, -promise.topic, promise.days, promise.waiting, slug)


def best_promise(ask: Ask, *, without: Iterable[int] = (), kinds: Iterable[str] = ()) -> Target | None:
    """The first of the promises in the order of `ranked`, and why it is."""
    found = ranked(ask, without=without, kinds=kinds)
    return _routed(found[0], len(found)) if found else None


def _routed(promise: Any, candidates: int, **why: Any) -> Target:
    fits = {"territory": promise.territory, "topic": promise.topic, "days": promise.days}
    office = promise.entry_point.office
    return Target(office, promise.days, Rung.ROUTED, promise, {**fits, "candidates": candidates, **why})


def promise_of(office: Office, kind_id: int, among: Any = None) -> Promise | None:
    """The promise in force of an office for a kind of ask, if it has one and somebody holds the office; `among`:
    these promises alone.
    """
    promises = promises_in_force() if among is None else among
    found: Promise | None = promises.filter(entry_point__office=office, kind=kind_id).first()
    return found


def last_rung(case: Case, rung: str = Rung.COORDINATION, *, step: str = "") -> Target:
    """The coordinating office, with the days of its own promise, else of the step, else of the hub."""
    hub = coordination(case.kind.home_id)
    promise = promise_of(hub.coordination, case.kind_id)
    days = promise.days if promise else days_for(case, step or case.step) or hub.days
    return Target(hub.coordination, days, rung, promise)


def prospective(ask: Ask) -> Target | None:
    """Where an ask that is not sent yet would begin; None where nobody has promised."""
    return _first(unsent(ask))


def unsent(ask: Ask) -> Case:
    """The case that an ask which is not sent yet would be, at the first desk of its route; not to be saved."""
    case = Case(ask=ask, kind=ask.kind, route=latest_route(ask.kind))
    if first := first_desk(case.route):
        case.step = first["slug"]
    return case


def first_target(case: Case) -> Target:
    """Where a confirmed ask begins: at the desk that its asker chose, else at the best promise; a quiet office's new
    asks at the desk that stands in for it; at the coordinating office when nobody has promised.
    """
    found = _first(case)
    if found:
        return found
    return replace(last_rung(case, Rung.GAP), why=_wanted(case.ask))


def _first(case: Case) -> Target | None:
    kinds = kinds_for(case, case.step)
    found = ranked(case.ask, kinds=kinds)
    if not found:
        return None
    desk, live = case.ask.desk_id, [promise for promise in found if promise.quiet_since is None]
    if chosen := next((promise for promise in live if promise.entry_point_id == desk), None):
        return _routed(chosen, len(found), chosen=True)
    if found[0].quiet_since is None:
        return _routed(found[0], len(found), **_wanted(case.ask))
    return _stand_in(case, found[0], kinds)


def _wanted(ask: Ask) -> dict[str, Any]:
    """The office that the asker chose, where the ask does not go there."""
    return {"wanted": ask.desk.office_id} if ask.desk else {}


def _stand_in(case: Case, promise: Any, kinds: list[str]) -> Target:
    """The desk that takes the new asks of a quiet post, and why."""
    office = promise.entry_point.office
    since = clock.day_of(promise.quiet_since, office.organisation.zone)
    why = {"quiet": office.pk, "since": str(since), "missed": IN_A_ROW, **_wanted(case.ask)}
    other = stand_in(promise, kinds)
    if other is None:
        return replace(last_rung(case, Rung.CENTRAL), why=why)
    return Target(other.entry_point.office, other.days, Rung.CENTRAL, other, why)


def stand_in(promise: Promise, kinds: Iterable[str] = ()) -> Promise | None:
    """The live promise that takes over what this one no longer brings to its office: of the fallbacks that the entry
    point has recorded, else of an organisation above it, which is no post; None: the coordinating office does.
    """
    office = promise.entry_point.office
    above = (head_office(each) for each in ancestors(office.organisation) if each.kind != Kind.POST)
    recorded = (each.office for each in fallbacks(promise.entry_point))
    kinds = list(kinds)
    for other in (*recorded, *filter(None, above)):
        found = promise_of(other, promise.kind_id, live_promises())
        if found and (not kinds or other.organisation.kind in kinds):
            return found
    return None


def central_of(office: Office, kind: AskKind | None = None) -> Office:
    """The office to which new asks of a kind go, or of the first that it has promised, while they do not go to it."""
    which = {"kind": kind} if kind else {}
    promise = promises_in_force().filter(entry_point__office=office, **which).order_by("kind__order").first()
    other = stand_in(promise) if promise else None
    return other.entry_point.office if other else coordination(office.organisation.home_id).coordination


def fallbacks(entry_point: EntryPoint) -> Iterator[EntryPoint]:
    """Those who step in for an entry point, as it has recorded them, one after the other."""
    seen = {entry_point.pk}
    while entry_point.fallback and entry_point.fallback.pk not in seen:
        entry_point = entry_point.fallback
        seen.add(entry_point.pk)
        yield entry_point


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

    A rung is skipped when mail reaches nobody there, when it has had the case before, or, for a fallback, when no
    promise of its brings it new asks of this kind. The fallback of a head office is also that of the office below it.
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
    for entry_point in EntryPoint.objects.filter(office__in=offices).order_by("pk"):
        for other in fallbacks(entry_point):
            promise = promise_of(other.office, case.kind_id, live_promises())
            takes = not kinds or other.office.organisation.kind in kinds
            if promise and takes and other.office_id not in tried:
                return Target(other.office, promise.days, Rung.FALLBACK, promise)
    return last_rung(case, step=step)
