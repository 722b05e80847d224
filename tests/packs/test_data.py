"""The facts of the shipped packs that hold for every country: form, references, languages, kinds."""

import re
from collections import Counter
from zoneinfo import available_timezones

import pycountry
import pytest

from tequio.reference.holidays import known
from tests.packs.reading import (
    COUNTRIES,
    COUNTRY_PACKS,
    PACKS,
    every_organisation,
    organisation_files,
    organisations,
    parts,
    rows,
    schools,
    toml,
)

KINDS = {
    *("chapter", "node", "post", "agency", "university", "centre", "school", "association"),
    *("foundation", "company", "council"),
}
HEADER = [
    *("slug", "kind", "name", "name_es", "name_en", "acronym", "aliases", "country", "region", "city"),
    *("latitude", "longitude", "zone", "website", "parent", "jurisdictions", "ror", "wikidata", "cct"),
    *("address", "source"),
]
STATES = {"asked", "at-desk", "question", "arranged", "done", "declined", "withdrawn", "not-done"}

ZONES = available_timezones()


# Counts


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("world/fields.csv", 26),
        ("world/subfields.csv", 252),
        ("world/topics.csv", 4516),
        ("mx/regions.csv", 32),
        ("mx/organisations-schools.csv", 315),
        ("mx/organisations-posts.csv", 87),
        ("mx/organisations-research.csv", 534),
        ("ve/regions.csv", 25),
        ("ve/organisations-research.csv", 51),
    ],
)
def test_each_list_is_as_long_as_its_source(name, count):
    assert len(rows(name)) == count


def test_every_mexican_state_has_a_school():
    assert {s["region"] for s in schools()} == {r["id"] for r in rows("mx/regions.csv")}


# Form


def test_every_file_is_utf8_without_stray_signs():
    for path in PACKS.glob("[mvw]*/*.csv"):
        text = path.read_text(encoding="utf-8")
        assert not re.search("\ufeff|\ufffd|\xa0|Ã.|Â.|\r", text), path


def test_no_cell_begins_or_ends_with_a_space():
    for path in PACKS.glob("[mvw]*/*.csv"):
        for row in rows(str(path.relative_to(PACKS))):
            assert [v for v in row.values() if v != v.strip()] == [], (path, row)


def test_organisation_lists_share_one_header():
    for pack in COUNTRY_PACKS:
        for name in organisation_files(pack):
            own = ["subdivision"] if name == "mx/organisations-posts.csv" else []
            assert list(rows(name)[0]) == [*HEADER, *own], name


def test_each_organisation_has_a_kind_a_name_a_country_and_a_zone():
    for row in every_organisation():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["slug"]), row
        assert row["kind"] in KINDS, row
        assert row["name"], row
        assert row["country"] in COUNTRIES, row
        assert row["zone"] in ZONES, row
        assert bool(row["latitude"]) == bool(row["longitude"]), row
        assert row["website"] == "" or row["website"].startswith(("http://", "https://")), row


def test_every_coordinate_is_on_earth():
    for row in every_organisation() + rows("mx/regions.csv") + rows("ve/regions.csv"):
        if row["latitude"]:
            assert -90 <= float(row["latitude"]) <= 90
            assert -180 <= float(row["longitude"]) <= 180


# References


def test_slugs_are_unique_over_all_packs():
    counted = Counter(row["slug"] for row in every_organisation())
    assert [slug for slug, n in counted.items() if n > 1] == []


def test_every_parent_exists_in_its_pack():
    for pack in COUNTRY_PACKS:
        known = organisations(pack)
        assert [r["slug"] for r in known.values() if r["parent"] and r["parent"] not in known] == []


def test_no_organisation_is_above_itself():
    for pack in COUNTRY_PACKS:
        known = organisations(pack)
        for slug in known:
            seen, here = set(), slug
            while here:
                assert here not in seen, slug
                seen.add(here)
                here = known[here]["parent"]


def test_every_region_exists_and_lies_in_the_country():
    for pack in COUNTRY_PACKS:
        regions = {r["id"] for r in rows(f"{pack}/regions.csv")}
        for row in organisations(pack).values():
            assert row["region"] in regions | {""}, row["slug"]
            assert row["region"] == "" or row["region"].startswith(row["country"]), row["slug"]


def test_regions_are_those_of_iso_3166():
    for pack in COUNTRY_PACKS:
        iso = {s.code for s in pycountry.subdivisions.get(country_code=pack.upper())}
        assert {r["id"] for r in rows(f"{pack}/regions.csv")} == iso


def test_topics_point_to_subfields_and_these_to_fields():
    fields = {f["id"] for f in rows("world/fields.csv")}
    subfields = {s["id"] for s in rows("world/subfields.csv")}
    assert len(subfields) == 252
    assert {s["field"] for s in rows("world/subfields.csv")} == fields
    assert {t["subfield"] for t in rows("world/topics.csv")} == subfields
    assert len({t["id"] for t in rows("world/topics.csv")}) == 4516


