"""Shares and waiting times: published examples, other people's libraries, and desks whose truth is known."""

import sys
from collections import Counter
from collections.abc import Callable
from math import inf, isinf, sqrt
from random import Random
from statistics import median

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import proportion_confint

from tequio.circuit.statistics import (
    Spell,
    curve_of,
    kaplan_meier,
    log_log,
    median_of,
    normal_quantile,
    score_interval,
    wilson,
)

SAME = 1e-9

# Weeks of remission of 42 children with leukaemia: E. J. Freireich et al., Blood 21 (1963) 699, as in J. P. Klein and
# M. L. Moeschberger, Survival Analysis (2003), tables 1.1 and 4.1.
TREATED: list[Spell] = [(float(time), True) for time in (6, 6, 6, 7, 10, 13, 16, 22, 23)] + [
    (float(time), False) for time in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
]
PLACEBO: list[Spell] = [
    (time, True) for time in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
]
# time, at risk, events, survival, Greenwood's standard error, log-log interval
PUBLISHED = [
    (6, 21, 3, 0.8571, 0.0764, 0.6197, 0.9516),
    (7, 17, 1, 0.8067, 0.0869, 0.5631, 0.9228),
    (10, 15, 1, 0.7529, 0.0963, 0.5032, 0.8894),
    (13, 12, 1, 0.6902, 0.1068, 0.4316, 0.8491),
    (16, 11, 1, 0.6275, 0.1141, 0.3675, 0.8049),
    (22, 7, 1, 0.5378, 0.1282, 0.2678, 0.7468),
    (23, 6, 1, 0.4482, 0.1346, 0.1881, 0.6801),
]


# Published examples ------------------------------------------------------------------------


def test_the_curve_of_the_treated_children_is_the_published_one() -> None:
    steps = [step for step in kaplan_meier(TREATED).steps if step.events]
    found = [
        (
            step.time,
            step.at_risk,
            step.events,
            round(step.survival, 4),
            round(step.survival * sqrt(step.spread), 4),
            round(step.interval[0], 4),
            round(step.interval[1], 4),
        )
        for step in steps
    ]
    assert found == PUBLISHED


def test_half_of_the_treated_children_relapsed_within_23_weeks_and_of_the_others_within_8() -> None:
    treated, placebo = kaplan_meier(TREATED), kaplan_meier(PLACEBO)
    assert (treated.median, treated.median_interval) == (23, (13, None))
    assert (placebo.median, placebo.median_interval) == (8, (4, 11))
    assert (treated.n, treated.events, placebo.events) == (21, 9, 21)


