"""Due rows: rows that ask to be looked at from an instant on, claimed in batches with a lease.

A claim is one atomic UPDATE … RETURNING, so two workers never hold the same row, and a worker that dies gives its
rows back when the lease runs out. The lease of a row is cleared in the transaction of its handler: after a crash
either both have happened or neither.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from django.db import connection, models, transaction

from tequio.kernel import clock

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)


class DueRow(models.Model):
    """`wake_at`: when the worker looks at the row next (NULL: never). `leased_until`: held by a worker."""

    wake_at = models.DateTimeField(null=True, blank=True, db_index=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=DueRow)
Handler = Callable[[Any], None]
Together = Callable[[Sequence[int]], Collection[int]]
handlers: dict[type[DueRow], Handler] = {}
together: dict[type[DueRow], Together] = {}
apart: set[type[DueRow]] = set()
sweeps: list[Callable[[], int]] = []
BATCH = 500


def on_wake(
    model: type[Row],
    handler: Callable[[Row], None],
    *,
    many: Together | None = None,
    outside: bool = False,
) -> None:
    """Names the verb that looks at a due row; called from the app's `apps.py`.

    `many`: looks at many rows, by their keys, in one transaction, waits for no lock, and returns the keys of those
    that it leaves to `handler`. `outside`: the handler waits for somebody else (a mail server), so its rows are
    claimed one at a time and it keeps its own transactions, in which it clears its lease.
    """
    handlers[model] = handler
    if many:
        together[model] = many
    if outside:
        apart.add(model)


def claim_keys(model: type[DueRow], most: int, lease: timedelta = LEASE) -> list[int]:
    """Takes the rows that have been due longest and that nobody holds; their keys, in the order of their keys."""
    now = clock.now()
    table, key = model._meta.db_table, model._meta.pk.column
    sql = f"""WITH due AS MATERIALIZED ({_due_keys(model)})
              UPDATE {table} SET leased_until = %s WHERE {key} IN (SELECT {key} FROM due) RETURNING {key}"""
    adapt = connection.ops.adapt_datetimefield_value
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [adapt(now), adapt(now), most, adapt(now + lease)])
        return sorted(key for (key,) in cursor.fetchall())


def lock_keys(model: type[DueRow], most: int) -> list[int]:
    """As `claim_keys`, but the rows are held by the transaction alone: nothing is written, and a crash frees them."""
    now = connection.ops.adapt_datetimefield_value(clock.now())
    with connection.cursor() as cursor:
        cursor.execute(_due_keys(model), [now, now, most])
        return sorted(key for (key,) in cursor.fetchall())


def _due_keys(model: type[DueRow]) -> str:
    """The SELECT of the keys; takes the instant twice and how many at most."""
    table, key = model._meta.db_table, model._meta.pk.column
    skip = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    return f"""SELECT {key} FROM {table} WHERE wake_at <= %s AND (leased_until IS NULL OR leased_until <= %s)
               ORDER BY wake_at, {key} LIMIT %s {skip}"""


def claim_many(model: type[Row], most: int, lease: timedelta = LEASE) -> list[Row]:
    """The rows of `claim_keys`, those first that have been due longest."""
    return list(
        model._default_manager.filter(pk__in=claim_keys(model, most, lease)).order_by("wake_at", "pk")
    )


def on_idle(sweep: Callable[[], int]) -> None:
    """Names a verb that tidies a batch now and then; it returns how many, 0 when all is tidy."""
    sweeps.append(sweep)


def sweep() -> int:
    """One batch of each sweep; returns how many were tidied. One that fails does not hold up the others."""
    done = 0
    for each in sweeps:
        try:
            done += each()
        except Exception:
            logger.exception("%s could not be done", each.__name__)
    return done


def claim(model: type[Row], lease: timedelta = LEASE) -> Row | None:
    """Takes the row that has been due longest and that nobody holds; None when nothing is due."""
    return next(iter(claim_many(model, 1, lease)), None)


def release(model: type[DueRow], keys: Collection[int]) -> None:
    """Clears the leases that are still there; nothing is written where a handler has cleared its own."""
    model._default_manager.filter(pk__in=keys, leased_until__isnull=False).update(leased_until=None)


def work_off(
    limit: int = 1000,
    stop: Callable[[], bool] = lambda: False,
    kinds: Collection[type[DueRow]] | None = None,
) -> int:
    """Claims and handles due rows: of each kind until none is left or `limit` are done; returns how many in all.

    A handler that fails leaves its row leased: it is tried again when the lease has run out. `stop` is asked after
    each batch; every kind has its turn. `kinds`: these alone.
    """
    return sum(_work_off(model, limit, stop) for model in handlers if kinds is None or model in kinds)


def _work_off(model: type[DueRow], limit: int, stop: Callable[[], bool]) -> int:
    done = 0
    while done < limit:
        most = 1 if model in apart else min(BATCH, limit - done)
        count, rest = _look_together(model, most) if model in together else (0, None)
        keys = claim_keys(model, most) if rest is None else rest
        for row in model._default_manager.filter(pk__in=keys).order_by("wake_at", "pk"):
            _look(model, row)
        done += max(count, len(keys))
        if not (count or keys) or stop():
            break
    return done


def _look_together(model: type[DueRow], most: int) -> tuple[int, Collection[int] | None]:
    """Looks at many rows in one transaction: how many there were, and the keys of those that are still to be looked
    at one by one, which have a lease now. None when it failed: nothing has happened, and no row stops another.
    """
    try:
        with transaction.atomic():
            keys = lock_keys(model, most)
            rest = together[model](keys) if keys else []
            model._default_manager.filter(pk__in=rest).update(leased_until=clock.now() + LEASE)
    except Exception:
        logger.exception("%s could not be handled together", model._meta.label)
        return 0, None
    return len(keys), rest


def _look(model: type[DueRow], row: DueRow) -> None:
    try:
        if model in apart:
            handlers[model](row)
            release(model, [row.pk])
        else:
            with transaction.atomic():
                handlers[model](row)
                release(model, [row.pk])
    except Exception:
        logger.exception("%s %s could not be handled", model._meta.label, row.pk)
