"""Series that are zero in many months: counts of rare events, series that stopped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from models.paths import Paths
from models.series import Series

Array = NDArray[np.float64]

MONTHS_NEEDED = 12
RECENT = 36  # months that decide whether a series is occasional
WINDOW = 120  # months that the forecast learns from
FEWEST_ZEROS = 0.25  # of the recent months
IRREGULAR = 0.5  # of the months that would differ from last year's in this without a season
HAZARD = 1 / 120  # chance per month that the rate changes
CHANGES = 12  # newest months whose changes give a count's dispersion (experiments/kinds)
SIZES = 0.9  # weight of a size relative to that of the next month with something
_HALF = 0.5  # Jeffreys' prior of a chance, and the shape of the prior of a rate


def serves(series: Series) -> bool:
    """Whether the series is forecast as occasional, in place of all candidates.

    Its months add up, none is below zero, and `is_occasional`.
    """
    values = series.values
    enough = bool(np.isfinite(values).sum() >= MONTHS_NEEDED)
    return (
        enough and series.traits.adds_up and not bool((values < 0).any()) and is_occasional(values)
    )


def occasional_paths(
    series: Series, horizon: int, n_paths: int, rng: np.random.Generator
) -> Paths:
    """Joint futures of a series that `serves` accepts, shape (n_paths, horizon).

    Months in which nothing happens are zero on the path, so that the year has a mass at
    the year to date, which other candidates, that spread an amount over every month, lack.

    Notes
    -----
    Ours, after Bayesian online change-point detection (Adams and MacKay 2007,
    arXiv:0710.3742). The rate at which something happens stays the same until it changes,
    in any month with chance `HAZARD`. The months since the last change, and the rate given
    these, are drawn per path. Whole numbers are Poisson with a gamma rate, or, where they
    vary more, negative binomial with the variance in proportion to the mean (`_dispersion`;
    the likelihood is that of Poisson for the numbers divided by it). For amounts a month has
    something or not (Bernoulli with a beta chance), and its size is one of the past sizes,
    newer ones more often.
    """
    values = series.values[np.isfinite(series.values)][-WINDOW:]
    counts = series.traits.whole_numbers
    dispersion = _dispersion(values[-CHANGES:]) if counts else 1.0
    seen = values / dispersion if counts else (values > 0).astype(float)
    prior_rate = _HALF / max(float(seen.mean()), 1.0 / len(seen))
    lengths = rng.choice(len(seen) + 1, n_paths, p=_run_lengths(seen, counts, prior_rate))
    sums = np.r_[0.0, np.cumsum(seen[::-1])][lengths]
    if counts:
        means = dispersion * rng.gamma(_HALF + sums, 1.0 / (prior_rate + lengths))
        rates = np.broadcast_to(means[:, None], (n_paths, horizon))
        if dispersion > 1.0:
            rates = rng.gamma(rates / (dispersion - 1.0), dispersion - 1.0)
        return rng.poisson(rates).astype(float)
    chances = rng.beta(_HALF + sums, _HALF + lengths - sums)
    happens = rng.random((n_paths, horizon)) < chances[:, None]
    sizes = values[values > 0]
    if not sizes.size:
        return np.zeros((n_paths, horizon))
    weights = SIZES ** np.arange(len(sizes))[::-1]
    drawn = rng.choice(sizes, (n_paths, horizon), p=weights / weights.sum())
    return np.where(happens, drawn, 0.0)


def is_occasional(values: Array) -> bool:
    """Whether nothing happens in many months, in other months than last year's.

    True if all of the last 12 months are zero, or if in the last `RECENT` months at least
    `FEWEST_ZEROS` are zero, and months differ in this from last year's at least `IRREGULAR`
    times as often as they would without a season.

    Parameters
    ----------
    values : array, shape (n_months,); NaN is a gap

    Examples
    --------
    >>> is_occasional(np.tile([0.0, 0.0, 3.0, 4.0], 12))
    False
    """
    known = np.isfinite(values)
    zero = known & (values == 0)
    if known[-12:].all() and zero[-12:].all():
        return True
    if zero[-RECENT:].sum() < FEWEST_ZEROS * known[-RECENT:].sum():
        return False
    both = known[12:] & known[:-12]
    differs = (zero[12:] != zero[:-12])[both][-RECENT:]
    share = zero[-RECENT:].sum() / known[-RECENT:].sum()
    return bool(differs.size and differs.mean() >= IRREGULAR * 2 * share * (1 - share))


def _dispersion(counts: Array) -> float:
    """Variance ÷ mean from changes between neighbouring months, at least 1, that of Poisson.

    A change of the level counts once, where the variance around a common mean would see it
    in every month.
    """
    before, after = counts[:-1], counts[1:]
    total = float((before + after).sum())
    return max(1.0, float(np.square(after - before).sum()) / total) if total > 0 else 1.0


def _run_lengths(seen: Array, counts: bool, prior_rate: float) -> Array:
    """Probabilities that the rate changed 0, 1, … n months ago, shape (n + 1,)."""
    logs = np.zeros(1)
    sums = np.zeros(1)
    for value in seen:
        lengths = np.arange(len(logs), dtype=float)
        if counts:
            fits = _log_negative_binomial(value, _HALF + sums, lengths + prior_rate)
        else:
            chance = (_HALF + sums) / (2 * _HALF + lengths)
            fits = np.log(chance if value else 1.0 - chance)
        grown = logs + fits
        changed = np.logaddexp.reduce(grown) + np.log(HAZARD)
        logs = np.r_[changed, grown + np.log(1.0 - HAZARD)]
        logs -= np.logaddexp.reduce(logs)
        sums = np.r_[0.0, sums + value]
    chances = np.exp(logs)
    return np.asarray(chances / chances.sum(), dtype=float)


def _log_negative_binomial(value: float, shape: Array, rate: Array) -> Array:
    """Log probability of a Poisson count whose rate is gamma distributed."""
    return np.asarray(
        gammaln(shape + value)
        - gammaln(shape)
        - gammaln(value + 1)
        + shape * np.log(rate / (rate + 1))
        - value * np.log(rate + 1),
        dtype=float,
    )