@pytest.mark.parametrize(
    ("kept", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_the_published_one(kept: int, of: int, low: float, high: float) -> None:
    """R. G. Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3."""
    found = wilson(kept, of)
    assert found is not None
    assert (round(found[0], 4), round(found[1], 4)) == (low, high)


def test_the_quantile_is_that_of_the_normal_distribution() -> None:
    assert round(normal_quantile(0.95), 12) == 1.959963984540
    assert round(normal_quantile(0.99), 12) == 2.575829303549


# Rules ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", [0, 1, 9])
def test_no_share_has_an_interval_below_ten(of: int) -> None:
    assert wilson(of, of) is None


def test_what_is_answered_and_what_still_waits_on_one_day_are_told_in_that_order() -> None:
    (step,) = kaplan_meier([(4, False), (4, True), (4, False)]).steps
    assert (step.at_risk, step.events, step.censored) == (3, 1, 2)
    assert step.survival == pytest.approx(2 / 3)


def test_what_will_never_be_answered_stays_at_risk_to_the_end() -> None:
    curve = kaplan_meier([(1, True), (2, True), (3, False), (inf, False), (inf, False)])
    assert [(step.time, step.at_risk) for step in curve.steps] == [(1, 5), (2, 4), (3, 3)]
    assert (curve.never, curve.last, curve.at_risk(1000)) == (2, inf, 2)
    share, _interval = curve.answered_by(1000) or (None, None)
    assert share == pytest.approx(2 / 5)
    assert curve.median is None


def test_six_in_ten_never_answered_do_not_read_as_nine_in_ten_within_five_days() -> None:
    """The mistake of an average over answers alone: these 40 took five days at most, the other 60 never came."""
    spells: list[Spell] = [(1 + number % 5, True) for number in range(40)] + [(inf, False)] * 60
    curve = kaplan_meier(spells)
    share, interval = curve.answered_by(5) or (None, None)
    assert share == pytest.approx(0.4)
    assert interval == pytest.approx(wilson(40, 100))
    assert (curve.median, curve.median_interval) == (None, (5, None))


def test_nothing_is_said_of_days_that_no_ask_has_lived_through() -> None:
    curve = kaplan_meier([(2, True), (5, False), (7, False)])
    assert curve.last == 7
    assert curve.answered_by(7) is not None
    assert curve.answered_by(7.5) is None
    assert kaplan_meier([]).answered_by(1) is None
    assert kaplan_meier([]).median is None


def test_when_all_are_answered_nothing_is_left_to_know() -> None:
    curve = kaplan_meier([(day, True) for day in range(1, 11)])
    share, interval = curve.answered_by(400) or (None, None)
    assert share == 1
    assert interval == pytest.approx(wilson(10, 10))
    assert curve.steps[-1].interval == (0, 0)
    assert curve.last == inf


def test_before_the_first_answer_the_share_is_nought_with_an_interval() -> None:
    curve = kaplan_meier([(5, False)] * 4 + [(9, True)] * 12)
    assert curve.answered_by(6) == (0, score_interval(0, 12))
    assert curve.answered_by(3) == (0, score_interval(0, 16))


def test_a_half_that_is_exact_is_a_half() -> None:
    """0.9 * 8/9 * 7/8 * ... comes out a hair above a half for some numbers."""
    for n in range(2, 60, 2):
        spells: list[Spell] = [(day, day <= n // 2) for day in range(1, n + 1)]
        assert kaplan_meier(spells).median == n // 2


@pytest.mark.parametrize("spell", [(-1, True), (-0.5, False), (inf, True)])
def test_a_spell_that_cannot_be_is_refused(spell: Spell) -> None:
    with pytest.raises(ValueError, match="a spell lasts"):
        kaplan_meier([spell])


def test_the_order_of_the_spells_does_not_matter() -> None:
    shuffled = list(TREATED)
    Random(3).shuffle(shuffled)
    assert kaplan_meier(shuffled) == kaplan_meier(TREATED)
    counted = Counter(TREATED)
    answered = {time: n for (time, observed), n in counted.items() if observed}
    waiting = {time: n for (time, observed), n in counted.items() if not observed}
    assert curve_of(answered, waiting) == kaplan_meier(TREATED)


def test_the_log_log_interval_has_no_width_at_either_end() -> None:
    assert log_log(1.0, 0.0) == (1, 1)
    assert log_log(0.0, inf) == (0, 0)


# Against other people's libraries ---------------------------------------------------------------

spells = st.lists(st.tuples(st.integers(0, 40).map(float), st.booleans()), min_size=1, max_size=80)
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@given(spells, levels)
def test_the_curve_and_its_interval_are_those_of_lifelines(found: list[Spell], level: float) -> None:
    curve = kaplan_meier(found, level)
    oracle = KaplanMeierFitter(alpha=1 - level).fit(*zip(*found, strict=True))
    table = oracle.event_table
    for step in curve.steps:
        assert step.survival == pytest.approx(oracle.survival_function_.loc[step.time].iloc[0], abs=SAME)
        interval = oracle.confidence_interval_.loc[step.time]
        assert step.interval == pytest.approx(tuple(interval), abs=SAME)
        row = table.loc[step.time]
        assert (step.at_risk, step.events, step.censored) == (row.at_risk, row.observed, row.censored)


@given(spells)
def test_the_median_and_its_interval_are_those_of_lifelines(found: list[Spell]) -> None:
    curve = kaplan_meier(found)
    values = [each for step in curve.steps for each in (step.survival, *step.interval)]
    assume(all(abs(value - 0.5) > SAME for value in values))
    oracle = KaplanMeierFitter().fit(*zip(*found, strict=True))
    low, high = median_survival_times(oracle.confidence_interval_).iloc[0]
    expected = [oracle.median_survival_time_, low, high]
    assert [curve.median, *curve.median_interval] == [None if isinf(each) else each for each in expected]


@given(spells)
def test_the_curve_and_greenwoods_error_are_those_of_statsmodels(found: list[Spell]) -> None:
    curve = kaplan_meier(found)
    if not curve.events:
        return
    oracle = SurvfuncRight(*zip(*found, strict=True))
    steps = [step for step in curve.steps if step.events]
    assert [step.time for step in steps] == list(oracle.surv_times)
    assert [step.survival for step in steps] == pytest.approx(list(oracle.surv_prob), abs=SAME)
    for step, error in zip(steps, oracle.surv_prob_se, strict=True):
        if step.survival:
            assert step.survival * sqrt(step.spread) == pytest.approx(error, abs=SAME)


@given(st.integers(10, 5000), st.floats(0, 1), levels)
def test_the_interval_of_a_share_is_that_of_statsmodels(of: int, share: float, level: float) -> None:
    kept = round(share * of)
    expected = proportion_confint(kept, of, alpha=1 - level, method="wilson")
    assert wilson(kept, of, level) == pytest.approx(expected, abs=SAME)


@given(spells, st.integers(0, 45))
def test_without_waiting_asks_a_share_of_the_curve_is_a_plain_share(found: list[Spell], day: int) -> None:
    """However many are never answered."""
    curve = kaplan_meier([(time, True) if observed else (inf, False) for time, observed in found])
    kept = sum(observed and time <= day for time, observed in found)
    share, interval = curve.answered_by(day) or (-1.0, (-1.0, -1.0))
    assert share == pytest.approx(kept / len(found), abs=SAME)
    assert interval == pytest.approx(score_interval(kept / len(found), len(found)), abs=SAME)


@given(st.lists(st.integers(0, 30), max_size=60))
def test_the_median_of_counts_is_the_median_of_what_they_count(values: list[int]) -> None:
    assert median_of(Counter(values)) == (median(values) if values else None)


# Desks whose truth is known -----------------------------------------------------------------------

BY_DAY = 14
Covers = Callable[[Random, int], bool]


def a_desk(random: Random) -> tuple[Callable[[], float], float]:
    """An invented desk: how long its next ask takes in days (infinite: never), and its true share by day 14.

    It ever answers between 30 and 95 % of its asks, and each day between 5 and 40 % of those that it has not answered
    yet, both uniform over desks.
    """
    ever, pace = random.uniform(0.3, 0.95), random.uniform(0.05, 0.4)

    def days() -> float:
        if random.random() >= ever:
            return inf
        day = 1
        while random.random() >= pace:
            day += 1
        return day

    return days, ever * (1 - (1 - pace) ** BY_DAY)


def of_the_kept_share(random: Random, n: int) -> bool:
    """Whether Wilson's interval holds the true share, with n asks whose date is over."""
    days, truth = a_desk(random)
    low, high = wilson(sum(days() <= BY_DAY for _ in range(n)), n) or (1, 0)
    return low <= truth <= high


def of_a_uniform_share(random: Random, n: int) -> bool:
    """The same for a true share that is anywhere between 0 and 1."""
    truth = random.random()
    low, high = wilson(sum(random.random() < truth for _ in range(n)), n) or (1, 0)
    return low <= truth <= high


def spells_of(days: Callable[[], float], random: Random, n: int) -> list[Spell]:
    """n asks that came evenly over the last 60 days; what waits longer than 20 days has been missed."""
    found: list[Spell] = []
    for _ in range(n):
        took, age = days(), random.randint(1, 60)
        if took <= age:
            found.append((took, True))
        else:
            found.append((age, False) if age <= 20 else (inf, False))
    return found


def of_the_curve(random: Random, n: int) -> bool:
    """Whether the published interval of the share answered within 14 days holds the true share."""
    days, truth = a_desk(random)
    found = kaplan_meier(spells_of(days, random, n)).answered_by(BY_DAY)
    return found is not None and found[1][0] <= truth <= found[1][1]


def of_the_log_log(random: Random, n: int) -> bool:
    """The same for the log-log interval of the step."""
    days, truth = a_desk(random)
    steps = [step for step in kaplan_meier(spells_of(days, random, n)).steps if step.time <= BY_DAY]
    low, high = steps[-1].interval if steps else (1.0, 1.0)
    return low <= 1 - truth <= high


@pytest.mark.parametrize("n", [20, 50, 200])
@pytest.mark.parametrize("covers", [of_the_kept_share, of_a_uniform_share, of_the_curve, of_the_log_log])
def test_the_intervals_hold_the_truth_95_times_in_a_hundred(covers: Covers, n: int, long_form: bool) -> None:
    """3,000 desks: a coverage of 95 % is met within 0.8 points, so that chance does not decide about 93 to 97 %."""
    random, times = Random(1912 + n), 30_000 if long_form else 3_000
    share = sum(covers(random, n) for _ in range(times)) / times
    sys.stdout.write(f"\n{covers.__name__}, n = {n}: {100 * share:.2f} % of {times} desks\n")
    assert 0.93 <= share <= 0.97
