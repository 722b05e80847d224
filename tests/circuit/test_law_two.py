"""Law 2 at every step: an open case has one owner and one date, an open leg one office and one date.

A machine asks, answers, approves, passes on, asks back, takes back, wants opinions and gives them, asks members,
withdraws, confirms, lets time pass with and without the ticker, ends and begins mandates, hands offices over, is away
and comes back, changes governments, renames, merges and closes organisations, signs and withdraws promises, in any
order.
"""

import os
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    rule,
    run_state_machine_as_test,
)

from tequio.circuit.actions import (
    answering,
    asker,
    commitments,
    merging,
    promises,
)
from tequio.circuit.models import Case, Commitment, Leg, Promise
from tequio.circuit.queries import owed
from tequio.circuit.queries.record import from_journal, from_tables
from tequio.journal.queries import verify
from tequio.kernel import clock
from tequio.kernel.errors import Refused
from tequio.network.absences import cancel_absence, declare_absence
from tequio.network.actions import accept_invitation, end_mandate
from tequio.network.handing import hand_over_office
from tequio.network.models import Absence, Invitation, Mandate, Office, Role
from tequio.network.queries import acting, current_mandates
from tests.cast import Cast, work
from tests.circuit.law_governments import Governments
from tests.circuit.law_routes import NAMES, OFFICES, RouteRules, pick
from tests.circuit.law_two_calendar import Calendars
from tests.circuit.law_watch import Watch
from tests.conftest import START

KINDS = {
    "chapter-berlin": "school-talk",
    "chapter-madrid": "school-talk",
    "university-oaxaca": "counterpart",
    "institute": "consular-support",
    "agency": "consular-support",
    "embassy-de": "consular-support",
    "mesa": "school-talk",
}


def items_of(office: Office) -> list[Any]:
    """What is open at an office: its asks, its commitments."""
    legs = Leg.objects.filter(owner=office, closed_at=None).order_by("pk")
    owed = Commitment.objects.filter(office=office, kept_at=None, broken_at=None, dropped_at=None)
    return [*legs.values_list("pk", "due_at"), *owed.order_by("pk").values_list("pk", "due_at")]


