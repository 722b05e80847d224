"""record-refresh: the night that writes every office's record, against one scan-and-group of the legs by DuckDB.

Run as `python -m bench.refresh` on the database of the environment; its last line is one JSON object, in milliseconds.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from statistics import median
from typing import Any

ROUNDS = 5
GROUPED = """
    SELECT owner_id, kind_id, administration_id, count(*),
        count(*) FILTER (outcome IN ({answers}) AND answered_at <= due_at),
        count(*) FILTER (outcome IN ({answers}) AND answered_at > due_at),
        count(*) FILTER (outcome = 'missed'), count(*) FILTER (closed_at IS NULL), min(opened_at)
    FROM {table} GROUP BY ALL
"""


def timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def _run(own: Any, statement: str) -> list[Any]:
    return list(own.execute(statement).fetchall())


def duck() -> tuple[Any, dict[str, str]]:
    """DuckDB on the hub's own file, and the statement on that table and on a copy in DuckDB's own memory."""
    import duckdb
    from django.db import connection

    from tequio.circuit.states import ANSWERS

    found = files("duckdb_extension_sqlite_scanner") / f"extensions/v{duckdb.__version__}"
    own = duckdb.connect(config={"threads": 2})
    own.execute(f"LOAD '{found / 'sqlite_scanner.duckdb_extension'}'")
    own.execute(f"ATTACH '{connection.settings_dict['NAME']}' AS hub (TYPE sqlite, READ_ONLY)")
    own.execute("CREATE TABLE legs AS SELECT * FROM hub.circuit_leg")
    answers = ", ".join(f"'{each}'" for each in ANSWERS)
    tables = {"DuckDB, same table": "hub.circuit_leg", "DuckDB, its own copy": "legs"}
    return own, {name: GROUPED.format(answers=answers, table=table) for name, table in tables.items()}


def measure() -> dict[str, float]:
    """Medians of rounds in turn; each night writes every record and wants every drawing anew."""
    from django.db import transaction

    from tequio.charts.models import Drawing
    from tequio.network.models import Hub
    from tequio.observatory.actions import write_records
    from tequio.observatory.models import Record

    hub = Hub.objects.select_related("home", "coordination__organisation").get(home="MX")

    def night() -> None:
        with transaction.atomic():
            write_records(hub)

    own, statements = duck()
    times: dict[str, list[float]] = {}
    for _ in range(ROUNDS + 1):
        Record.objects.all().delete()
        Drawing.objects.all().delete()
        times.setdefault("ours", []).append(timed(night))
        for name, statement in statements.items():
            times.setdefault(name, []).append(timed(partial(_run, own, statement)))
    return {name: median(each[1:]) for name, each in times.items()}


def main() -> None:
    import django

    django.setup()
    sys.stdout.write(json.dumps(measure()) + "\n")


if __name__ == "__main__":
    main()
