"""Two tiny valid packs (in valid/), ways to spoil them, and what the database holds after loading them."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core import serializers
from django.db import models

from tequio.circuit.models import EntryPoint
from tequio.exchange.pack import cldr
from tequio.exchange.pack.saving import load
from tequio.network.models import Organisation

VALID = Path(__file__).parent / "valid"
APPS = ("reference", "network", "circuit", "people", "journal", "notices")
HEADER = (
    "slug,kind,name,name_es,name_en,acronym,aliases,country,region,city,latitude,longitude,zone,website,"
    "parent,jurisdictions,ror,wikidata,cct,address,source"
)
COUNTRIES, LANGUAGES = len(cldr.countries()), len(cldr.languages())
# sources, fields, subfields, topics; sources, regions, organisations, hub, kinds, entry points
ROWS = (1 + 2 + 2 + 3) + (2 + 2 + 5 + 1 + 2 + 2)
TOTAL = COUNTRIES + LANGUAGES + ROWS
ORGANISATIONS, POINTS, KINDS = "mx/organisations.csv", "mx/entry_points.csv", "mx/kinds.toml"


def write_packs(folder: Path, files: Mapping[str, str] | None = None) -> Path:
    """Writes the files (the valid packs, when none are given) below `folder`, which becomes the folder of packs."""
    if files is None:
        shutil.copytree(VALID, folder, dirs_exist_ok=True)
    for name, content in (files or {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    """Puts `new` for the one `old` in a file; "" for `old` writes the whole file."""
    path = folder / file
    text = path.read_text() if old else ""
    assert not old or text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
    path.write_text(text.replace(old, new) if old else new)


def dump() -> dict[str, Any]:
    """Every row of the hub's tables, keys and journal included: two equal dumps are one untouched database."""
    configs = [apps.get_app_config(app) for app in APPS]
    return {
        model._meta.label: json.loads(serializers.serialize("json", model._default_manager.order_by("pk")))
        for config in configs
        for model in config.get_models(include_auto_created=True)
    }


def empty(state: dict[str, Any]) -> bool:
    return not any(state.values())


def _slug(row: Organisation | EntryPoint | None) -> str:
    return row.slug if row else ""


def _keys(*lists: "models.Manager[Any]") -> list[str]:
    return sorted(str(row.pk) for each in lists for row in each.all())


def _points(organisation: Organisation) -> list[tuple[Any, ...]]:
    return [
        (
            found.slug,
            found.office.is_head,
            _slug(found.fallback),
            sorted(kind.slug for kind in found.kinds.all()),
            _keys(found.fields, found.subfields, found.regions, found.countries),
        )
        for found in EntryPoint.objects.filter(office__organisation=organisation).order_by("slug")
    ]


def meaning() -> dict[str, Any]:
    """What the tables say of organisations and entry points, by the names of things rather than by their keys."""
    return {
        found.slug: (
            (
                found.names,
                found.kind,
                found.search_text,
                found.withdrawn_on,
                found.region_id,
                found.source_id,
            ),
            _slug(found.parent),
            _keys(found.jurisdictions),
            sorted(found.claims.values_list("scheme", "value", "source_id")),
            [(office.titles, office.is_head) for office in found.offices.all()],
            _points(found),
        )
        for found in Organisation.objects.order_by("slug")
    }


def organisation(slug: str) -> Organisation:
    return Organisation.objects.get(slug=slug)


def point(slug: str) -> EntryPoint:
    return EntryPoint.objects.get(slug=slug)


def counts(created: int = 0, updated: int = 0, unchanged: int = 0, withdrawn: int = 0) -> dict[str, int]:
    return {"created": created, "updated": updated, "unchanged": unchanged, "withdrawn": withdrawn}


def changed(folder: Path, **expected: int) -> bool:
    """Loads the pack again and says whether just this much changed."""
    return load(folder, "mx") == counts(unchanged=TOTAL - sum(expected.values()), **expected)
