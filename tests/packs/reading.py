"""Reads the shipped packs as plain files, for the tests of their facts."""

import csv
import tomllib
from functools import cache
from pathlib import Path

import pycountry

PACKS = Path(__file__).resolve().parents[2] / "packs"
COUNTRY_PACKS = ("mx", "ve")
COUNTRIES = {c.alpha_2 for c in pycountry.countries}
# South, north, west, east of each state, a few km wide of its border.
BOXES = {
    "AGU": (21.6, 22.5, -102.9, -101.8), "BCN": (27.9, 32.8, -118.5, -112.6),
    "BCS": (22.8, 28.1, -115.3, -109.3), "CAM": (17.7, 20.9, -92.5, -89.0),
    "CHH": (25.5, 31.9, -109.2, -103.2), "CHP": (14.4, 18.0, -94.2, -90.3),
    "CMX": (19.0, 19.6, -99.4, -98.9), "COA": (24.5, 29.9, -104.0, -99.8),
    "COL": (18.6, 19.6, -104.8, -103.4), "DUR": (22.3, 26.9, -107.3, -102.4),
    "GRO": (16.2, 18.9, -102.3, -98.0), "GUA": (19.9, 21.9, -102.2, -99.6),
    "HID": (19.5, 21.4, -99.9, -97.9), "JAL": (18.9, 22.8, -105.8, -101.4),
    "MEX": (18.3, 20.3, -100.7, -98.5), "MIC": (17.9, 20.4, -103.8, -100.0),
    "MOR": (18.3, 19.2, -99.5, -98.6), "NAY": (20.6, 23.1, -105.8, -103.7),
    "NLE": (23.1, 27.9, -101.3, -98.4), "OAX": (15.6, 18.7, -98.6, -93.8),
    "PUE": (17.8, 20.9, -99.1, -96.7), "QUE": (20.0, 21.7, -100.6, -99.0),
    "ROO": (17.8, 21.7, -89.4, -86.6), "SIN": (22.4, 27.1, -109.5, -105.3),
    "SLP": (21.1, 24.6, -102.4, -98.3), "SON": (26.2, 32.6, -115.1, -108.4),
    "TAB": (17.2, 18.7, -94.2, -90.9), "TAM": (22.2, 27.7, -100.2, -97.1),
    "TLA": (19.1, 19.8, -98.8, -97.6), "VER": (17.1, 22.5, -98.7, -93.6),
    "YUC": (19.5, 21.7, -90.5, -87.5), "ZAC": (21.0, 25.2, -104.4, -100.7),
}  # fmt: skip


@cache
def rows(name: str) -> list[dict[str, str]]:
    with (PACKS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def toml(name: str) -> dict:
    return tomllib.loads((PACKS / name).read_text(encoding="utf-8"))


def organisation_files(pack: str) -> list[str]:
    return sorted(str(p.relative_to(PACKS)) for p in (PACKS / pack).glob("organisations*.csv"))


@cache
def organisations(pack: str) -> dict[str, dict[str, str]]:
    return {row["slug"]: row for name in organisation_files(pack) for row in rows(name)}


def every_organisation() -> list[dict[str, str]]:
    return [row for pack in COUNTRY_PACKS for name in organisation_files(pack) for row in rows(name)]


def parts(cell: str) -> list[str]:
    return cell.split("|") if cell else []


def schools() -> list[dict[str, str]]:
    return rows("mx/organisations-schools.csv")


def posts() -> dict[str, dict[str, str]]:
    return {row["slug"]: row for row in rows("mx/organisations-posts.csv")}


def outside_its_state(row: dict[str, str]) -> bool:
    if not row["latitude"]:
        return False
    south, north, west, east = BOXES[row["region"].removeprefix("MX-")]
    return not (south <= float(row["latitude"]) <= north and west <= float(row["longitude"]) <= east)
