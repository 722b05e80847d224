"""A hub with many cases: asks, cases, legs and commitments spread over two hundred offices and eight years.

Run as `python -m bench.crowd CASES` on the database of the environment; its last line is one JSON object.
"""

import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

OFFICES, DAYS, WORKING = 200, 8 * 365, 14
BUSY = 0.25  # the share of one office: its desk is measured, so it has to be full at either size
BATCH = 20_000
Row = tuple[Any, ...]


def insert(model: Any, names: Sequence[str], rows: Iterable[Row]) -> None:
    """Rows by executemany; columns that are not named take the model's default."""
    from django.db import connection

    constant = {}
    for field in model._meta.concrete_fields:
        if field.attname not in names:
            default = None if field.unique and field.null else field.get_default()
            constant[field.column] = field.get_db_prep_save(default, connection)
    columns = [model._meta.get_field(name.removesuffix("_id")).column for name in names]
    marks = ["%s"] * len(columns) + [literal(value) for value in constant.values()]
    table = model._meta.db_table
    sql = f"INSERT INTO {table} ({', '.join([*columns, *constant])}) VALUES ({', '.join(marks)})"
    with connection.cursor() as cursor:
        cursor.executemany(sql, list(rows))


def literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(int(value)) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def offices() -> list[tuple[int, int]]:
    """Two hundred chapters, each held, with a promise for school talks; the first is the bench's own officer's."""
    from tequio.circuit.actions.promises import Terms, sign_promise
    from tequio.circuit.models import AskKind
    from tequio.kernel import clock
    from tequio.network.actions import begin_mandate
    from tequio.network.models import Office, Organisation
    from tequio.people.actions import person_for_address

    kind = AskKind.objects.get(home="MX", slug="school-talk")
    made = []
    for number in range(OFFICES):
        organisation = Organisation.objects.create(
            slug=f"bench-{number}", kind="chapter", names={"es": f"Capítulo {number}"}, home_id="MX",
            own_name=f"Capítulo {number}", country_id="DE", zone="Europe/Berlin", sort_key=f"capitulo {number:03}",
        )  # fmt: skip
        office = Office.objects.create(
            organisation=organisation, titles={"es": "Oficina principal"}, is_head=True
        )
        address = "bench@example.org" if number == 0 else f"holder{number}@example.org"
        person = person_for_address(address, name=f"Holder {number}", language="es", zone="Europe/Berlin")
        mandate = begin_mandate(office, person.pk, "holder", until=None)
        terms = Terms(kind, 5 + number % 20, clock.today("UTC") + timedelta(days=300))
        made.append((office.pk, sign_promise(office, terms, by=mandate).pk))
    return made


class Crowd:
    """The rows of `cases` asks, the oldest first, at an even pace; what is older than `WORKING` days is over."""

    def __init__(self, cases: int, seats: list[tuple[int, int]]) -> None:
        from tequio.circuit.models import AskKind
        from tequio.kernel import clock

        self.cases, self.seats, self.random, self.now = cases, seats, Random(11), clock.now()
        self.kind = AskKind.objects.get(home="MX", slug="school-talk").pk
        self.asks: list[Row] = []
        self.files: list[Row] = []
        self.legs: list[Row] = []
        self.owed: list[Row] = []

    def batches(self) -> Iterator[None]:
        for number in range(1, self.cases + 1):
            self._case(number)
            if number % BATCH == 0 or number == self.cases:
                yield
                self.asks, self.files, self.legs, self.owed = [], [], [], []

    def _case(self, number: int) -> None:
        chance = self.random.random
        seat = 0 if chance() < BUSY else int(chance() * OFFICES)
        office, promise = self.seats[seat]
        age = DAYS * (self.cases - number + chance()) / self.cases
        opened = self.now - timedelta(days=age)
        due = opened + timedelta(days=WORKING)
        draw = chance()
        outcome, state, answered, closed, tallied = "", "at-desk", None, None, None
        if age > WORKING or draw < 0.3:
            answered = min(opened + timedelta(days=(1 + 12 * chance())), self.now)
            outcome = "accepted" if draw < 0.65 else "declined" if draw < 0.93 else "missed"
            state = {"accepted": "done", "declined": "declined"}.get(outcome, "no-reply")
            closed = answered if outcome == "declined" else min(answered + timedelta(days=20), self.now)
            if outcome == "accepted" and age < WORKING + 20:
                state, closed = "arranged", None
            over = [due, closed or self.now, answered + timedelta(days=WORKING)]
            tallied = self.now if closed and max(over) < self.now - timedelta(days=1) else None
        when = opened.isoformat(" ")[:19]
        self.asks.append((number, self.kind, f"a{number % 5000}@example.org", f"k{number}", when, when))
        self.files.append(
            (number, f"mx-{number:08x}", number, self.kind, office, state, state, when, due.date().isoformat(),
             due.date().isoformat(), stamp(due), stamp(closed))
        )  # fmt: skip
        said = stamp(answered) if outcome in ("accepted", "declined") else None
        self.legs.append(
            (number, number, 1, office, self.kind, promise, WORKING, "routed", when, when,
             due.date().isoformat(), stamp(due), said, stamp(answered), outcome, stamp(tallied))
        )  # fmt: skip
        if outcome == "accepted":
            kept = stamp(closed) if state == "done" and chance() < 0.8 else None
            self.owed.append(
                (number, number, number, office, "Una charla", due.date().isoformat(), stamp(due), when, kept)
            )


