"""Reading, writing and places, for the script that derives the packs."""

from __future__ import annotations

import csv
import gzip
import math
import re
import unicodedata
from pathlib import Path
from typing import Any, NamedTuple

Row = dict[str, str]
ROOT = Path(__file__).resolve().parents[2] / "packs"
MENDS = Path(__file__).resolve().parent / "mends"
# Zones of border municipalities that differ from the rest of their state.
LOCAL_ZONES = {"America/Ciudad_Juarez", "America/Ojinaga", "America/Matamoros", "America/Bahia_Banderas"}
NEAR_KM = 25
SHORTER = (
    ("tecnologico nacional de mexico", "tecnm"),
    ("instituto tecnologico superior", "its"),
    ("instituto tecnologico", "it"),
    ("tecnologico de estudios superiores", "tes"),
    ("universidad tecnologica", "ut"),
    ("universidad politecnica", "up"),
    ("escuela normal", "normal"),
)
SMALL_WORDS = {
    "de",
    "del",
    "la",
    "las",
    "los",
    "el",
    "y",
    "e",
    "en",
    "of",
    "the",
    "and",
    "para",
    "a",
    "c",
    "ac",
    "campus",
}


class City(NamedTuple):
    name: str
    country: str
    region: str
    latitude: float
    longitude: float
    zone: str
    people: int


def read(path: Path) -> list[Row]:
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def header_of(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def write(path: Path, header: list[str], rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{path.relative_to(ROOT)}: {len(rows)}")


def ascii_words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z0-9]+", plain)


def slugify(name: str, limit: int = 60) -> str:
    text = " ".join(ascii_words(name))
    for long, short in SHORTER:
        text = text.replace(long, short)
    slug = ""
    for word in (w for w in text.split() if w not in SMALL_WORDS):
        if len(slug) + len(word) >= limit:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug


class Gazetteer:
    """Cities of GeoNames, and the regions that their first-order divisions are."""

    def __init__(self, raw: Path) -> None:
        self.regions = read(MENDS / "regions.csv")
        divisions = {(r["id"][:2], r["geonames"]): r["id"] for r in self.regions}
        self.zone_of = {r["id"]: r["zone"] for r in self.regions}
        self.by_country: dict[str, list[City]] = {}
        for c in read(raw / "geo/geonames_cities15000.csv.gz"):
            country = c["country_code"]
            city = City(
                c["name"], country, divisions.get((country, c["admin1_code"]), ""),
                float(c["latitude"]), float(c["longitude"]), c["timezone"], int(c["population"] or 0),
            )  # fmt: skip
            self.by_country.setdefault(country, []).append(city)

    def named(self, name: str, country: str, region: str = "") -> City:
        found = [c for c in self.by_country[country] if c.name == name and region in ("", c.region)]
        return max(found, key=lambda c: c.people)

    def near(self, country: str, latitude: float, longitude: float) -> tuple[float, City]:
        """The nearest city of the country and its distance in km."""

        def km(c: City) -> float:
            east = (longitude - c.longitude) * math.cos(math.radians(latitude))
            return math.hypot(latitude - c.latitude, east) * 111.2

        nearest = min(self.by_country[country], key=km)
        return km(nearest), nearest

    def zone(self, region: str, latitude: str, longitude: str) -> str:
        """The state's zone, save in the few municipalities that keep another one."""
        if latitude:
            km, city = self.near(region[:2], float(latitude), float(longitude))
            if km <= NEAR_KM and city.zone in LOCAL_ZONES and city.region == region:
                return city.zone
        return self.zone_of[region]

    def centre(self, region: str) -> tuple[str, str]:
        """The middle of the region's cities, each weighing as many as live there."""
        cities = [c for c in self.by_country[region[:2]] if c.region == region]
        people = sum(c.people for c in cities)
        if not people:
            return "", ""
        latitude = sum(c.latitude * c.people for c in cities) / people
        longitude = sum(c.longitude * c.people for c in cities) / people
        return f"{latitude:.2f}", f"{longitude:.2f}"
