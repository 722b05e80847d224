"""Reads for those who hold offices: their record, where an ask can go on, what a country lacks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Window

from tequio.circuit.models import AskKind, EntryPoint, Leg, Promise
from tequio.circuit.queries.record import Figures, from_tables
from tequio.circuit.queries.routes import desk_again, kinds_for
from tequio.circuit.queries.routing import live_promises
from tequio.circuit.queries.voices import appealed_against
from tequio.circuit.states import Rung
from tequio.kernel import clock
from tequio.network.models import Hub, Invitation, Mandate, Office
from tequio.network.queries import acting, coordination, head_office, is_vacant

SOON = timedelta(days=30)


def promises_of(office: Office) -> QuerySet[Promise]:
    """The office's promises that it has not withdrawn, lapsed ones included."""
    promises = Promise.objects.filter(entry_point__office=office, withdrawn_at=None)
    return promises.select_related("kind", "entry_point__office__organisation").order_by("kind__order", "pk")


def with_record(office: Office, promises: Iterable[Promise]) -> list[tuple[Promise, Figures]]:
    """The office's promises, each with the record of its kind."""
    ledger = from_tables(office=office.pk)
    return [(p, ledger.get((office.code, f"{p.kind.home_id}/{p.kind.slug}"), Figures())) for p in promises]


def signable(office: Office) -> list[AskKind]:
    """The kinds of ask that an organisation of this kind may promise to answer."""
    kinds = AskKind.objects.filter(home=office.organisation.home_id, withdrawn_on=None)
    return [kind for kind in kinds if office.organisation.kind in kind.for_kinds]


def ways_on(leg: Leg) -> QuerySet[Office]:
    """Where an office may pass an ask: the offices that have promised this kind and take its step, and the
    coordinating office; none whose answer is under appeal.
    """
    kinds = kinds_for(leg.case, desk_again(leg.case, leg.step))
    promised = live_promises().filter(kind=leg.kind_id)
    if kinds:
        promised = promised.filter(entry_point__office__organisation__kind__in=kinds)
    last = coordination(leg.kind.home_id).coordination_id
    there = Q(pk__in=promised.values("entry_point__office")) | Q(pk=last)
    offices = Office.objects.filter(there).exclude(legs=leg).exclude(pk__in=appealed_against(leg.case))
    return offices.select_related("organisation").order_by("organisation__sort_key", "pk")


@dataclass(frozen=True)
class Handover:
    """What the end of a mandate moves. `acts`: whether it acts now; `stays`: whether somebody acts after it;
    `office`: the office above, of a vacant one (None: nobody stands above it).
    """

    acts: bool
    stays: bool
    asks: int
    commitments: int
    office: Office | None


def handovers(office: Office, mandates: Sequence[Mandate]) -> list[Handover]:
    """For each of the office's current mandates, what its end would move."""
    asks = Leg.objects.filter(owner=office, closed_at=None).count()
    owed = office.commitments.filter(kept_at=None, broken_at=None, dropped_at=None).count()
    actors = {mandate.pk for mandate in acting(office)}
    above = _above(office)
    return [Handover(each.pk in actors, len(mandates) > 1, asks, owed, above) for each in mandates]


def _above(office: Office) -> Office | None:
    head = head_office(office.organisation)
    if head and head.pk != office.pk and not is_vacant(head):
        return head
    last = coordination(office.organisation.home_id).coordination
    return last if last.pk != office.pk else None


def gaps(hubs: Iterable[Hub]) -> QuerySet[Leg]:
    """Open asks that came to a coordinating office because nobody had promised, or nobody answered.

    `all_gaps` on each: how many there are, however few are read.
    """
    return (
        Leg.objects.filter(
            owner__in=[hub.coordination_id for hub in hubs],
            closed_at=None,
            rung__in=(Rung.GAP, Rung.COORDINATION, Rung.CENTRAL),
        )
        .select_related(
            "case__kind",
            "case__ask__organisation",
            "case__ask__region",
            "case__ask__country",
            "case__ask__field",
            "case__ask__subfield",
            "owner__organisation",
        )
        .annotate(all_gaps=Window(Count("pk")))
        .order_by("due_at", "pk")
    )


def unpromised(hubs: Iterable[Hub]) -> QuerySet[EntryPoint]:
    """Listed entry points that have no promise in force."""
    live = Promise.objects.live().filter(entry_point=OuterRef("pk"))
    return (
        EntryPoint.objects.filter(
            ~Exists(live),
            withdrawn_on=None,
            office__organisation__withdrawn_on=None,
            office__organisation__home__in=[hub.pk for hub in hubs],
        )
        .select_related("office__organisation")
        .order_by("office__organisation__sort_key", "pk")
    )


def lapsing(hubs: Iterable[Hub]) -> QuerySet[Promise]:
    """Promises in force that lapse within thirty days."""
    return (
        Promise.objects.live()
        .filter(valid_until__lte=clock.now() + SOON, kind__home__in=[hub.pk for hub in hubs])
        .select_related("kind", "entry_point__office__organisation")
        .order_by("valid_until", "pk")
    )


def open_invitations(hubs: Iterable[Hub]) -> QuerySet[Invitation]:
    """Invitations that nobody has used or withdrawn, those that expire first before."""
    return (
        Invitation.objects.filter(
            accepted_at=None, withdrawn_at=None, office__organisation__home__in=[hub.pk for hub in hubs]
        )
        .select_related("office__organisation")
        .order_by("expires_at", "pk")
    )
