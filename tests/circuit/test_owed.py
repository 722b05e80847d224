"""What was promised, counted by office and government: the same from the tables and from the journal alone."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tequio.circuit.actions.agreements import Owing, end_agreement, propose_agreement, sign_agreement
from tequio.circuit.actions.answering import accept_leg, undo_answer
from tequio.circuit.actions.asker import report_outcome, withdraw_case
from tequio.circuit.actions.commitments import amend_commitment, drop_commitment, keep_on, owes, put_before
from tequio.circuit.actions.keeping import judge_commitment, say_done
from tequio.circuit.models import Commitment, CommitmentChange, Review
from tequio.circuit.queries.owed import Promised, from_journal, from_tables, owed_rows, total
from tequio.journal.actions import write
from tequio.kernel import clock as hub_clock
from tequio.kernel.errors import Refused
from tequio.network.actions import end_mandate
from tequio.network.models import Administration, Mandate, Transition
from tequio.network.queries import acting
from tests.cast import Cast, work
from tests.circuit.agreed import ENDS, in_force, terms
from tests.conftest import LONG, START, Clock

BEFORE, AFTER = date(2024, 10, 1), date(2026, 12, 15)


@pytest.fixture
def berlin(cast: Cast) -> Mandate:
    cast.hold("mesa", "Carla")
    mandate = cast.hold("chapter-berlin", "Ana")
    cast.promise(mandate)
    return mandate


def figures_of(mandate: Mandate, government: str = "") -> Promised:
    """The counts of the mandate's office, the same from the tables and from the journal."""
    tables, journal = from_tables(), from_journal()
    assert tables == journal
    return tables[mandate.office.code, government]


def promised(cast: Cast, by: Mandate, kind: str = "school-talk", days: int = 5) -> Commitment:
    leg = cast.leg(kind)
    day = hub_clock.today("UTC") + timedelta(days=days)
    accept_leg(leg, by=by, what="A talk", due_on=day)
    return Commitment.objects.latest("pk")


# What is counted --------------------------------------------------------------------------


