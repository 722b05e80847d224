"""Maps drawn on the server: places in degrees become points of a drawing.

The world is drawn in the Natural Earth projection, whose polynomial is that of Šavrič, Jenny,
Patterson, Petrovič and Hurni (2011), "A polynomial equation for the Natural Earth projection",
Cartography and Geographic Information Science 38(4). A country is drawn in the equirectangular
projection on its middle parallel (Snyder 1987, "Map projections: a working manual", USGS 1395, § 12).
Outlines are Natural Earth's, derived by tools/geo. The y axis points down, as in SVG.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, radians
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"

WORLD_WIDTH = 2000
NORTH, SOUTH = 84.0, -56.5  # degrees: Greenland's tip and Cape Horn; Antarctica is left out
COUNTRY_WIDTH = 1000
MARGIN = 12  # units around a country


def natural_earth(lat: float, lon: float) -> tuple[float, float]:
    """Degrees to the projection's own units (x within ±2.736, y within ±1.423), y up."""
    phi, lam = radians(lat), radians(lon)
    p2 = phi * phi
    p4 = p2 * p2
    x = lam * (0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * p2 * (0.003971 - 0.001529 * p2)))
    y = phi * (1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4)))
    return x, y


WORLD_SCALE = WORLD_WIDTH / (2 * 0.8707 * pi)
WORLD_TOP = natural_earth(NORTH, 0)[1]
WORLD_HEIGHT = round((WORLD_TOP - natural_earth(SOUTH, 0)[1]) * WORLD_SCALE)


def project_world(lat: float, lon: float) -> tuple[float, float]:
    """Degrees to units of the world's drawing; a place beyond its top or foot is put on the edge."""
    x, y = natural_earth(min(max(lat, SOUTH), NORTH), lon)
    return round(WORLD_WIDTH / 2 + x * WORLD_SCALE, 1), round((WORLD_TOP - y) * WORLD_SCALE, 1)


def _box(south: float, west: float, north: float, east: float) -> tuple[int, int, int, int]:
    """x, y, width and height of the part of the world's drawing between two places."""
    left, bottom = project_world(south, west)
    right, top = project_world(north, east)
    return round(left), round(top), round(right - left), round(bottom - top)


EUROPE = _box(34.0, -14.0, 62.0, 40.0)


def is_within(point: tuple[float, float], box: tuple[int, int, int, int]) -> bool:
    x, y, width, height = box
    return x <= point[0] <= x + width and y <= point[1] <= y + height


@dataclass(frozen=True)
class Frame:
    """Where a country's drawing lies on the globe; `scale` is units a degree of latitude."""

    west: float
    north: float
    parallel: float
    scale: float
    width: int
    height: int

    def project(self, lat: float, lon: float) -> tuple[float, float]:
        x = MARGIN + (lon - self.west) * cos(radians(self.parallel)) * self.scale
        return round(x, 1), round(MARGIN + (self.north - lat) * self.scale, 1)

    def holds(self, lat: float, lon: float) -> bool:
        x, y = self.project(lat, lon)
        return 0 <= x <= self.width and 0 <= y <= self.height


@dataclass(frozen=True)
class CountryMap:
    frame: Frame
    path: str


def frame_around(points: Iterable[tuple[float, float]]) -> Frame:
    """The frame of a country from its outline's (longitude, latitude) pairs."""
    lons, lats = zip(*points, strict=True)
    west, north, south = min(lons), max(lats), min(lats)
    parallel = round((north + south) / 2, 2)
    scale = (COUNTRY_WIDTH - 2 * MARGIN) / ((max(lons) - west) * cos(radians(parallel)))
    height = round((north - south) * scale + 2 * MARGIN)
    return Frame(round(west, 4), round(north, 4), parallel, round(scale, 4), COUNTRY_WIDTH, height)


@lru_cache
def _world() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((DATA / "world.json").read_text())
    return content


def world_paths() -> dict[str, str]:
    """SVG path by ISO 3166-1 alpha-2, in a viewBox of 0 0 WORLD_WIDTH WORLD_HEIGHT."""
    countries: dict[str, str] = _world()["countries"]
    return countries


@lru_cache
def country_map(alpha2: str) -> CountryMap | None:
    """The drawing of one country, or None where tools/geo has made none."""
    file = DATA / "countries" / f"{alpha2.lower()}.json"
    if not (len(alpha2) == 2 and alpha2.isalpha() and file.exists()):
        return None
    found = json.loads(file.read_text())
    names = ("west", "north", "parallel", "scale", "width", "height")
    return CountryMap(Frame(**{name: found[name] for name in names}), found["path"])


def project_country(alpha2: str, lat: float, lon: float) -> tuple[float, float] | None:
    """Degrees to units of the country's drawing; None without a drawing or outside its frame."""
    drawing = country_map(alpha2)
    if drawing is None or not drawing.frame.holds(lat, lon):
        return None
    return drawing.frame.project(lat, lon)
