"""The packs that the hub ships with."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tequio.circuit.models import AskKind, EntryPoint, Promise
from tequio.exchange.pack.reading import available, read
from tequio.exchange.pack.saving import load
from tequio.journal.models import Entry
from tequio.network.models import Hub, Office, Organisation
from tequio.network.queries import organisations
from tequio.reference.models import Region, Topic
from tests.exchange.packs import counts

PACKS = available(settings.PACKS)


def test_the_world_and_two_countries_are_there():
    assert {"mx", "ve", "world"} <= set(PACKS)


@pytest.mark.parametrize("name", PACKS)
def test_a_second_load_of_a_real_pack_changes_nothing(db, name):
    with CaptureQueriesContext(
        connection,
    ) as first:
        created = load(settings.PACKS, name)
    entries = Entry.objects.count()
    with CaptureQueriesContext(connection) as second:
        again = load(settings.PACKS, name)
    total = sum(created.values())
    assert (created, again) == (counts(created=total), counts(unchanged=total))
    assert total > 5_000
    assert Entry.objects.count() == entries
    assert len(first) < 250
    assert len(second) < 60


def test_mexico_and_venezuela_live_side_by_side(db):
    rows = {name: len(read(settings.PACKS, name)[-1]["organisation"]) for name in ("mx", "ve")}
    for name in rows:
        load(settings.PACKS, name)
    assert sorted(Hub.objects.values_list("home", flat=True)) == ["MX", "VE"]
    assert Organisation.objects.filter(home="MX").count() == rows["mx"]
    assert Organisation.objects.filter(home="VE").count() == rows["ve"]
    assert Region.objects.filter(country="MX").count() == 32
    assert Topic.objects.count() == 4516
    assert AskKind.objects.filter(home="MX").count() >= 3
    # a pack promises nothing, and every organisation has its one head office
    assert Promise.objects.count() == 0
    assert Office.objects.count() == Office.objects.filter(is_head=True).count() == sum(rows.values())
    assert EntryPoint.objects.filter(source=None).count() == 0
    # found by acronym, by former name and without accents
    assert [found.slug for found in organisations(words="secihti")] == ["secihti"]
    assert [found.slug for found in organisations(words="conahcyt")] == ["secihti"]
    assert "uam" in [found.slug for found in organisations(words="autonoma metropolitana")]
    assert load(settings.PACKS, "mx")["updated"] == load(settings.PACKS, "ve")["updated"] == 0


def test_venezuela_needs_no_ministry_and_no_post(db):
    load(settings.PACKS, "ve")
    kinds = EntryPoint.objects.values_list("office__organisation__kind", flat=True)
    assert set(kinds) & {"agency", "post"} == set()
    assert Hub.objects.get(home="VE").coordination.organisation.home_id == "VE"
