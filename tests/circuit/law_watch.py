"""What the machine of law two watches at every step, in few and narrow reads: a hundred thousand steps are many."""

from collections import defaultdict
from itertools import groupby
from typing import Any

from django.db.models import Count, Max, Q
from hypothesis.stateful import RuleBasedStateMachine, invariant

from tequio.circuit.actions import commitments
from tequio.circuit.actions.dates import reckoned
from tequio.circuit.actions.recounting import running_legs
from tequio.circuit.models import Case, Commitment, CommitmentChange, Event, Leg, Referral, Route
from tequio.circuit.states import STATES
from tequio.network.models import Closure, Mandate, Role
from tequio.network.queries import actors

OPEN = Q(kept_at=None, broken_at=None, dropped_at=None)
OWED = ("arranged", "unconfirmed")
CASE = (
    "pk", "state", "step", "route", "opened_at", "closed_at", "owner", "due_at", "due_on", "merged_into", "wake_at",
    "dispute_at", "asker_says", "office_says", "appeals",
)  # fmt: skip
LEG = ("pk", "case", "owner", "due_at", "due_on", "asked_by", "wake_at")
Row = dict[str, Any]


class Watch(RuleBasedStateMachine):
    """`opened`: when each case was opened, as the machine remembers it; `taken_back`: closed days were withdrawn."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: dict[int, Any] = {}
        self.taken_back = False
        self.events, self.last_event = 0, 0
        self.reckoned: dict[int, Any] = {}
        self.routes: dict[int, Route] = {}

    @invariant()
    def law_two_holds(self) -> None:
        open_legs: dict[int, list[Row]] = defaultdict(list)
        for leg in Leg.objects.filter(closed_at=None).order_by("pk").values(*LEG):
            assert leg["owner"] and leg["due_at"] and leg["due_on"] and leg["wake_at"]
            open_legs[leg["case"]].append(leg)
        owed = dict(
            Commitment.objects.filter(OPEN)
            .exclude(case=None)
            .order_by()
            .values_list("case")
            .annotate(Count("pk"))
        )
        for case in Case.objects.order_by().values(*CASE):
            self._law_two(case, open_legs[case["pk"]])
            assert owed.get(case["pk"], 0) == (case["state"] in OWED)
        assert not Commitment.objects.filter(office=None).exists()

    def _law_two(self, case: Row, legs: list[Row]) -> None:
        way = [leg for leg in legs if leg["asked_by"] is None]
        assert (case["closed_at"] is None) == STATES[case["state"]].open
        assert case["opened_at"] == self.opened[case["pk"]]
        assert (case["state"] == "merged") == (case["merged_into"] is not None)
        if case["closed_at"]:
            assert legs == []
            return
        assert case["owner"] and case["due_at"] and case["due_on"]
        assert len(way) == (0 if case["state"] == "arranged" else 1)
        assert {leg["owner"] for leg in way} <= {case["owner"]}
        assert {leg["asked_by"] for leg in legs} - {None} <= {leg["pk"] for leg in way}

    @invariant()
    def every_window_ends_and_every_case_stands_on_its_route(self) -> None:
        rungs: dict[int, list[tuple[str, bool]]] = defaultdict(list)
        contradicted = Leg.objects.filter(rung__in=("appeal", "reopened")).order_by("pk")
        for case, rung, owner, before in contradicted.values_list(
            "case", "rung", "owner", "came_from__owner"
        ):
            rungs[case].append((rung, owner == before))
        for case in Case.objects.order_by().values(*CASE):
            waits = bool(case["dispute_at"] and not case["asker_says"])
            assert (case["wake_at"] is not None) == waits
            done = case["state"] == "arranged" and case["office_says"] == "done"
            assert (case["closed_at"] is None and waits) == done
            found = [rung for rung, _same in rungs[case["pk"]]]
            assert case["appeals"] == found.count("appeal") <= 1
            assert found.count("reopened") <= 1
            assert ("appeal", True) not in rungs[case["pk"]]
            row = self._route(case["route"]).step(case["step"]) if case["route"] else None
            assert row["does"] == case["state"] if row else case["step"] in STATES

    def _route(self, pk: int) -> Route:
        if pk not in self.routes:
            self.routes[pk] = Route.objects.get(pk=pk)
        return self.routes[pk]

    @invariant()
    def no_word_vanishes(self) -> None:
        """What was said once stays: the events up to the last one known are as many as they were."""
        events = Event.objects.aggregate(
            n=Count("pk"), last=Max("pk"), old=Count("pk", Q(pk__lte=self.last_event))
        )
        assert events["old"] == self.events
        self.events, self.last_event = events["n"], events["last"] or 0

    @invariant()
    def every_end_of_a_promise_has_a_reason_or_a_word(self) -> None:
        changes = CommitmentChange.objects.order_by("commitment", "at", "pk")
        story = {
            pk: [(kind, bool(reason)) for _pk, kind, reason in rows]
            for pk, rows in groupby(
                changes.values_list("commitment", "kind", "reason"), key=lambda row: row[0]
            )
        }
        ends = Commitment.objects.order_by().values_list(
            "pk", "dropped_at", "kept_at", "broken_at", "confirmed_by"
        )
        for pk, dropped, kept, broken, confirmed in ends:
            kinds = [kind for kind, _reason in story[pk]]
            assert kinds.count("made") == 1
            assert kinds.count("amended") <= commitments.AMENDMENTS
            if dropped:
                assert story[pk][-1] == ("dropped", True)
            if kept or broken:
                assert confirmed

    @invariant()
    def one_party_acts_for_every_office_that_somebody_holds(self) -> None:
        current = Mandate.objects.current().with_absence().order_by("office", "pk")
        for _office, rows in groupby(current, key=lambda mandate: mandate.office_id):
            held = list(rows)
            found, away = actors(held), {m.pk for m in held if m.away_until}
            holders = [m for m in held if m.role == Role.HOLDER]
            deputies = [m for m in held if m.role == Role.DEPUTY]
            there = [m for m in deputies if m.pk not in away]
            stand_in = [m for m in there if holders and m.pk == holders[0].stand_in_now]
            assert len(holders) <= 1
            if holders and holders[0].pk not in away:
                assert found == holders
            else:
                assert found == (stand_in or there or holders or deputies)

    @invariant()
    def a_running_clock_shows_the_date_that_its_rows_give(self) -> None:
        """Reckoned anew where something that makes the date has changed since the last look."""
        closures = list(Closure.objects.order_by("pk").values_list("pk", "counts", "withdrawn_at"))
        legs = running_legs().select_related("owner__organisation").annotate(paused=Count("pauses"))
        for leg in legs:
            made_of = (leg.due_on, leg.days, leg.opened_at, leg.delivered_at, leg.paused, closures)
            if self.reckoned.get(leg.pk) == made_of:
                continue
            self.reckoned[leg.pk], day = made_of, reckoned(leg).day
            assert leg.due_on is not None
            assert leg.due_on >= day if self.taken_back else leg.due_on == day
            assert leg.reckoning["due"] == str(leg.due_on)

    @invariant()
    def nobody_is_known_who_has_not_said_yes(self) -> None:
        names = ("name", "address", "answered_at", "wake_at", "leg__closed_at", "shown_name", "said")
        for name, address, answered, wake, closed, shown, said in Referral.objects.order_by().values_list(
            *names
        ):
            if answered is None:
                assert name and address and wake and closed is None
            else:
                assert not name and not address and wake is None
                assert bool(shown) == (said == "yes")