def stamp(value: datetime | None) -> str | None:
    return value.isoformat(" ")[:19] if value else None


ASK = "id kind_id address key recorded_at confirmed_at".split()
CASE = "id ref ask_id kind_id owner_id state step opened_at first_due_on due_on due_at closed_at".split()
LEG = (
    "id case_id number owner_id kind_id promise_id days rung opened_at delivered_at due_on due_at answered_at "
    "closed_at outcome tallied_at"
).split()
OWED = "id case_id leg_id office_id what due_on due_at made_at kept_at".split()


def fill(cases: int) -> None:
    """Everything in one transaction without a journal, then the tallies of what is over by the ledger's own count."""
    from django.db import connection, transaction

    from tequio.circuit.models import Ask, Case, Commitment, Leg, Spread, Tally
    from tequio.circuit.queries.figures import COUNTS
    from tequio.circuit.queries.record import ROW_KEYS, live_counts
    from tequio.circuit.queries.spreads import ROW_KEYS as SPREAD_KEYS
    from tequio.circuit.queries.spreads import live_spreads
    from tequio.kernel.bulk import add_to_rows

    with connection.cursor() as cursor:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-300000"):
            cursor.execute(f"PRAGMA {pragma}")
    with transaction.atomic():
        crowd = Crowd(cases, offices())
        for _ in crowd.batches():
            insert(Ask, ASK, crowd.asks)
            insert(Case, CASE, crowd.files)
            insert(Leg, LEG, crowd.legs)
            insert(Commitment, OWED, crowd.owed)
        for row in live_counts(Leg.objects.exclude(tallied_at=None), None, keys=ROW_KEYS):
            counts = dict(zip(COUNTS, row[len(ROW_KEYS) : -1], strict=True))
            del counts["waiting"]
            office, kind, administration = row[: len(ROW_KEYS)]
            key = {"office_id": office, "kind_id": kind, "administration_id": administration}
            Tally.objects.create(**key, **counts)
        first, *rest = live_spreads(Leg.objects.exclude(tallied_at=None), crowd.now, keys=SPREAD_KEYS)
        add_to_rows(
            Spread, ("office_id", "kind_id", "measure", "value"), "times", list(first.union(*rest, all=True))
        )
        publish()
    connection.close()


def publish() -> None:
    """The records, and a year of weeks: that of now, told fifty-two times."""
    from tequio.network.models import Hub
    from tequio.observatory.actions import publish_week, write_records
    from tequio.observatory.models import Release

    hub = Hub.objects.select_related("home", "coordination__organisation").get(home="MX")
    write_records(hub)
    last = publish_week(hub)
    assert last is not None
    said = {
        "hub": hub,
        "as_of": last.as_of,
        "entry": last.entry,
        "totals": last.totals,
        "figures": last.figures,
    }
    weeks = (last.week - timedelta(weeks=back) for back in range(1, 52))
    Release.objects.bulk_create(Release(week=week, **said) for week in weeks)


def paths() -> dict[str, str]:
    """The pages that are measured: of the busiest office, and of the whole hub."""
    from tequio.circuit.models import EntryPoint

    entry = EntryPoint.objects.get(office__organisation__slug="bench-0")
    return {
        "desk-inbox": f"/desk/{entry.office_id}/",
        "ledger": "/ledger/",
        "find-desk": "/ask/mx/school-talk/desks/?region=MX-OAX",
        "entry-points": "/entry-points/?live=1",
        "record": f"/entry-points/{entry.slug}/record/",
        "pulse": "/pulse/mx/",
    }


def queries(path: str, cookie: str) -> int:
    """How many queries a visit takes, once what is kept in memory is there."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"cookie": cookie} if cookie else {}, HTTP_HOST="localhost")
    with CaptureQueriesContext(connection) as captured:
        for _ in range(2):
            captured.initial_queries = len(connection.queries_log)
            assert client.get(path).status_code == 200, path
    return len(captured.captured_queries)


def main() -> None:
    import django

    django.setup()
    started = time.monotonic()
    fill(int(sys.argv[1]))
    taken = time.monotonic() - started
    cookie = sys.argv[2]
    visited = paths()
    counted = {name: queries(path, cookie if name == "desk-inbox" else "") for name, path in visited.items()}
    sys.stdout.write(json.dumps({"seconds": taken, "paths": visited, "queries": counted}) + "\n")


if __name__ == "__main__":
    main()
