"""Classical decomposition: the centred yearly mean, and the season around it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EDGE = 6  # months at either end that have no centred mean
_YEAR = np.r_[0.5, np.ones(11), 0.5] / 12


def trend_cycle(values: Array) -> Array:
    """Mean of the twelve months around each, the two at the ends counting half.

    Parameters
    ----------
    values : array, shape (n_months,), without gaps

    Returns
    -------
    array, shape (n_months − 12,), from the seventh month to the seventh last
    """
    return np.convolve(values, _YEAR, mode="valid")


def season_of(values: Array) -> Array:
    """Additive season, shape (12,), in sum zero; the first entry is that of the first month.

    Parameters
    ----------
    values : array, shape (n_months,), at least two years without gaps
    """
    detrended = values[EDGE:-EDGE] - trend_cycle(values)
    place = np.arange(EDGE, len(values) - EDGE) % 12
    season = np.array([detrended[place == month].mean() for month in range(12)])
    return np.asarray(season - season.mean(), dtype=float)
