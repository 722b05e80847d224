"""Which closed cases are asked again in a month, by a rule that nobody can bend and anybody can check.

The sample of a month is drawn from the cases that ended in the calendar month before the last complete one, so 28 to
62 days ago: each case belongs to the draw of just one month, the asker's ten working days to contradict are long
over, and they still remember. Only those are asked in which the record says, or leaves open, that something was done:
an office that declined has claimed nothing, and a withdrawn ask came to nothing by the asker's wish.

Cases are ranked by a hash of their receipt number and of the journal's head as it was when the month began: it
cannot be foreseen, nor chosen afterwards, whenever the draw is made. From the top those are taken who may be asked;
the entry of the draw names who was passed over. `misdrawn` makes each draw again from the journal alone. Whoever
operates the hub could write entries at the month's end until the head suits them; a copy of the head that is kept
elsewhere does not show that.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import Case as Either
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from tequio.circuit.models import Case
from tequio.circuit.rules import NOBODY, RECALL_QUIET
from tequio.journal.models import Entry
from tequio.kernel import clock
from tequio.notices.models import Letter

CLAIMED = ("answered", "done", "not-done", "unconfirmed")
ONE_IN, LEAST, MOST = 10, 20, 200
SLACK = timedelta(minutes=10)  # between an act's instant and that of its entry
DRAWN = "recall.drawn"


def month_of(instant: datetime) -> date:
    return instant.astimezone(UTC).date().replace(day=1)


def start_of(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def window(month: date) -> tuple[datetime, datetime]:
    """From when, and before when, the cases ended from which the sample of `month` is drawn."""
    last = month_of(start_of(month) - timedelta(days=1))
    return start_of(month_of(start_of(last) - timedelta(days=1))), start_of(last)


def name_of(home: str, month: date) -> str:
    """How the journal refers to a sample."""
    return f"recall-{home}-{month:%Y-%m}"


def size_of(closed: int) -> int:
    """How many of `closed` cases are asked: a tenth, rounded up, but 20 at least (or all) and 200 at most."""
    return min(closed, max(LEAST, min(MOST, -(-closed // ONE_IN))))


def rank(seed: str, ref: str) -> str:
    """The place of a case in the draw: the lower, the sooner."""
    return sha256(f"{seed}\n{ref}".encode()).hexdigest()


def seed_of(month: date) -> str:
    """The digest of the journal's last entry before the month began; "" when there was none."""
    before = Entry.objects.filter(at__lt=start_of(month)).order_by("-sequence")
    return before.values_list("digest", flat=True).first() or ""


def closed_in(home: str, month: date) -> QuerySet[Case]:
    """The cases of the hub from which the month's sample is drawn; nobody is asked twice about the same case."""
    since, until = window(month)
    found = Case.objects.filter(kind__home=home, state__in=CLAIMED, closed_at__gte=since, closed_at__lt=until)
    return found.filter(recall=None, owner__isnull=False)


def askable(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Those whose asker may be asked: not muted, not erased, with an address that takes letters, and with nothing said
    to them lately about what they could contradict.
    """
    over = Q(dispute_at=None) | Q(dispute_at__lte=clock.now() - RECALL_QUIET)
    ended = Letter.objects.filter(address=OuterRef("ask__address"), wake_at=None).order_by("-pk")
    refused = ended.annotate(refused=Either(When(sent_at=None, then=Value(True)), default=Value(False)))
    return (
        cases.annotate(broken=Coalesce(Subquery(refused.values("refused")[:1]), Value(False)))
        .filter(over, wake_at=None, ask__muted_at=None, broken=False)
        .exclude(ask__address=NOBODY)
    )


@dataclass
class Ended:
    """What the journal tells of a case: its state, and when it came to it."""

    home: str
    state: str
    since: datetime


@dataclass
class Told:
    """What the journal has told so far: the cases, who was drawn before, and the head when the month began."""

    cases: dict[str, Ended] = field(default_factory=dict)
    drawn: set[str] = field(default_factory=set)
    month: date = date.min
    seed: str = ""

    def hear(self, entry: Entry, facts: dict[str, Any], before: str) -> None:
        if month_of(entry.at) != self.month:
            self.month, self.seed = month_of(entry.at), before
        known, state = self.cases.get(entry.reference), facts.get("state")
        case = state and "home" in facts  # agreements have states too
        if case and (known is None or known.state != state):
            self.cases[entry.reference] = Ended(str(facts["home"]), str(state), entry.at)

    def candidates(self, home: str, month: date, slack: timedelta) -> set[str]:
        """Cases that ended in the month's window, made wider by `slack` at both ends (or narrower)."""
        since, until = window(month)
        return {
            ref
            for ref, case in self.cases.items()
            if case.state in CLAIMED and case.home == home and since - slack <= case.since < until + slack
        } - self.drawn

    def holds(self, facts: dict[str, Any]) -> bool:
        """Whether a draw took, of those that it did not pass over, the first in the ranking, and as many as it says."""
        home, month = str(facts["home"]), date.fromisoformat(str(facts["month"]))
        drawn, skipped = [str(each["case"]) for each in facts["drawn"]], set(map(str, facts["passed_over"]))
        sure, size = self.candidates(home, month, -SLACK), size_of(int(facts["closed"]))
        last = rank(self.seed, drawn[-1]) if len(drawn) == size else "g"
        left_out = {ref for ref in sure - skipped - set(drawn) if rank(self.seed, ref) < last}
        in_order = drawn == sorted(set(drawn), key=lambda ref: rank(self.seed, ref))
        true = month == self.month and len(sure) <= int(facts["closed"]) and len(drawn) <= size
        return true and in_order and not left_out and self.candidates(home, month, SLACK) >= set(drawn)


def misdrawn(entries: Iterable[Entry] | None = None) -> list[str]:
    """The draws, as the journal refers to them, that are not what the rule gives; from the journal alone.

    It takes the journal's word for who had to be passed over. What ended within ten minutes of a month's boundary may
    be in a draw or not.
    """
    told, found, before = Told(), [], ""
    if entries is None:
        entries = Entry.objects.order_by("sequence").iterator(chunk_size=2000)
    for entry in entries:
        facts = json.loads(entry.facts)
        told.hear(entry, facts, before)
        if entry.kind == DRAWN:
            if not told.holds(facts):
                found.append(entry.reference)
            told.drawn.update(str(each["case"]) for each in facts["drawn"])
        before = entry.digest
    return found
