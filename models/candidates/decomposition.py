"""Classical decomposition: the centred yearly mean, and the season around it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EDGE = 6  # months at either end without a centred mean
_YEAR = np.r_[0.5, np.ones(11), 0.5] / 12


def trend_cycle(values: Array) -> Array:
    """Centred 2×12 moving average: twelve months, the two end months with half weight.

    Parameters
    ----------
    values : array, shape (n_months,), without gaps

    Returns
    -------
    array, shape (n_months − 12,), from the seventh to the seventh last month
    """
    return np.convolve(values, _YEAR, mode="valid")


def season_of(values: Array) -> Array:
    """Additive season, shape (12,), with sum zero, starting with the first month.

    Parameters
    ----------
    values : array, shape (n_months,), at least two years without gaps
    """
    detrended = values[EDGE:-EDGE] - trend_cycle(values)
    place = np.arange(EDGE, len(values) - EDGE) % 12
    season = np.array([detrended[place == month].mean() for month in range(12)])
    return np.asarray(season - season.mean(), dtype=float)
