"""How far each month lies from what the two years before it lead to expect.

Ours. A month is compared with the same month of last year and of the year before that, each
moved on by the median yearly growth of the two years before it. Its deviation is the smaller
of the two differences, and 0 where they differ in sign: so neither the return from a shock of
last year nor a wrong figure of last year is a deviation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

YEAR = 12
TWO_YEARS = 24
FEWEST = 6  # yearly growths in them that a month needs to be judged
REMEMBERED = 60  # months from which the usual size of a difference is taken
SMALLEST = 0.02  # lower limit of that size
_NORMAL_MAD = 1.4826


@dataclass(frozen=True, eq=False)
class Deviations:
    """The deviation of each month.

    Attributes
    ----------
    on_year, on_two : array, shape (n_months,), differences of logarithms from the expectation
        by last year's month and by that of the year before; NaN where they cannot be judged
    size : array, shape (n_months,), the same; smaller of the two, 0 where their signs differ;
        where only last year's month is known, that difference
    usual : array, shape (n_months,), usual size (robust standard deviation) of `on_year` in the
        months before; NaN with fewer than twelve of them
    """

    on_year: Array
    on_two: Array
    size: Array
    usual: Array


def deviations(values: Array) -> Deviations:
    """The deviation of each month; zero, negative and missing months are not judged.

    Parameters
    ----------
    values : array, shape (n_months,), in any unit
    """
    logs = np.log(np.where(values > 0, values, np.nan))
    growths = logs - _earlier(logs, YEAR)
    growth = _medians(_windows(growths, TWO_YEARS), FEWEST)
    on_year = growths - growth
    on_two = logs - _earlier(logs, TWO_YEARS) - 2 * growth
    nearer = np.where(np.abs(on_year) < np.abs(on_two), on_year, on_two)
    size = np.where(on_year * on_two > 0, nearer, 0.0)
    size = np.where(np.isfinite(on_two), size, on_year)
    size = np.where(np.isfinite(on_year), size, np.nan)
    before = _windows(on_year, REMEMBERED)
    spread = _medians(np.abs(before - _medians(before, YEAR)[:, None]), YEAR)
    return Deviations(on_year, on_two, size, np.maximum(_NORMAL_MAD * spread, SMALLEST))


def _earlier(logs: Array, months: int) -> Array:
    return np.concatenate([np.full(min(months, len(logs)), np.nan), logs[:-months]])


def _windows(values: Array, width: int) -> Array:
    """The months before each month, shape (n_months, width); NaN before the first."""
    padded = np.concatenate([np.full(width, np.nan), values[:-1]])
    return np.lib.stride_tricks.sliding_window_view(padded, width)


def _medians(windows: Array, fewest: int) -> Array:
    """The median of each row without its gaps, shape (n_rows,); NaN with too few values."""
    ordered, known = np.sort(windows, axis=1), np.isfinite(windows).sum(axis=1)
    rows, low, high = np.arange(len(windows)), np.maximum(known - 1, 0) // 2, known // 2
    high = np.minimum(high, windows.shape[1] - 1)
    middle = (ordered[rows, low] + ordered[rows, high]) / 2
    return np.where(known >= fewest, middle, np.nan)
