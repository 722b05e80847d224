"""How long answers take and what they cost the asker, as counts of whole numbers: from the tables, from the journal.

As with the ledger, what can no longer change is kept (`Spread`), and every read adds what is not tallied, in the same
query. A day is one of twenty-four hours from the instant at which the ask came; an answer within them comes on day 1.
Time during which the office's clock stood still for the asker counts: the asker lived through it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case as Either
from django.db.models import (
    CharField,
    Count,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from tequio.circuit.models import Leg, Pause, Spread
from tequio.circuit.queries.figures import Key, LegRecord
from tequio.circuit.queries.record import OPEN, PASSED_LATE
from tequio.circuit.queries.replay import Legs
from tequio.circuit.states import ANSWERS, HANDED_ON, WITH_ANSWER, LegOutcome, Measure, Rung
from tequio.kernel import clock

Counts = dict[int, int]
Spreads = dict[Key, dict[str, Counts]]
KEYS = ("{office}_id", "{office}__organisation__slug", "kind__home_id", "kind__slug")
LEG_KEYS = [name.format(office="owner") for name in KEYS]
ROW_KEYS = ["owner_id", "kind_id"]
SPREAD_KEYS = [name.format(office="office") for name in KEYS]
ANSWERED = Q(outcome__in=ANSWERS) & ~PASSED_LATE
DAY = timedelta(days=1)


class OnDay(Func):
    """Of two instants, the first not before the second: on which day, counted from 1, the first comes."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(django_timestamp_diff(%(expressions)s) / 86400000000 + 1)"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(FLOOR(EXTRACT(EPOCH FROM (%(expressions)s)) / 86400)::integer + 1)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" - ", **context)


def on_day(instant: datetime, since: datetime) -> int:
    return (instant - since) // DAY + 1


def live_spreads(legs: QuerySet[Leg], now: datetime, *, keys: list[str] = LEG_KEYS) -> list[Any]:
    """Queries of the keys, a measure, a value and how often these legs have it; to be united."""
    columns = [*keys, "measure", "value"]
    of_legs = Either(
        When(ANSWERED, then=Value(Measure.ANSWERED)),
        When(OPEN, then=Value(Measure.WAITING)),
        output_field=CharField(),
    )
    until = Coalesce("answered_at", Value(now))
    found = [legs.filter(ANSWERED | OPEN).annotate(measure=of_legs, value=OnDay(until, F("opened_at")))]
    first = legs.filter(number=1, case__closed_at__isnull=False, case__state__in=WITH_ANSWER)
    for measure, value in _of_cases().items():
        found.append(first.annotate(measure=Value(measure, output_field=CharField()), value=value))
    return [_counted(each, columns) for each in found]


def _counted(rows: QuerySet[Any, Any], columns: list[str]) -> QuerySet[Any, Any]:
    grouped = rows.order_by().values(*columns).annotate(times=Count("pk"))
    found: QuerySet[Any, Any] = grouped.values_list(*columns, "times")
    return found


def _of_cases() -> dict[str, Any]:
    """What a whole case says, seen from its first leg."""
    way = Leg.objects.filter(case=OuterRef("case"), asked_by=None).exclude(outcome=LegOutcome.UNDONE)
    last = way.filter(outcome__in=ANSWERS).order_by().values("case").annotate(last=Max("answered_at"))
    asked = Pause.objects.filter(leg__case=OuterRef("case")).order_by().values("leg__case")
    return {
        Measure.DAYS: OnDay(Subquery(last.values("last")), F("opened_at")),
        Measure.QUESTIONS: _number(asked),
        Measure.HANDED_ON: _number(way.filter(rung__in=HANDED_ON).order_by().values("case")),
        Measure.STEPS: _number(way.filter(rung=Rung.STEP).order_by().values("case")) + 1,
    }


def _number(rows: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


def from_tables(*, now: datetime | None = None, **where: Any) -> Spreads:
    """The counts by office and kind, as the tables have them; `where` narrows the legs. One query."""
    first, *rest = live_spreads(Leg.objects.filter(tallied_at=None, **where), now or clock.now())
    return added(first.union(*rest, kept(**where), all=True))


def kept(*, sign: int = 1, **where: Any) -> Any:
    """The same columns of what is tallied, or with `sign=-1` what has to be taken off."""
    found = Spread.objects.filter(**{name.replace("owner", "office", 1): v for name, v in where.items()})
    columns = [*SPREAD_KEYS, "measure", "value"]
    return found.order_by().annotate(n=F("times") * sign).values_list(*columns, "n")


def added(rows: Iterable[tuple[Any, ...]]) -> Spreads:
    """Rows as counts by office and kind; rows of the same measure and value are added up, and noughts left out."""
    found: Spreads = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for office, slug, home, kind, measure, value, times in rows:
        found[f"{slug}/{office}", f"{home}/{kind}"][measure][value] += times
    return _tidy(found)


def _tidy(spreads: Spreads) -> Spreads:
    plain: Spreads = {}
    for key, measures in spreads.items():
        for measure, counts in measures.items():
            if left := {value: times for value, times in counts.items() if times}:
                plain.setdefault(key, {})[measure] = left
    return plain


def spreads_off() -> list[Key]:
    """Where what is kept is not what counting the tallied legs anew gives. One query."""
    first, *rest = live_spreads(Leg.objects.exclude(tallied_at=None), clock.now())
    return sorted(added(first.union(*rest, kept(sign=-1), all=True)))


def of_legs(legs: Legs, states: Mapping[str, str], now: datetime) -> Spreads:
    """The counts of legs that the journal tells of, and of cases that have ended, `states` by their reference."""
    found: Spreads = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    ways: dict[str, list[LegRecord]] = defaultdict(list)
    for (ref, _number), leg in sorted(legs.items()):
        if leg.answers or not leg.outcome:
            measure = Measure.ANSWERED if leg.outcome else Measure.WAITING
            found[leg.office, leg.kind][measure][on_day(leg.answered_at or now, leg.opened_at)] += 1
        ways[ref].append(leg)
    for ref, way in ways.items():
        if states.get(ref) in WITH_ANSWER:
            for name, value in _of_way(way).items():
                found[way[0].office, way[0].kind][name][value] += 1
    return _tidy(found)


def _of_way(legs: list[LegRecord]) -> dict[str, int]:
    way = [leg for leg in legs if leg.rung != Rung.OPINION and leg.outcome != LegOutcome.UNDONE]
    answered = [leg.answered_at for leg in way if leg.outcome in ANSWERS and leg.answered_at]
    return {
        Measure.DAYS: on_day(max(answered), legs[0].opened_at),
        Measure.QUESTIONS: sum(leg.pauses for leg in legs),
        Measure.HANDED_ON: sum(leg.rung in HANDED_ON for leg in way),
        Measure.STEPS: 1 + sum(leg.rung == Rung.STEP for leg in way),
    }
