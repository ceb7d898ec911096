"""Classical decomposition: the centred yearly mean, and the season around it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def trend_cycle(values: Array, period: int = 12) -> Array:
    """Centred 2×`period` moving average: a year, its two end values with half weight.

    Parameters
    ----------
    values : array, shape (n,), without gaps
    period : values a year, an even number: 12 for months, 4 for quarters

    Returns
    -------
    array, shape (n − period,), from the value after the first half year to the one before
    the last half year
    """
    year = np.r_[0.5, np.ones(period - 1), 0.5] / period
    return np.convolve(values, year, mode="valid")


def season_of(values: Array, period: int = 12) -> Array:
    """Additive season, shape (period,), with sum zero, starting with the first value.

    Parameters
    ----------
    values : array, shape (n,), at least two years without gaps
    period : values a year, as in `trend_cycle`
    """
    edge = period // 2
    detrended = values[edge:-edge] - trend_cycle(values, period)
    place = np.arange(edge, len(values) - edge) % period
    season = np.array([detrended[place == part].mean() for part in range(period)])
    return np.asarray(season - season.mean(), dtype=float)
