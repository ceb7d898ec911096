"""Simple forecasts of the rest of a year, for many windows at once.

Seasonal naive, pace, growth, shares of past years and exponential smoothing: the members of
the combination `base` of `models.prior.features`. All are given at this year's cutoff and at
the same month of the four years before (`ORIGINS`), so that their past errors are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.prior.smoothers import FLAT, ORIGINS, YEARS, Smoothed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOT_IN_MEDIAN = ("snaive", "growth_3", "setting_2", "theta_half_1")
_SPANS = np.array([1, 2, 3, 6, 12])  # months over which growth on the year before is measured
_SHOWN = (2, 9, 13, 15, 17, 19, 25, 34, 37)  # settings of the grid that are features themselves


class Sums:
    """Sums of months between two columns of each window, by cumulative sums.

    `months` has 0 for a missing one. Called with arrays of columns, shape (..., n, k) or (k,).
    """

    def __init__(self, months: Floats) -> None:
        n, width = months.shape
        self.totals = np.zeros((n, width + 1))
        np.cumsum(months, axis=1, out=self.totals[:, 1:])
        self.rows = np.arange(n)[:, None] * (width + 1)

    def __call__(self, begin: Ints, end: Ints) -> Floats:
        between: Floats = self.totals.take(self.rows + end) - self.totals.take(self.rows + begin)
        return between


@dataclass(frozen=True, eq=False)
class Origins:
    """The known figures at each origin; arrays of shape (n, ORIGINS), column 0 this year's.

    Attributes
    ----------
    possible : whether the window has a full year before the origin's year
    rest : actual sum of the rest of the year; NaN in column 0
    last_rest : sum of the same months of the year before
    last_total : total of the year before
    to_date : sum of the months known
    growth : log growth on the year before, by span
    """

    possible: NDArray[np.bool_]
    rest: Floats
    last_rest: Floats
    last_total: Floats
    to_date: Floats
    growth: dict[str, Floats]


def origins_of(sums: Sums, years: Ints, known: Ints) -> Origins:
    """The origins of many windows.

    Parameters
    ----------
    sums : of the windows' months
    years : array, shape (n,), full years before the current year
    known : array, shape (n,), months known of the year, 0 to 11
    """
    back = 12 * np.arange(ORIGINS)
    end = 12 * YEARS + 12 - back
    at = 12 * YEARS + known[:, None] - back
    spans = np.concatenate(
        [
            known[None, :, None],
            np.broadcast_to(_SPANS[:, None, None], (len(_SPANS), len(known), 1)),
        ]
    )
    to_date = sums(at - spans, at)
    growth = log_ratio(to_date, sums(at - spans - 12, at - 12))
    seen = 12 * years[:, None] + known[:, None] - back >= spans + 12
    rest = sums(at, end)
    rest[:, 0] = np.nan
    return Origins(
        years[:, None] > np.arange(ORIGINS),
        rest,
        sums(at - 12, end - 12),
        sums(end - 24, end - 12),
        to_date[0],
        {"growth_to_date": growth[0]}
        | {
            f"growth_{span}": grown
            for span, grown in zip(_SPANS, np.where(seen[1:], growth[1:], growth[0]), strict=True)
        },
    )


def clipped(values: Floats, low: Floats | float, high: Floats | float) -> Floats:
    """`numpy.clip`, which takes four times as long for a single window."""
    bounded: Floats = np.minimum(np.maximum(values, low), high)
    return bounded


def middle(values: Floats) -> Floats:
    """Median over the last axis, without NaN; `numpy.median` takes four times as long for few."""
    size = values.shape[-1]
    ordered = np.sort(values, axis=-1)
    median: Floats = (ordered[..., (size - 1) // 2] + ordered[..., size // 2]) / 2
    return median


def log_ratio(above: Floats, below: Floats) -> Floats:
    """Logarithm of a ratio, clipped to ±2; 0 for 0/0."""
    return clipped(np.log(np.maximum(above, 1e-9) / np.maximum(below, 1e-9)), -2.0, 2.0)


def simple_forecasts(
    origins: Origins, smoothed: Smoothed, weights: Floats, sums: Sums, years: Ints, known: Ints
) -> dict[str, Floats]:
    """Forecasts of the rest of the year by name, each of shape (n, ORIGINS).

    Their unit is the mean month of last year. `weights`, shape (n, len(GRID)), combine the
    grid's settings.
    """
    last, growth = origins.last_rest, origins.growth
    forecasts = {
        "snaive": last,
        "pace": last * np.exp(growth["growth_to_date"]),
        "growth_3": last * np.exp(growth["growth_3"]),
        "growth_6": last * np.exp(growth["growth_6"]),
        "growth_12": last * np.exp(growth["growth_12"]),
        "growth_12_half": last * np.exp(0.5 * growth["growth_12"]),
        "growth_mixed": last * np.exp(0.4 * (growth["growth_3"] + growth["growth_12"])),
    }
    for span, share in _shares_of_rest((2, 3, 5), sums, years, known).items():
        by_share = clipped(origins.to_date * share / (1.0 - share), 0.2 * last, 5.0 * np.abs(last))
        forecasts[f"share_{span}"] = np.where(known[:, None] > 0, by_share, last)
    lowest, highest = 0.1 * np.abs(last)[:, :, None], 8.0 * np.abs(last)[:, :, None] + 1e-6
    damped = clipped(smoothed.damped, lowest, highest)
    half = clipped(smoothed.theta_half, lowest, highest)
    full = clipped(smoothed.theta_full, lowest, highest)
    forecasts["smoothed"] = (damped * weights[:, None, :]).sum(axis=2)
    forecasts["smoothed_median"] = middle(damped)
    flat = np.sqrt(weights[:, list(FLAT)])
    flat = flat / np.maximum(flat.sum(axis=1, keepdims=True), 1e-300)
    forecasts["theta_half"] = (half * flat[:, None, :]).sum(axis=2)
    forecasts["theta_full"] = (full * flat[:, None, :]).sum(axis=2)
    for setting in _SHOWN:
        forecasts[f"setting_{setting}"] = damped[:, :, setting]
    for name, drifting, setting in (
        ("half", half, 9),
        ("full", full, 17),
        ("full", full, 25),
        ("half", half, 1),
    ):
        forecasts[f"theta_{name}_{setting}"] = drifting[:, :, FLAT.index(setting)]
    return forecasts


def _shares_of_rest(
    spans: Sequence[int], sums: Sums, years: Ints, known: Ints
) -> dict[int, Floats]:
    """Mean share of the rest in the year's total over up to `span` years.

    Returns
    -------
    dict, span → array, shape (n, ORIGINS)
    """
    back = np.arange(1, ORIGINS + max(spans))
    begin = 12 * (YEARS - back)
    year, rest = sums(begin, begin + 12), sums(begin + known[:, None], begin + 12)
    used = (years[:, None] >= back) & (year > 1e-6)
    parts = np.where(used, rest / np.where(used, year, 1.0), 0.0)
    found, total, count = {}, np.zeros((len(known), ORIGINS)), np.zeros((len(known), ORIGINS))
    for place in range(max(spans)):
        total += parts[:, place : place + ORIGINS]
        count += used[:, place : place + ORIGINS]
        if place + 1 in spans:
            found[place + 1] = clipped(total / np.maximum(count, 1), 0.0, 0.98)
    return found
