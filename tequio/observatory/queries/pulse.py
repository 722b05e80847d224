"""The pulse of a hub: what its offices were asked and did, its gaps, and what lapses soon; counted for a release."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from tequio.circuit.queries import owed, recalls
from tequio.circuit.queries.figures import FullLedger
from tequio.circuit.queries.offices import lapsing
from tequio.circuit.queries.owed import Owed
from tequio.circuit.queries.recalls import Recalls, RecallsBy
from tequio.circuit.queries.record import full_from_tables
from tequio.circuit.queries.service import quiet
from tequio.journal.models import Entry
from tequio.kernel import clock
from tequio.network.models import Administration, Hub
from tequio.observatory.models import Release
from tequio.observatory.queries.gaps import covers
from tequio.observatory.queries.records import of_hub

COUNTED = ("asked", "in_time", "late", "missed", "matured", "kept", "waiting", "rerouted")
OWED = ("made", "kept", "broken", "amended", "dropped", "undecided", "open", "overdue")
AGAIN = tuple(each.name for each in fields(Recalls))
PUBLISHED = "pulse.published"
WEEKS = 52
WEEK = timedelta(weeks=1)
Counts = dict[str, int]


def week_of(instant: datetime, hub: Hub) -> date:
    """The Monday of the week in which an instant lies where the coordinating office sits."""
    day = clock.day_of(instant, hub.coordination.organisation.zone)
    return day - timedelta(days=day.weekday())


def counted(hub: Hub, now: datetime) -> dict[str, Any]:
    """What a release says, from the tables at `now`: rows by office, kind and administration, and what is lacking.

    Nothing in it is cut by an attribute of askers: it would be the same had the same asks come from elsewhere, about
    something else, from others. The number of queries does not grow with what there is.
    """
    home = hub.home_id
    ledger = of_hub(hub, full_from_tables(now=now))
    promised = owed.from_tables(now=now, office__organisation__home=home)
    gone = quiet().filter(organisation__home=home).select_related("organisation")
    again = recalls.from_tables(office__organisation__home=home)
    return {
        **as_rows(ledger, promised, again),
        "governments": [
            [each.code, each.names, str(each.starts_on)] for each in Administration.objects.filter(home=home)
        ],
        "gaps": [[each.kind.slug, len(each.of), list(each.without)] for each in covers(hub)],
        "lapsing": [
            [each.entry_point.office.code, each.kind.slug, str(each.last_day)] for each in lapsing([hub])
        ],
        "quiet": sorted(office.code for office in gone),
    }


def as_rows(ledger: FullLedger, promised: Owed, again: RecallsBy) -> dict[str, list[Any]]:
    """A ledger, what was promised and what askers said when asked again, as rows: the keys, and the counts that are
    not nought.
    """
    parts: dict[str, tuple[Mapping[Any, object], Iterable[str]]] = {
        "ledger": (ledger, COUNTED),
        "owed": (promised, OWED),
        "again": (again, AGAIN),
    }
    return {
        part: [[*key, _counts(figures, names)] for key, figures in sorted(found.items())]
        for part, (found, names) in parts.items()
    }


def _counts(figures: object, names: Iterable[str]) -> Counts:
    return {name: n for name in names if (n := getattr(figures, name))}


def totals(figures: Mapping[str, Any]) -> Counts:
    """The counts of the whole hub, by adding up its offices' rows."""
    whole = add(row[-1] for row in figures["ledger"])
    promised = add(row[-1] for row in figures["owed"])
    return {
        **{name: whole.get(name, 0) for name in COUNTED},
        **{f"owed_{name}": promised.get(name, 0) for name in OWED},
        "gaps": sum(len(without) for *_kind, without in figures["gaps"]),
        "lapsing": len(figures["lapsing"]),
        "quiet": len(figures["quiet"]),
    }


def add(counts: Iterable[Counts]) -> Counts:
    """Counts added up name by name."""
    found: Counts = {}
    for each in counts:
        for name, n in each.items():
            found[name] = found.get(name, 0) + n
    return found


@dataclass(frozen=True)
class Week:
    """What happened between two releases one week apart, and how things stood at the later one. None: not known,
    because the week before was not published.
    """

    week: date
    asked: int | None
    answered: int | None
    missed: int | None
    rerouted: int | None
    waiting: int


def weeks(said: Mapping[date, Counts], until: date) -> list[Week]:
    """The 52 weeks up to `until`, the oldest first, from the totals of their releases; those published, that is."""
    found = sorted(week for week in said if until - WEEKS * WEEK < week <= until)
    return [_week(week, said[week], said.get(week - WEEK)) for week in found]


def _week(week: date, here: Counts, before: Counts | None) -> Week:
    def more(*names: str) -> int | None:
        return None if before is None else sum(here[name] - before[name] for name in names)

    return Week(
        week - WEEK,
        more("asked"),
        more("in_time", "late"),
        more("missed"),
        more("rerouted"),
        here["waiting"],
    )


def release_of(hub: Hub, week: date | None = None) -> Release | None:
    """The release of a week, or the last one."""
    rows = hub.releases.all() if week is None else hub.releases.filter(week=week)
    return rows.first()


def digest(release: Release) -> str:
    """By which the journal shows that a release has not changed since: SHA-256 of its counts in a canonical form."""
    said = {"figures": release.figures, "totals": release.totals}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def changed() -> list[str]:
    """The weeks that are not as they were published, or of which only the journal or only the tables know."""
    told = {}
    for text in Entry.objects.filter(kind=PUBLISHED).values_list("facts", flat=True):
        facts = json.loads(text)
        told[f"{facts['home']} {facts['week']}"] = facts["digest"]
    kept = {str(release): digest(release) for release in Release.objects.iterator(chunk_size=20)}
    return sorted(week for week in told.keys() | kept.keys() if told.get(week) != kept.get(week))
