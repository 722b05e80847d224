"""What everybody may read: entry points, promises with their records, who holds an office, the ledger's rows."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise as Text

from tequio.circuit.models import AskKind, Case, EntryPoint, Promise
from tequio.circuit.queries.columns import GROUPS, Column, shown
from tequio.circuit.queries.figures import Figures, Key, folded
from tequio.circuit.queries.record import answers, full_from_tables
from tequio.circuit.queries.routing import central_of, live_promises, promises_in_force
from tequio.circuit.queries.service import quiet
from tequio.circuit.states import Word
from tequio.circuit.statistics import wilson
from tequio.journal.models import Head
from tequio.kernel import clock
from tequio.network.models import Administration, Mandate, Office, Role
from tequio.network.queries import actors, reached

LATELY = timedelta(weeks=12)


@dataclass(frozen=True)
class Record:
    """Figures as of an instant."""

    figures: Figures
    now: datetime

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.figures.kept, self.figures.matured)

    @property
    def percents(self) -> tuple[int, int] | None:
        """The interval in whole per cent, rounded."""
        return (round(100 * self.interval[0]), round(100 * self.interval[1])) if self.interval else None

    @property
    def longest(self) -> int:
        """The longest wait of an ask that is open now, in days."""
        return self.figures.days_waiting(self.now)

    @property
    def took_place(self) -> int:
        return self.figures.done + self.figures.done_silent

    @property
    def judged(self) -> int:
        return self.took_place + self.figures.not_done

    @property
    def said(self) -> list[tuple[Text, list[tuple[Column, int]]]]:
        """The counts behind the first ones, side by side: what the office says, what askers say, what is neither."""
        groups = ("office", "askers", "beside")
        return [(GROUPS[group], shown(self.figures, group)) for group in groups if shown(self.figures, group)]


@dataclass(frozen=True)
class Part(Record):
    """A record under one administration; `administration` is None where the office acts under none."""

    administration: Administration | None


@dataclass(frozen=True)
class Row(Record):
    """The record of one office for one kind of ask, whole and by administration, in the order of their beginning."""

    office: Office
    kind: AskKind
    parts: tuple[Part, ...] = ()

    @property
    def governments(self) -> list[Part]:
        """Its parts, where at least one is under a government."""
        return list(self.parts) if any(part.administration for part in self.parts) else []


@dataclass(frozen=True)
class Kept:
    """A promise in force, and how its office has kept it so far."""

    promise: Promise
    figures: Figures


def entry_points() -> QuerySet[Any]:
    """The entry points listed: those to which new asks go by a promise (`live`) first, then by name."""
    live = live_promises().filter(entry_point=OuterRef("pk"))
    return (
        EntryPoint.objects.filter(withdrawn_on=None, office__organisation__withdrawn_on=None)
        .select_related("office__organisation__country", "office__organisation__region", "source")
        .annotate(live=Exists(live))
        .order_by("-live", "office__organisation__sort_key", "pk")
    )


def entry_point_facets() -> list[tuple[str, str, dict[str, str], str, dict[str, str]]]:
    """The kinds and countries that entry points have: home, slug and names of the kind, id and names of the country."""
    country = "office__organisation__country"
    names = ("kinds__home", "kinds__slug", "kinds__names", f"{country}_id", f"{country}__names")
    return list(entry_points().order_by().values_list(*names).distinct())


def in_force(**where: Any) -> list[Kept]:
    """Promises in force with their records: by kind, then the quickest first. Those of a quiet post, whose new asks go
    elsewhere, are among them. Two queries.
    """
    names = ("kind__home", "kind__order", "days", "entry_point__office__organisation__sort_key", "pk")
    promises = list(promises_in_force().filter(**where).order_by(*names))
    ledger = answers(owner__in={promise.entry_point.office_id for promise in promises})
    keys = [(p.entry_point.office.code, f"{p.kind.home_id}/{p.kind.slug}") for p in promises]
    return [Kept(p, ledger.get(key, Figures())) for p, key in zip(promises, keys, strict=True)]


def with_central(kept: Iterable[Kept]) -> list[tuple[Kept, Office | None]]:
    """Each promise with the office to which its new asks go meanwhile; None: they go to its own."""
    found = ((each, each.promise) for each in kept)
    return [
        (each, central_of(promise.entry_point.office, promise.kind) if promise.quiet_since else None)
        for each, promise in found
    ]


def promising(organisations: Iterable[int]) -> set[int]:
    """Those of the organisations listed to which new asks go: `live_promises` in two light queries."""
    organisation = "entry_point__office__organisation_id"
    found = Promise.objects.live().filter(
        **{f"{organisation}__in": list(organisations)}, entry_point__withdrawn_on=None
    )
    offices = dict(found.values_list("entry_point__office_id", organisation))
    if not offices:
        return set()
    goes_elsewhere = Exists(quiet().filter(pk=OuterRef("office")))
    held = reached().filter(~goes_elsewhere, office__in=offices).values_list("office", flat=True)
    return {offices[office] for office in held}


def acting_in(offices: Iterable[Office]) -> dict[int, Mandate]:
    """By office, the mandate under which it acts now: its holder's, else its first deputy's; vacant ones have none.

    Of one who is away: `away_until`, and `replaced` when somebody else acts meanwhile.
    """
    current = Mandate.objects.current().filter(office__in=list(offices)).with_absence()
    found: dict[int, list[Mandate]] = defaultdict(list)
    for mandate in current.select_related("person", "office__organisation").order_by("pk"):
        found[mandate.office_id].append(mandate)
    shown = {}
    for office, mandates in found.items():
        acting = actors(mandates)
        shown[office] = next((each for each in mandates if each.role == Role.HOLDER), acting[0])
        shown[office].replaced = shown[office] not in acting
    return shown


def ledger_rows(
    now: datetime | None = None, kinds: Iterable[AskKind] | None = None, **where: Any
) -> list[Row]:
    """The ledger by office and kind, in the order of names; `where` narrows the legs. Three queries and `kinds`."""
    now = now or clock.now()
    full = full_from_tables(now=now, **where)
    pks = {code: int(code.rpartition("/")[2]) for code, _kind, _administration in full}
    offices = Office.objects.select_related("organisation").in_bulk(pks.values())
    found = AskKind.objects.select_related("home") if kinds is None else kinds
    by_code = {f"{kind.home_id}/{kind.slug}": kind for kind in found}
    parts: dict[Key, list[Part]] = defaultdict(list)
    governments = _governments(code for _office, _kind, code in full)
    for (office, kind, code), figures in full.items():
        parts[office, kind].append(Part(figures, now, governments.get(code)))
    rows = [
        Row(figures, now, offices[pks[office]], by_code[kind], tuple(sorted(parts[office, kind], key=_since)))
        for (office, kind), figures in folded(full).items()
    ]
    return sorted(rows, key=lambda row: (row.office.organisation.sort_key, row.office.pk, row.kind.order))


def _governments(codes: Iterable[str]) -> dict[str, Administration]:
    """Administrations by the name that the journal gives them; no query where there is none."""
    wanted = set(filter(None, codes))
    homes = {code.partition("/")[0] for code in wanted}
    found = Administration.objects.filter(home__in=homes) if wanted else Administration.objects.none()
    return {each.code: each for each in found}


def _since(part: Part) -> date:
    return part.administration.starts_on if part.administration else date.min


def promises_by_office(rows: Iterable[Row]) -> dict[tuple[int, int], Promise]:
    """The promises in force of the offices of these rows, by office and kind. One query."""
    offices = {row.office.pk for row in rows}
    found = promises_in_force().filter(entry_point__office__in=offices)
    return {(promise.entry_point.office_id, promise.kind_id): promise for promise in found}


def total(rows: Iterable[Row], now: datetime) -> Record:
    figures = Figures()
    for row in rows:
        figures.add(row.figures)
    return Record(figures, now)


def journal_end() -> int:
    """The number of the journal's last entry."""
    return Head.objects.values_list("sequence", flat=True).first() or 0


def done_lately(now: datetime | None = None) -> QuerySet[Any]:
    """Kinds of ask with what became of them in the last twelve weeks: `asked`, and `done` as askers say."""
    since = (now or clock.now()) - LATELY
    asked = Case.objects.filter(kind=OuterRef("pk"), opened_at__gte=since)
    done = Case.objects.filter(kind=OuterRef("pk"), state="done", closed_at__gte=since).exclude(
        asker_says=Word.SILENT
    )
    return (
        AskKind.objects.filter(withdrawn_on=None)
        .select_related("home")
        .annotate(asked=_how_many(asked), done=_how_many(done))
    )


def _how_many(cases: QuerySet[Case]) -> Coalesce:
    """How many cases of a kind; along the index, whatever there was before."""
    counted = cases.order_by().values("kind").annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n")), 0)
