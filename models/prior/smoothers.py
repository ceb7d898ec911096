"""Many exponential smoothers for many short series at once, in plain numpy.

Holt-Winters with damped trend and additive season on logarithms, over a fixed
grid of smoothing constants instead of an optimiser, a fifth of them without a
season. A single pass over the months gives every setting's state at this year's
cutoff and at the same month of the years before, so that each setting's past
errors in forecasting the rest of the year cost nothing more.
The fixed grid is ours: with ten years of data the best of 40 settings forecasts
annual totals about as well as fitted constants, in a thousandth of the time.

References
----------
Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing.
Assimakopoulos and Nikolopoulos (2000), International Journal of Forecasting 16(4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

YEARS = 10  # years before the current year in a window
WIDTH = 12 * YEARS + 12  # months of a window: the years before and the year itself
ORIGINS = 5  # this year's cutoff and the same month of the four years before

# level, trend (as a share of the level's), season (0: no season), damping
GRID: tuple[tuple[float, float, float, float], ...] = tuple(
    (level, trend, season, damping)
    for level in (0.05, 0.15, 0.35, 0.7)
    for trend, damping in ((0.0, 0.9), (0.05, 0.9), (0.05, 0.98), (0.25, 0.9))
    for season in (0.05, 0.3)
) + tuple(
    (level, trend, 0.0, damping)
    for level in (0.05, 0.15, 0.35, 0.7)
    for trend, damping in ((0.0, 0.9), (0.05, 0.98))
)
FLAT = tuple(i for i, setting in enumerate(GRID) if setting[1] == 0.0)
_FORGET = 0.97  # per month, of the squared one-step errors
_LARGEST_ERROR = 1.0  # larger one-step errors on logarithms are clipped

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Smoothed:
    """Forecasts and states of the grid for each window.

    Attributes
    ----------
    damped : array, shape (n, ORIGINS, len(GRID)), forecast of the rest of the year
    theta_half, theta_full : arrays, shape (n, ORIGINS, len(FLAT)), level-only
        settings with half or all of the mean growth of the years before as drift
    squared_error : array, shape (n, len(GRID)), recent one-step error on logarithms
    level, trend : arrays, shape (n, len(GRID)), state at this year's cutoff
    """

    damped: Floats
    theta_half: Floats
    theta_full: Floats
    squared_error: Floats
    level: Floats
    trend: Floats


def smooth(logs: Floats, log_totals: Floats, years: Ints, known: Ints) -> Smoothed:
    """Run the grid over all windows.

    Parameters
    ----------
    logs : array, shape (n, WIDTH), logarithms of the months; NaN before the first
        full year and after the cutoff
    log_totals : array, shape (n, YEARS), logarithms of the totals of the years before
    years : array, shape (n,), full years before the current year, at least 1
    known : array, shape (n,), months known of the year, 0 to 11
    """
    n = len(logs)
    first = YEARS - years
    level, trend, season = _initial_state(logs, first)
    starting_trend = trend
    season = season * np.array([setting[2] > 0.0 for setting in GRID])
    trend = np.zeros_like(trend)
    squared = np.zeros((n, len(GRID)))
    count = np.zeros(n)
    alpha, beta, gamma, damping = (np.array(column) for column in zip(*GRID, strict=True))
    saved_level = np.zeros((ORIGINS, n, len(GRID)))
    saved_trend = np.zeros_like(saved_level)
    saved_season = np.zeros((ORIGINS, n, 12, len(GRID)))
    rows_at: dict[int, list[tuple[int, NDArray[np.intp]]]] = {}
    for origin in range(ORIGINS):
        cutoff = 12 * (YEARS - origin) + known
        for value in np.unique(cutoff):
            rows_at.setdefault(int(value), []).append((origin, np.flatnonzero(cutoff == value)))
    begins = 12 * first
    starts = set(begins.tolist())
    for column in range(int(begins.min()), 12 * YEARS + int(known.max()) + 1):
        for origin, rows in rows_at.get(column, ()):
            saved_level[origin, rows] = level[rows]
            saved_trend[origin, rows] = trend[rows]
            saved_season[origin, rows] = season[rows]
        if column == WIDTH:
            break
        if column in starts:
            fresh = begins == column
            trend[fresh] = starting_trend[fresh]
        month = column % 12
        seen = np.isfinite(logs[:, column])[:, None]
        damped = damping * trend
        expected = level + damped
        error = np.where(seen, logs[:, column, None] - expected - season[:, month], 0.0)
        error = np.minimum(np.maximum(error, -_LARGEST_ERROR), _LARGEST_ERROR)
        level = np.where(seen, expected + alpha * error, level)
        trend = np.where(seen, damped + alpha * beta * error, trend)
        season[:, month] += gamma * (1.0 - alpha) * error
        scored = seen[:, 0] & (column >= begins + 12)
        squared = np.where(scored[:, None], _FORGET * squared + error * error, squared)
        count = np.where(scored, _FORGET * count + 1.0, count)
    ahead = np.arange(12)[None, :] - known[:, None] + 1
    future = ahead >= 1
    steps = np.maximum(ahead, 0)
    sums = damping * (1.0 - damping ** steps[:, :, None]) / (1.0 - damping)
    flat = list(FLAT)
    damped_rest = np.zeros((n, ORIGINS, len(GRID)))
    half = np.zeros((n, ORIGINS, len(flat)))
    full = np.zeros((n, ORIGINS, len(flat)))
    for origin in range(ORIGINS):
        base = saved_level[origin][:, None, :] + saved_season[origin]
        damped_rest[:, origin] = _rest(base + saved_trend[origin][:, None, :] * sums, future)
        drift = mean_growth(log_totals, years, origin) / 12.0 * np.ones(n)
        rise = (drift[:, None] * steps)[:, :, None]
        half[:, origin] = _rest(base[:, :, flat] + 0.5 * rise, future)
        full[:, origin] = _rest(base[:, :, flat] + rise, future)
    return Smoothed(
        damped_rest,
        half,
        full,
        squared / np.maximum(count, 1.0)[:, None],
        saved_level[0],
        saved_trend[0],
    )


def mean_growth(log_totals: Floats, years: Ints, origin: int) -> Floats:
    """Mean yearly log growth over all years before the origin, shape (n,)."""
    rows = np.arange(len(log_totals))
    last = YEARS - 1 - origin
    span = np.maximum(years - 1 - origin, 0)
    rise = log_totals[rows, last] - log_totals[rows, np.maximum(last - span, 0)]
    growth: Floats = np.clip(np.where(span > 0, rise / np.maximum(span, 1), 0.0), -0.4, 0.4)
    return growth


def _initial_state(logs: Floats, first: Ints) -> tuple[Floats, Floats, Floats]:
    """Level, trend and season before the first full year, from the first years."""
    n, settings = len(logs), len(GRID)
    rows = np.arange(n)
    months = logs[:, : 12 * YEARS].reshape(n, YEARS, 12)
    filled = np.where(np.isfinite(months), months, 0.0)
    means = filled.mean(axis=2)
    deviations = filled - means[:, :, None]
    chosen = first[:, None] + np.arange(3)[None, :]
    inside = chosen < YEARS
    early = deviations[rows[:, None], np.minimum(chosen, YEARS - 1)]
    season = np.where(inside[:, :, None], early, 0.0).sum(1) / inside.sum(1)[:, None]
    start = means[rows, np.minimum(first, YEARS - 1)]
    second = means[rows, np.minimum(first + 1, YEARS - 1)]
    growth = np.where(first + 1 < YEARS, np.clip(second - start, -0.5, 0.5), 0.0) / 12.0
    season = season - growth[:, None] * (np.arange(12) - 5.5)
    return (
        np.repeat((start - 6.5 * growth)[:, None], settings, axis=1),
        np.repeat(growth[:, None], settings, axis=1),
        np.repeat(season[:, :, None], settings, axis=2),
    )


def _rest(log_months: Floats, future: NDArray[np.bool_]) -> Floats:
    """Sum over the months to come of forecasts on logarithms, shape (n, settings)."""
    months = np.exp(np.clip(log_months, -8.0, 3.0))
    total: Floats = np.where(future[:, :, None], months, 0.0).sum(axis=1)
    return total
