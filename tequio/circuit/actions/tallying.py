"""Tallies: counts of the legs that can no longer change, so that the ledger counts only the others at each visit.

They hold no fact of their own: `tequio verify` counts their legs anew, `tequio retally` rebuilds them.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tequio.circuit import rules
from tequio.circuit.models import Case, Leg, Spread, Tally
from tequio.circuit.queries.figures import COUNTS
from tequio.circuit.queries.record import ROW_KEYS, live_counts
from tequio.circuit.queries.spreads import ROW_KEYS as SPREAD_KEYS
from tequio.circuit.queries.spreads import live_spreads
from tequio.kernel import clock
from tequio.kernel.bulk import add_to_rows

BATCH = 500
TALLIED = [name for name in COUNTS if name != "waiting"]
Key = tuple[int, int, int | None]


def ripe_legs() -> QuerySet[Leg]:
    """Legs of closed cases of which every date is over: the office's, the one for taking an answer back, the
    asker's for disputing it. Whatever changes one of them all the same takes it from the tallies first.
    """
    now = clock.now()
    pending = Leg.objects.filter(Q(closed_at=None) | Q(due_at__gt=now), case=OuterRef("case"))
    settled = Q(case__dispute_at=None) | Q(case__dispute_at__lte=now)
    return Leg.objects.filter(
        ~Exists(pending),
        settled,
        tallied_at=None,
        case__wake_at=None,
        case__closed_at__lte=now - rules.UNDO_WITHIN,
    )


def tally_legs(limit: int = BATCH) -> int:
    """Adds the legs of up to `limit` cases to the tallies of their offices; returns of how many cases.

    The cases are locked, and those that somebody else holds are left for the next time. Being one transaction,
    it counts each leg once, whoever is killed.
    """
    with transaction.atomic():
        found = list(ripe_legs().order_by("case").values_list("case", flat=True).distinct()[:limit])
        cases = Case.objects.select_for_update(no_key=True, skip_locked=True).order_by("pk")
        held = list(cases.filter(pk__in=found).values_list("pk", flat=True))
        legs = ripe_legs().filter(case__in=held)
        pks = list(legs.values_list("pk", flat=True))
        _add(Leg.objects.filter(pk__in=pks), 1)
        Leg.objects.filter(pk__in=pks).update(tallied_at=clock.now())
    return len(held)


def take_from_tallies(case_id: int) -> None:
    """Takes a case's legs off the tallies; they count live until they are tallied anew. A step of a verb."""
    legs = Leg.objects.filter(case=case_id).exclude(tallied_at=None)
    if legs.exists():
        _add(legs, -1)
        legs.update(tallied_at=None)


def retally() -> int:
    """Throws the tallies away and builds them anew in batches; the ledger is right all the while."""
    with transaction.atomic():
        Leg.objects.exclude(tallied_at=None).update(tallied_at=None)
        Tally.objects.all().delete()
        Spread.objects.all().delete()
    cases = 0
    while done := tally_legs():
        cases += done
    return cases


def _add(legs: QuerySet[Leg], sign: int) -> None:
    """Adds the legs' counts to the tallies, in the order of their keys, so that two never wait for each other."""
    rows = {row[: len(ROW_KEYS)]: row for row in live_counts(legs, None, keys=ROW_KEYS)}
    order = sorted(rows, key=_order)
    _make(order)
    for key in order:
        counts = dict(zip(COUNTS, rows[key][len(ROW_KEYS) : -1], strict=True))
        changed = {name: F(name) + sign * counts[name] for name in TALLIED if counts[name]}
        _tally(key).update(**changed)
    _spread(legs, sign)


def _spread(legs: QuerySet[Leg], sign: int) -> None:
    """The same for the spreads of days, questions and hand-overs."""
    first, *rest = live_spreads(legs, clock.now(), keys=SPREAD_KEYS)
    rows = sorted((*key, sign * times) for *key, times in first.union(*rest, all=True))
    add_to_rows(Spread, ("office_id", "kind_id", "measure", "value"), "times", rows)


def _make(keys: Iterable[Key]) -> None:
    """Empty tallies for those of the keys that have none yet; somebody else may make them at the same time."""
    keys = list(keys)
    of = Tally.objects.filter(office__in={office for office, _kind, _administration in keys})
    missing = set(keys) - set(of.values_list("office", "kind", "administration"))
    for office, kind, administration in sorted(missing, key=_order):
        given: dict[str, Any] = {"office_id": office, "kind_id": kind, "administration_id": administration}
        Tally.objects.get_or_create(**given)


def _order(key: Key) -> tuple[int, int, int]:
    return key[0], key[1], key[2] or 0


def _tally(key: Key) -> QuerySet[Tally]:
    office, kind, administration = key
    return Tally.objects.filter(office=office, kind=kind, administration=administration)