def test_entry_points_resolve():
    fields = {f["id"] for f in rows("world/fields.csv")}
    subfields = {s["id"] for s in rows("world/subfields.csv")}
    for pack in COUNTRY_PACKS:
        points = rows(f"{pack}/entry_points.csv")
        ids = {p["id"] for p in points}
        kinds = {k["slug"]: k for k in toml(f"{pack}/kinds.toml")["kind"]}
        places = {r["id"] for r in rows(f"{pack}/regions.csv")} | COUNTRIES
        assert len(ids) == len(points)
        for point in points:
            organisation = organisations(pack)[point["organisation"]]
            assert parts(point["kinds"]), point
            for kind in parts(point["kinds"]):
                assert organisation["kind"] in kinds[kind]["for_kinds"], point
            assert set(parts(point["fields"])) <= fields
            assert set(parts(point["subfields"])) <= subfields
            assert set(parts(point["territories"])) <= places
            assert point["fallback"] in ids | {""}


def test_an_office_has_one_entry_point():
    for pack in COUNTRY_PACKS:
        counted = Counter(p["organisation"] for p in rows(f"{pack}/entry_points.csv"))
        assert set(counted.values()) == {1}


def test_fallbacks_never_form_a_cycle():
    for pack in COUNTRY_PACKS:
        fallback = {p["id"]: p["fallback"] for p in rows(f"{pack}/entry_points.csv")}
        for start in fallback:
            seen, here = set(), start
            while here:
                assert here not in seen, start
                seen.add(here)
                here = fallback[here]


@pytest.mark.parametrize("pack", ["world", *COUNTRY_PACKS])
def test_every_list_names_a_source_that_is_described(pack):
    described = toml(f"{pack}/pack.toml")
    sources = {s["id"]: s for s in described["source"]}
    lists = {p.name for p in (PACKS / pack).glob("*.csv")}
    assert set(described["lists"]) == lists
    assert set(described["lists"].values()) <= set(sources)
    assert len(sources) == len(described["source"])
    for source in sources.values():
        assert source["licence"]
        assert source["as_of"].year >= 2022
        assert source["url"].startswith("https://") or source["id"] in ("installation", "own-site")
    for name in lists:
        assert {row.get("source", "") for row in rows(f"{pack}/{name}")} <= set(sources) | {""}, name


def test_packs_agree_on_the_sources_that_they_share():
    mx, ve = ({s["id"]: s for s in toml(f"{p}/pack.toml")["source"]} for p in COUNTRY_PACKS)
    assert {i: mx[i] for i in mx.keys() & ve.keys()} == {i: ve[i] for i in mx.keys() & ve.keys()}


@pytest.mark.parametrize("pack", COUNTRY_PACKS)
def test_the_coordination_desk_belongs_to_this_installation(pack):
    described = toml(f"{pack}/pack.toml")
    desk = organisations(pack)[described["coordination"]["organisation"]]
    assert described["home"] == pack.upper() == desk["country"]
    assert desk["kind"] == "association"
    source = desk["source"] or described["lists"]["organisations.csv"]
    assert source == "installation"
    assert desk["slug"] not in {p["organisation"] for p in rows(f"{pack}/entry_points.csv")}


# Languages


def texts_of(value: object) -> list[dict]:
    if isinstance(value, list):
        return [text for item in value for text in texts_of(item)]
    if isinstance(value, dict):
        if value.keys() & {"es", "en"}:
            return [value]
        return [text for item in value.values() for text in texts_of(item)]
    return []


@pytest.mark.parametrize(
    "name", ["world/pack.toml", "mx/pack.toml", "ve/pack.toml", "mx/kinds.toml", "ve/kinds.toml"]
)
def test_every_text_is_in_both_languages(name):
    found = texts_of(toml(name))
    assert found
    for text in found:
        assert set(text) == {"es", "en"}
        assert text["es"].strip()
        assert text["en"].strip()
        assert not re.search("[!¡]", text["es"] + text["en"])


@pytest.mark.parametrize(
    "name", ["world/fields.csv", "world/subfields.csv", "mx/regions.csv", "ve/regions.csv"]
)
def test_every_name_of_a_list_is_in_both_languages(name):
    for row in rows(name):
        assert row["name_es"]
        assert row["name_en"]


def test_fields_and_subfields_are_really_translated():
    same = {
        r["name_en"]
        for r in rows("world/fields.csv") + rows("world/subfields.csv")
        if r["name_es"] == r["name_en"]
    }
    assert same == {"Software"}
    assert all(f["domain_es"] != f["domain_en"] for f in rows("world/fields.csv"))


def test_no_two_subfields_read_alike():
    for language in ("name_es", "name_en"):
        names = [(s["field"], s[language]) for s in rows("world/subfields.csv")]
        assert len(set(names)) == len(names)
    assert len({s["name_es"] for s in rows("world/subfields.csv")}) == 252


