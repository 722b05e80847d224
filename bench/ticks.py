"""ticks: 10,000 reminders that are due, worked off by the product, against the bare writes that they imply.

A database with 10,000 open legs at 20 offices, half of them due in two working days and half today, is copied. On
each copy the same is written, on one by the product's worker, on the next by nothing but a cursor:

- of each tick six rows: the leg moved to its next stage and hour, the tick, the line of the digest, the event, the
  journal's entry and its payload; of each batch one more, the journal's head;
- with the values that the product wrote on a copy before, read back from it;
- "bare": one statement a row by Django's cursor, which is what an application pays for an UPDATE or an INSERT; in
  as many commits as the product has batches, on the connection that the product uses (SQLite, WAL, FULL).

What the product does beyond that is in its time and not in the bare one: finding the due rows, looking again whether
each is still open, calendars, vacancies, what was ticked before, the chain of the journal (two hashes an entry).
Two harder measures stand beside the one that decides, without a bar: "driver", the same single statements by the
database's driver, and "as sent", the product's own statements, which write many rows each.

A reminder whose date has passed writes a letter to the asker too, rendered in their language, and a rung closes one
leg and opens the next: these are measured apart, in seconds for a few hundred.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bench.report import Result

TICKS, OFFICES, ROUNDS, FEW = 10_000, 20, 5, 300
NOW = datetime(2026, 12, 1, 20, tzinfo=UTC)
BEGAN = NOW - timedelta(days=20)
TABLES = {
    "circuit_tick": "id",
    "circuit_digestline": "id",
    "circuit_event": "id",
    "journal_entry": "sequence",
    "journal_payload": "entry_id",
}


def ticks() -> list[Result]:
    """Pairs of product and bare, one after the other, each on a fresh copy; the median of each decides."""
    from django.db import connection

    from tequio.kernel import clock

    original = Path(connection.settings_dict["NAME"])
    with clock.at(NOW):
        fill(TICKS, {0: 1, 1: 0})
        sent, batches = _recorded(original)
        rows = _rows(batches)
        times: dict[str, list[float]] = {"product": [], "bare": [], "driver": [], "as sent": []}
        for _ in range(ROUNDS):
            times["product"].append(_on_copy(original, _work))
            times["bare"].append(_on_copy(original, lambda: _execute(rows)))
            times["driver"].append(_on_copy(original, lambda: _drive(rows)))
            times["as sent"].append(_on_copy(original, lambda: _execute(sent)))
        _use(original)
        return [_result(times, TICKS), *_others(original)]


def _result(times: dict[str, list[float]], n: int) -> Result:
    against = {name: median(times[name]) for name in times if name != "product"}
    return Result("ticks", "reminders worked off, s", n, median(times["product"]), against, "ratio ≤ 1.5")


def _others(original: Path) -> Iterator[Result]:
    """What a tick costs that writes letters, or a rung; the seconds of a few hundred, without a bar."""
    for metric, days in (("past their date, s", -1), ("climbs, s", -5)):
        _use(_copy(original))
        empty()
        fill(FEW, {days: 2})
        began = time.perf_counter()
        _work()
        yield Result("ticks", metric, FEW, time.perf_counter() - began)
    _use(original)


# The database ---------------------------------------------------------------------


def fill(n: int, days: dict[int, int]) -> None:
    """So many open legs, dealt to some offices that are held and to the days from today; `days` to stages."""
    from django.db import transaction

    from tequio.circuit.models import Ask, Case, Leg

    offices = _held()
    made = [
        _dealt(number, offices[number % len(offices)], list(days.items())[number // len(offices) % len(days)])
        for number in range(n)
    ]
    with transaction.atomic():
        for place, model in enumerate((Ask, Case, Leg)):
            model._default_manager.bulk_create([each[place] for each in made])


def _dealt(number: int, office: Any, dealt: tuple[int, int]) -> tuple[Any, Any, Any]:
    """An ask, its case and its leg at the office, which is due so many days from today."""
    from tequio.circuit.models import Ask, AskKind, Case, Leg
    from tequio.kernel import clock

    kind, (day, stage), zone = AskKind.objects.order_by("pk")[0], dealt, office.organisation.zone
    due_on = _day(office, day)
    dated = {"owner": office, "due_on": due_on, "due_at": clock.end_of(due_on, zone), "opened_at": BEGAN}
    asker = {"name": f"Asker {number}", "address": f"a{number}@example.net", "language": "es", "zone": zone}
    ask = Ask(pk=number + 1, kind=kind, text="Una charla", key=f"bench-{number}", **asker)
    case = Case(pk=number + 1, ref=f"mx-{number:08d}", ask=ask, kind=kind, first_due_on=due_on, **dated)
    began = {"number": 1, "days": 10, "rung": "routed", "delivered_at": BEGAN}
    return ask, case, Leg(case=case, kind=kind, stage=stage, wake_at=NOW, **began, **dated)


def _day(office: Any, day: int) -> date:
    """The working day of the office so many after today, or before it."""
    from tequio.circuit.reckoning import calendar_of, nth_day, nth_day_before
    from tequio.kernel import clock

    calendar, today = calendar_of(office.organisation), clock.day_of(NOW, office.organisation.zone)
    return nth_day(calendar, day, today) if day >= 0 else nth_day_before(calendar, -day, today)


def _held() -> list[Any]:
    """Some offices of the pack, each held by somebody."""
    from tequio.network.models import Mandate, Office
    from tequio.people.actions import person_for_address

    offices = list(Office.objects.select_related("organisation").order_by("pk")[:OFFICES])
    for number, office in enumerate(offices):
        person = person_for_address(f"o{number}@example.org", name="Bench", language="es", zone="UTC")
        if not office.mandates.exists():
            Mandate.objects.create(office=office, person=person, role="holder", starts_at=BEGAN)
    return offices


def empty() -> None:
    from tequio.circuit.models import Ask, Case, Leg

    for model in (Leg, Case, Ask):
        model.objects.all().delete()


def _copy(original: Path) -> Path:
    """A fresh copy; what the last one still had in its log is written down before, not into this one."""
    from django.db import connection

    connection.close()
    copy = original.with_name("ticks.sqlite3")
    shutil.copyfile(original, copy)
    return copy


def _use(file: Path) -> None:
    """Makes the connection work on a database file, with nothing of it left in a log."""
    from django.db import connection

    connection.close()
    for end in ("-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)
    connection.settings_dict["NAME"] = str(file)
    connection.ensure_connection()


def _on_copy(original: Path, run: Callable[[], None]) -> float:
    """Seconds of the run on a fresh copy."""
    _use(_copy(original))
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


# The two sides --------------------------------------------------------------------

Statement = tuple[str, Any, bool]


def _work() -> None:
    from tequio.circuit.models import Leg
    from tequio.kernel import due

    done = due._work_off(Leg, 10 * TICKS, lambda: False)
    if done not in (TICKS, FEW):
        raise RuntimeError(f"{done} legs were due")


def _execute(batches: list[list[Statement]]) -> None:
    """Nothing but a cursor: each batch a transaction."""
    from django.db import connection, transaction

    for batch in batches:
        with transaction.atomic(), connection.cursor() as cursor:
            for sql, params, many in batch:
                (cursor.executemany if many else cursor.execute)(sql, params)


def _drive(batches: list[list[Statement]]) -> None:
    """The same by the driver alone."""
    from django.db import connection

    cursor = connection.connection.cursor()
    for batch in batches:
        cursor.execute("BEGIN IMMEDIATE")
        for sql, params, _many in batch:
            cursor.execute(sql.replace("%s", "?"), params)
        cursor.execute("COMMIT")
    cursor.close()


@contextmanager
def _recorder(batches: list[list[Statement]]) -> Iterator[None]:
    """Keeps the writes of ticks: a batch ends with the head of the journal."""
    from django.db import connection

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE")) and '"leased_until" IS NOT NULL' not in sql:
            batches[-1].append((sql, params, many))
            if "journal_head" in sql and sql.startswith("UPDATE"):
                batches.append([])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        yield


def _recorded(original: Path) -> tuple[list[list[Statement]], list[list[Any]]]:
    """The product's statements by batch, and the keys of the legs of each, from a run on a copy that stays open."""
    from django.db import connection

    _use(_copy(original))
    sent: list[list[Statement]] = [[]]
    with _recorder(sent):
        _work()
    sent = [batch for batch in sent if batch]
    heads = [next(params for sql, params, _ in reversed(batch) if "journal_head" in sql) for batch in sent]
    ends = [params[0] for params in heads]
    with connection.cursor() as cursor:
        cursor.execute("SELECT MIN(sequence) FROM journal_entry WHERE kind = 'leg.reminded'")
        first = cursor.fetchone()[0]
    spans = list(zip([first - 1, *ends], ends, strict=False))
    return sent, [[*span, head] for span, head in zip(spans, heads, strict=True)]


