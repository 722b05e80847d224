"""The table of a week: each figure beside the query that counts it, which gives that figure when it is run."""

import csv
from io import StringIO

import pytest
from django.db import connection
from django.test import Client

from tequio.circuit.actions.asker import withdraw_case
from tequio.circuit.actions.commitments import amend_commitment, drop_commitment
from tequio.circuit.models import Commitment
from tequio.kernel import clock as hub_clock
from tequio.network.actions import end_mandate
from tequio.network.models import Administration, Mandate
from tequio.observatory.models import Release
from tequio.observatory.queries.pulse import COUNTED, OWED
from tequio.observatory.queries.tables import COLUMNS, lines
from tests.cast import Cast, work
from tests.circuit.month import accept
from tests.circuit.quiet import SUPPORT
from tests.conftest import Clock
from tests.observatory.conftest import published


@pytest.fixture
def varied(busy: Mandate, cast: Cast, clock: Clock) -> Release:
    """Asks and promises in every state that the table counts, under a government and under none."""
    Administration.objects.create(home_id="MX", slug="g1", names={"es": "Uno"}, starts_on="2024-10-01")
    for number in range(3):
        accept(cast.case(address=f"late{number}@example.net"), busy)
    first, second, *_rest = Commitment.objects.filter(kept_at=None, broken_at=None).order_by("-pk")
    day = hub_clock.today("UTC")
    amend_commitment(first, busy, "Another talk", day.replace(year=day.year + 1), "Illness.")
    drop_commitment(second, busy, "Nobody can.")
    withdrawn = cast.case(address="withdrawn@example.net")
    accept(withdrawn, busy)
    withdraw_case(withdrawn)
    madrid = cast.hold("chapter-madrid", "Mar")
    cast.promise(madrid, days=1)
    moved = cast.leg(address="moved@example.net")
    assert moved.owner == madrid.office
    end_mandate(madrid, by=None)
    work()
    embassy = cast.office("embassy-de").mandates.get()
    accept(cast.case(SUPPORT, address="new@example.net"), embassy)
    return published()


def run(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def test_each_query_gives_the_figure_beside_it(varied: Release) -> None:
    found = list(lines(varied))
    assert {each["figure"] for each in found} >= {
        "asked", "in_time", "missed", "matured", "kept", "waiting", "rerouted",
        "promised_made", "promised_kept", "promised_broken", "promised_amended", "promised_dropped",
        "promised_open",
    }  # fmt: skip
    assert {each["level"] for each in found} == {"hub", "country", "state", "office"}
    assert {each.get("administration") for each in found} >= {"", "MX/g1", None}
    assert [each for each in found if run(each["query"]) != each["value"]] == []


def test_each_figure_is_there_at_every_level_and_adds_up(varied: Release) -> None:
    sums: dict[tuple[str, str], int] = {}
    for each in lines(varied):
        key = each["level"], each["figure"]
        sums[key] = sums.get(key, 0) + each["value"]
    for name in (*COUNTED, *(f"promised_{each}" for each in OWED)):
        assert len({sums.get((level, name), 0) for level in ("hub", "country", "state", "office")}) == 1


def test_the_page_gives_the_table_as_csv(client: Client, varied: Release) -> None:
    response = client.get("/pulse/mx/table.csv")
    rows = list(csv.DictReader(StringIO(response.content.decode())))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert tuple(rows[0]) == COLUMNS
    assert rows == [
        {name: str(each.get(name, "") or "") if name != "value" else str(each[name]) for name in COLUMNS}
        for each in lines(varied)
    ]