# Kinds of ask


@pytest.mark.parametrize("pack", COUNTRY_PACKS)
def test_every_kind_has_reasons_and_a_route_that_ends(pack):
    for kind in toml(f"{pack}/kinds.toml")["kind"]:
        states = {s["slug"]: s for s in kind["state"]}
        assert {s.get("does", s["slug"]) for s in kind["state"]} == STATES
        assert 4 <= len({d["code"] for d in kind["decline"]}) == len(kind["decline"]) <= 6
        assert 1 <= len({d["code"] for d in kind["pass_on"]}) == len(kind["pass_on"]) <= 4
        assert set(kind["for_kinds"]) <= KINDS
        assert kind["place"] in ("school", "country", "region", "none")
        assert kind["topic"] in ("required", "optional", "none")
        assert kind["topic_level"] in ("field", "subfield")
        reached, todo = set(), ["asked"]
        while todo:
            here = todo.pop()
            if here not in reached:
                reached.add(here)
                todo += states[here]["next"]
        assert reached == set(states)
        assert {s for s, row in states.items() if not row["next"]} == {
            "done",
            "not-done",
            "declined",
            "withdrawn",
        }


@pytest.mark.parametrize("pack", COUNTRY_PACKS)
def test_a_desk_of_the_packs_own_says_what_it_asks_of_its_office(pack):
    for kind in toml(f"{pack}/kinds.toml")["kind"]:
        desks = [row for row in kind["state"] if row.get("does", "") == "at-desk"]
        assert all(row["asks"]["es"] and row["asks"]["en"] for row in desks), kind["slug"]


def test_the_kinds_of_both_countries_and_no_consular_support_in_venezuela():
    assert [k["slug"] for k in toml("mx/kinds.toml")["kind"]] == [
        "school-talk",
        "counterpart",
        "consular-support",
        "expert-abroad",
        "letter-or-room",
        "correction",
    ]
    assert [k["slug"] for k in toml("ve/kinds.toml")["kind"]] == [
        "school-talk",
        "counterpart",
        "expert-abroad",
        "correction",
    ]


def test_what_is_richer_in_the_routes_of_mexico():
    """Where a member answers, where two organisations decide, where another institution is heard."""
    kinds = {k["slug"]: k for k in toml("mx/kinds.toml")["kind"]}
    members = {slug for slug, k in kinds.items() if any(s["who"] == "member" for s in k["state"])}
    heard = {slug for slug, k in kinds.items() if any(s.get("opinions") for s in k["state"])}
    desks = {slug: [s["slug"] for s in k["state"] if "for_kinds" in s] for slug, k in kinds.items()}
    assert (members, heard) == ({"expert-abroad"}, {"counterpart"})
    assert {slug: found for slug, found in desks.items() if found} == {
        "letter-or-room": ["chapter", "institution"]
    }
    assert [slug for slug, k in kinds.items() if k.get("in_kind")] == ["letter-or-room"]


def test_venezuela_works_without_ministry_or_post():
    offices = {organisations("ve")[p["organisation"]]["kind"] for p in rows("ve/entry_points.csv")}
    assert offices == {"university"}
    asked = {k for p in rows("ve/entry_points.csv") for k in parts(p["kinds"])}
    assert asked == {"school-talk", "counterpart"}


# Topics


def test_only_the_two_catch_all_topics_are_left_out_of_matching():
    assert {t["id"] for t in rows("world/topics.csv") if t["matchable"] == "0"} == {"T14423", "T13370"}
    assert {t["matchable"] for t in rows("world/topics.csv")} == {"0", "1"}


def test_packs_hold_no_person_and_no_promise():
    for path in PACKS.glob("[mvw]*/*.csv"):
        header = set(rows(str(path.relative_to(PACKS)))[0])
        assert header & {"days", "email", "mail", "phone", "holder", "officer", "promise"} == set()
        assert not re.search(r"[\w.]+@[\w-]+\.\w", path.read_text(encoding="utf-8")), path


def test_the_posts_in_federal_countries_say_whose_holidays_they_keep():
    parts = {row["slug"]: row["subdivision"] for row in rows("mx/organisations-posts.csv")}
    assert {slug.rpartition("-")[2]: parts[slug] for slug in parts if "consulate" in slug} == {
        "barcelona": "ES-CT",
        "dallas": "US-TX",
        "lyon": "",
        "osaka": "",
        "paris": "",
        "portland": "US-OR",
        "seattle": "US-WA",
    }
    assert (parts["mx-embassy-germany"], parts["mx-embassy-united-states"]) == ("DE-BE", "US-DC")


def test_each_part_that_a_post_names_has_holidays_of_its_own():
    for row in rows("mx/organisations-posts.csv"):
        part = row["subdivision"]
        assert not part or known(row["country"], part) == tuple(part.split("-")), row
