"""The script that derives the packs: names, slugs, kinds and places."""

import csv
import gzip

import pytest

from tests.packs.reading import PACKS, rows
from tools.packs import common, derive


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Universidad Tecnológica de Tehuacán", "ut-tehuacan"),
        ("Instituto Tecnológico Superior de Ébano", "its-ebano"),
        ("Instituto Tecnológico de La Laguna", "it-laguna"),
        ("El Colegio de Sonora", "colegio-sonora"),
        ("Tecnológico Nacional de México, Campus Pachuca", "tecnm-pachuca"),
        ("Centro “Dra. Leonorilda Álvarez”", "centro-dra-leonorilda-alvarez"),
    ],
)
def test_a_slug_is_short_and_readable(name, slug):
    assert common.slugify(name) == slug


def test_a_slug_ends_with_a_whole_word():
    slug = common.slugify(
        "Instituto de Investigaciones sobre la Universidad y la Educación Superior", limit=30
    )
    assert slug == "instituto-investigaciones"


@pytest.mark.parametrize(
    ("types", "name", "kind"),
    [
        (["funder", "education"], "UNAM", "university"),
        (["funder", "government"], "INE", "agency"),
        (["funder"], "Instituto Tecnológico Superior de Guasave", "university"),
        (["nonprofit"], "Provita", "association"),
        (["funder", "nonprofit"], "Fundación México en Harvard", "foundation"),
        (["other"], "Sociedad Matemática Mexicana", "association"),
        (["healthcare"], "Hospital Español", "centre"),
        (["facility", "funder"], "CIO", "centre"),
        (["company"], "Pemex (Mexico)", "company"),
    ],
)
def test_the_kind_follows_the_type(types, name, kind):
    assert derive.kind_of(types, name) == kind


def test_an_organisation_is_called_as_it_writes_itself():
    old = {
        "name": "Mathematics Research Center",
        "labels": [{"label": "Centro de Investigación en Matemáticas", "iso639": "es"}],
        "aliases": [],
    }
    new = {
        "names": [
            {"value": "Universidad de Sonora", "lang": "es", "types": ["label", "ror_display"]},
            {"value": "University of Sonora", "lang": "en", "types": ["label"]},
            {"value": "UNISON", "lang": None, "types": ["alias"]},
        ]
    }
    assert derive.ror_names(old) == (
        "Centro de Investigación en Matemáticas",
        "Mathematics Research Center",
        [],
    )
    assert derive.ror_names(new) == ("Universidad de Sonora", "University of Sonora", ["UNISON"])


def test_an_acronym_that_two_share_is_nobodys_slug():
    given = [
        {"slug": "", "acronym": acronym, "name": name, "city": "Puebla", "region": "MX-PUE"}
        for acronym, name in (("CIDEX", "Uno"), ("CIDEX", "Dos"), ("INAOE", "Tres"), ("UTT", "Cuatro"))
    ]
    derive.name_them(given, set())
    assert [row["slug"] for row in given] == ["uno", "dos", "inaoe", "cuatro"]


def test_two_of_one_name_are_told_apart_by_their_place():
    given = [
        {"slug": "", "acronym": "", "name": "Instituto de Geografía", "city": city, "region": ""}
        for city in ("Toluca", "Morelia")
    ]
    derive.name_them(given, set())
    assert [row["slug"] for row in given] == ["instituto-geografia", "instituto-geografia-morelia"]


@pytest.mark.parametrize(
    ("given", "city"),
    [("Mexico City", "Ciudad de México"), ("Puebla City", "Puebla"), ("Texcoco Municipality", "Texcoco")],
)
def test_city_names_are_those_of_the_country(given, city):
    assert derive.city_name(given) == city


@pytest.fixture
def gazetteer(tmp_path):
    folder = tmp_path / "geo"
    folder.mkdir()
    with gzip.open(folder / "geonames_cities15000.csv.gz", "wt", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                "geonameid",
                "name",
                "country_code",
                "admin1_code",
                "latitude",
                "longitude",
                "timezone",
                "population",
            ]
        )
        writer.writerow([1, "Chihuahua", "MX", "06", 28.63, -106.08, "America/Chihuahua", 900])
        writer.writerow([2, "Ciudad Juárez", "MX", "06", 31.72, -106.46, "America/Ciudad_Juarez", 100])
        writer.writerow([3, "Tuxtla", "MX", "05", 16.75, -93.11, "America/Merida", 500])
    return common.Gazetteer(tmp_path)


@pytest.mark.parametrize(
    ("region", "latitude", "longitude", "zone"),
    [
        ("MX-CHH", "31.75", "-106.43", "America/Ciudad_Juarez"),
        ("MX-CHH", "31.00", "-106.46", "America/Chihuahua"),
        ("MX-CHH", "", "", "America/Chihuahua"),
        ("MX-CHP", "16.75", "-93.11", "America/Mexico_City"),
    ],
)
def test_a_place_has_its_states_zone_save_in_a_few_municipalities(
    gazetteer, region, latitude, longitude, zone
):
    assert gazetteer.zone(region, latitude, longitude) == zone


def test_the_middle_of_a_state_weighs_its_cities_by_people(gazetteer):
    assert gazetteer.centre("MX-CHH") == ("28.94", "-106.12")
    assert gazetteer.centre("MX-COL") == ("", "")


def test_every_mend_says_why():
    for name in ("posts", "research", "schools"):
        for mend in common.read(common.MENDS / f"{name}.csv"):
            changed = name != "posts" or mend["jurisdictions"] or mend["geonames"] or mend["parent"]
            assert mend["why"] or not changed, mend


def test_every_mend_is_used():
    posts = {row["wikidata"] for row in rows("mx/organisations-posts.csv")}
    assert {mend["qid"] for mend in common.read(common.MENDS / "posts.csv")} == posts
    schools = {row["slug"] for row in rows("mx/organisations-schools.csv")}
    assert {f"cct-{mend['cct'].lower()}" for mend in common.read(common.MENDS / "schools.csv")} <= schools
    research = {row["ror"] for pack in ("mx", "ve") for row in rows(f"{pack}/organisations-research.csv")}
    assert {mend["ror"] for mend in common.read(common.MENDS / "research.csv")} <= research


@pytest.mark.parametrize("pack", ["world", "mx", "ve"])
def test_the_readme_counts_what_is_there(pack):
    text = (PACKS / pack / "README.md").read_text(encoding="utf-8")
    told = {cells[1].strip(" `"): int(cells[2]) for line in text.splitlines() if len(cells := line.split("|")) > 3
            and cells[1].strip(" `").endswith(".csv")}  # fmt: skip
    assert told == {path.name: len(rows(f"{pack}/{path.name}")) for path in (PACKS / pack).glob("*.csv")}
