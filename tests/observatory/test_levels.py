"""A release at each level: what lies below adds up to what lies above, whatever the rows."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tequio.network.models import Office, Organisation
from tequio.observatory.models import Release
from tequio.observatory.queries.levels import Level, Line, offices_of, where
from tequio.observatory.queries.pulse import COUNTED, add, totals
from tequio.reference.models import Country, Region

PLACES = [("MX", "MX-OAX"), ("MX", "MX-JAL"), ("MX", None), ("DE", None), ("ES", None), (None, None)]


def office(number: int, place: int) -> Office:
    country, region = PLACES[place]
    names = {"es": f"O{number}"}
    organisation = Organisation(slug=f"o{number}", names=names)
    organisation.country = Country(pk=country, names=names) if country else None
    organisation.region = Region(pk=region, names=names) if region else None
    return Office(pk=number, organisation=organisation, titles={"es": "Oficina"}, is_head=True)


counts = st.dictionaries(st.sampled_from(COUNTED), st.integers(1, 40), min_size=1)
row = st.tuples(st.integers(0, 11), st.sampled_from(["MX/talk", "MX/visit"]), st.just(""), counts)


@given(st.lists(row, max_size=30), st.lists(st.integers(0, 5), min_size=12, max_size=12))
def test_what_lies_below_adds_up_to_what_lies_above(rows: list[Any], places: list[int]) -> None:
    offices = {each.code: each for each in (office(number, place) for number, place in enumerate(places))}
    codes = list(offices)
    figures = {"ledger": [[codes[number], *rest] for number, *rest in rows], "owed": [], "gaps": []}
    release: Any = SimpleNamespace(figures=figures)
    for kind in ("", "MX/talk"):
        hub = Level(release, offices, kind=kind)
        countries = hub.by_country()
        assert summed(countries) == hub.whole
        assert summed(hub.by_office()) == hub.whole
        for line in countries:
            below = Level(release, offices, line.code, kind=kind)
            assert summed(below.by_region()) == below.whole == line.counts
            for region in below.by_region():
                within = Level(release, offices, line.code, region.code, kind)
                assert summed(within.by_office()) == within.whole == region.counts
    assert all(where(each)[0] for each in offices.values())


def summed(lines: list[Line]) -> dict[str, int]:
    return add(line.counts for line in lines)


def test_the_hub_s_totals_are_those_of_its_offices(release: Release) -> None:
    level = Level(release, offices_of(release))
    assert {name: level.whole.get(name, 0) for name in COUNTED} == {
        name: release.totals[name] for name in COUNTED
    }
    assert totals(release.figures) == release.totals


def test_lines_come_in_the_order_of_names_and_never_by_how_well_somebody_did(release: Release) -> None:
    offices = [str(line.name) for line in Level(release, offices_of(release)).by_office()]
    assert offices == sorted(offices)


@pytest.mark.parametrize(
    ("kept", "of", "shown"), [(9, 9, False), (0, 9, False), (10, 10, True), (3, 12, True)]
)
def test_no_share_is_given_below_ten(kept: int, of: int, shown: bool) -> None:
    assert (Line("MX", "México", {"kept": kept, "matured": of}).percents is not None) is shown
