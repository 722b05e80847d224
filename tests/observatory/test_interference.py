"""Nothing that is published depends on who asked, from where, or about what: so nothing of it can be recovered.

Two years that differ in their askers alone, not in what offices were asked and did, must publish the same bytes: 52
weekly releases, their tables, and every public page beside them. Then no subtraction of pages or weeks, and no solver,
finds a count of askers by place, topic, school or language; there is nothing to solve.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tequio.circuit.models import EntryPoint
from tequio.network.models import Mandate
from tequio.observatory.models import Release
from tequio.reference.models import Country, Field, Region
from tests.cast import Cast, open_leg_of
from tests.circuit.month import accept
from tests.circuit.quiet import SUPPORT, answer, work_without_letters
from tests.conftest import Clock
from tests.observatory.conftest import published

WEEKS = 52


@dataclass(frozen=True)
class Askers:
    """Who asks: of the asks of a year, which have the attribute (`chance`), and what it is."""

    chance: float
    given: Callable[[bool], dict[str, Any]]


def place(other: bool) -> dict[str, Any]:
    region = Region.objects.get(pk="MX-JAL" if other else "MX-OAX")
    return {"region": region, "organisation": None, "organisation_typed": "Prepa"}


def topic(other: bool) -> dict[str, Any]:
    return {"field": Field.objects.get(pk="31" if other else "13")}


def school(other: bool) -> dict[str, Any]:
    return {"organisation": None, "organisation_typed": "Otra escuela"} if other else {}


def speech(other: bool) -> dict[str, Any]:
    return {"language": "en" if other else "es"}


def year(cast: Cast, clock: Clock, by: list[Mandate], askers: Askers, client: Client) -> dict[str, str]:
    """A year of asks that are accepted, declined or left, all as chance has it; what is public at its end, by path."""
    random, who = Random(11), Random(12)
    for week in range(WEEKS):
        for number in range(random.randrange(3)):
            other = who.random() < askers.chance
            given = {"address": f"a{week}-{number}@example.net", **askers.given(other)}
            kind = "school-talk" if random.random() < 0.7 else SUPPORT
            if kind == SUPPORT:
                given = {"address": given["address"], "country": Country.objects.get(pk="DE")}
            case, act = cast.case(kind, **given), random.randrange(3)
            holder = by[0] if kind == "school-talk" else by[1]
            if act == 0:
                accept(case, holder)
            elif act == 1:
                answer(open_leg_of(case), holder)
        clock.forward(days=7)
        work_without_letters()
        published()
    weeks = Release.objects.values_list("week", "totals", "figures")
    return {
        **{str(week): json.dumps(said) for week, *said in weeks},
        **{path: plain(client.get(path)) for path in paths()},
    }


def paths() -> list[str]:
    found = ["/ledger/", "/ledger.csv", "/ledger.atom", "/commitments/", "/commitments.csv", "/entry-points/"]
    found += ["/pulse/mx/", "/pulse/mx/gaps/", "/pulse/mx/de/", "/pulse/mx/mx/"]
    for slug in EntryPoint.objects.values_list("slug", flat=True).order_by("slug"):
        found += [f"/entry-points/{slug}/", f"/entry-points/{slug}/record/"]
    for week in Release.objects.values_list("week", flat=True)[:WEEKS:17]:
        found += [f"/pulse/mx/?week={week}", f"/pulse/mx/table.csv?week={week}"]
    return found


def plain(response: Any) -> str:
    """The words of a page, without what is drawn anew at each visit."""
    assert response.status_code == 200
    return re.sub(r'(nonce|value)="[^"]{16,}"', "", response.content.decode())


def everything(other: bool) -> dict[str, Any]:
    return {**topic(other), **school(other), **speech(other), **place(other)}


ONE_BY_ONE = [pytest.param(each, marks=pytest.mark.long) for each in (place, topic, school, speech)]


@pytest.mark.parametrize("given", [everything, *ONE_BY_ONE])
def test_a_year_of_other_askers_publishes_the_same_bytes(
    cast: Cast, clock: Clock, client: Client, given: Callable[[bool], dict[str, Any]], long_form: bool
) -> None:
    berlin, embassy = cast.hold("chapter-berlin", "Ana"), cast.hold("embassy-de", "Ema")
    cast.hold("mesa", "Mesa")
    cast.promise(berlin, valid_days=365)
    cast.promise(embassy, SUPPORT, days=5, valid_days=365)
    begins, seen = clock.instant, []
    for chance in (0.0, 0.1, 0.5) if long_form else (0.0, 0.1):
        with transaction.atomic():
            seen.append(year(cast, clock, [berlin, embassy], Askers(chance, given), client))
            transaction.set_rollback(True)
        clock.to(begins)
    assert len(seen[0]) > WEEKS
    for other in seen[1:]:
        assert [path for path, words in other.items() if words != seen[0][path]] == []
