"""Equal service: a post where three dates in a row ran out gets no new ask until it answers or signs again.

The rule is read from the legs and promises each time. A date that ran out is a leg that was missed, or passed on
after its date; whatever else ended a leg without an answer of the office counts neither way.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from tequio.circuit.models import Leg, Promise
from tequio.circuit.queries.record import MISSED, PASSED_LATE
from tequio.circuit.queries.replay import facts_of
from tequio.circuit.states import ANSWERS, LegOutcome
from tequio.journal.models import Entry
from tequio.network.models import Kind, Office

IN_A_ROW = 3
ANSWERED = Q(outcome__in=ANSWERS) & ~PASSED_LATE
NEVER = Value(datetime(1970, 1, 1, tzinfo=UTC))


def posts() -> QuerySet[Any]:
    """The offices of embassies and consulates, with their row of dates that ran out since `alive_at`, when they last
    answered or signed a promise: `near_since`, when it came to one short of the limit, and `quiet_since`, when it
    came to the limit; each None before.
    """
    own = Leg.objects.filter(ANSWERED, owner=OuterRef("pk")).order_by("-closed_at")
    signed = Promise.objects.filter(entry_point__office=OuterRef("pk")).order_by("-signed_at")
    answered_at, signed_at = Subquery(own.values("closed_at")[:1]), Subquery(signed.values("signed_at")[:1])
    alive_at = Greatest(Coalesce(answered_at, NEVER), Coalesce(signed_at, NEVER))
    offices = Office.objects.filter(organisation__kind=Kind.POST).annotate(alive_at=alive_at)
    return offices.annotate(near_since=_miss(IN_A_ROW - 1), quiet_since=_miss(IN_A_ROW))


def _miss(number: int) -> Subquery:
    """When the n-th date ran out since the office was last alive."""
    missed = Leg.objects.filter(MISSED, owner=OuterRef("pk"), closed_at__gt=OuterRef("alive_at"))
    return Subquery(missed.order_by("closed_at").values("closed_at")[number - 1 : number])


def quiet() -> QuerySet[Any]:
    """The posts that get no new ask now."""
    return posts().filter(quiet_since__isnull=False)


def quiet_since(office: str) -> Subquery:
    """Since when the office, to which `office` leads from the row that is read, gets no new ask; None while it does."""
    return Subquery(quiet().filter(pk=OuterRef(office)).values("quiet_since"))


def near_posts(chapter: str) -> QuerySet[Any]:
    """Posts one date short of the limit, or past it, in whose jurisdiction the chapter lies to which `chapter` leads
    from the row that is read.
    """
    return posts().filter(
        near_since__isnull=False,
        organisation__home=OuterRef(f"{chapter}__home"),
        organisation__jurisdictions=OuterRef(f"{chapter}__country"),
    )


def chapters_of(post: Office) -> QuerySet[Office]:
    """The head offices of the chapters in the countries that the post's jurisdiction names."""
    return Office.objects.filter(
        is_head=True,
        organisation__kind=Kind.CHAPTER,
        organisation__home=post.organisation.home_id,
        organisation__country__posts=post.organisation_id,
        organisation__withdrawn_on=None,
        organisation__closed_on=None,
    ).order_by("organisation__sort_key", "pk")


@dataclass
class Row:
    """What the journal tells of an office: when it last answered or signed, and when its dates ran out."""

    alive: list[datetime] = field(default_factory=list)
    missed: list[datetime] = field(default_factory=list)

    @property
    def quiet_since(self) -> datetime | None:
        alive_at = max(self.alive, default=None)
        since = sorted(at for at in self.missed if alive_at is None or at > alive_at)
        return since[IN_A_ROW - 1] if len(since) >= IN_A_ROW else None


def quiet_posts() -> dict[str, datetime]:
    """The posts that get no new ask now, by code, and since when, as the tables have it."""
    return {office.code: office.quiet_since for office in quiet().select_related("organisation")}


def quiet_posts_in_journal(entries: Iterable[Entry] | None = None) -> dict[str, datetime]:
    """The same from the public facts of the journal; which organisations are posts, it does not say."""
    codes = {office.code for office in Office.objects.filter(pk__in=posts()).select_related("organisation")}
    return {code: since for code, since in rows_in_journal(entries).items() if code in codes}


def rows_in_journal(entries: Iterable[Entry] | None = None) -> dict[str, datetime]:
    """By the code of the office, since when a row of dates that ran out is at the limit, for offices of every kind."""
    offices: dict[tuple[str, int], str] = {}
    ended: dict[tuple[str, int], tuple[bool, datetime]] = {}
    rows: dict[str, Row] = defaultdict(Row)
    if entries is None:
        entries = Entry.objects.order_by("sequence").iterator(chunk_size=2000)
    for entry in entries:
        facts = json.loads(entry.facts)
        if entry.kind == "promise.signed":
            rows[entry.office].alive.append(entry.at)
        for leg in facts_of(facts, "opens"):
            offices[entry.reference, int(leg["leg"])] = str(leg["office"])
        for leg in facts_of(facts, "reopens"):
            ended.pop((entry.reference, int(leg["leg"])), None)
        for leg in facts_of(facts, "closes"):
            if (missed := _missed(leg)) is not None:
                ended[entry.reference, int(leg["leg"])] = missed, entry.at
    for key, (missed, at) in ended.items():
        (rows[offices[key]].missed if missed else rows[offices[key]].alive).append(at)
    return {office: since for office, row in rows.items() if (since := row.quiet_since)}


def _missed(closed: dict[str, Any]) -> bool | None:
    """Whether the leg's date ran out; None where it counts neither way."""
    if closed["outcome"] == LegOutcome.PASSED_ON:
        return closed["in_time"] is False
    if closed["outcome"] == LegOutcome.MISSED:
        return True
    return False if closed["outcome"] in ANSWERS else None
