"""A release at each level: the whole hub, countries, states, offices; the same counts, added up."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from tequio.circuit.queries.recalls import Recalls
from tequio.circuit.statistics import wilson
from tequio.kernel.texts import pick
from tequio.network.models import Office, Organisation
from tequio.observatory.models import Release
from tequio.observatory.queries.pulse import Counts, add
from tequio.reference.models import Country, Region

NOWHERE, UNNAMED = "-", _("No place named")
Rows = list[list[Any]]


@dataclass(frozen=True)
class Line:
    """One line of a level. `code`: of the country or state (`NOWHERE`: none is known), or of the office."""

    code: str
    name: str | Text
    counts: Counts
    office: Office | None = None

    @property
    def percents(self) -> tuple[int, int] | None:
        """The 95 % interval of the share kept, in whole per cent; None below ten."""
        interval = wilson(self.counts.get("kept", 0), self.counts.get("matured", 0))
        return (round(100 * interval[0]), round(100 * interval[1])) if interval else None


@dataclass(frozen=True)
class Level:
    """The rows of a release within a country, or a state of it, or an office; of a kind of ask, or of all."""

    release: Release
    offices: Mapping[str, Office]
    country: str = ""
    region: str = ""
    kind: str = ""

    @property
    def rows(self) -> Rows:
        """The rows of the ledger that lie within."""
        found = (row for row in self.release.figures["ledger"] if self._within(self.offices[row[0]]))
        return [row for row in found if self.kind in ("", row[1])]

    @property
    def within(self) -> list[Office]:
        """The offices that have a row and sit there."""
        return [office for office in self.offices.values() if self._within(office)]

    def _within(self, office: Office) -> bool:
        country, region = where(office)
        return self.country in ("", country) and self.region in ("", region)

    @property
    def whole(self) -> Counts:
        return add(row[-1] for row in self.rows)

    def by_country(self) -> list[Line]:
        return self._by_place(lambda organisation: organisation.country)

    def by_region(self) -> list[Line]:
        return self._by_place(lambda organisation: organisation.region)

    def _by_place(self, place: Callable[[Organisation], Country | Region | None]) -> list[Line]:
        places = {code: place(office.organisation) for code, office in self.offices.items()}
        names = {each.pk: str(each) for each in places.values() if each}
        grouped = self._grouped(lambda row: each.pk if (each := places[row[0]]) else NOWHERE)
        return by_name(Line(code, names.get(code, UNNAMED), counts) for code, counts in grouped.items())

    def by_office(self) -> list[Line]:
        grouped = self._grouped(lambda row: str(row[0]))
        return by_name(
            Line(code, str(self.offices[code]), counts, self.offices[code])
            for code, counts in grouped.items()
        )

    def _grouped(self, key: Callable[[list[Any]], str]) -> dict[str, Counts]:
        grouped: dict[str, list[Counts]] = defaultdict(list)
        for row in self.rows:
            grouped[key(row)].append(row[-1])
        return {code: add(counts) for code, counts in grouped.items()}


def where(office: Office) -> tuple[str, str]:
    """The codes of the country and the state in which an office sits."""
    organisation = office.organisation
    return organisation.country_id or NOWHERE, organisation.region_id or NOWHERE


def by_name(lines: Iterable[Line]) -> list[Line]:
    """In the order of names: never by a share or a count."""
    return sorted(lines, key=lambda line: (line.code == NOWHERE, str(line.name), line.code))


def offices_of(release: Release) -> dict[str, Office]:
    """The offices that the release names, by their codes. One query."""
    codes = {row[0] for part in ("ledger", "owed", "lapsing") for row in release.figures[part]}
    return offices_named(codes | set(release.figures["quiet"]))


def offices_named(codes: Collection[str]) -> dict[str, Office]:
    """The offices with these codes. One query."""
    keys = {int(code.rpartition("/")[2]): code for code in codes}
    rows = Office.objects.select_related("organisation__country", "organisation__region", "entry_point")
    return {keys[pk]: office for pk, office in rows.in_bulk(keys).items()}


@dataclass(frozen=True)
class Government:
    """What was promised under one administration; `name` is "" for offices that stand under none."""

    name: str
    counts: Counts


def governments(release: Release) -> list[Government]:
    """What was promised under each administration, the latest first, then under none."""
    grouped: dict[str, list[Counts]] = defaultdict(list)
    for _office, code, counts in release.figures["owed"]:
        grouped[code].append(counts)
    known = sorted(release.figures["governments"], key=lambda row: row[2], reverse=True)
    names = {code: pick(names) for code, names, _since in known}
    return [Government(names.get(code, ""), add(grouped[code])) for code in [*names, ""] if code in grouped]


def asked_again(release: Release) -> Recalls:
    """What askers said in the whole hub when they were asked again."""
    return Recalls(**add(row[-1] for row in release.figures["again"]))
