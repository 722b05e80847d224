"""In any story the rule says the same from the tables, from the journal and by hand, and new asks obey it."""

import contextlib
import os
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tequio.circuit.actions import answering, asker, opinions, promises
from tequio.circuit.models import Leg, Promise
from tequio.circuit.states import ANSWERS, Rung
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.models import Mandate, Office
from tequio.network.queries import may_act
from tequio.reference.models import Country
from tests.cast import Cast, open_leg_of
from tests.circuit.quiet import SUPPORT, answer, quiet_offices, work_without_letters
from tests.conftest import START

LONG = bool(os.environ.get("TEQUIO_LONG"))
pick = st.integers(0, 1000)


def row_of(office: Office) -> int:
    """How many dates in a row ran out there, counted by hand from its legs and signatures in the order of time; at one
    instant the sign of life comes last.
    """
    told = [(leg.closed_at, _sign(leg)) for leg in Leg.objects.filter(owner=office).exclude(closed_at=None)]
    signed = Promise.objects.filter(entry_point__office=office).values_list("signed_at", flat=True)
    told += [(at, "alive") for at in signed]
    row = 0
    for _at, sign in sorted(told, key=lambda each: (each[0], each[1] == "alive")):
        row = 0 if sign == "alive" else row + (sign == "missed")
    return row


def _sign(leg: Leg) -> str:
    if leg.outcome == "missed" or leg.outcome == "passed-on" and leg.in_time is False:
        return "missed"
    return "alive" if leg.outcome in ANSWERS else ""


class Service(RuleBasedStateMachine):
    """Two posts: of Germany's anything may become; Spain's answers every ask on the day on which it comes."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.time: Any = clock.at(START)
        self.time.__enter__()
        self.instant = START
        self.cast, self.number = Cast(), 0
        self.mesa = self.cast.hold("mesa", "Mesa")
        self.ema = self.cast.hold("embassy-de", "Ema")
        self.promise = self.cast.promise(self.ema, SUPPORT, days=3, countries=["DE"])
        self.cast.organisation("embassy-es", "post", "Embajada en España", country="ES")
        self.rosa = self.cast.hold("embassy-es", "Rosa")
        self.cast.promise(self.rosa, SUPPORT, days=3, countries=["ES"])

    def teardown(self) -> None:
        self.time.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def attempt(self, verb: Any, *args: Any, **given: Any) -> None:
        with contextlib.suppress(Refused):
            verb(*args, **given)

    def leg(self, which: int, **where: Any) -> Leg | None:
        found = list(Leg.objects.filter(owner=self.ema.office, **where).order_by("-pk")[:6])
        return found[which % len(found)] if found else None

    @rule(country=st.sampled_from(["DE", "DE", "DE", "ES"]))
    def ask(self, country: str) -> None:
        """A dead post gets no new ask after the third date, one that answers gets every one."""
        self.number += 1
        post: Mandate = self.ema if country == "DE" else self.rosa
        quiet = row_of(post.office) >= 3
        place = Country.objects.get(pk=country)
        leg = self.cast.leg(SUPPORT, address=f"a{self.number}@example.net", country=place)
        assert (leg.owner == post.office, leg.rung) == (not quiet, Rung.CENTRAL if quiet else Rung.ROUTED)
        if post == self.rosa:
            assert leg.owner == self.rosa.office
            answer(leg, self.rosa)

    @rule(days=st.sampled_from([1, 3, 7, 14, 14]))
    def time_passes(self, days: int) -> None:
        self.time.__exit__(None, None, None)
        self.instant += timedelta(days=days)
        self.time = clock.at(self.instant)
        self.time.__enter__()
        work_without_letters()

    @initialize(dates=st.integers(0, 3))
    def dates_run_out(self, dates: int) -> None:
        for _ in range(dates):
            self.ask("DE")
            self.time_passes(14)

    @rule()
    def a_date_runs_out(self) -> None:
        self.dates_run_out(1)

    @rule(which=pick)
    def pass_on_late(self, which: int) -> None:
        """Three days after its date, if the ask is still there: before it climbs."""
        if leg := self.leg(which, closed_at=None, asked_by=None):
            assert leg.due_at is not None
            self.time.__exit__(None, None, None)
            self.instant = max(self.instant, leg.due_at + timedelta(seconds=1))
            self.time = clock.at(self.instant)
            self.time.__enter__()
            self.pass_on(which)

    @rule(which=pick)
    def answer_one(self, which: int) -> None:
        if leg := self.leg(which, closed_at=None, asked_by=None):
            answer(leg, self.ema)

    @rule(which=pick)
    def pass_on(self, which: int) -> None:
        if leg := self.leg(which, closed_at=None, asked_by=None):
            self.attempt(answering.pass_on_leg, leg, by=self.ema, to=self.cast.desk, reason="full")

    @rule(which=pick)
    def take_back(self, which: int) -> None:
        if leg := self.leg(which, answered_at__isnull=False):
            self.attempt(answering.undo_answer, leg, by=self.ema)

    @rule(which=pick)
    def withdraw(self, which: int) -> None:
        if leg := self.leg(which, closed_at=None, asked_by=None):
            self.attempt(asker.withdraw_case, leg.case)

    @rule(which=pick)
    def wants_its_opinion(self, which: int) -> None:
        legs = list(Leg.objects.filter(owner=self.mesa.office, closed_at=None, asked_by=None).order_by("pk"))
        if legs and may_act(self.mesa.person, self.mesa.office):
            leg = open_leg_of(legs[which % len(legs)].case)
            due_on = leg.due_on
            given = {"offices": [self.ema.office], "task": "¿Qué opinan?", "due_on": due_on}
            self.attempt(opinions.ask_opinions, leg, by=self.mesa, **given)

    @rule()
    def say_that_it_is_back(self) -> None:
        self.attempt(promises.sign_again, self.ema.office, by=self.ema)

    @invariant()
    def the_rule_is_one(self) -> None:
        found = quiet_offices()
        posts = (self.ema.office, self.rosa.office)
        assert set(found) == {office.code for office in posts if row_of(office) >= 3}


@pytest.mark.django_db
def test_the_rule_is_the_same_wherever_it_is_read_and_new_asks_obey_it() -> None:
    examples, steps = (200, 60) if LONG else (15, 12)
    run_state_machine_as_test(
        Service,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
