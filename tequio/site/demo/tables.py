"""The invented network and its stories, as the tables of `packs/mx/demo` tell them."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from tequio.network.models import Office

PACK = "mx"
Row = dict[str, Any]


@cache
def _read(path: Path) -> Row:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def network() -> Row:
    return _read(settings.PACKS / PACK / "demo" / "network.toml")


def stories() -> Row:
    return _read(settings.PACKS / PACK / "demo" / "stories.toml")


def happenings() -> Row:
    return _read(settings.PACKS / PACK / "demo" / "happenings.toml")


def address_of(key: str) -> str:
    """The address of an invented person: a domain that cannot exist (RFC 2606)."""
    return f"{key}@demo.example"


def office_named(name: str) -> Office:
    """An office by its name in the tables: the slug of its organisation, for another than the head with `/key`."""
    slug, _slash, key = name.partition("/")
    found = Office.objects.filter(organisation__slug=slug).select_related("organisation")
    if key:
        return found.get(entry_point__slug=f"{slug}-{key}")
    return found.get(is_head=True)