class Circuit(Watch, Governments, RouteRules, Calendars):
    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.time: Any = clock.at(START)
        self.time.__enter__()
        self.instant = START
        self.cast = Cast()

    def teardown(self) -> None:
        try:
            self.journal_agrees()
        finally:
            self.time.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def journal_agrees(self) -> None:
        assert verify().broken is None
        assert from_journal() == from_tables()
        assert owed.from_journal() == owed.from_tables()
        for figures in owed.from_tables().values():
            ended = figures.kept + figures.broken + figures.dropped + figures.lapsed
            assert figures.made + figures.taken_over == figures.handed_over + ended + figures.open

    def attempt(self, verb: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return verb(*args, **kwargs)
        except Refused:
            return None

    @initialize()
    def somebody_has_promised(self) -> None:
        self.cast.hold("mesa", "Ana")
        berlin = self.cast.promise(self.cast.hold("chapter-berlin", "Beto"))
        madrid = self.cast.promise(self.cast.hold("chapter-madrid", "Carla"), days=20)
        type(berlin.entry_point).objects.filter(pk=berlin.entry_point_id).update(fallback=madrid.entry_point)
        self.cast.promise(self.cast.hold("institute", "Dora"), "consular-support", days=3)
        self.somebody_has_promised_the_joint_kind(berlin.signed_by)
        for kind in ("school-talk", "school-talk", "consular-support", "joint", "joint"):
            self.ask(kind)
        self.ask_the_same_again(0)

    @rule(kind=st.sampled_from(["school-talk", "counterpart", "consular-support", "joint"]))
    def ask(self, kind: str) -> None:
        case = self.cast.case(kind, delivered=False, address=f"a{len(self.opened)}@example.net")
        self.opened[case.pk] = case.opened_at

    def case(self, which: int, *states: str) -> Case | None:
        """One of the cases that are in any of these states."""
        found = list(Case.objects.filter(state__in=states).order_by("pk"))
        return found[which % len(found)] if found else None

    @rule(hours=st.sampled_from([1, 7, 24, 49, 24 * 9, 24 * 40]), ticker=st.sampled_from([True, True, False]))
    def time_passes(self, hours: int, ticker: bool) -> None:
        """Without the ticker nobody looks at what falls due, until it runs again."""
        self.time.__exit__(None, None, None)
        self.instant += timedelta(hours=hours)
        self.time = clock.at(self.instant)
        self.time.__enter__()
        if ticker:
            work()

    def open_leg(self, which: int) -> tuple[Leg | None, Mandate | None]:
        leg = (
            Leg.objects.filter(case=self.case(which, "at-desk", "question"), asked_by=None, closed_at=None)
            .select_related("owner")
            .first()
        )
        actors = acting(leg.owner) if leg and leg.owner else []
        return leg, actors[0] if actors else None

    @rule(case=pick, days=st.integers(0, 30))
    def accept(self, case: int, days: int) -> None:
        leg, by = self.open_leg(case)
        if leg and by:
            due = clock.today(leg.owner.organisation.zone) + timedelta(days=days)
            self.attempt(answering.accept_leg, leg, by=by, what="Una charla", due_on=due)

    @rule(case=pick)
    def decline(self, case: int) -> None:
        leg, by = self.open_leg(case)
        if leg and by:
            self.attempt(answering.decline_leg, leg, by=by, reason="full")

    @rule(case=pick, to=st.sampled_from(OFFICES))
    def pass_on(self, case: int, to: str) -> None:
        leg, by = self.open_leg(case)
        if leg and by:
            self.attempt(answering.pass_on_leg, leg, by=by, to=self.cast.office(to), reason="full")

    @rule(case=pick)
    def ask_one_thing_more(self, case: int) -> None:
        leg, by = self.open_leg(case)
        if leg and by:
            self.attempt(answering.ask_more, leg, by=by, question="¿Cuántos grupos?")

    @rule(case=pick)
    def reply(self, case: int) -> None:
        if found := self.case(case, "question"):
            self.attempt(asker.reply_to_question, found, "Dos grupos")

    @rule(case=pick)
    def take_back(self, case: int) -> None:
        legs = list(Leg.objects.filter(answered_at__isnull=False).order_by("-answered_at")[:5])
        leg = legs[case % len(legs)] if legs else None
        if leg and leg.owner and (actors := acting(leg.owner)):
            self.attempt(answering.undo_answer, leg, by=actors[0])

    @rule(case=pick)
    def withdraw(self, case: int) -> None:
        if found := self.case(case, "at-desk", "question", "arranged"):
            self.attempt(asker.withdraw_case, found)

    @rule(which=pick)
    def ask_the_same_again(self, which: int) -> None:
        if found := self.case(which, "at-desk", "question", "arranged"):
            case = self.attempt(self.cast.case, found.kind.slug, address=found.ask.address)
            self.opened |= {case.pk: case.opened_at} if case else {}

    def twins(self, which: int) -> tuple[Case, Case] | None:
        """An open ask, and an earlier one of the same asker and kind."""
        cases = Case.objects.select_related("ask").order_by("opened_at", "pk")
        found = [
            (later, earlier)
            for later in cases.filter(state__in=("at-desk", "question"))
            for earlier in cases.filter(kind=later.kind_id, ask__address=later.ask.address)
            if (earlier.opened_at, earlier.pk) < (later.opened_at, later.pk)
        ]
        return found[which % len(found)] if found else None

    @rule(which=pick, coordinates=st.booleans(), back=st.booleans())
    def merge(self, which: int, coordinates: bool, back: bool) -> None:
        if not (pair := self.twins(which)):
            return
        office = self.cast.desk if coordinates else pair[0].owner
        if office and (actors := acting(office)):
            self.attempt(merging.merge_case, *pair, by=actors[0])
            if back:
                self.attempt(merging.part_case, pair[0], by=actors[0])
            self.journal_agrees()

    @rule(which=pick, coordinates=st.booleans())
    def part(self, which: int, coordinates: bool) -> None:
        case = self.case(which, "merged")
        office = self.cast.desk if coordinates else case and case.owner
        if case and office and (actors := acting(office)):
            self.attempt(merging.part_case, case, by=actors[0])

    @rule(case=pick, happened=st.booleans())
    def say_whether_it_happened(self, case: int, happened: bool) -> None:
        if found := self.case(case, "arranged", "unconfirmed"):
            self.attempt(asker.report_outcome, found, happened=happened)

    def owed(self, which: int) -> tuple[Commitment | None, Mandate | None]:
        """One of the promises not settled yet, and who acts for the office that owes it."""
        found = list(Commitment.objects.filter(kept_at=None, broken_at=None, dropped_at=None).order_by("pk"))
        commitment = found[which % len(found)] if found else None
        actors = acting(commitment.office) if commitment else []
        return commitment, actors[0] if actors else None

    @rule(which=pick, days=st.integers(0, 30))
    def amend(self, which: int, days: int) -> None:
        commitment, by = self.owed(which)
        if commitment and by:
            day = clock.today("UTC") + timedelta(days=days)
            self.attempt(commitments.amend_commitment, commitment, by, "Otra charla", day, "Enfermedad")

    @rule(which=pick)
    def drop(self, which: int) -> None:
        commitment, by = self.owed(which)
        if commitment and by:
            self.attempt(commitments.drop_commitment, commitment, by, "Nadie puede")

    @rule(
        office=st.sampled_from(OFFICES),
        name=st.sampled_from(NAMES),
        role=st.sampled_from(["holder", "deputy"]),
    )
    def begin_mandate(self, office: str, name: str, role: str) -> None:
        self.attempt(self.cast.hold, office, name, role=role, until=clock.today("UTC") + timedelta(days=30))

    @rule(which=pick)
    def a_mandate_ends(self, which: int) -> None:
        current = list(Mandate.objects.current().order_by("pk"))
        if current:
            end_mandate(current[which % len(current)], by=None)

    @rule(which=pick, other=pick, ahead=st.integers(0, 5), length=st.integers(0, 12))
    def somebody_is_away(self, which: int, other: int, ahead: int, length: int) -> None:
        current = list(Mandate.objects.current().order_by("pk"))
        if current:
            mandate = current[which % len(current)]
            others = [None, *current_mandates(mandate.office)]
            first_day = clock.today(mandate.office.organisation.zone) + timedelta(days=ahead)
            self.attempt(
                declare_absence,
                mandate,
                by=mandate,
                first_day=first_day,
                last_day=first_day + timedelta(days=length),
                stand_in=others[other % len(others)],
            )

    @rule(which=pick, to=pick, name=st.sampled_from([*NAMES, "Nadie"]))
    def the_office_is_handed_over(self, which: int, to: int, name: str) -> None:
        """To one of its deputies at once, else to an address that has to accept."""
        holders = list(Mandate.objects.current().filter(role=Role.HOLDER).order_by("pk"))
        if holders:
            left = holders[which % len(holders)]
            deputies = [m for m in current_mandates(left.office) if m.role == Role.DEPUTY]
            whom = [*deputies, f"{name.lower()}@example.org"][to % (len(deputies) + 1)]
            before = items_of(left.office)
            given = self.attempt(hand_over_office, left.office, by=left, to=whom, learnt="Poco a poco")
            if isinstance(given, Mandate):
                assert items_of(left.office) == before
                assert given in current_mandates(left.office)

    @rule(which=pick)
    def an_invitation_is_accepted(self, which: int) -> None:
        found = list(Invitation.objects.filter(accepted_at=None, withdrawn_at=None).order_by("pk"))
        if found:
            given = {"name": "Nadie", "language": "es", "zone": "UTC", "until": None}
            self.attempt(accept_invitation, found[which % len(found)], **given)

    @rule(which=pick)
    def somebody_is_back(self, which: int) -> None:
        absences = list(Absence.objects.filter(cancelled_at=None).order_by("pk"))
        if absences:
            absence = absences[which % len(absences)]
            cancel_absence(absence, by=absence.mandate)

    @rule(office=st.sampled_from(OFFICES), days=st.integers(1, 30))
    def sign(self, office: str, days: int) -> None:
        if actors := acting(self.cast.office(office)):
            self.attempt(self.cast.promise, actors[0], KINDS[office], days=days, valid_days=60)

    @rule(which=pick)
    def withdraw_promise(self, which: int) -> None:
        live = list(Promise.objects.live().order_by("pk"))
        if live and (actors := acting(live[which % len(live)].entry_point.office)):
            promises.withdraw_promise(live[which % len(live)], by=actors[0])


LONG = bool(os.environ.get("TEQUIO_LONG"))


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(20 if LONG else 1))
def test_law_two_holds_at_every_step_of_any_story(part: int) -> None:
    """In the long form 20 parts of 5,000 steps."""
    examples, steps = (50, 100) if LONG else (20, 50)
    run_state_machine_as_test(
        Circuit,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_database_refuses_an_open_case_without_owner_or_date(cast: Cast) -> None:
    cast.promise(cast.hold("chapter-berlin", "Beto"))
    case = cast.case()
    for broken in ({"owner": None}, {"due_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**broken)
        with pytest.raises(IntegrityError), transaction.atomic():
            Leg.objects.filter(case=case).update(**broken)
