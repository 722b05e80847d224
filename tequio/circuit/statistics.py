"""Shares and waiting times with their uncertainty. Pure arithmetic: the same input gives the same numbers.

A *spell* is how long one ask has been at one office: (duration, observed). Observed: it was answered after that time.
Not observed: it had not been answered when it was last looked at, and may still be (censored). A spell of infinite
duration was never answered and never will be by this office; it stays at risk to the end of the curve, so that what
is never answered counts against the share that is answered, on every day.

Sources: E. L. Kaplan and P. Meier, J. Am. Stat. Assoc. 53 (1958) 457, for the curve; M. Greenwood, Reports on Public
Health 33 (1926), for its variance; J. D. Kalbfleisch and R. L. Prentice, The Statistical Analysis of Failure Time
Data (1980), for the log-log interval; K. J. Rothman, J. Chronic Dis. 31 (1978) 557, for the interval of a share read
off the curve; E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209, for the interval of a plain share.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import exp, inf, log, sqrt
from statistics import NormalDist
from typing import Any

HALF = 0.5 + 1e-12  # products of shares that make a half exactly may come out a hair above it
RATE_FROM = 10  # below it no rate, interval, median or curve is shown
LEVEL = 0.95
Interval = tuple[float, float]
Spell = tuple[float, bool]


def normal_quantile(level: float) -> float:
    """How many standard deviations on either side hold `level` of a normal distribution."""
    return NormalDist().inv_cdf((1 + level) / 2)


def score_interval(share: float, of: float, level: float = LEVEL) -> Interval:
    """Wilson's score interval of a share of `of` > 0 trials; `of` may be an effective number that is not whole."""
    z = normal_quantile(level)
    middle = share + z * z / (2 * of)
    spread = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    low, high = (middle - spread) / (1 + z * z / of), (middle + spread) / (1 + z * z / of)
    return max(0.0, low), min(1.0, high)


def wilson(kept: int, of: int, level: float = LEVEL) -> Interval | None:
    """The score interval of `kept` of `of`; None below ten, where no rate is shown.

    Its coverage swings with the true share at small numbers. Averaged over true shares that are uniform from 0 to 1,
    it holds the truth in 95.3 % of all cases at 20 asks, 95.2 % at 50 and 95.1 % at 200 (exactly, by beta integrals);
    `tests/circuit/test_statistics.py` simulates it, and desks that answer between 30 and 95 % of their asks.
    """
    return score_interval(kept / of, of, level) if of >= RATE_FROM else None


@dataclass(frozen=True)
class Step:
    """The curve just after `time`: the share not answered yet, and its log-log interval.

    `at_risk`: spells that lasted until `time` at least, and were not answered before it; `events` of them were
    answered then. `censored`: those that ended at this time without an answer, after its events, as ties go.
    `spread`: Greenwood's sum of d / (n (n - d)) so far; infinite where all are answered.
    """

    time: float
    at_risk: int
    events: int
    censored: int
    survival: float
    spread: float
    interval: Interval


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve: its steps in the order of time, one for each time at which something ended."""

    n: int
    steps: tuple[Step, ...]
    never: int
    level: float

    @cached_property
    def events(self) -> int:
        return sum(step.events for step in self.steps)

    @property
    def last(self) -> float:
        """Until when anything is known: to the end where some are never answered, or all are."""
        known = self.never or not self.steps or self.steps[-1].survival == 0
        return inf if known else self.steps[-1].time

    @property
    def median(self) -> float | None:
        """When half are answered; None when the curve does not get there."""
        return next((step.time for step in self.steps if step.survival <= HALF), None)

    @property
    def median_interval(self) -> tuple[float | None, float | None]:
        """When the lower and the upper bound of the curve get to a half (R. Brookmeyer, J. Crowley, Biometrics 38
        (1982) 29); None for one that does not.
        """
        low = next((step.time for step in self.steps if step.interval[0] <= HALF), None)
        high = next((step.time for step in self.steps if step.interval[1] <= HALF), None)
        return low, high

    def at_risk(self, time: float) -> int:
        """How many have lasted until `time` at least and were not answered before it."""
        return self.n - sum(step.events + step.censored for step in self.steps if step.time < time)

    def answered_by(self, time: float) -> tuple[float, Interval] | None:
        """The share answered by `time` and its interval; None when nothing is known that late.

        The interval is Wilson's with the effective number of asks that Greenwood's variance implies (Rothman 1978).
        Without censoring it is Wilson's own, so a share has one kind of interval here wherever it comes from. The
        log-log interval covers as well on the average, but says "100 to 100 %" of ten answers in ten. Where the
        curve is at its top the effective number is that at risk, where it is at nought the number of answers.
        """
        if time > self.last or not self.n:
            return None
        reached = [step for step in self.steps if step.time <= time]
        survival = reached[-1].survival if reached else 1.0
        if survival == 1:
            effective = float(self.at_risk(time))
        elif survival == 0:
            effective = float(self.events)
        else:
            effective = (1 - survival) / (survival * reached[-1].spread)
        return 1 - survival, score_interval(1 - survival, effective, self.level)


def kaplan_meier(spells: Iterable[Spell], level: float = LEVEL) -> Curve:
    """The curve of these spells; refuses one that is shorter than nothing or is answered at infinity."""
    answered: Counter[float] = Counter()
    waiting: Counter[float] = Counter()
    for duration, observed in spells:
        (answered if observed else waiting)[duration] += 1
    never = waiting.pop(inf, 0)
    return curve_of(answered, waiting, never, level)


def curve_of(
    answered: Mapping[Any, int], waiting: Mapping[Any, int], never: int = 0, level: float = LEVEL
) -> Curve:
    """The curve of counted spells: how many were answered, and how many still waited, at each time.

    Times are whole or broken numbers. Where both happen at one time the answers come first. `never`: how many will
    not be answered at all.
    """
    times = sorted({*answered, *waiting})
    if times and (times[0] < 0 or times[-1] == inf):
        raise ValueError("a spell lasts from nothing to any finite time, or is never answered")
    at_risk = n = sum(answered.values()) + sum(waiting.values()) + never
    survival, spread, steps = 1.0, 0.0, []
    for time in times:
        events, censored = answered.get(time, 0), waiting.get(time, 0)
        if events:
            survival *= 1 - events / at_risk
            spread += events / (at_risk * (at_risk - events)) if at_risk > events else inf
        interval = log_log(survival, spread, level)
        steps.append(Step(time, at_risk, events, censored, survival, spread, interval))
        at_risk -= events + censored
    return Curve(n, tuple(steps), never, level)


def log_log(survival: float, spread: float, level: float = LEVEL) -> Interval:
    """The interval of a survival that is symmetric on the scale log(-log S): what lifelines gives, and R's survfit
    with conf.type="log-log" (its default is "log"). At 1 and at 0 it has no width.
    """
    if survival in (0, 1):
        return survival, survival
    reach = normal_quantile(level) * sqrt(spread) / abs(log(survival))
    return survival ** exp(reach), survival ** exp(-reach)


def median_of(counts: Mapping[int, int]) -> float | None:
    """The median of whole numbers, of which `counts` says how often each occurs; of two in the middle their mean."""
    total = sum(counts.values())
    if not total:
        return None
    middle = {(total - 1) // 2, total // 2}
    found, before = [], 0
    for value in sorted(counts):
        found += [value for place in middle if before <= place < before + counts[value]]
        before += counts[value]
    return sum(found) / len(found)
