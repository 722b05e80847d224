"""What the home page and the map show."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import sqrt
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from tequio.kernel.texts import fold
from tequio.network.models import Hub, Kind, Organisation
from tequio.network.queries import organisations
from tequio.reference.models import Country, Region
from tequio.site import maps

ABROAD = (Kind.CHAPTER, Kind.NODE, Kind.POST)
CIRCLE = 4.5  # units of a country's drawing: the radius of a circle for one school


@dataclass(frozen=True)
class Mark:
    """A place on a drawing: `x`, `y` and `r` in its units, as text without regard to language."""

    kind: str
    x: str
    y: str
    title: str
    url: str
    r: str = ""
    count: int = 0
    near: bool = False


@dataclass(frozen=True)
class World:
    """The world's drawing: countries with a chapter apart from the home countries and from the rest.

    `near`: the part that a phone draws again, larger (x, y, width, height), because its marks lie so close.
    """

    rest: str
    on: str
    home: str
    marks: list[Mark]
    by_country: list[tuple[str, list[Organisation]]]
    near: tuple[int, int, int, int] = maps.EUROPE


@dataclass(frozen=True)
class Home:
    """A home country's drawing with a circle a state; `schools`: how many are listed."""

    country: Country
    drawing: maps.CountryMap
    marks: list[Mark]
    schools: int


def world() -> World:
    """Chapters, nodes and posts. Two queries."""
    rows = list(organisations().filter(kind__in=ABROAD))
    homes = set(Hub.objects.values_list("home", flat=True))
    on = {row.country_id for row in rows if row.kind != Kind.POST} - homes
    paths = maps.world_paths()
    groups: dict[str, list[Organisation]] = defaultdict(list)
    for row in rows:
        groups[str(row.country or "")].append(row)
    marks = [mark for row in rows if (mark := _mark(row))]
    return World(
        "".join(path for country, path in paths.items() if country not in on | homes),
        "".join(paths.get(country or "", "") for country in sorted(filter(None, on))),
        "".join(paths.get(country, "") for country in sorted(homes)),
        sorted(marks, key=lambda mark: mark.kind != Kind.POST),
        sorted(groups.items(), key=lambda group: fold(group[0])),
    )


def _mark(row: Organisation) -> Mark | None:
    """Where it sits; a chapter without a seat is put in the middle of its country."""
    if row.latitude is not None and row.longitude is not None:
        point: tuple[float, float] | None = maps.project_world(row.latitude, row.longitude)
    else:
        point = _middle(maps.world_paths().get(row.country_id or "", ""))
    if point is None:
        return None
    url = reverse("organisation", args=[row.slug])
    near = maps.is_within(point, maps.EUROPE)
    return Mark(row.kind, f"{point[0]:g}", f"{point[1]:g}", str(row), url, near=near)


@lru_cache(maxsize=256)
def _middle(path: str) -> tuple[float, float] | None:
    """The centroid of the largest ring of a drawing's path (moves absolute, lines relative)."""
    best, middle = 0.0, None
    for ring in filter(None, path.split("M")):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", ring)]
        points = [(numbers[0], numbers[1])]
        for dx, dy in zip(numbers[2::2], numbers[3::2], strict=False):
            points.append((points[-1][0] + dx, points[-1][1] + dy))
        cross = [
            (x0 * y1 - x1 * y0, x0 + x1, y0 + y1) for (x0, y0), (x1, y1) in pairwise([*points, points[0]])
        ]
        area = sum(c for c, _x, _y in cross)
        if abs(area) > best:
            best = abs(area)
            middle = (
                sum(c * x for c, x, _y in cross) / (3 * area),
                sum(c * y for c, _x, y in cross) / (3 * area),
            )
    return (round(middle[0], 1), round(middle[1], 1)) if middle else None


def homes() -> list[Home]:
    """The home countries of which there is a drawing, with the schools of their states. Two queries."""
    listed = Q(organisations__kind=Kind.SCHOOL, organisations__withdrawn_on=None)
    hubs = Hub.objects.select_related("home").order_by("pk")
    regions = Region.objects.filter(country__in=[hub.pk for hub in hubs], latitude__isnull=False).annotate(
        schools=Count("organisations", filter=listed)
    )
    found = []
    for hub in hubs:
        drawing = maps.country_map(hub.pk)
        states = [region for region in regions if region.country_id == hub.pk and region.schools]
        if drawing and states:
            marks = sorted((_circle(region, drawing) for region in states), key=lambda mark: fold(mark.title))
            found.append(Home(hub.home, drawing, marks, sum(region.schools for region in states)))
    return found


def _circle(region: Any, drawing: maps.CountryMap) -> Mark:
    """The circle of a state, whose area is its `schools`."""
    count = region.schools
    url = f"{reverse('organisations')}?kind={Kind.SCHOOL}&region={region.pk}"
    x, y = drawing.frame.project(region.latitude, region.longitude)
    return Mark(Kind.SCHOOL, f"{x:g}", f"{y:g}", str(region), url, f"{CIRCLE * sqrt(count):.1f}", count)