def test_a_promise_is_open_then_past_its_date_then_kept_or_broken(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    first, second = promised(cast, berlin), promised(cast, berlin)
    assert figures_of(berlin) == Promised(made=2, open=2)
    clock.to(first.due_at - timedelta(microseconds=1))
    assert figures_of(berlin).overdue == 0
    clock.to(first.due_at)
    assert figures_of(berlin) == Promised(made=2, open=2, overdue=2)
    assert first.case is not None
    assert second.case is not None
    report_outcome(first.case, happened=True)
    report_outcome(second.case, happened=False)
    assert figures_of(berlin) == Promised(made=2, by_asker=1, broken=1)
    assert (figures_of(berlin).kept, figures_of(berlin).judged) == (1, 2)


def test_what_nobody_said_is_neither_kept_nor_late(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    case = promised(cast, berlin).case
    for _ in range(22):
        clock.forward(days=1)
        work()
    assert figures_of(berlin) == Promised(made=1, open=1, unsaid=1)
    assert case is not None
    report_outcome(case, happened=True)
    assert figures_of(berlin) == Promised(made=1, by_asker=1)


def test_amended_counts_every_time_and_dropped_only_what_the_office_dropped(
    cast: Cast, berlin: Mandate
) -> None:
    one, two, three = (promised(cast, berlin) for _ in range(3))
    for days in (6, 7):
        day = hub_clock.today("UTC") + timedelta(days=days)
        amend_commitment(one, berlin, "A talk", day, "The speaker is ill.")
    drop_commitment(one, berlin, "The speaker left.")
    assert two.leg is not None
    assert three.case is not None
    undo_answer(two.leg, by=berlin)
    withdraw_case(three.case)
    assert figures_of(berlin) == Promised(made=3, amended=2, dropped=1, lapsed=2)


def test_it_counts_under_the_government_under_which_it_was_made(cast: Cast, clock: Clock) -> None:
    names = {"es": "Gobierno", "en": "Government"}
    Administration.objects.create(home_id="MX", slug="a", names=names, starts_on=BEFORE, ends_on=AFTER)
    Administration.objects.create(home_id="MX", slug="b", names=names, starts_on=AFTER)
    cast.hold("mesa", "Carla")
    ema = cast.hold("embassy-de", "Ema")
    cast.promise(ema, "consular-support")
    old = promised(cast, ema, "consular-support", days=60)
    clock.to(clock.instant + timedelta(days=30))
    promised(cast, ema, "consular-support", days=60)
    drop_commitment(old, ema, "The room is closed.")
    assert figures_of(ema, "MX/a") == Promised(made=1, dropped=1)
    assert figures_of(ema, "MX/b") == Promised(made=1, open=1)
    assert CommitmentChange.objects.latest("pk").administration == Administration.objects.get(slug="b")
    rows = owed_rows()
    assert [str(row.administration.slug) for row in rows if row.administration] == ["b", "a"]
    assert total(rows) == Promised(made=2, dropped=1, open=1)


def test_what_passes_on_stays_made_here_and_is_taken_over_there(cast: Cast, berlin: Mandate) -> None:
    promised(cast, berlin)
    end_mandate(berlin, by=None)
    assert figures_of(berlin) == Promised(made=1, handed_over=1)
    assert from_tables()[cast.desk.code, ""] == Promised(taken_over=1, open=1)


def test_what_a_new_holder_has_not_decided_by_the_day_is_undecided(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    left, kept, amended = (promised(cast, berlin, days=90) for _ in range(3))
    day = hub_clock.today("UTC") + timedelta(days=30)
    transition = Transition.objects.create(
        home_id="MX", name="Change", decide_on=day, decide_at=hub_clock.end_of(day, "UTC")
    )
    for each in (left, kept, amended):
        Review.objects.create(transition=transition, commitment=each, office=each.office)
        write("test.put", facts={"owes": owes(put_before(each))})
    assert figures_of(berlin).undecided == 0
    keep_on(kept, by=berlin, reason="As promised.")
    Review.objects.filter(commitment=kept).update(decision="keep")
    write("test.kept", facts={"owes": owes(kept)})
    amend_commitment(amended, berlin, "Another talk", amended.due_on, "Another speaker.")
    assert Review.objects.get(commitment=amended).decision == "amend"
    clock.to(transition.decide_at)
    assert figures_of(berlin).undecided == 1
    drop_commitment(left, berlin, "No longer.")
    assert (figures_of(berlin).undecided, Review.objects.get(commitment=left).reason) == (0, "No longer.")


def test_support_in_kind_is_counted(cast: Cast, clock: Clock) -> None:
    cast.hold("mesa", "Carla")
    ana, uma = cast.hold("chapter-berlin", "Ana"), cast.hold("university-oaxaca", "Uma")
    in_force(ana, uma)
    assert figures_of(uma) == Promised(made=1, open=1, in_kind=1)
    assert figures_of(ana) == Promised(made=1, open=1)


def test_no_share_is_given_below_ten() -> None:
    assert Promised(by_asker=9).percents is None
    assert Promised(by_asker=4, by_silence=2, by_beneficiary=4).percents == (72, 100)


def test_the_counts_take_three_queries_however_many_there_are(
    cast: Cast, berlin: Mandate, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        promised(cast, berlin)
        with django_assert_num_queries(3):
            from_tables()


def test_the_counts_can_be_narrowed_to_an_office(cast: Cast, berlin: Mandate) -> None:
    ana, uma = berlin, cast.hold("university-oaxaca", "Uma")
    in_force(ana, uma)
    assert from_tables(office=uma.office) == {(uma.office.code, ""): figures_of(uma)}
    narrowed = from_tables(office__organisation=ana.office.organisation)
    assert narrowed == {(ana.office.code, ""): figures_of(ana)}


# Verify -------------------------------------------------------------------------------------


def test_verify_names_the_office_whose_promises_are_not_the_journal_s(
    cast: Cast, berlin: Mandate, capsys: Any
) -> None:
    promised(cast, berlin)
    call_command("verify")
    Commitment.objects.update(dropped_at=hub_clock.now())
    with pytest.raises(SystemExit):
        call_command("verify")
    assert f"{berlin.office.code} (promised)" in capsys.readouterr().out


# A life -------------------------------------------------------------------------------------

ACTS = ("amend", "drop", "done", "kept", "broken", "time", "vacate", "hold", "end", "withdraw", "undo")
OFFICES = ("chapter-berlin", "university-oaxaca", "mesa")


class Life:
    """Two commitments by agreement and one to an asker, and everything that can happen to them."""

    def __init__(self, cast: Cast, clock: Clock) -> None:
        self.cast, self.clock = cast, clock
        cast.hold("mesa", "Carla")
        ana, uma = cast.hold("chapter-berlin", "Ana"), cast.hold("university-oaxaca", "Uma")
        cast.promise(ana)
        self.agreement = in_force(ana, uma)
        self.case = promised(cast, ana, days=20).case

    def act(self, act: str, which: int) -> None:
        commitments = list(Commitment.objects.order_by("pk"))
        commitment = commitments[which % len(commitments)]
        by = next(iter(acting(commitment.office)), None)
        other = next(iter(acting(self.cast.office(OFFICES[which % 2]))), None)
        day = hub_clock.today("UTC") + timedelta(days=which)
        try:
            if act == "time":
                self.clock.forward(days=which)
                work()
            elif act == "vacate" and by:
                end_mandate(by, by=None)
            elif act == "hold":
                self.cast.hold(OFFICES[which % 3], f"Name{which}")
            elif act == "withdraw" and self.case:
                withdraw_case(self.case)
            elif act == "undo" and by and commitment.leg:
                undo_answer(commitment.leg, by=by)
            elif act == "end" and other:
                end_agreement(self.agreement, by=other, reason="Enough.")
            elif act in ("kept", "broken") and other:
                judge_commitment(commitment, kept=act == "kept", by=other)
            elif act == "amend" and by:
                amend_commitment(commitment, by, f"Else {which}", day, "Illness.")
            elif act == "drop" and by:
                drop_commitment(commitment, by, "Nobody can.")
            elif act == "done" and by:
                say_done(commitment, by=by)
        except Refused:
            pass

    def holds(self) -> None:
        assert from_journal() == from_tables()
        for figures in from_tables().values():
            ended = figures.kept + figures.broken + figures.dropped + figures.lapsed
            assert figures.made + figures.taken_over == figures.handed_over + ended + figures.open
        for commitment in Commitment.objects.select_related("office").prefetch_related("changes"):
            changes = list(commitment.changes.all())
            assert commitment.office is not None
            assert [change.kind for change in changes].count("made") == 1
            assert sum(change.kind == "amended" for change in changes) <= 3
            assert all(change.reason for change in changes if change.kind in ("amended", "dropped", "moved"))
            ends = [commitment.kept_at, commitment.broken_at, commitment.dropped_at]
            assert sum(end is not None for end in ends) <= 1
            if commitment.kept_at or commitment.broken_at:
                assert (bool(commitment.confirmed_by), commitment.wake_at) == (True, None)


@settings(suppress_health_check=list(HealthCheck), max_examples=2000 if LONG else 30)
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 40)), max_size=14))
@pytest.mark.django_db
def test_whatever_happens_every_end_has_a_reason_or_a_word_and_the_journal_agrees(
    acts: list[tuple[str, int]],
) -> None:
    clock = Clock(START)
    with transaction.atomic():
        life = Life(Cast(), clock)
        for act, which in acts:
            life.act(act, which)
            life.holds()
        transaction.set_rollback(True)
    clock.close()


def test_a_renewal_s_commitments_count_beside_those_of_the_old_one(cast: Cast, berlin: Mandate) -> None:
    uma = cast.hold("university-oaxaca", "Uma")
    old = in_force(berlin, uma)
    new = terms(starts_on=ENDS, expires_on=date(2028, 11, 30))
    owing = [Owing(uma.office, "A room.", date(2028, 1, 1), "room")]
    sign_agreement(propose_agreement(new, owing, to=uma.office, by=berlin, renews=old), by=uma)
    assert figures_of(uma) == Promised(made=2, open=2, in_kind=2)
