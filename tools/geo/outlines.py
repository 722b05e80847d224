"""Derive the hub's maps from Natural Earth (public domain) as packaged in world-atlas TopoJSON.

Run from the root of the project:
    python -m tools.geo.outlines FOLDER [--country MX ...]
FOLDER holds countries-110m.json and countries-50m.json. Writes tequio/site/data/world.json and
one tequio/site/data/countries/<alpha2>.json a country; the same input gives the same bytes.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pycountry

from tequio.site import maps

Point = tuple[float, float]
Ring = list[Point]

SOURCE = "Natural Earth, public domain, naturalearthdata.com"
# Natural Earth gives these no ISO number. CLDR names Kosovo XK; the others are drawn with the state
# that the United Nations lists them under.
WITHOUT_NUMBER = {"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO"}
LEFT_OUT = {"AQ"}
SMALLEST_RING = 9.0  # square units of the drawing: smaller islands are only noise


def decode_arcs(topology: dict[str, Any]) -> list[Ring]:
    """Arcs as (longitude, latitude), from the delta encoding of the TopoJSON specification."""
    (kx, ky), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * kx + tx, y * ky + ty))
        arcs.append(points)
    return arcs


def rings_of(geometry: dict[str, Any], arcs: list[Ring]) -> Iterator[Ring]:
    """Rings of a Polygon or MultiPolygon; an arc written as ~i runs backwards."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for polygon in polygons:
        for ring in polygon:
            points: Ring = []
            for index in ring:
                arc = arcs[index] if index >= 0 else arcs[~index][::-1]
                points += arc[1:] if points else arc
            yield points


def cut(ring: Ring) -> list[Ring]:
    """The ring cut at the antimeridian, so that no line crosses the drawing from edge to edge."""
    turned, shift = [ring[0]], 0.0
    for (before, _), (lon, lat) in pairwise(ring):
        shift += 360 * ((before - lon > 180) - (lon - before > 180))
        turned.append((lon + shift, lat))
    parts = []
    for turn in (-360, 0, 360):
        part = half([(lon + turn, lat) for lon, lat in turned], -180, 1)
        parts.append(half(part, 180, -1))
    return [part for part in parts if part]


def half(ring: Ring, edge: float, sign: int) -> Ring:
    """What of a ring lies east (sign 1) or west (-1) of a meridian: Sutherland and Hodgman's clipping."""
    kept: Ring = []
    for (x0, y0), (x1, y1) in pairwise([*ring, *ring[:1]]):
        if (x0 - edge) * sign >= 0:
            kept.append((x0, y0))
        if (x0 - edge) * (x1 - edge) < 0:
            kept.append((edge, y0 + (y1 - y0) * (edge - x0) / (x1 - x0)))
    return kept


def alpha2_of(geometry: dict[str, Any]) -> str | None:
    name = geometry["properties"]["name"]
    if "id" not in geometry:
        return WITHOUT_NUMBER.get(name)
    country = pycountry.countries.get(numeric=geometry["id"])
    return country.alpha_2 if country else None


def countries(folder: Path, detail: str) -> dict[str, list[Ring]]:
    """Rings in degrees by ISO 3166-1 alpha-2."""
    topology = json.loads((folder / f"countries-{detail}.json").read_text())
    arcs = decode_arcs(topology)
    found: dict[str, list[Ring]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        if alpha2 := alpha2_of(geometry):
            whole = rings_of(geometry, arcs)
            found.setdefault(alpha2, []).extend(part for ring in whole for part in cut(ring))
    return found


def area(ring: list[tuple[int, int]]) -> float:
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise([*ring, ring[0]]))) / 2


def path(rings: Iterable[Ring], project: Any) -> str:
    """One SVG path in whole units, relative, without repeated points; the largest ring always stays."""
    drawn = []
    for ring in rings:
        points: list[tuple[int, int]] = []
        for lon, lat in ring:
            x, y = project(lat, lon)
            if not points or points[-1] != (round(x), round(y)):
                points.append((round(x), round(y)))
        if len(points) > 3:
            drawn.append(points)
    drawn.sort(key=area, reverse=True)
    kept = [ring for n, ring in enumerate(drawn) if n == 0 or area(ring) >= SMALLEST_RING]
    return "".join(ring_path(ring) for ring in kept)


def ring_path(ring: list[tuple[int, int]]) -> str:
    numbers = [n for (x0, y0), (x1, y1) in pairwise(ring[:-1]) for n in (x1 - x0, y1 - y0)]
    steps = "".join(f"{n}" if n < 0 else f" {n}" for n in numbers).strip()
    return f"M{ring[0][0]} {ring[0][1]}l{steps}z"


def world(folder: Path) -> dict[str, Any]:
    paths = {
        alpha2: d
        for alpha2, rings in sorted(countries(folder, "110m").items())
        if alpha2 not in LEFT_OUT and (d := path(rings, maps.project_world))
    }
    return {
        "source": SOURCE,
        "projection": "natural-earth",
        "width": maps.WORLD_WIDTH,
        "height": maps.WORLD_HEIGHT,
        "countries": paths,
    }


def country(folder: Path, alpha2: str) -> dict[str, Any]:
    rings = countries(folder, "50m")[alpha2]
    frame = maps.frame_around(point for ring in rings for point in ring)
    return {
        "source": SOURCE,
        "projection": "equirectangular",
        "country": alpha2,
        "west": frame.west,
        "north": frame.north,
        "parallel": frame.parallel,
        "scale": frame.scale,
        "width": frame.width,
        "height": frame.height,
        "path": path(rings, frame.project),
    }


def write(file: Path, content: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    file.write_text(text + "\n")
    print(f"{file} {len(text) / 1000:.1f} KB")


def main() -> None:
    parser = argparse.ArgumentParser(description="Derive the hub's maps from Natural Earth.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--country", action="append", default=[])
    args = parser.parse_args()
    write(maps.DATA / "world.json", world(args.folder))
    for alpha2 in args.country:
        write(maps.DATA / "countries" / f"{alpha2.lower()}.json", country(args.folder, alpha2))


if __name__ == "__main__":
    main()
