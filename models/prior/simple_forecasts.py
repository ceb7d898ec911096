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
_SPANS = (1, 2, 3, 6, 12)  # months over which growth on the year before is measured
_SHOWN = (2, 9, 13, 15, 17, 19, 25, 34, 37)  # settings of the grid that are features themselves


class Sums:
    """Sums of months between two columns of each window, by cumulative sums."""

    def __init__(self, months: Floats) -> None:
        self.totals = np.concatenate(
            [np.zeros((len(months), 1)), np.cumsum(np.nan_to_num(months), axis=1)], axis=1
        )
        self.rows = np.arange(len(months))

    def __call__(self, begin: Ints | int, end: Ints | int) -> Floats:
        upper = self.totals[self.rows, np.maximum(end, 0)]
        between: Floats = upper - self.totals[self.rows, np.maximum(begin, 0)]
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
    n = len(known)
    at = [12 * (YEARS - origin) + known for origin in range(ORIGINS)]
    end = [12 * (YEARS - origin) + 12 for origin in range(ORIGINS)]
    to_date = np.stack([sums(a - known, a) for a in at], axis=1)
    since = log_ratio(to_date, np.stack([sums(a - known - 12, a - 12) for a in at], axis=1))
    growth = {"growth_to_date": since}
    for span in _SPANS:
        grown = np.stack(
            [log_ratio(sums(a - span, a), sums(a - span - 12, a - 12)) for a in at], axis=1
        )
        months = np.stack([12 * (years - origin) + known for origin in range(ORIGINS)], axis=1)
        growth[f"growth_{span}"] = np.where(months >= span + 12, grown, since)
    rest = [np.full(n, np.nan)] + [sums(a, e) for a, e in zip(at[1:], end[1:], strict=True)]
    return Origins(
        np.stack([years >= origin + 1 for origin in range(ORIGINS)], axis=1),
        np.stack(rest, axis=1),
        np.stack([sums(a - 12, e - 12) for a, e in zip(at, end, strict=True)], axis=1),
        np.stack([sums(e - 24, e - 12) for e in end], axis=1),
        to_date,
        growth,
    )


def log_ratio(above: Floats, below: Floats) -> Floats:
    """Logarithm of a ratio, clipped to ±2; 0 for 0/0."""
    ratio: Floats = np.clip(np.log(np.maximum(above, 1e-9) / np.maximum(below, 1e-9)), -2.0, 2.0)
    return ratio


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
        by_share = np.clip(origins.to_date * share / (1.0 - share), 0.2 * last, 5.0 * np.abs(last))
        forecasts[f"share_{span}"] = np.where(known[:, None] > 0, by_share, last)
    lowest, highest = 0.1 * np.abs(last)[:, :, None], 8.0 * np.abs(last)[:, :, None] + 1e-6
    damped = np.clip(smoothed.damped, lowest, highest)
    half = np.clip(smoothed.theta_half, lowest, highest)
    full = np.clip(smoothed.theta_full, lowest, highest)
    forecasts["smoothed"] = (damped * weights[:, None, :]).sum(axis=2)
    forecasts["smoothed_median"] = np.median(damped, axis=2)
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
    parts, used = np.zeros((YEARS + 1, len(known))), np.zeros((YEARS + 1, len(known)))
    for back in range(1, min(ORIGINS - 1 + max(spans), YEARS) + 1):
        begin = 12 * (YEARS - back)
        year, rest = sums(begin, begin + 12), sums(begin + known, begin + 12)
        use = (years >= back) & (year > 1e-6)
        parts[back], used[back] = np.where(use, rest / np.where(use, year, 1.0), 0.0), use
    found = {}
    for span in spans:
        ends = [(origin + 1, min(origin + span, YEARS) + 1) for origin in range(ORIGINS)]
        total = np.stack([parts[first:end].sum(axis=0) for first, end in ends], axis=1)
        count = np.stack([used[first:end].sum(axis=0) for first, end in ends], axis=1)
        found[span] = np.clip(total / np.maximum(count, 1), 0.0, 0.98)
    return found
