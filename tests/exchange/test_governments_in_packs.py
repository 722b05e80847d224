"""Administrations come from a pack; what became of an organisation stays, whatever the pack still says of it."""

from datetime import date

import pytest

from tequio.circuit.actions.reorganising import end_organisation, rename_organisation
from tequio.circuit.models import EntryPoint
from tequio.exchange.pack.reading import BadPack
from tequio.exchange.pack.saving import load
from tequio.network.actions import appoint_coordinator
from tequio.network.models import Administration, Mandate, Organisation

HEAD = "id,name_es,name_en,first_day,last_day\n"
OLD = "old,Gobierno 2018–2024,Government 2018–2024,2018-12-01,2024-09-30\n"
NEW = "new,Gobierno 2024–2030,Government 2024–2030,2024-10-01,\n"


def with_administrations(packs, rows: str):
    (packs / "mx" / "administrations.csv").write_text(HEAD + rows)
    pack = packs / "mx" / "pack.toml"
    pack.write_text(pack.read_text() + '"administrations.csv" = "study"\n')
    return packs


def test_an_administration_runs_from_its_first_day_until_the_day_after_its_last(packs, db):
    load(with_administrations(packs, OLD + NEW), "mx")
    rows = Administration.objects.order_by("starts_on").values_list(
        "slug", "starts_on", "ends_on", "source_id"
    )
    assert list(rows) == [
        ("old", date(2018, 12, 1), date(2024, 10, 1), "mx:study"),
        ("new", date(2024, 10, 1), None, "mx:study"),
    ]


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (
            "old,a,b,2018-12-01,2018-11-30\n",
            "administrations.csv:2: last_day: 2018-11-30 is before its first day, 2018-12-01",
        ),
        (
            "old,a,b,1 December,\n",
            'administrations.csv:2: first_day: "1 December" is not a date such as 2026-11-23',
        ),
        ("old,a,b,,\n", "administrations.csv:2: first_day: is missing"),
    ],
)
def test_a_wrong_administration_is_refused_by_line_and_field(packs, db, row, error):
    with pytest.raises(BadPack) as bad:
        load(with_administrations(packs, row), "mx")
    assert [str(each) for each in bad.value.errors] == [error]


@pytest.fixture
def coordinator(packs, db) -> Mandate:
    load(packs, "mx")
    return appoint_coordinator("MX", "mesa@example.org", name="Ana", language="es", zone=None)


def one(slug: str) -> Organisation:
    return Organisation.objects.get(slug=slug)


def test_a_new_name_outlives_the_next_load(packs, coordinator):
    rename_organisation(one("uno"), {"es": "Universidad Nueva"}, on=date(2020, 1, 1), by=coordinator)
    assert load(packs, "mx")["updated"] == 0
    assert (one("uno").names["es"], one("uno").own_name) == ("Universidad Nueva", "Universidad Nueva")


def test_an_organisation_that_ended_stays_ended_and_its_entry_point_withdrawn(packs, coordinator):
    end_organisation(one("uno"), "merged", on=date(2020, 1, 1), by=coordinator, successors=[one("red-es")])
    load(packs, "mx")
    point = EntryPoint.objects.get(office__organisation__slug="uno")
    assert (one("uno").closed_on, point.withdrawn_on) == (date(2020, 1, 1), date(2020, 1, 1))
