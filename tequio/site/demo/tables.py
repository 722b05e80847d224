"""The invented network and its stories, as the tables of `packs/mx/demo` tell them."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

PACK = "mx"
Row = dict[str, Any]


@cache
def _read(path: Path) -> Row:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def network() -> Row:
    return _read(settings.PACKS / PACK / "demo" / "network.toml")


def stories() -> Row:
    return _read(settings.PACKS / PACK / "demo" / "stories.toml")


def address_of(key: str) -> str:
    """The address of an invented person: a domain that cannot exist (RFC 2606)."""
    return f"{key}@demo.example"