def _rows(batches: list[list[Any]]) -> list[list[Statement]]:
    """One statement a row, with the values that the product has written on the copy that is open."""
    from django.db import connection

    with connection.cursor() as cursor:
        written = {table: _written(cursor, table, key) for table, key in TABLES.items()}
        cursor.execute("SELECT stage, wake_at, id FROM circuit_leg ORDER BY id")
        legs = cursor.fetchall()
        cursor.execute("SELECT id FROM journal_head")
        head_id = cursor.fetchone()[0]
    made, at = [], 0
    for before, until, head in batches:
        n = until - before
        batch: list[Statement] = [
            ("UPDATE circuit_leg SET stage = %s, wake_at = %s WHERE id = %s", row, False)
            for row in legs[at : at + n]
        ]
        for sql, rows in written.values():
            batch += [(sql, row, False) for row in rows[at : at + n]]
        batch.append(
            ("UPDATE journal_head SET sequence = %s, digest = %s WHERE id = %s", (*head[:2], head_id), False)
        )
        made.append(batch)
        at += n
    return made


def _written(cursor: Any, table: str, key: str) -> tuple[str, list[Any]]:
    """The INSERT of a table, and the rows of the ticks in the order in which they came."""
    where = {"journal_entry": "kind = 'leg.reminded'", "circuit_event": "kind = 'reminded'"}.get(
        table, "1 = 1"
    )
    if table == "journal_payload":
        where = "entry_id IN (SELECT sequence FROM journal_entry WHERE kind = 'leg.reminded')"
    cursor.execute(f"SELECT * FROM {table} WHERE {where} ORDER BY {key}")
    columns = [column[0] for column in cursor.description]
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
    return sql, cursor.fetchall()
