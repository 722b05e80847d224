"""Due rows: rows that ask to be looked at from an instant on, claimed one at a time with a lease.

A claim is one atomic UPDATE … RETURNING, so two workers never hold the same row, and a worker that dies
gives its row back when the lease runs out.
"""

import logging
from collections.abc import Callable
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
handlers: dict[type[DueRow], Handler] = {}


def on_wake(model: type[Row], handler: Callable[[Row], None]) -> None:
    """Names the verb that looks at a due row; called from the app's `apps.py`."""
    handlers[model] = handler


def claim(model: type[Row], lease: timedelta = LEASE) -> Row | None:
    """Takes the row that has been due longest and that nobody holds; None when nothing is due."""
    now = clock.now()
    table, key = model._meta.db_table, model._meta.pk.column
    skip = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    sql = f"""UPDATE {table} SET leased_until = %s WHERE {key} = (
                SELECT {key} FROM {table} WHERE wake_at <= %s AND (leased_until IS NULL OR leased_until <= %s)
                ORDER BY wake_at, {key} LIMIT 1 {skip}) RETURNING *"""
    adapt = connection.ops.adapt_datetimefield_value
    with transaction.atomic():
        return next(iter(model._default_manager.raw(sql, [adapt(now + lease), adapt(now), adapt(now)])), None)


def release(row: DueRow) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(leased_until=None)


def work_off(limit: int = 1000) -> int:
    """Claims and handles due rows of every kind until none is left or `limit` are done; returns how many.

    A handler that fails leaves its row leased: it is tried again when the lease has run out.
    """
    done = 0
    for model, handler in handlers.items():
        while done < limit and (row := claim(model)) is not None:
            done += 1
            try:
                handler(row)
            except Exception:
                logger.exception("%s %s could not be handled", model._meta.label, row.pk)
            else:
                release(row)
    return done
