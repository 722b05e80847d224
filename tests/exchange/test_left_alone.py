"""What a load never touches, whose names it will not take, and what remains when it is stopped: nothing."""

from datetime import timedelta

import pytest

from tequio.circuit.models import AskKind, EntryPoint, Promise
from tequio.exchange.pack.reading import BadPack
from tequio.exchange.pack.saving import HEAD_OFFICE, load
from tequio.kernel import clock as kernel_clock
from tequio.network.models import Hub, Mandate, Office, Organisation
from tequio.people.models import Person
from tests.exchange.packs import (
    COUNTRIES,
    HEADER,
    KINDS,
    LANGUAGES,
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

# What a load leaves alone


def test_the_demo_is_left_alone(loaded):
    invented = Organisation.objects.create(
        slug="inventada", kind="chapter", names={"es": "Inventada"}, own_name="Inventada", home_id="MX",
        zone="Europe/Madrid", demo=True, source_id="mx:study",
    )  # fmt: skip
    office = Office.objects.create(organisation=invented, titles=HEAD_OFFICE, is_head=True)
    EntryPoint.objects.create(slug="inventada", office=office, source_id="mx:study")
    before = dump()
    assert changed(loaded)
    assert dump() == before


def test_organisations_and_entry_points_of_the_hub_itself_are_left_alone(loaded):
    own = Organisation.objects.create(
        slug="propia", kind="chapter", names={"es": "Propia"}, own_name="Propia", home_id="MX", zone="UTC"
    )
    office = Office.objects.create(organisation=own, titles=HEAD_OFFICE, is_head=True)
    EntryPoint.objects.create(slug="propia", office=office)
    before = dump()
    assert changed(loaded)
    assert dump() == before


def promise(slug: str, kind: str) -> Promise:
    entry_point = EntryPoint.objects.get(office__organisation__slug=slug)
    now = kernel_clock.now()
    holder = Mandate.objects.create(
        office=entry_point.office, person=Person.objects.create(name="Ana"), role="holder", starts_at=now
    )
    signed = Promise.objects.create(
        entry_point=entry_point,
        kind=AskKind.objects.get(slug=kind),
        days=9,
        signed_by=holder,
        valid_until=now + timedelta(days=90),
    )
    entry_point.kinds.add(signed.kind)
    return signed


def test_promises_and_mandates_are_left_alone(loaded):
    promise("red-es", "talk")
    before = dump()
    assert changed(loaded)
    assert dump() == before


def test_a_kind_that_an_office_has_promised_of_its_own_stays(loaded):
    promise("red-es", "counterpart")
    assert changed(loaded)
    assert sorted(kind.slug for kind in point("red-talks").kinds.all()) == ["counterpart", "talk"]


def test_an_entry_point_that_an_office_had_of_its_own_is_taken_into_the_pack(loaded):
    head = organisation("embajada-namibia").offices.get()
    EntryPoint.objects.create(slug="embajada-namibia", office=head)
    spoil(loaded, KINDS, '"chapter", "university"]', '"chapter", "university", "post"]')
    spoil(loaded, POINTS, "uno-talks,uno", "namibia,embajada-namibia,talk,,,,,\nuno-talks,uno")
    assert load(loaded, "mx") == counts(updated=2, unchanged=TOTAL - 1)
    assert (point("namibia").office, point("namibia").source_id) == (head, "mx:study")


def test_two_countries_live_side_by_side(loaded):
    before = meaning()
    write_packs(loaded, {
        "ve/pack.toml": (loaded / "mx/pack.toml").read_text().replace("mx", "ve").replace("MX", "VE")
        .replace('"regions.csv" = "register"\n', "").replace('"organisations-schools.csv" = "register"\n', "")
        .replace('"entry_points.csv" = "study"\n', "").replace("mesa", "mesa-ve"),
        "ve/organisations.csv": f"{HEADER}\nmesa-ve,association,Mesa,,,,,VE,,,,,America/Caracas,,,,,,,,\n",
    })  # fmt: skip
    assert load(loaded, "ve") == counts(created=4, unchanged=COUNTRIES + LANGUAGES + 8)
    assert {hub.home_id: hub.coordination.organisation.slug for hub in Hub.objects.all()} == {
        "MX": "mesa",
        "VE": "mesa-ve",
    }
    assert {slug: found for slug, found in meaning().items() if slug != "mesa-ve"} == before
    assert changed(loaded)


# Names that somebody else has: found only beside what the database holds


def errors_of(folder, pack: str) -> list[str]:
    before = dump()
    with pytest.raises(BadPack) as bad:
        load(folder, pack)
    assert dump() == before
    return [str(error) for error in bad.value.errors]


@pytest.mark.parametrize(
    ("change", "owner"),
    [
        ({"demo": True}, "the demo"),
        ({"source_id": None}, "this hub"),
        ({"source_id": "world:topics"}, "world"),
    ],
)
def test_a_slug_that_another_has_is_refused(loaded, change, owner):
    Organisation.objects.filter(slug="uno").update(**change, home="VE")
    assert errors_of(loaded, "mx") == [
        f'organisations.csv:4: slug: "uno" is already an organisation of {owner}'
    ]


def test_an_id_that_is_the_entry_point_of_another_office_is_refused(loaded):
    spoil(loaded, POINTS, "red-talks,red-es", "red-talks,mesa")
    spoil(loaded, KINDS, '"chapter", "university"]', '"chapter", "association"]')
    spoil(loaded, POINTS, "uno-talks,uno,talk|counterpart", "uno-talks,uno,counterpart")
    assert errors_of(loaded, "mx") == [
        'entry_points.csv:2: id: "red-talks" is already the entry point of red-es'
    ]


def test_an_office_that_another_pack_lists_is_refused(loaded):
    EntryPoint.objects.filter(slug="red-talks").update(source="world:topics")
    assert errors_of(loaded, "mx") == [
        "entry_points.csv:2: organisation: has an entry point of the pack world already"
    ]


def test_two_packs_cannot_serve_one_country(loaded):
    (loaded / "mx").rename(loaded / "otro")
    spoil(loaded, "otro/pack.toml", 'id = "mx"', 'id = "otro"')
    found = errors_of(loaded, "otro")
    assert found[-1] == "pack.toml:1: home: MX is already served by the pack mx"
    assert len(found) == 6


# Stopped half-way


@pytest.mark.parametrize("step", range(10))
def test_a_load_that_is_killed_at_any_step_leaves_nothing(packs, db, step):
    def die(what: str, done: int, of: int) -> None:
        if done == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(packs, "mx", progress=die)
    assert empty(dump())
    assert load(packs, "mx") == counts(created=TOTAL)


def test_progress_tells_each_step(packs, db):
    told: list[tuple[str, int, int]] = []
    load(packs, "mx", progress=lambda *step: told.append(step))
    assert told == [
        ("world: sources", 0, 10),
        ("world: topics", 1, 10),
        ("mx: sources", 2, 10),
        ("mx: topics", 3, 10),
        ("mx: regions", 4, 10),
        ("mx: administrations", 5, 10),
        ("mx: organisations", 6, 10),
        ("mx: coordination", 7, 10),
        ("mx: kinds of ask", 8, 10),
        ("mx: entry points", 9, 10),
        ("mx", 10, 10),
    ]


def test_an_entry_point_that_has_promised_stays_when_the_pack_drops_it(loaded):
    promise("red-es", "talk")
    spoil(loaded, POINTS, "red-talks,red-es,talk,,,MX-OAX|ES,uno-talks,\n", "")
    assert load(loaded, "mx") == counts(unchanged=TOTAL - 1)
    assert point("red-talks").withdrawn_on is None
