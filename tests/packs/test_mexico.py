"""The facts of Mexico's pack that users rely on: zones, schools, posts, institutions."""

import re
from collections import Counter

import pytest

from tests.packs.reading import (
    COUNTRIES,
    every_organisation,
    organisations,
    outside_its_state,
    parts,
    posts,
    rows,
    schools,
)

# States and zones


@pytest.mark.parametrize(
    ("region", "zone"),
    [
        ("MX-BCN", "America/Tijuana"),
        ("MX-SON", "America/Hermosillo"),
        ("MX-ROO", "America/Cancun"),
        ("MX-BCS", "America/Mazatlan"),
        ("MX-NAY", "America/Mazatlan"),
        ("MX-SIN", "America/Mazatlan"),
        ("MX-CHH", "America/Chihuahua"),
        ("MX-OAX", "America/Mexico_City"),
    ],
)
def test_states_off_the_central_zone(region, zone):
    assert {r["id"]: r["zone"] for r in rows("mx/regions.csv")}[region] == zone


@pytest.mark.parametrize(
    ("cct", "zone"),
    [
        ("08DPT0002B", "America/Ciudad_Juarez"),
        ("28DPT0003O", "America/Matamoros"),
        ("28DPT0006L", "America/Matamoros"),
        ("18DPT0004G", "America/Bahia_Banderas"),
        ("18DPT0002I", "America/Mazatlan"),
        ("08DPT0008W", "America/Chihuahua"),
    ],
)
def test_border_municipalities_keep_their_own_zone(cct, zone):
    assert {s["cct"]: s["zone"] for s in schools()}[cct] == zone


def test_official_codes_of_the_states_keep_their_zero():
    codes = [r["official_code"] for r in rows("mx/regions.csv")]
    assert sorted(codes) == [f"{n:02}" for n in range(1, 33)]


# Schools


def test_each_school_lies_in_its_state():
    assert {s["kind"] for s in schools()} == {"school"}
    assert [s["slug"] for s in schools() if outside_its_state(s)] == []


def test_keys_of_schools_keep_their_leading_zero_and_begin_with_their_state():
    codes = {r["id"]: r["official_code"] for r in rows("mx/regions.csv")}
    keyed = [s for s in schools() if s["cct"]]
    assert len(keyed) == 314
    for school in keyed:
        assert re.fullmatch(r"\d{2}[DP]PT\d{4}[A-Z]", school["cct"])
        assert school["cct"].startswith(codes[school["region"]])
        assert school["slug"] == f"cct-{school['cct'].lower()}"
    assert any(s["cct"].startswith("01") for s in keyed)


def test_a_placeholder_is_not_taken_for_a_key():
    assert [s["name"] for s in schools() if not s["cct"]] == ["Josefina Dueñas Montoya A.C."]


def test_only_schools_whose_source_cannot_be_mended_lack_coordinates():
    assert {s["slug"] for s in schools() if not s["latitude"]} == {
        "cct-09ppt0001g",  # no coordinates
        "cct-12dpt0011w",  # 0 0
        "cct-13dpt0007i",  # another place
        "cct-25dpt0026b",  # another school's
        "cct-99xxx9999x",  # no place at all
    }


def test_no_two_schools_stand_on_the_same_spot_or_bear_the_same_name():
    spots = Counter((s["latitude"], s["longitude"]) for s in schools() if s["latitude"])
    assert max(spots.values()) == 1
    names = Counter((s["region"], s["name"]) for s in schools())
    assert max(names.values()) == 1


# Posts


def test_posts_are_embassies_and_consulates_of_the_ministry():
    sorts = Counter(slug.split("-")[1] for slug in posts())
    assert sorts == {"embassy": 80, "consulate": 7}
    assert {p["parent"] for p in posts().values()} == {"sre", "mx-embassy-france"}
    assert all(p["name"] and p["name_en"] and p["city"] and p["latitude"] for p in posts().values())


@pytest.mark.parametrize(
    ("slug", "city", "zone"),
    [
        ("mx-embassy-germany", "Berlín", "Europe/Berlin"),
        ("mx-embassy-france", "París", "Europe/Paris"),
        ("mx-embassy-united-kingdom", "Londres", "Europe/London"),
        ("mx-embassy-algeria", "Argel", "Africa/Algiers"),
        ("mx-embassy-japan", "Tokio", "Asia/Tokyo"),
        ("mx-embassy-peru", "Lima", "America/Lima"),
        ("mx-embassy-chile", "Santiago de Chile", "America/Santiago"),
        ("mx-consulate-dallas", "Dallas", "America/Chicago"),
        ("mx-consulate-seattle", "Seattle", "America/Los_Angeles"),
        ("mx-consulate-barcelona", "Barcelona", "Europe/Madrid"),
    ],
)
def test_city_names_are_mended_and_zones_are_the_hosts(slug, city, zone):
    assert (posts()[slug]["city"], posts()[slug]["zone"]) == (city, zone)


def test_no_post_is_placed_in_a_part_of_a_city():
    mended = {"Mitte", "Mayfair", "Texas", "Las Condes", "San Isidro", "Salmiya", "Ben Aknoun", "Chiyoda-ku"}
    words = ("arrondissement", "District", "unicipality", "municipality")
    assert [
        p["slug"] for p in posts().values() if p["city"] in mended or any(w in p["city"] for w in words)
    ] == []


