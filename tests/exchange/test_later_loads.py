"""Later loads: nothing changes but what the pack changed; what goes is withdrawn, what comes back is listed."""

from datetime import date

import pytest

from tequio.circuit.models import AskKind
from tequio.exchange.pack.saving import load
from tequio.journal.models import Entry
from tequio.network.models import Organisation
from tests.exchange.packs import (
    COUNTRIES,
    HEADER,
    KINDS,
    LANGUAGES,
    ORGANISATIONS,
    POINTS,
    TOTAL,
    changed,
    counts,
    dump,
    empty,
    meaning,
    organisation,
    point,
    spoil,
    write_packs,
)

# A second load


def test_a_second_load_changes_nothing_and_writes_nothing(loaded):
    before = dump()
    assert changed(loaded)
    assert dump() == before


def test_a_required_pack_can_be_loaded_alone_before_and_after(packs, db):
    world = COUNTRIES + LANGUAGES + 8
    assert load(packs, "world") == counts(created=world)
    assert load(packs, "mx") == counts(created=TOTAL - world, unchanged=world)
    assert load(packs, "world") == counts(unchanged=world)


def test_a_dry_run_counts_and_writes_nothing(packs, db):
    assert load(packs, "mx", dry_run=True) == counts(created=TOTAL)
    assert empty(dump())


def test_a_dry_run_over_a_loaded_pack_writes_nothing(loaded):
    before = dump()
    spoil(loaded, ORGANISATIONS, "Red España", "Red Ibérica")
    assert load(loaded, "mx", dry_run=True) == counts(updated=1, unchanged=TOTAL - 1)
    assert dump() == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (ORGANISATIONS, "Northern University", "University of the North"),
        (ORGANISATIONS, "Windhoek,-22.56", "Windhoek,-22.57"),
        (ORGANISATIONS, "NA|ZA", "NA|BW"),
        (ORGANISATIONS, "NA|ZA", "NA"),
        (ORGANISATIONS, "Q11", "Q12"),
        (ORGANISATIONS, "Q11", ""),
        (ORGANISATIONS, "Europe/Madrid,,mesa", "Europe/Madrid,,uno"),
        (ORGANISATIONS, "Europe/Madrid,,mesa", "Europe/Madrid,,"),
        (ORGANISATIONS, "Calle 1,register", "Calle 1,study"),
        (POINTS, "MX-OAX|ES", "MX-SON|ES"),
        (POINTS, "MX-OAX|ES", "MX-OAX|PT"),
        (POINTS, "talk|counterpart", "talk"),
        (POINTS, "uno-talks,\n", ",\n"),
        (POINTS, "maize|murals", "maize"),
        (POINTS, ",11,", ",12,"),
        (POINTS, "red-talks,", "red-charlas,"),
        (KINDS, "No hay lugar.", "Ya no hay lugar."),
        (KINDS, 'asker_days = 5', "asker_days = 6"),
        (KINDS, "days = 0", "days = 3"),
        ("mx/pack.toml", "days = 10", "days = 12"),
        ("mx/pack.toml", 'organisation = "mesa"', 'organisation = "uno"'),
        ("mx/pack.toml", "2026-10-01", "2026-11-02"),
        ("mx/regions.csv", "Sonora,Sonora", "Sonora,State of Sonora"),
        ("world/topics.csv", "Various Maize,0", "Various Maize,1"),
        ("world/subfields.csv", "murals,12", "murals,11"),
        ("world/fields.csv", "Vida,Life", "La vida,Life"),
    ],
)  # fmt: skip
def test_a_change_of_one_row_updates_that_row(loaded, file, old, new):
    spoil(loaded, file, old, new)
    assert changed(loaded, updated=1)
    assert Entry.objects.count() == 2
    assert changed(loaded)


def test_only_the_fields_that_differ_are_written(loaded):
    Organisation.objects.filter(slug="uno").update(sort_key="kept")
    spoil(loaded, ORGANISATIONS, "Red España", "Red Ibérica")
    assert changed(loaded, updated=2)
    red = organisation("red-es")
    assert (red.own_name, red.names["es"], red.sort_key) == ("Red Ibérica", "Red Ibérica", "red iberica")
    assert organisation("uno").sort_key == "universidad norte"


def test_rows_that_are_moved_to_another_file_stay_the_same(loaded):
    row = next(
        line for line in (loaded / ORGANISATIONS).read_text().splitlines() if line.startswith("red-es")
    )
    spoil(loaded, ORGANISATIONS, row + "\n", "")
    write_packs(loaded, {"mx/organisations-chapters.csv": f"{HEADER}\n{row}study\n"})
    assert changed(loaded)


# Rows that go and come back


def test_rows_that_are_no_longer_listed_are_withdrawn_and_stay(loaded, clock):
    clock.forward(days=2)
    spoil(loaded, ORGANISATIONS, "red-es,chapter", "red-iberia,chapter")
    spoil(loaded, POINTS, "red-talks,red-es,talk,,,MX-OAX|ES,uno-talks,\n", "")
    found = load(loaded, "mx")
    assert found == counts(created=1, unchanged=TOTAL - 2, withdrawn=2)
    assert organisation("red-es").withdrawn_on == point("red-talks").withdrawn_on == date(2026, 11, 25)
    assert organisation("red-iberia").withdrawn_on is None
    assert load(loaded, "mx") == counts(unchanged=TOTAL - 1)


def test_what_is_withdrawn_keeps_the_day_on_which_it_went(loaded, clock):
    spoil(loaded, POINTS, "red-talks,red-es,talk,,,MX-OAX|ES,uno-talks,\n", "")
    load(loaded, "mx")
    clock.forward(days=30)
    load(loaded, "mx")
    assert point("red-talks").withdrawn_on == date(2026, 11, 23)


def test_rows_that_come_back_are_listed_again(loaded):
    before, kept = meaning(), (loaded / POINTS).read_text()
    spoil(loaded, POINTS, "", kept.splitlines()[0] + "\n")
    assert load(loaded, "mx") == counts(unchanged=TOTAL - 2, withdrawn=2)
    spoil(loaded, POINTS, "", kept)
    assert load(loaded, "mx") == counts(unchanged=TOTAL - 2, updated=2)
    assert (meaning(), point("red-talks").withdrawn_on) == (before, None)


def test_a_kind_of_ask_that_is_no_longer_listed_is_withdrawn(loaded):
    spoil(loaded, POINTS, "talk|counterpart", "talk")
    text = (loaded / KINDS).read_text()
    spoil(loaded, KINDS, "", text[: text.rindex("[[kind]]")])
    assert load(loaded, "mx") == counts(updated=1, unchanged=TOTAL - 2, withdrawn=1)
    assert [kind.slug for kind in AskKind.objects.filter(withdrawn_on=None)] == ["talk"]


def test_withdrawn_organisations_keep_their_claims(loaded):
    spoil(loaded, "mx/organisations-schools.csv", "", HEADER + "\n")
    assert load(loaded, "mx") == counts(unchanged=TOTAL - 1, withdrawn=1)
    assert organisation("cct-20dpt0001a").claims.get().value == "20DPT0001A"
