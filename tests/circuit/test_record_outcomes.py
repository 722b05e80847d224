"""What the record counts of every way in which a leg ends, by administration, and of the facts that tell it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tequio.circuit.actions.answering import ask_more, pass_on_leg
from tequio.circuit.actions.asker import report_outcome
from tequio.circuit.actions.steps import close_leg, closes, enter
from tequio.circuit.models import Case, Commitment, Leg, Pause
from tequio.circuit.queries.record import Figures, from_journal, full_from_journal, full_from_tables
from tequio.circuit.states import LegOutcome
from tequio.journal.chain import canonical
from tequio.journal.models import Entry
from tequio.network.models import Administration, Mandate
from tests.cast import Cast, open_leg_of
from tests.circuit.month import accept, berlins_promise, decline, figures_of
from tests.conftest import Clock


@pytest.fixture
def berlin(cast: Cast) -> Mandate:
    return berlins_promise(cast)


BESIDE = {
    LegOutcome.MOVED: Figures(asked=1, moved=1),
    LegOutcome.WITHDRAWN: Figures(asked=1, withdrawn=1),
    LegOutcome.NO_REPLY: Figures(asked=1, no_reply=1),
    LegOutcome.UNDONE: Figures(asked=1, undone=1),
    LegOutcome.UNDELIVERED: Figures(asked=1, undelivered=1),
    LegOutcome.NOT_NEEDED: Figures(asked=1, not_needed=1),
    LegOutcome.MERGED: Figures(asked=1, merged=1),
    LegOutcome.MISSED: Figures(asked=1, missed=1, matured=1),
}
ANSWERED: dict[LegOutcome, str] = {
    LegOutcome.ACCEPTED: "accepted",
    LegOutcome.ANSWERED: "answered",
    LegOutcome.ELSEWHERE: "elsewhere",
    LegOutcome.FORWARDED: "forwarded",
    LegOutcome.OPINION: "opinions",
    LegOutcome.DECLINED: "declined",
    LegOutcome.PASSED_ON: "passed_on",
}


def end(case: Case, outcome: str, now: datetime) -> None:
    """The open leg ends so, as a verb would end it."""
    leg = open_leg_of(case)
    close_leg(leg, outcome, now=now, answered=outcome in ANSWERED)
    enter("leg.ended", case, leg, {"closes": closes(leg)})


def with_one(name: str, figures: Figures) -> Figures:
    setattr(figures, name, 1)
    return figures


def test_every_way_in_which_a_leg_ends_has_its_figure() -> None:
    assert {*BESIDE, *ANSWERED} == set(LegOutcome)


@pytest.mark.parametrize("outcome", BESIDE)
@pytest.mark.parametrize("late", [False, True])
def test_what_no_answer_was_owed_to_is_no_miss(
    cast: Cast, berlin: Mandate, clock: Clock, outcome: LegOutcome, late: bool
) -> None:
    case = cast.case()
    now = clock.forward(days=40 if late else 1)
    end(case, outcome, now)
    clock.forward(days=40)
    assert figures_of(berlin) == BESIDE[outcome]


@pytest.mark.parametrize("outcome", ANSWERED)
def test_every_answer_in_time_is_kept(cast: Cast, berlin: Mandate, clock: Clock, outcome: LegOutcome) -> None:
    case = cast.case()
    end(case, outcome, clock.forward(days=1))
    clock.forward(days=40)
    assert figures_of(berlin) == with_one(ANSWERED[outcome], Figures(asked=1, in_time=1, matured=1, kept=1))


@pytest.mark.parametrize("outcome", ANSWERED)
def test_an_answer_after_its_date_is_late_but_passing_on_then_is_a_miss(
    cast: Cast, berlin: Mandate, clock: Clock, outcome: LegOutcome
) -> None:
    case = cast.case()
    end(case, outcome, clock.forward(days=40))
    missed = outcome == LegOutcome.PASSED_ON
    assert figures_of(berlin) == with_one(
        ANSWERED[outcome], Figures(asked=1, late=int(not missed), missed=int(missed), matured=1)
    )


def test_an_office_that_passes_on_after_its_date_has_missed(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    madrid = cast.hold("chapter-madrid", "Dora")
    cast.promise(madrid, days=20)
    leg = open_leg_of(cast.case())
    assert leg.due_at is not None
    clock.to(leg.due_at + timedelta(hours=1))
    pass_on_leg(leg, by=berlin, to=madrid.office, reason="full")
    assert figures_of(berlin) == Figures(asked=1, missed=1, passed_on=1, matured=1)
    assert figures_of(madrid).waiting == 1


def test_figures_are_kept_apart_by_administration(cast: Cast, clock: Clock) -> None:
    """The embassy was asked twice under one government and once under the next."""
    cast.hold("mesa", "Carla")
    embassy = cast.hold("embassy-de", "Ema")
    cast.promise(embassy, "consular-support", days=5, countries=["DE"])
    for slug, start, stop in (
        ("one", date(2024, 10, 1), date(2026, 12, 1)),
        ("two", date(2026, 12, 1), None),
    ):
        Administration.objects.create(
            home_id="MX", slug=slug, names={"es": slug}, starts_on=start, ends_on=stop
        )
    for number in range(2):
        decline(cast.case("consular-support", address=f"a{number}@example.net"), embassy)
    clock.forward(days=20)
    cast.case("consular-support", address="later@example.net")
    code, full = embassy.office.code, full_from_tables()
    assert full == full_from_journal()
    assert full[code, "MX/consular-support", "MX/one"] == Figures(
        asked=2, in_time=2, declined=2, matured=2, kept=2
    )
    assert full[code, "MX/consular-support", "MX/two"] == Figures(
        asked=1, waiting=1, waiting_since=clock.instant
    )
    assert figures_of(embassy, "consular-support").asked == 3


def test_chapters_and_universities_act_under_no_administration(cast: Cast, berlin: Mandate) -> None:
    Administration.objects.create(home_id="MX", slug="one", names={}, starts_on=date(2024, 10, 1))
    cast.case()
    assert list(full_from_tables()) == [(berlin.office.code, "MX/school-talk", "")]
    assert full_from_tables() == full_from_journal()


def test_pauses_are_counted_and_those_that_the_asker_contests(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    case = cast.case()
    ask_more(open_leg_of(case), by=berlin, question="For which year?")
    Pause.objects.update(contested_at=clock.instant)
    case.refresh_from_db()
    enter("pause.contested", case, open_leg_of(case), {"contests": {"leg": 1}})
    figures = figures_of(berlin)
    assert (figures.pauses, figures.contested) == (1, 1)


@pytest.mark.parametrize(
    ("confirmed_by", "expected"), [("asker", (1, 0)), ("silence", (0, 1)), ("beneficiary", (1, 0))]
)
def test_what_silence_confirms_is_counted_apart(
    cast: Cast, berlin: Mandate, clock: Clock, confirmed_by: str, expected: tuple[int, int]
) -> None:
    case = cast.case()
    leg = open_leg_of(case)
    accept(case, berlin)
    Commitment.objects.update(kept_at=clock.instant, confirmed_by=confirmed_by)
    enter("commitment.kept", case, leg, {"settles": {"leg": 1, "kept": True, "by": confirmed_by}})
    figures = figures_of(berlin)
    assert (figures.done, figures.done_silent) == expected


def test_a_commitment_settled_anew_counts_once(cast: Cast, berlin: Mandate, clock: Clock) -> None:
    case = cast.case()
    leg = open_leg_of(case)
    accept(case, berlin)
    clock.forward(days=6)
    report_outcome(case, happened=True)
    Commitment.objects.update(kept_at=None, broken_at=clock.instant)
    enter("commitment.broken", case, leg, {"settles": {"leg": 1, "kept": False}})
    figures = figures_of(berlin)
    assert (figures.done, figures.not_done) == (0, 1)


@pytest.mark.parametrize("fact", ["delivers", "moves"])
def test_a_date_reckoned_anew_decides_when_an_answer_matures(
    cast: Cast, berlin: Mandate, clock: Clock, fact: str
) -> None:
    case = cast.case()
    leg = open_leg_of(case)
    assert leg.due_at is not None
    later = leg.due_at + timedelta(days=3)
    Leg.objects.update(due_at=later)
    enter("leg.moved", case, leg, {fact: [{"leg": 1, "due_at": later}]})
    decline(case, berlin)
    clock.to(leg.due_at + timedelta(hours=1))
    assert figures_of(berlin) == Figures(asked=1, in_time=1, declined=1)
    clock.to(later)
    assert figures_of(berlin) == Figures(asked=1, in_time=1, declined=1, matured=1, kept=1)


def test_a_journal_that_does_not_name_what_an_undo_closed_closes_what_came_later(
    cast: Cast, berlin: Mandate, clock: Clock
) -> None:
    """So wrote the first version of the hub."""
    opened = {"opened_at": clock.instant, "due_at": clock.instant, "office": "a/1"}
    entries: list[dict[str, Any]] = [
        {"opens": {"leg": 1, **opened}},
        {"closes": {"leg": 1, "outcome": "passed-on", "in_time": True}, "opens": {"leg": 2, **opened}},
        {"reopens": 1},
    ]
    made = [
        Entry(kind=kind, reference="mx-a", facts=canonical({"home": "MX", "kind": "talk", **facts}))
        for kind, facts in zip(("case.opened", "leg.passed-on", "leg.undone"), entries, strict=True)
    ]
    assert from_journal(made) == {
        ("a/1", "MX/talk"): Figures(asked=2, waiting=1, waiting_since=clock.instant, undone=1)
    }
