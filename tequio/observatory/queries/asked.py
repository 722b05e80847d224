"""The query beside each figure: SQL by which whoever runs the hub gets the same number from the tables."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from tequio.circuit.models import Commitment, CommitmentChange, Leg
from tequio.circuit.queries.owed import OPEN as OPEN_PROMISE
from tequio.circuit.queries.record import IN_TIME, LATE, MISSED, OPEN
from tequio.circuit.states import CHANGE_REASONS, Change, LegOutcome


def of_legs(figure: str, now: datetime, **where: Any) -> QuerySet[Leg]:
    """The legs that a figure of the ledger counts; `where` narrows them."""
    over = Q(due_at__lte=now)
    wanted = {
        "asked": Q(),
        "in_time": IN_TIME,
        "late": LATE,
        "missed": MISSED,
        "matured": IN_TIME & over | LATE | MISSED,
        "kept": IN_TIME & over,
        "waiting": OPEN,
        "rerouted": Q(outcome__in=(LegOutcome.PASSED_ON, LegOutcome.MOVED, LegOutcome.MISSED)),
    }
    return Leg.objects.filter(wanted[figure], **where)


def of_promised(figure: str, now: datetime, **where: Any) -> QuerySet[Any]:
    """The commitments, or their changes, that a figure of what was promised counts; `where`: the office."""
    changes = {"made": Change.MADE, "amended": Change.AMENDED, "dropped": Change.DROPPED}
    government = where.pop("administration", ...)
    if figure in changes:
        found = CommitmentChange.objects.filter(kind=changes[figure], **where)
        found = found.exclude(reason__in=CHANGE_REASONS) if figure == "dropped" else found
        return found if government is ... else found.filter(commitment__administration=government)
    undecided = Q(reviews__decision="", reviews__transition__decide_at__lte=now)
    over = Q(due_at__lte=now, office_done_at=None) & ~Q(case__state="unconfirmed", case__isnull=False)
    wanted = {
        "kept": Q(kept_at__isnull=False),
        "broken": Q(broken_at__isnull=False),
        "open": OPEN_PROMISE,
        "overdue": OPEN_PROMISE & over,
        "undecided": OPEN_PROMISE & undecided,
    }
    made = Commitment.objects.filter(wanted[figure], **where).distinct()
    return made if government is ... else made.filter(administration=government)


def sql(rows: QuerySet[Any]) -> str:
    """One statement that counts the rows, with its values in it, for the database that the hub runs on."""
    text, values = rows.order_by().values("pk").query.sql_with_params()
    return f"SELECT COUNT(*) FROM ({text % tuple(map(_literal, values))}) AS counted"


def _literal(value: Any) -> str:
    if isinstance(value, bool | int | float):
        return str(value)
    text = value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)
    return "'{}'".format(text.replace("'", "''"))
