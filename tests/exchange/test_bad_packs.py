"""Bad packs: each is refused with the file, the line, the field and the reason, and nothing is loaded."""

from pathlib import Path

import pytest

from tequio.exchange.pack.reading import BadPack, read
from tequio.exchange.pack.saving import load
from tequio.exchange.pack.sources import PackError
from tests.exchange.packs import HEADER, dump, empty, spoil, write_packs

Errors = list[tuple[str, int, str, str]]
PACK, KINDS, REGIONS = "mx/pack.toml", "mx/kinds.toml", "mx/regions.csv"
ORGANISATIONS, SCHOOLS, POINTS = "mx/organisations.csv", "mx/organisations-schools.csv", "mx/entry_points.csv"
KIND_NAMES = (
    "chapter, node, post, agency, university, centre, school, association, foundation, company, council"
)
BAD: dict[str, tuple[str, str, str, Errors]] = {
    # the file itself
    "empty file": (REGIONS, "", "", [("regions.csv", 1, "", "the file is empty")]),
    "only white space": (POINTS, "", "\n \n", [("entry_points.csv", 1, "", "the file is empty")]),
    "empty TOML": (KINDS, "", "", [("kinds.toml", 1, "", "the file is empty")]),
    "an open quote": (SCHOOLS, "school,Plantel", 'school,"Plantel', [
        ("organisations-schools.csv", 2, "", "is not CSV: unexpected end of data"),
    ]),
    "broken TOML": (KINDS, 'slug = "talk"', "slug = talk", [
        ("kinds.toml", 2, "", "is not TOML: Invalid value"),
    ]),
    "TOML cut off": (PACK, '"entry_points.csv" = "study"\n', '"entry_points.csv" = "study', [
        ("pack.toml", 24, "", "is not TOML: Unterminated string"),
    ]),
    "a key twice in TOML": (PACK, 'home = "MX"', 'home = "MX"\nhome = "VE"', [
        ("pack.toml", 5, "", "is not TOML: Cannot overwrite a value"),
    ]),
    "a file that no pack has": ("mx/organizations.csv", "", HEADER, [
        ("organizations.csv", 1, "", "is not a file of a pack"),
    ]),
    # columns and cells
    "an unknown column": (REGIONS, "official_code\n", "official_kode\n", [
        ("regions.csv", 1, "official_code", "this column is missing"),
        ("regions.csv", 1, "official_kode", "is not a column of this file"),
    ]),
    "a missing column": (POINTS, "fallback,source\n", "fallback\n", [
        ("entry_points.csv", 1, "source", "this column is missing"),
    ]),
    "a column twice": (REGIONS, "id,name_es", "id,zone,name_es", [
        ("regions.csv", 1, "zone", "this column is there twice"),
    ]),
    "a row too short": (SCHOOLS, "20DPT0001A,,\n", "20DPT0001A\n", [
        ("organisations-schools.csv", 2, "", "has 19 cells, the header has 21"),
    ]),
    "a row too long": (REGIONS, "-110.96,26", "-110.96,26,x", [
        ("regions.csv", 3, "", "has 8 cells, the header has 7"),
    ]),
    "a required cell that is empty": (SCHOOLS, "Plantel Oaxaca", "", [
        ("organisations-schools.csv", 2, "name", "is missing"),
    ]),
    "a missing language": (REGIONS, "Sonora,Sonora", "Sonora,", [("regions.csv", 3, "name_en", "is missing")]),
    "an unknown kind of organisation": (ORGANISATIONS, "uno,university", "uno,universidad", [
        ("organisations.csv", 4, "kind", f'"universidad" is not one of {KIND_NAMES}'),
    ]),
    "a bad zone": (ORGANISATIONS, "Europe/Madrid", "Europe/Barcelona", [
        ("organisations.csv", 5, "zone", '"Europe/Barcelona" is not a time zone of the IANA database'),
    ]),
    "a zone that was never one": (REGIONS, "America/Mexico_City", "America/Mexico", [
        ("regions.csv", 2, "zone", '"America/Mexico" is not a time zone of the IANA database'),
    ]),
    "a latitude beyond the pole": (ORGANISATIONS, "27.02", "127.02", [
        ("organisations.csv", 4, "latitude", '"127.02" is not a number of degrees from -90 to 90'),
    ]),
    "a longitude in words": (ORGANISATIONS, "17.08", "east", [
        ("organisations.csv", 3, "longitude", '"east" is not a number of degrees from -180 to 180'),
    ]),
    "a latitude that is no number": (ORGANISATIONS, "27.02", "nan", [
        ("organisations.csv", 4, "latitude", '"nan" is not a number of degrees from -90 to 90'),
    ]),
    "one coordinate alone": (ORGANISATIONS, "27.02", "", [
        ("organisations.csv", 4, "latitude", "is missing beside the other coordinate"),
    ]),
    "a slug in capitals": (SCHOOLS, "cct-20dpt0001a", "CCT-20DPT0001A", [(
        "organisations-schools.csv", 2, "slug",
        '"CCT-20DPT0001A" is not an id of small letters, digits and hyphens',
    )]),
    "a web address without a scheme": (ORGANISATIONS, "https://uno", "uno", [
        ("organisations.csv", 4, "website", '"uno.example.mx" is not a web address'),
    ]),
    "a ROR id that is none": (ORGANISATIONS, "012345678", "12345678", [
        ("organisations.csv", 4, "ror", '"12345678" is not an id of ROR such as 01tmp8f25'),
    ]),
    "a Wikidata id that is none": (ORGANISATIONS, "Q11", "P11", [
        ("organisations.csv", 4, "wikidata", '"P11" is not an id of Wikidata such as Q222738'),
    ]),
    "a text beyond its length": (ORGANISATIONS, "Álamos", "Á" * 121, [
        ("organisations.csv", 4, "city", "is longer than 120 characters"),
    ]),
    "a control character": (ORGANISATIONS, "Álamos", "Ála\x00mos", [
        ("organisations.csv", 4, "city", "holds a control character"),
    ]),
    "an empty item of a list": (ORGANISATIONS, "Unison|La Uni", "Unison||La Uni", [
        ("organisations.csv", 4, "aliases", "is empty"),
    ]),
    # ids and references
    "a duplicate id in a file": (REGIONS, "MX-SON", "MX-OAX", [
        ("organisations.csv", 4, "region", 'there is no region "MX-SON"'),
        ("regions.csv", 3, "id", '"MX-OAX" is already in regions.csv:2'),
    ]),
    "a duplicate id in two files": (SCHOOLS, "cct-20dpt0001a", "mesa", [
        ("organisations.csv", 2, "slug", '"mesa" is already in organisations-schools.csv:2'),
    ]),
    "one register's id twice": (ORGANISATIONS, "Q10", "Q11", [
        ("organisations.csv", 4, "wikidata", '"Q11" is already in organisations.csv:3'),
    ]),
    "an unknown country": (ORGANISATIONS, "ES,,Madrid", "XX,,Madrid", [
        ("organisations.csv", 5, "country", 'there is no country "XX"'),
    ]),
    "an unknown region": (ORGANISATIONS, "MX-SON", "MX-XYZ", [
        ("organisations.csv", 4, "region", 'there is no region "MX-XYZ"'),
    ]),
    "a region of another country": (ORGANISATIONS, "MX,MX-SON", "US,MX-SON", [
        ("organisations.csv", 4, "region", '"MX-SON" is not a region of US'),
    ]),
    "a region abroad": (REGIONS, "MX-SON", "US-TX", [
        ("organisations.csv", 4, "region", 'there is no region "MX-SON"'),
        ("regions.csv", 3, "id", '"US-TX" is not a region of MX'),
    ]),
    "a parent that is not there": (ORGANISATIONS, "Europe/Madrid,,mesa", "Europe/Madrid,,masa", [
        ("organisations.csv", 5, "parent", 'there is no organisation "masa"'),
    ]),
    "jurisdictions of a chapter": (ORGANISATIONS, "Europe/Madrid,,mesa,", "Europe/Madrid,,mesa,ES", [
        ("organisations.csv", 5, "jurisdictions", "are only for a post"),
    ]),
    "a jurisdiction that is no country": (ORGANISATIONS, "NA|ZA", "NA|ZZ", [
        ("organisations.csv", 3, "jurisdictions", 'there is no country "ZZ"'),
    ]),
    "an unknown source": (ORGANISATIONS, "Calle 1,register", "Calle 1,rumour", [
        ("organisations.csv", 4, "source", 'there is no source "rumour"'),
    ]),
    "an entry point nowhere": (POINTS, "red-talks,red-es", "red-talks,red-fr", [
        ("entry_points.csv", 2, "organisation", 'there is no organisation "red-fr"'),
    ]),
    "an entry point for an unknown kind": (POINTS, "talk|counterpart", "talk|walk", [
        ("entry_points.csv", 3, "kinds", 'there is no kind "walk"'),
    ]),
    "an entry point for nothing": (POINTS, "talk|counterpart", "", [
        ("entry_points.csv", 3, "kinds", "is missing"),
    ]),
    "an entry point of the wrong kind of organisation": (POINTS, "red-es,talk", "red-es,counterpart", [(
        "entry_points.csv", 2, "kinds", '"counterpart" is not for an organisation of kind "chapter"',
    )]),
    "two entry points for one organisation": (POINTS, "red-talks,red-es", "red-talks,uno", [
        ("entry_points.csv", 3, "organisation", '"uno" is already in entry_points.csv:2'),
    ]),
    "an unknown field": (POINTS, ",11,", ",99,", [
        ("entry_points.csv", 3, "fields", 'there is no field "99"'),
    ]),
    "an unknown subfield": (POINTS, "maize|murals", "maize|beans", [
        ("entry_points.csv", 3, "subfields", 'there is no subfield "beans"'),
    ]),
    "a territory that is no place": (POINTS, "MX-OAX|ES", "MX-OAX|Spain", [
        ("entry_points.csv", 2, "territories", 'there is no region or country "Spain"'),
    ]),
    "a fallback that is not there": (POINTS, "uno-talks,\n", "dos-talks,\n", [
        ("entry_points.csv", 2, "fallback", 'there is no entry point "dos-talks"'),
    ]),
    # cycles
    "a fallback on itself": (POINTS, "ES,uno-talks", "ES,red-talks", [
        ("entry_points.csv", 2, "fallback", "red-talks → red-talks is a cycle"),
    ]),
    "a cycle of fallbacks": (POINTS, "maize|murals,,,", "maize|murals,,red-talks,", [
        ("entry_points.csv", 2, "fallback", "red-talks → uno-talks → red-talks is a cycle"),
    ]),
    "a cycle of parents": (ORGANISATIONS, "America/Mexico_City,,,,", "America/Mexico_City,,red-es,,", [
        ("organisations.csv", 2, "parent", "mesa → red-es → mesa is a cycle"),
    ]),
    "a pack that requires itself": (PACK, '["world"]', '["world", "mx"]', [
        ("pack.toml", 3, "requires", "mx → mx is a cycle"),
    ]),
    # pack.toml
    "a pack that is not there": (PACK, '["world"]', '["world", "moon"]', [
        ("pack.toml", 3, "requires", 'there is no pack "moon"'),
    ]),
    "an id that is not the folder's": (PACK, 'id = "mx"', 'id = "mex"', [
        ("pack.toml", 1, "id", '"mex" is not the name of its folder'),
    ]),
    "an unknown key": (PACK, 'home = "MX"', 'home = "MX"\ncapital = "x"', [
        ("pack.toml", 5, "capital", "is not a key of this table"),
    ]),
    "a key that is missing": (PACK, 'version = "1"\n', "", [("pack.toml", 1, "version", "is missing")]),
    "a number for a text": (PACK, 'version = "1"', "version = 1", [
        ("pack.toml", 2, "version", "1 is not a text"),
    ]),
    "a text for a list": (PACK, '["world"]', '"world"', [
        ("entry_points.csv", 3, "fields", 'there is no field "11"'),
        ("entry_points.csv", 3, "subfields", 'there is no subfield "maize"'),
        ("entry_points.csv", 3, "subfields", 'there is no subfield "murals"'),
        ("pack.toml", 3, "requires", '"world" is not a list'),
    ]),
    "a text for a number": (PACK, "days = 10", 'days = "10"', [
        ("pack.toml", 7, "days", '"10" is not a whole number from 1 to 90'),
    ]),
    "yes for a number": (PACK, "days = 10", "days = true", [
        ("pack.toml", 7, "days", "true is not a whole number from 1 to 90"),
    ]),
    "too many days": (PACK, "days = 10", "days = 91", [
        ("pack.toml", 7, "days", "91 is not a whole number from 1 to 90"),
    ]),
    "a home that is no country": (PACK, 'home = "MX"', 'home = "XX"', [
        ("pack.toml", 4, "home", 'there is no country "XX"'),
        ("regions.csv", 2, "id", '"MX-OAX" is not a region of XX'),
        ("regions.csv", 3, "id", '"MX-SON" is not a region of XX'),
    ]),
    "a country without coordination": (PACK, '[coordination]\norganisation = "mesa"\ndays = 10\n', "", [
        ("pack.toml", 1, "coordination", "is missing"),
    ]),
    "coordination that is no table": (PACK, "[coordination]\n", "[[coordination]]\n", [
        ("pack.toml", 5, "coordination", "is not a table"),
    ]),
    "coordination by nobody": (PACK, 'organisation = "mesa"', 'organisation = "masa"', [
        ("pack.toml", 6, "organisation", 'there is no organisation "masa"'),
    ]),
    "a bad date": (PACK, "as_of = 2026-11-01", 'as_of = "November"', [
        ("pack.toml", 13, "as_of", '"November" is not a date such as 2026-11-23'),
    ]),
    "an hour for a date": (PACK, "as_of = 2026-11-01", "as_of = 2026-11-01T10:00:00Z", [
        ("pack.toml", 13, "as_of", '"2026-11-01 10:00:00+00:00" is not a date such as 2026-11-23'),
    ]),
    "a source twice": (PACK, 'id = "register"', 'id = "study"', [
        ("pack.toml", 16, "id", '"study" is already in pack.toml:9'),
        ("pack.toml", 21, "regions.csv", 'there is no source "register"'),
        ("pack.toml", 23, "organisations-schools.csv", 'there is no source "register"'),
    ]),
    "a source without a title": (PACK, 'title = {es = "Registro", en = "Register"}\n', "", [
        ("pack.toml", 15, "title", "is missing"),
    ]),
    "a list of no file": (PACK, '"regions.csv" =', '"states.csv" =', [
        ("pack.toml", 20, "lists", "names no source for regions.csv"),
        ("pack.toml", 21, "states.csv", "there is no such file"),
    ]),
    "a list of no source": (PACK, '"regions.csv" = "register"', '"regions.csv" = "rumour"', [
        ("pack.toml", 21, "regions.csv", 'there is no source "rumour"'),
    ]),
    "a row of no source": (PACK, '"organisations-schools.csv" = "register"\n', "", [
        ("organisations-schools.csv", 2, "source", "is missing, and [lists] names none for the file"),
    ]),
    # kinds.toml
    "an unknown key of a kind": (KINDS, "asker_days = 5", "asker_dias = 5", [
        ("kinds.toml", 11, "asker_dias", "is not a key of this table"),
    ]),
    "a kind twice": (KINDS, 'slug = "counterpart"', 'slug = "talk"', [
        ("entry_points.csv", 2, "kinds", '"talk" is not for an organisation of kind "chapter"'),
        ("entry_points.csv", 3, "kinds", 'there is no kind "counterpart"'),
        ("kinds.toml", 33, "slug", '"talk" is already in kinds.toml:2'),
    ]),
    "a text in one language": (KINDS, '{es = "Una charla", en = "A talk"}', '{es = "Una charla"}', [
        ("kinds.toml", 3, "name", 'has no text in "en"'),
    ]),
    "a text in a foreign language": (KINDS, '{es = "Una charla",', '{fr = "x", es = "Una charla",', [
        ("kinds.toml", 3, "name", '"fr" is not a language of this hub'),
    ]),
    "a text that is no text": (KINDS, '{es = "Una charla", en = "A talk"}', '"A talk"', [
        ("kinds.toml", 3, "name", '"A talk" is not a text in es, en'),
    ]),
    "an unknown sort of place": (KINDS, 'place = "school"', 'place = "moon"', [
        ("kinds.toml", 6, "place", '"moon" is not one of school, region, country, none'),
    ]),
    "a kind for nobody": (KINDS, '["university"]', "[]", [("kinds.toml", 41, "for_kinds", "is missing")]),
    "a reason twice": (KINDS, 'code = "level"', 'code = "full"', [
        ("kinds.toml", 17, "code", '"full" is already in kinds.toml:14'),
    ]),
    "a reason without a text": (KINDS, 'text = {es = "No es nuestro nivel.", en = "Not our level."}\n', "", [
        ("kinds.toml", 16, "text", "is missing"),
    ]),
    "a step that no table has": (KINDS, 'next = ["done"]', 'next = ["gone"]', [
        ("kinds.toml", 27, "next", 'there is no step "gone" in this table'),
    ]),
    "support in kind neither given nor not": (KINDS, "asker_days = 5", 'asker_days = 5\nin_kind = "yes"', [
        ("kinds.toml", 12, "in_kind", '"yes" is not true or false'),
    ]),
    "reasons that are no tables": (KINDS, "asker_days = 5", 'asker_days = 5\nstate = "open"', [
        ("kinds.toml", 23, "", "is not TOML: Cannot overwrite a value"),
    ]),
    # a required pack
    "a bad row of a required pack": ("world/subfields.csv", "murals,12", "murals,13", [
        ("world/subfields.csv", 3, "field", 'there is no field "13"'),
    ]),
    "a topic that may and may not be matched": ("world/topics.csv", "Landraces,1", "Landraces,yes", [
        ("world/topics.csv", 2, "matchable", '"yes" is not one of 1, 0'),
    ]),
    "a required pack that requires back": ("world/pack.toml", "requires = []", 'requires = ["mx"]', [
        ("world/pack.toml", 3, "requires", "mx → world → mx is a cycle"),
    ]),
    "a required pack that cannot be read": ("world/pack.toml", "requires = []", "requires = [", [
        ("world/pack.toml", 4, "", "is not TOML: Invalid value"),
    ]),
    "organisations in a pack without a home": ("world/organisations.csv", "", HEADER, [
        ("world/organisations.csv", 1, "", "is only for a pack with a home"),
    ]),
    "an id that a required pack has": ("mx/fields.csv", "", (
        "id,name_es,name_en,domain_es,domain_en\n11,Agro,Agro,Vida,Life\n"
    ), [
        ("fields.csv", 2, "id", '"11" is already in world/fields.csv:2'),
        ("pack.toml", 20, "lists", "names no source for fields.csv"),
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "errors"), BAD.values(), ids=BAD)
def test_a_bad_pack_is_refused_with_the_place_and_the_reason(packs: Path, db, file, old, new, errors):
    spoil(packs, file, old, new)
    with pytest.raises(BadPack) as bad:
        load(packs, "mx")
    assert bad.value.errors == sorted(PackError(*error) for error in errors)
    assert empty(dump())


@pytest.mark.parametrize(
    ("file", "line", "content"),
    [(ORGANISATIONS, 4, "Universidad"), (KINDS, 3, "Una charla"), (PACK, 17, "Registro"), (REGIONS, 1, "id")],
)
def test_broken_encoding_is_told_with_its_line(packs: Path, db, file, line, content):
    path = packs / file
    path.write_bytes(path.read_bytes().replace(content.encode(), b"\xf3" + content.encode(), 1))
    with pytest.raises(BadPack) as bad:
        load(packs, "mx")
    assert PackError(path.name, line, "", "is not UTF-8") in bad.value.errors
    assert empty(dump())


def test_every_error_is_told_at_once(packs: Path):
    spoil(packs, REGIONS, "America/Hermosillo", "America/Sonora")
    spoil(packs, ORGANISATIONS, "Europe/Madrid", "Europe/Barcelona")
    spoil(packs, POINTS, "maize|murals", "maize|beans")
    spoil(packs, "world/topics.csv", "Landraces,1", "Landraces,yes")
    with pytest.raises(BadPack) as bad:
        read(packs, "mx")
    assert str(bad.value).splitlines() == [
        'entry_points.csv:3: subfields: there is no subfield "beans"',
        'organisations.csv:5: zone: "Europe/Barcelona" is not a time zone of the IANA database',
        'regions.csv:3: zone: "America/Sonora" is not a time zone of the IANA database',
        'world/topics.csv:2: matchable: "yes" is not one of 1, 0',
    ]


def test_a_bad_later_version_leaves_the_earlier_one(loaded: Path):
    before = dump()
    spoil(loaded, ORGANISATIONS, "Red España", "Red Ibérica")
    spoil(loaded, POINTS, "maize|murals", "maize|beans")
    with pytest.raises(BadPack):
        load(loaded, "mx")
    assert dump() == before


def test_lines_are_counted_by_the_lines_of_the_file(packs: Path):
    """A row may hold line breaks, and empty lines may stand between rows."""
    spoil(packs, ORGANISATIONS, "Calle 1", '"Calle 1\nTercer piso"')
    spoil(packs, ORGANISATIONS, "red-es,chapter", "\n\nred-es,chapter")
    spoil(packs, ORGANISATIONS, "Europe/Madrid", "Europe/Barcelona")
    with pytest.raises(BadPack) as bad:
        read(packs, "mx")
    assert [(error.line, error.field) for error in bad.value.errors] == [(8, "zone")]


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read(packs: Path):
    path = packs / ORGANISATIONS
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert len(read(packs, "mx")[1]["organisation"]) == 5


def test_a_pack_without_a_file_that_it_may_have_is_read(packs: Path):
    (packs / POINTS).unlink()
    (packs / KINDS).unlink()
    spoil(packs, PACK, '"entry_points.csv" = "study"\n', "")
    assert read(packs, "mx")[1]["entry point"] == {}


def test_a_diamond_of_required_packs_is_read_once(packs: Path):
    write_packs(packs, {
        "more/pack.toml": 'id = "more"\nversion = "1"\nrequires = ["world"]\nhome = ""\n',
        "all/pack.toml": 'id = "all"\nversion = "1"\nrequires = ["mx", "more", "world"]\nhome = ""\n',
    })  # fmt: skip
    assert [pack.id for pack in read(packs, "all")] == ["world", "mx", "more", "all"]
