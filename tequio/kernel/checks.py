"""What the hub refuses to start with."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.db import connections

FULL = 2


def sqlite_keeps_what_it_acknowledged(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """SQLite loses acknowledged asks in a power cut when `synchronous` is less than FULL."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "sqlite":
            continue
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous")
            level = cursor.fetchone()[0]
        if level < FULL:
            hint = "Leave PRAGMA synchronous=FULL in the database's init_command."
            found.append(Error(f"SQLite runs with synchronous={level}.", hint=hint, id="tequio.E001"))
    return found
