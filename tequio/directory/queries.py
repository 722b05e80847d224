"""Reads of the directory: the list, what it can be filtered by, one organisation with all that hangs on it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import get_language

from tequio.circuit.models import AskKind, EntryPoint
from tequio.circuit.queries.agreements import in_public
from tequio.circuit.queries.owed import owed_rows
from tequio.circuit.queries.public import Kept, Row, acting_in, in_force, ledger_rows, promising
from tequio.circuit.queries.routing import live_promises
from tequio.circuit.queries.vacancies import ended_on, with_end
from tequio.circuit.states import Place
from tequio.kernel.filters import by_name
from tequio.kernel.texts import fold, pick
from tequio.network.models import Claim, Kind, Mandate, Office, Organisation
from tequio.network.queries import organisations, successions
from tequio.reference.models import Country, Region

AGREEMENTS = 10
REGISTERS = {
    "ror": ("ROR", "https://ror.org/{}"),
    "wikidata": ("Wikidata", "https://www.wikidata.org/wiki/{}"),
    "cct": ("CCT", ""),
}


@dataclass(frozen=True)
class Facets:
    """What the list can be filtered by, in a language: kinds by number, countries and regions by name."""

    kinds: list[tuple[Kind, int]]
    countries: list[tuple[str, str]]
    regions: list[tuple[str, str]]

    @property
    def total(self) -> int:
        """How many organisations are listed."""
        return sum(count for _kind, count in self.kinds)


def facets() -> Facets:
    listed = Organisation.objects.filter(withdrawn_on=None)
    rows = list(listed.values_list("kind", "country_id", "region_id").annotate(Count("pk")))
    kinds: Counter[str] = Counter()
    for kind, _country, _region, count in rows:
        kinds[kind] += count
    countries = frozenset(country for _, country, _, _ in rows if country)
    regions = frozenset(region for _, _, region, _ in rows if region)
    language = get_language() or ""
    return Facets(
        [(Kind(kind), count) for kind, count in kinds.most_common()],
        _names(Country, countries, language),
        _names(Region, regions, language),
    )


@lru_cache(maxsize=32)
def _names(model: type[Country] | type[Region], pks: frozenset[str], language: str) -> list[tuple[str, str]]:
    """Names of places, in order; kept in memory, as they change with a pack's edition at most."""
    return by_name((row.pk, str(row)) for row in model.objects.filter(pk__in=pks))


def listed(*, live: bool = False, **chosen: str) -> QuerySet[Organisation]:
    """The organisations listed, narrowed by what was chosen; `live`: those with a promise in force."""
    rows = organisations(**chosen)
    if live:
        rows = rows.filter(Exists(live_promises().filter(entry_point__office__organisation=OuterRef("pk"))))
    return rows


@dataclass(frozen=True)
class Line:
    """One organisation in the list: `about` says of what kind it is and where, `live` whether it has promised."""

    slug: str
    name: str
    acronym: str
    about: str
    live: bool
    demo: bool
    closed_on: date | None


COLUMNS = (
    "pk",
    "slug",
    "names",
    "acronym",
    "kind",
    "city",
    "region_id",
    "country_id",
    "demo",
    "source_id",
    "closed_on",
)


def lines(rows: Iterable[dict[str, Any]], facets: Facets) -> list[Line]:
    """The rows (of `COLUMNS`) as they are shown; two queries at most, whatever their number."""
    rows = list(rows)
    live = promising(row["pk"] for row in rows)
    words = {kind.value: str(kind.label) for kind in Kind} | dict(facets.countries) | dict(facets.regions)
    found = []
    for row in rows:
        parts = (
            words[row["kind"]],
            row["city"],
            *(words.get(row[name]) for name in ("region_id", "country_id")),
        )
        about = " · ".join(dict.fromkeys(filter(None, parts)))
        found.append(
            Line(
                row["slug"],
                pick(row["names"]),
                row["acronym"],
                about,
                row["pk"] in live,
                row["demo"],
                row["closed_on"],
            )
        )
    return found


def place(organisation: Organisation) -> list[str]:
    """City, state and country, without what is absent or said twice."""
    parts = (organisation.city, organisation.region, organisation.country)
    return list(dict.fromkeys(str(part) for part in parts if part))


@dataclass(frozen=True)
class Seat:
    """An office, who acts for it now (None: vacant), its entry point and its promises in force.

    `since`: the last day of its last mandate; None for one that nobody has held.
    """

    office: Office
    mandate: Mandate | None
    since: date | None
    entry_point: EntryPoint | None
    kept: list[Kept]


def seats(organisation: Organisation) -> list[Seat]:
    """The offices of an organisation, its head office first."""
    offices = list(with_end(organisation.offices.select_related("organisation")).order_by("-is_head", "pk"))
    acting = acting_in(offices)
    points = {
        point.office_id: point for point in EntryPoint.objects.filter(office__in=offices, withdrawn_on=None)
    }
    promised = in_force(entry_point__office__organisation=organisation)
    return [
        Seat(
            office,
            acting.get(office.pk),
            None if office.pk in acting else ended_on(office),
            points.get(office.pk),
            [kept for kept in promised if kept.promise.entry_point.office_id == office.pk],
        )
        for office in offices
    ]


@dataclass(frozen=True)
class Register:
    """What an outside register calls the organisation, and the address of its entry there."""

    label: str
    claim: Claim
    url: str


def registers(organisation: Organisation) -> list[Register]:
    claims = organisation.claims.select_related("source").order_by("scheme")
    named = [(claim, *REGISTERS.get(claim.scheme, (claim.scheme, ""))) for claim in claims]
    return [Register(label, claim, url.format(claim.value)) for claim, label, url in named]


def asks_from(organisation: Organisation, claims: list[Register]) -> list[tuple[AskKind, str]]:
    """The kinds of ask to offer here, each with what the form is told beforehand, as a query string."""
    kinds = AskKind.objects.filter(home=organisation.home_id, withdrawn_on=None)
    if organisation.kind == Kind.SCHOOL:
        key = next((each.claim.value for each in claims if each.claim.scheme == "cct"), str(organisation))
        given = urlencode({"region": organisation.region_id or "", "school": key})
        return [(kind, given) for kind in kinds.filter(place=Place.SCHOOL)]
    if organisation.kind == Kind.POST and organisation.country_id:
        return [(kind, f"country={organisation.country_id}") for kind in kinds.filter(place=Place.COUNTRY)]
    return [(kind, "") for kind in kinds.filter(entry_points__office__organisation=organisation).distinct()]


def profile(organisation: Organisation) -> dict[str, Any]:
    """All that the page of an organisation shows."""
    claims = registers(organisation)
    records: list[Row] = ledger_rows(owner__organisation=organisation)
    return {
        "about": " · ".join([str(Kind(organisation.kind).label), *place(organisation)]),
        "seats": seats(organisation),
        "records": records,
        "promised": owed_rows(office__organisation=organisation),
        "agreements": in_public(organisation)[:AGREEMENTS],
        "registers": claims,
        "asks": asks_from(organisation, claims),
        "jurisdictions": sorted(map(str, organisation.jurisdictions.all()), key=fold),
        "history": list(successions(organisation)),
        "children": list(listed().filter(parent=organisation)),
    }
