"""An attack by linear programming on a year of releases: what they let somebody find out about who asked.

The attacker knows every release, how asks are counted, and which places there are; unknown is how many asks came to
each office in each week from each place. A number is recovered when the constraints leave it one value, from 1 to 4.
The same attack on tables with cells below five blanked, as is often done, recovers plenty: so it can find something.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from scipy.optimize import linprog

from tequio.network.models import Mandate
from tequio.observatory.models import Release
from tequio.reference.models import Region
from tests.cast import Cast, open_leg_of
from tests.circuit.month import accept
from tests.circuit.quiet import answer, work_without_letters
from tests.conftest import Clock
from tests.observatory.conftest import published

WEEKS, FEWEST = 52, 5
PLACES = ("MX-OAX", "MX-JAL", "elsewhere")
Cell = tuple[str, date, str]


@dataclass
class Attack:
    """Unknown: asks by office, week and place. `asked` are the sums that are public, `told` cells that are."""

    asked: Mapping[tuple[str, date], int]
    told: Mapping[Cell, int]

    def recovered(self, cells: Iterable[Cell]) -> dict[Cell, int]:
        """The cells of which only one value from 1 to 4 is left."""
        found = {}
        for office, week, place in cells:
            low, high = (self._bound(office, week, place, sign) for sign in (1, -1))
            if high - low < 0.5 and 0 < round(low) < FEWEST:
                found[office, week, place] = round(low)
        return found

    def _bound(self, office: str, week: date, place: str, sign: int) -> float:
        """The least (or with -1 the greatest) number that the public figures allow: they bind no other office or week,
        so the program of one office's week is the whole one's.
        """
        objective = [sign * (place == each) for each in PLACES]
        bounds = [self._limits(office, week, each) for each in PLACES]
        sums = {"A_eq": [[1] * len(PLACES)], "b_eq": [self.asked[office, week]]}
        return float(sign * linprog(objective, bounds=bounds, **sums).fun)

    def _limits(self, office: str, week: date, place: str) -> tuple[int, int | None]:
        known = self.told.get((office, week, place))
        return (0, None) if known is None else (known, known)


def year(cast: Cast, clock: Clock, by: Mandate) -> dict[Cell, int]:
    """A year of asks from two places, and the truth of it: asks to the office by week and place, with `published`."""
    random, truth = Random(7), dict[Cell, int]()
    for week in range(WEEKS):
        for number in range(random.randrange(6)):
            place = PLACES[random.random() < 0.3]
            given: dict[str, Any] = {
                "region": Region.objects.get(pk=place),
                "organisation": None,
                "organisation_typed": "Prepa",
            }
            case = cast.case(address=f"a{week}-{number}@example.net", **given)
            key = by.office.code, clock.instant.date() + timedelta(days=7), place
            truth[key] = truth.get(key, 0) + 1
            if random.random() < 0.5:
                accept(case, by)
            else:
                answer(open_leg_of(case), by)
        clock.forward(days=7)
        work_without_letters()
        published()
    return truth


def asked_by_week() -> dict[tuple[str, date], int]:
    """Asks by office and week, as the releases give them away: each less the one before."""
    found, before = {}, dict[str, int]()
    for release in Release.objects.order_by("week"):
        now = dict[str, int]()
        for office, _kind, _administration, counts in release.figures["ledger"]:
            now[office] = now.get(office, 0) + counts["asked"]
        for office, n in now.items():
            found[office, release.week] = n - before.get(office, 0)
        before = now
    return found


@pytest.fixture
def truth(cast: Cast, clock: Clock) -> dict[Cell, int]:
    berlin = cast.hold("chapter-berlin", "Ana")
    cast.hold("mesa", "Mesa")
    cast.promise(berlin, valid_days=365)
    return year(cast, clock, berlin)


def test_a_year_of_releases_gives_no_count_of_askers_away(truth: dict[Cell, int]) -> None:
    asked = asked_by_week()
    assert {key: asked[key] for key in asked if asked[key]} == added(truth)
    small = [cell for cell, n in truth.items() if n < FEWEST]
    assert len(small) > WEEKS / 2
    assert Attack(asked, {}).recovered(small) == {}
    blanked = Attack(asked, {(*key, place): truth.get((*key, place), 0) for key in asked for place in PLACES
                             if not 0 < truth.get((*key, place), 0) < FEWEST})  # fmt: skip
    recovered = blanked.recovered(small)
    assert len(recovered) > 10
    assert all(truth[cell] == n for cell, n in recovered.items())


def added(truth: Mapping[Cell, int]) -> dict[tuple[str, date], int]:
    found: dict[tuple[str, date], int] = {}
    for (office, week, _place), n in truth.items():
        found[office, week] = found.get((office, week), 0) + n
    return found
