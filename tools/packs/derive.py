"""Derive the lists of the country packs from the open data.

Usage, from the project's folder: python -m tools.packs.derive FOLDER_OF_THE_RAW_DATA

Reads the raw files and the hand-made tables in `mends/`; writes topics, regions, research
organisations, posts, schools and the posts' entry points into `packs/`. What is written by hand in
`packs/` (fields, subfields, organisations.csv, kinds, entry points of others) is read, never changed.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from babel import Locale

from tools.packs.common import MENDS, ROOT, Gazetteer, Row, ascii_words, header_of, read, slugify, write

ENGLISH = re.compile(
    r"\b(of|and|the|university|institute|cent(er|re)|secretariat|national (?!auto)|mexican)\b", re.IGNORECASE
)
CITY_ACCENTS = {"Ciudad Bolivar": "Ciudad Bolívar", "Merida": "Mérida", "Boca del Rio": "Boca del Río"}
COUNTRY_NAMES = {
    "Democratic Republic of the Congo": "CD", "Republic of the Congo": "CG", "East Timor": "TL",
    "Federated States of Micronesia": "FM", "Ivory Coast": "CI", "Kingdom of Denmark": "DK",
    "Myanmar": "MM", "People's Republic of China": "CN", "Republic of Ireland": "IE",
    "The Bahamas": "BS", "The Gambia": "GM", "Turkey": "TR", "United States of America": "US",
    "Czech Republic": "CZ", "Saint Lucia": "LC", "Saint Vincent and the Grenadines": "VC",
    "Saint Kitts and Nevis": "KN", "Antigua and Barbuda": "AG", "Trinidad and Tobago": "TT",
    "Bosnia and Herzegovina": "BA",
}  # fmt: skip


def regions(places: Gazetteer) -> None:
    header = ["id", "name_es", "name_en", "zone", "latitude", "longitude", "official_code"]
    for country in ("mx", "ve"):
        rows = []
        for region in places.regions:
            if region["id"].startswith(country.upper()):
                latitude, longitude = places.centre(region["id"])
                kept = {k: region[k] for k in header if k in region}
                rows.append(kept | {"latitude": latitude, "longitude": longitude})
        write(ROOT / country / "regions.csv", header, rows)


def topics(raw: Path) -> None:
    field_of = {f["name_en"]: f["id"] for f in read(ROOT / "world/fields.csv")}
    subfield_of = {(s["field"], s["name_en"]): s["id"] for s in read(ROOT / "world/subfields.csv")}
    rows = [
        {
            "id": t["topic_id"],
            "subfield": subfield_of[field_of[t["field_name"]], t["subfield_name"]],
            "name": t["topic_name"],
            "matchable": "0" if t["topic_id"] in ("T14423", "T13370") else "1",
        }
        for t in read(raw / "vocab/openalex_topics_4516.csv")
    ]
    write(ROOT / "world/topics.csv", ["id", "subfield", "name", "matchable"], rows)


def kind_of(types: list[str], name: str) -> str:
    if name.startswith(("Fundación", "Fundacion")):
        return "foundation"
    if name.startswith(("Universidad ", "Instituto Tecnológico ")):
        return "university"
    for ror, ours in (("education", "university"), ("government", "agency"), ("company", "company")):
        if ror in types:
            return ours
    societies = ("Sociedad", "Asociación", "Academia", "Sindicato", "Red ", "Colegio de Etn")
    return "association" if "nonprofit" in types or name.startswith(societies) else "centre"


def ror_names(record: dict[str, Any]) -> tuple[str, str, list[str]]:
    """Name as the organisation writes itself, its English name, its other names."""
    if "names" in record:
        given = [(n["value"], n.get("lang") or "", n["types"]) for n in record["names"]]
        shown = next(v for v, _, types in given if "ror_display" in types)
        labels = [(v, lang) for v, lang, types in given if "label" in types]
        aliases = [v for v, _, types in given if "alias" in types]
    else:
        shown, aliases = record["name"], list(record["aliases"])
        labels = [(label["label"], label["iso639"] or "") for label in record["labels"]]
    spanish = next((v for v, lang in labels if lang == "es"), "")
    english = next((v for v, lang in labels if lang == "en"), "")
    name = spanish if spanish and ENGLISH.search(shown) else shown
    english = english or (shown if name != shown else "")
    others = [v for v in [shown, *(v for v, _ in labels), *aliases] if v not in (name, english)]
    return name, "" if english == name else english, list(dict.fromkeys(others))


def city_name(name: str) -> str:
    if name in ("Mexico City", "Ciudad Universitaria"):
        return "Ciudad de México"
    return CITY_ACCENTS.get(name) or re.sub(r" (City|Municipality)$", "", name)


def research_row(row: Row, record: dict[str, Any], mend: Row, places: Gazetteer) -> Row:
    country = row["country_code"]
    name, english, aliases = ror_names(record)
    by_name = {r["name_es"]: r["id"] for r in places.regions if r["id"][:2] == country}
    by_name |= {r["name_en"]: r["id"] for r in places.regions if r["id"][:2] == country}
    by_name |= {r["ror"]: r["id"] for r in places.regions if r["id"][:2] == country and r["ror"]}
    latitude, longitude, city = row["lat"], row["lng"], city_name(row["city"])
    region = mend.get("region") or by_name.get(row["admin1"]) or ""
    if not region and latitude:
        region = places.near(country, float(latitude), float(longitude))[1].region
    region = "" if region == "-" else region
    if mend.get("geonames") == "-":
        latitude = longitude = city = ""
    elif mend.get("geonames"):
        found = places.named(mend["geonames"], country)
        latitude, longitude, city = str(found.latitude), str(found.longitude), city_name(found.name)
    capital = {"MX": "America/Mexico_City", "VE": "America/Caracas"}[country]
    acronyms = [a for a in row["acronyms"].split("|") if a]
    return {
        "slug": mend.get("slug", ""), "kind": kind_of(row["types"].split("|"), name),
        "name": mend.get("name") or name, "name_en": mend.get("name_en") or english,
        "acronym": mend.get("acronym") or (acronyms[0] if acronyms else ""),
        "aliases": "|".join([*acronyms[1:], *(a for a in aliases if a not in acronyms)]),
        "country": country, "region": region, "city": city, "latitude": latitude, "longitude": longitude,
        "zone": places.zone(region, latitude, longitude) if region else capital,
        "website": row["website"], "ror": row["ror_id"].removeprefix("https://ror.org/"),
        "wikidata": row["wikidata"].split("|")[0],
        "source": "ror-geonames" if mend.get("geonames", "-") not in ("", "-") else "",
    }  # fmt: skip


def research(raw: Path, places: Gazetteer) -> None:
    """Active records only; what organisations.csv lists by hand is left out here."""
    with gzip.open(raw / "ror/ror_mx_ve_full_records.json.gz", "rt", encoding="utf-8") as file:
        records = {r["id"]: r for r in json.load(file)}
    mends = {m["ror"]: m for m in read(MENDS / "research.csv")}
    by_hand = [r for c in ("mx", "ve") for r in read(ROOT / c / "organisations.csv")]
    taken = {r["slug"] for r in by_hand}
    listed = {r["ror"]: r["slug"] for r in by_hand if r["ror"]}
    rows = []
    for country in ("mx", "ve"):
        for row in read(raw / f"ror/ror_{country}.csv"):
            key = row["ror_id"].removeprefix("https://ror.org/")
            if row["status"] == "active" and key not in listed:
                rows.append(research_row(row, records[row["ror_id"]], mends.get(key, {}), places))
    name_them(rows, taken)
    slug_of = listed | {r["ror"]: r["slug"] for r in rows}
    for row in rows:
        related = records["https://ror.org/" + row["ror"]].get("relationships", [])
        parents = [slug_of.get(r["id"][-9:], "") for r in related if r["type"].lower() == "parent"]
        row["parent"] = next((p for p in parents if p), "")
    for country in ("MX", "VE"):
        own = sorted((r for r in rows if r["country"] == country), key=lambda r: r["slug"])
        write(
            ROOT / country.lower() / "organisations-research.csv",
            header_of(ROOT / "mx/organisations.csv"),
            own,
        )


def name_them(rows: list[Row], taken: set[str]) -> None:
    """Give each row a slug: the mended one, its acronym where only one has it, or its name."""
    acronyms = Counter("-".join(ascii_words(r["acronym"])) for r in rows)
    for row in rows:
        short = "-".join(ascii_words(row["acronym"]))
        if not row["slug"] and acronyms[short] == 1 and 4 <= len(short) <= 14 and short not in taken:
            row["slug"] = short
    taken |= {r["slug"] for r in rows if r["slug"]}
    for row in rows:
        if not row["slug"]:
            slug = slugify(row["name"])
            if slug in taken:
                slug = f"{slug}-{'-'.join(ascii_words(row['city'] or row['region']))}"
            assert slug not in taken, slug
            row["slug"] = slug
            taken.add(slug)


def posts(raw: Path, places: Gazetteer) -> None:
    codes = {
        name: code for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()
    }
    codes |= COUNTRY_NAMES
    mends = {m["qid"]: m for m in read(MENDS / "posts.csv")}
    rows = []
    for row in read(raw / "embassies/embassies_consulates_of_mexico_2022-11.csv"):
        qid = row["QID"].rsplit("/", 1)[1]
        rows.append(post_row(row, qid, mends[qid], codes, places))
    rows.sort(key=lambda r: r["slug"])
    header = [*header_of(ROOT / "mx/organisations.csv"), "subdivision"]
    write(ROOT / "mx/organisations-posts.csv", header, rows)
    points = [
        r for r in read(ROOT / "mx/entry_points.csv") if r["kinds"] != "consular-support" or r["id"] == "ime"
    ]
    for post in rows:
        if post["jurisdictions"]:
            points.append({
                "id": post["slug"], "organisation": post["slug"], "kinds": "consular-support",
                "territories": post["jurisdictions"], "fallback": "ime", "source": "wikidata-posts",
            })  # fmt: skip
    write(ROOT / "mx/entry_points.csv", list(points[0]), points)


POST_NAMES = {
    "embassy": ("Embajada de México en {}", "Embassy of Mexico in {}"),
    "consulate general": ("Consulado General de México en {}", "Consulate General of Mexico in {}"),
    "consulate": ("Consulado de México en {}", "Consulate of Mexico in {}"),
    "honorary consulate": ("Consulado Honorario de México en {}", "Honorary Consulate of Mexico in {}"),
}


def post_row(row: Row, qid: str, mend: Row, codes: dict[str, str], places: Gazetteer) -> Row:
    spanish, english = POST_NAMES[row["type"]]
    if mend["slug"] == "holy-see":
        spanish, english = "Embajada de México ante {}", "Embassy of Mexico to {}"
    country = codes[row["country"]]
    latitude, longitude = row["latitude"], row["longitude"]
    if mend["geonames"]:
        city = places.named(mend["geonames"], country)
        latitude, longitude = str(city.latitude), str(city.longitude)
    stated = mend["jurisdictions"] or "|".join(sorted(codes[j] for j in row["jurisdictions"].split("|") if j))
    sort = "embassy" if row["type"] == "embassy" else "consulate"
    name = spanish.format(mend["place_es"])
    return {
        "slug": f"mx-{sort}-{mend['slug']}", "kind": "post",
        "name": name, "name_en": english.format(mend["place_en"]),
        "aliases": "" if mend["city"] == mend["city_en"] else mend["city_en"],
        "country": country, "city": mend["city"], "latitude": latitude, "longitude": longitude,
        "zone": places.near(country, float(latitude), float(longitude))[1].zone,
        "website": row["website"], "parent": mend["parent"] or "sre", "jurisdictions": stated,
        "wikidata": qid, "source": mend["source"], "subdivision": mend["subdivision"],
    }  # fmt: skip


def schools(raw: Path, places: Gazetteer) -> None:
    mends = {m["cct"]: m for m in read(MENDS / "schools.csv")}
    region_of = {r["official_code"]: r["id"] for r in places.regions if r["official_code"]}
    rows = []
    for row in read(raw / "mexico/conalep_planteles_geo.csv"):
        cct, region = row["cct"], region_of[row["clave_entidad"].zfill(2)]
        mend = mends.get(cct, {})
        latitude, longitude = row["latitud"], row["longitud"]
        if mend.get("geonames") == "-" or latitude == "(null)":
            latitude = longitude = ""
        elif mend.get("geonames"):
            city = places.named(mend["geonames"], "MX", region)
            latitude, longitude = str(city.latitude), str(city.longitude)
        name = mend.get("name") or f"CONALEP {row['plantel'].strip()}"
        rows.append({
            "slug": f"cct-{cct.lower()}", "kind": "school", "name": name, "country": "MX", "region": region,
            "latitude": latitude, "longitude": longitude,
            "zone": mend.get("zone") or places.zone(region, latitude, longitude),
            "source": "conalep-geonames" if mend.get("geonames", "-") not in ("", "-") else "",
            "cct": "" if cct.startswith("99XXX") else cct,
            "address": " ".join(row["domicilio_plantel"].replace('"', "").split()),
        })  # fmt: skip
    rows.sort(key=lambda r: r["slug"])
    write(ROOT / "mx/organisations-schools.csv", header_of(ROOT / "mx/organisations.csv"), rows)


def main() -> None:
    raw = Path(sys.argv[1])
    places = Gazetteer(raw)
    regions(places)
    topics(raw)
    research(raw, places)
    posts(raw, places)
    schools(raw, places)


if __name__ == "__main__":
    main()
