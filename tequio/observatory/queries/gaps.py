"""Gaps: kinds of ask and territories for which no office has promised an answer now."""

from collections.abc import Iterable
from dataclasses import dataclass

from tequio.circuit.models import AskKind
from tequio.circuit.queries.routing import live_promises
from tequio.circuit.states import Place
from tequio.kernel.texts import pick
from tequio.network.models import Hub, Kind, Organisation
from tequio.reference.models import Country, Region

ANYWHERE = ""


@dataclass(frozen=True)
class Cover:
    """Of one kind of ask: where it can be asked from (`of`: codes of states or countries, or `ANYWHERE` alone), and
    of those, where no promise brings an ask to an office.
    """

    kind: AskKind
    of: tuple[str, ...]
    without: tuple[str, ...]


def covers(hub: Hub) -> list[Cover]:
    """By kind on offer, in the order of kinds. Five queries, whatever there is.

    A promise covers a territory that it names, whose country it names, or any when it names none; for whatever topics.
    One whose office is vacant, or whose new asks go elsewhere, covers nothing.
    """
    states = tuple(Region.objects.filter(country=hub.home_id).order_by("pk").values_list("pk", flat=True))
    abroad = tuple(_abroad(hub))
    promised: dict[int, list[set[str]]] = {}
    for promise in live_promises().filter(kind__home=hub.home_id).prefetch_related("regions", "countries"):
        named = {each.pk for each in promise.regions.all()} | {each.pk for each in promise.countries.all()}
        promised.setdefault(promise.kind_id, []).append(named)
    found = []
    for kind in AskKind.objects.filter(home=hub.home_id, withdrawn_on=None).select_related("home"):
        of = {Place.COUNTRY: abroad, Place.NONE: (ANYWHERE,)}.get(Place(kind.place), states)
        known = promised.get(kind.pk, [])
        found.append(Cover(kind, of, tuple(each for each in of if not _covered(each, hub.home_id, known))))
    return found


def _covered(territory: str, home: str, promises: Iterable[set[str]]) -> bool:
    country = home if "-" in territory else territory
    return any(not named or territory in named or country in named for named in promises)


def _abroad(hub: Hub) -> list[str]:
    """The countries in which the hub has a post or a chapter, or which a post's jurisdiction names."""
    kinds = (Kind.POST, Kind.CHAPTER)
    there = Organisation.objects.filter(home=hub.home_id, kind__in=kinds, withdrawn_on=None, closed_on=None)
    seats = set(there.exclude(country=None).values_list("country", flat=True))
    served = set(there.exclude(jurisdictions=None).values_list("jurisdictions", flat=True))
    return sorted((seats | served) - {hub.home_id})


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """The names of states and countries in the reader's language, by their codes. One query."""
    codes = set(codes)
    states = Region.objects.filter(pk__in=codes).values_list("pk", "names")
    countries = Country.objects.filter(pk__in=codes).values_list("pk", "names")
    return {code: pick(names) for code, names in states.union(countries, all=True)}