def test_jurisdictions_are_codes_and_namibia_is_not_a_missing_value():
    for post in posts().values():
        assert set(parts(post["jurisdictions"])) <= COUNTRIES, post["slug"]
    assert "NA" in parts(posts()["mx-embassy-south-africa"]["jurisdictions"])
    namibia = [p["id"] for p in rows("mx/entry_points.csv") if "NA" in parts(p["territories"])]
    assert namibia == ["mx-embassy-south-africa"]


def test_an_embassy_serves_its_own_country_and_the_one_at_the_vatican_the_holy_see():
    for slug, post in posts().items():
        if slug == "mx-embassy-holy-see":
            assert (post["name"], post["jurisdictions"]) == ("Embajada de México ante la Santa Sede", "VA")
        elif slug.startswith("mx-embassy-"):
            assert post["country"] in parts(post["jurisdictions"]), slug


def test_a_consulate_has_no_jurisdiction_that_no_source_states():
    stated = {slug: p["jurisdictions"] for slug, p in posts().items() if slug.startswith("mx-consulate-")}
    assert stated.pop("mx-consulate-paris") == "FR|MC"
    assert set(stated.values()) == {""}
    assert posts()["mx-consulate-lyon"]["name"].startswith("Consulado Honorario")


def test_every_post_with_a_jurisdiction_is_listed_for_it_and_falls_back_to_the_institute():
    listed = {p["organisation"]: p for p in rows("mx/entry_points.csv") if p["kinds"] == "consular-support"}
    institute = listed.pop("ime")
    assert institute["fallback"] == ""
    assert set(listed) == {slug for slug, p in posts().items() if p["jurisdictions"]}
    for slug, point in listed.items():
        assert point["territories"] == posts()[slug]["jurisdictions"]
        assert point["fallback"] == "ime"


# Research organisations


def test_withdrawn_records_are_left_out():
    listed = {row["ror"] for row in every_organisation()}
    assert listed & {"0142qzn68", "01cb78y42", "051ztas29", "05pa1yr68"} == set()


def test_no_ror_record_is_listed_twice():
    counted = Counter(row["ror"] for row in every_organisation() if row["ror"])
    assert max(counted.values()) == 1
    assert counted.total() == 534 + 51 + 1
    assert all(re.fullmatch(r"0[a-z0-9]{8}", ror) for ror in counted)


def test_what_is_mended_by_hand_bears_its_ror_identifier():
    assert organisations("mx")["secihti"]["ror"] == "059ex5q34"


@pytest.mark.parametrize(
    ("slug", "region"),
    [
        ("unam", "CMX"), ("ipn", "CMX"), ("uam", "CMX"), ("cinvestav", "CMX"), ("colmex", "CMX"),
        ("cide", "CMX"), ("tec-de-monterrey", "NLE"), ("uanl", "NLE"), ("udeg", "JAL"), ("buap", "PUE"),
        ("inaoe", "PUE"), ("unison", "SON"), ("ciad", "SON"), ("cicese", "BCN"), ("colef", "BCN"),
        ("cimat", "GUA"), ("cio", "GUA"), ("ipicyt", "SLP"), ("uaslp", "SLP"), ("uv", "VER"),
        ("uaemex", "MEX"), ("uaem-morelos", "MOR"), ("uady", "YUC"), ("uabcs", "BCS"),
        ("cenam", "QUE"), ("coveicydet", "VER"), ("comexus", "CMX"), ("up-pachuca", "HID"),
        ("crim", "MOR"), ("itescam", "CAM"),
    ],
)  # fmt: skip
def test_well_known_institutions_are_listed_in_their_state(slug, region):
    assert organisations("mx")[slug]["region"] == f"MX-{region}"


def test_nearly_every_research_organisation_has_a_region():
    assert [r["slug"] for r in rows("mx/organisations-research.csv") if not r["region"]] == ["uiimex"]
    assert [r["slug"] for r in rows("ve/organisations-research.csv") if not r["region"]] == []


def test_places_of_research_organisations_lie_in_their_state():
    assert [r["slug"] for r in rows("mx/organisations-research.csv") if outside_its_state(r)] == []


# The case study


@pytest.mark.parametrize(
    ("slug", "kind", "parent"),
    [
        ("sre", "agency", ""),
        ("ime", "agency", "sre"),
        ("amexcid", "agency", "sre"),
        ("secihti", "agency", ""),
        ("amexac", "association", ""),
        ("red-global-mx", "association", ""),
        ("rgmx-germany", "chapter", "red-global-mx"),
        ("rgmx-spain", "chapter", "red-global-mx"),
        ("rgmx-australia", "chapter", "red-global-mx"),
        ("rgmx-japan", "chapter", "red-global-mx"),
        ("mcaa-mexico", "association", ""),
        ("ema", "association", ""),
        ("daad-alumni", "association", ""),
    ],
)
def test_institutions_of_the_case_study_are_listed(slug, kind, parent):
    row = organisations("mx")[slug]
    assert (row["kind"], row["parent"]) == (kind, parent)
