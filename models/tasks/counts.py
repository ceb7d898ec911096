"""Remaining completions by a deadline: the distributions of counts and checklists.

Three models, each in closed form: gamma-Poisson for continuing work, beta-binomial
for a closed list whose items are completed or not, and Poisson-binomial for steps
with a probability each. A distribution is an array `pmf`, shape (n_values,): the
probability of 0, 1, 2 … further completions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import scipy
from numpy.typing import NDArray

Array = NDArray[np.float64]

RUSH = np.array([1.0, 1.5, 2.0])  # work done in a share u of the time: u to this power
PLAN_WORTH = 2.0  # weight of the plan's own number, in reported items
JUDGEMENT_WORTH = 4.0  # weight of a planner's judgement, in reported items
_TAIL = 1e-7  # probability truncated beyond the largest value


@dataclass(frozen=True)
class Window:
    """The days in which a task counts, both ends included."""

    start: date
    deadline: date

    @property
    def days(self) -> int:
        return (self.deadline - self.start).days + 1

    def days_to(self, day: date) -> int:
        """Days of the window that are over at the end of `day`."""
        return int(np.clip((day - self.start).days + 1, 0, self.days))

    def share(self, day: date) -> float:
        return self.days_to(day) / self.days


@dataclass(frozen=True)
class Expectation:
    """Expected completions before any report: a gamma distribution.

    Attributes
    ----------
    expected : completions after `since` up to the deadline
    worth : weight, in reported items
    since : day; None: the window's start
    """

    expected: float
    worth: float
    since: date | None = None


@dataclass(frozen=True, eq=False)
class RemainingWork:
    """Work after the last report.

    Attributes
    ----------
    pmf : of the remaining completions
    strength : array, shape (n_rush,), expected work per unit of each rush's own time
    """

    pmf: Array
    strength: Array

    def shares(self, window: Window, days: Sequence[date]) -> Array:
        """Shares of the expected work between consecutive `days`, shape (n_days − 1,)."""
        worked = np.array([window.share(day) for day in days])[:, None] ** RUSH
        expected = np.diff(worked, axis=0) @ self.strength
        return np.asarray(expected / expected.sum(), dtype=float)


def remaining_work(
    counts: Sequence[tuple[date, int]], window: Window, expectation: Expectation
) -> RemainingWork:
    """The gamma-Poisson model of a count, with a rush before the deadline.

    Parameters
    ----------
    counts : (day, count since the start) in order, all before the deadline
    window : Window
    expectation : Expectation; it includes the reports up to its `since`

    Notes
    -----
    A share u^r of the work in the window is done in a share u of its time; r = 1 is
    steady work, r = 2 leaves three quarters to the second half. All r of `RUSH` are
    equally likely at first and are weighted by the marginal likelihood of the dated
    reports (gamma-Poisson). Given r, the expected work is gamma distributed, before and
    (by conjugacy) after the reports; the remaining completions are negative binomial.
    The exponents are ours: tasks with a deadline seldom go faster at first.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 2.6.
    """
    since = 0.0 if expectation.since is None else window.share(expectation.since)
    later = [(day, count) for day, count in counts if window.share(day) > since]
    before = [count for day, count in counts if window.share(day) <= since]
    times = np.array([since, *(window.share(day) for day, _ in later)])
    added = np.diff([before[-1] if before else 0, *(count for _, count in later)])
    exposed = np.diff(times[:, None] ** RUSH, axis=0) / (1 - since**RUSH)
    spent, total = exposed.sum(axis=0), float(added.sum())
    rate = expectation.worth / expectation.expected
    likelihood = scipy.stats.nbinom.logpmf(total, expectation.worth, rate / (rate + spent))
    likelihood += scipy.special.xlogy(added[:, None], exposed).sum(axis=0) - scipy.special.xlogy(
        total, spent
    )
    weights = scipy.special.softmax(likelihood)
    sizes, chances = expectation.worth + total, (rate + spent) / (rate + 1)
    largest = int(scipy.stats.nbinom.ppf(1 - _TAIL, sizes, chances).max())
    values = np.arange(largest + 1)[:, None]
    pmf = (weights * scipy.stats.nbinom.pmf(values, sizes, chances)).sum(axis=1)
    strength = weights * sizes / (rate + spent) / (1 - since**RUSH)
    return RemainingWork(pmf / pmf.sum(), strength)


def expected_for(probability: float, bound: int, *, at_most: bool = False) -> float:
    """The expected completions implied by a probability of at least (at most) `bound` of them.

    For a gamma-Poisson of weight `JUDGEMENT_WORTH`. `bound` is at least 1 (at most: 0).
    """

    def gap(expected: float) -> float:
        chance = JUDGEMENT_WORTH / (JUDGEMENT_WORTH + np.exp(expected))
        reach = scipy.stats.nbinom.cdf if at_most else scipy.stats.nbinom.sf
        return float(reach(bound if at_most else bound - 1, JUDGEMENT_WORTH, chance)) - probability

    return float(np.exp(_root(gap, -15.0, 15.0 + np.log(bound + 1))))


def listed(n_open: int, made: float, lost: float) -> Array:
    """The beta-binomial model of a closed list: all open items have the same chance.

    Parameters
    ----------
    n_open : items still open
    made, lost : completed and failed items on record, such as those of earlier years,
        including Jeffreys' half of an item

    References
    ----------
    Gelman et al. (2013), section 2.4.
    """
    return np.asarray(
        scipy.stats.betabinom.pmf(np.arange(n_open + 1), n_open, made, lost), dtype=float
    )


def chance_for(probability: float, n_open: int, needed: int) -> float:
    """The mean chance of an item, from the probability that `needed` open items are completed.

    For a beta-binomial of weight `JUDGEMENT_WORTH`; `needed` is 1 to `n_open`.
    """

    def gap(chance: float) -> float:
        made, lost = JUDGEMENT_WORTH * chance, JUDGEMENT_WORTH * (1 - chance)
        return float(scipy.stats.betabinom.sf(needed - 1, n_open, made, lost)) - probability

    return _root(gap, 1e-9, 1 - 1e-9)


def checklist(probabilities: Sequence[float]) -> Array:
    """The Poisson-binomial distribution of the number of steps done.

    Examples
    --------
    >>> checklist([0.5, 0.5]).tolist()
    [0.25, 0.5, 0.25]
    """
    pmf = np.ones(1)
    for probability in probabilities:
        pmf = np.convolve(pmf, [1 - probability, probability])
    return pmf


def equal_chance(probability: float, n_open: int, needed: int) -> float:
    """The chance of each open step, from the probability that `needed` of them get done."""
    return _root(
        lambda chance: float(scipy.stats.binom.sf(needed - 1, n_open, chance)) - probability,
        0.0,
        1.0,
    )


def draw(pmf: Array, n_paths: int, rng: np.random.Generator) -> Array:
    """Values with these probabilities, shape (n_paths,), drawn evenly.

    Their shares equal the probabilities to within 1 / n_paths: a planner's 0.8 stays
    0.8. The generator only shuffles them.
    """
    levels = (np.arange(n_paths) + 0.5) / n_paths
    values = np.searchsorted(np.cumsum(pmf) / pmf.sum(), levels).astype(float)
    return rng.permutation(values)


def _root(gap: Callable[[float], float], low: float, high: float) -> float:
    return float(scipy.optimize.brentq(gap, low, high, xtol=1e-12))
