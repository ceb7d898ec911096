"""The Theta method on quarters, for months that are reconstructed from them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.candidates.base import Parameters, require_months, require_variation
from models.candidates.theta import theta_ahead, theta_fit
from models.errors import CannotForecast
from models.paths import Paths
from models.scale import Scale, filled
from models.series import Series

Array = NDArray[np.float64]

MONTHS_NEEDED = 36
YEARS = 3  # past years that give the shares of a quarter's months
_ROUNDING = 1e-6  # of the largest doubt of a month


class QuarterlyTheta:
    """Theta with a season of four quarters, whose months have their usual shares.

    Months that were spread within quarters have no dynamics of their own. A quarter in
    progress is completed by the forecast of its remaining months, and then moves the level
    like a known one. Gaps are filled first. The numbers equal those of statsmodels for the
    quarters.

    References
    ----------
    As for `models.candidates.theta.Theta`.
    """

    name = "quarterly_theta"

    def fit(self, series: Series) -> dict[str, Any]:
        """Smoothing, drift and season of quarters; needs 36 months, and most quarters printed."""
        self._require_quarters(series)
        scale = Scale.of(series.values)
        quarters, _ = _by_quarter(_without_gaps(series, scale), series)
        totals = quarters.sum(axis=1)
        require_variation(totals, series, self.name)
        return {**vars(scale), **theta_fit(scale.apply(totals), _first_place(series), 4)}

    def paths(
        self,
        series: Series,
        parameters: Parameters,
        horizon: int,
        n_paths: int,
        rng: np.random.Generator,
    ) -> Paths:
        self._require_quarters(series)
        scale = Scale(parameters["logs"], parameters["non_negative"])
        quarters, begun = _by_quarter(_without_gaps(series, scale), series)
        first = _first_place(series)
        known = scale.apply(quarters.sum(axis=1)), first, parameters
        n_quarters = -(-(len(begun) + horizon) // 3)
        place = (first + len(quarters) + np.arange(n_quarters)) % 4
        shares = _shares(quarters, first, scale)[place]
        shocks = parameters["spread"] * rng.standard_normal((n_paths, n_quarters))
        ahead = scale.undo(theta_ahead(*known, shocks))
        if len(begun):
            drawn = ahead[:, :1]
            completed = begun.sum() + drawn * shares[0, len(begun) :].sum()
            shocks[:, :1] = scale.apply(completed) - theta_ahead(*known, np.zeros((1, 1)))
            ahead = np.hstack([drawn, scale.undo(theta_ahead(*known, shocks))[:, 1:]])
        spread = (ahead[:, :, None] * shares).reshape(n_paths, 3 * n_quarters)
        return np.asarray(spread[:, len(begun) : len(begun) + horizon], dtype=float)

    def _require_quarters(self, series: Series) -> None:
        require_months(series, MONTHS_NEEDED, self.name)
        if series.doubt is None:
            return
        totals = _by_quarter(series.doubt, series)[0].sum(axis=1)
        least = _ROUNDING * np.abs(series.doubt).max()
        unknown = int((np.abs(totals).max(axis=1) > least).sum())
        if 2 * unknown > len(totals):
            raise CannotForecast(
                f"{unknown} of {len(totals)} quarters of {series.key} follow from figures of "
                f"longer periods; {self.name} needs printed ones. Other candidates serve it."
            )


def _without_gaps(series: Series, scale: Scale) -> Array:
    return scale.undo(filled(scale.apply(series.values)))


def _by_quarter(values: Array, series: Series) -> tuple[Array, Array]:
    """Values by month as quarters, shape (n_quarters, 3, …), and those of a quarter in progress.

    Months before the first full quarter are left out.
    """
    first = (1 - series.start.month) % 3
    end = len(values) - (len(values) - first) % 3
    return values[first:end].reshape(-1, 3, *values.shape[1:]), values[end:]


def _first_place(series: Series) -> int:
    """Place in its year, 0 to 3, of the first full quarter."""
    return (series.start.month + 1) // 3 % 4


def _shares(quarters: Array, first: int, scale: Scale) -> Array:
    """The months' usual shares of their quarter, shape (4, 3); even where some are below zero.

    `first` is the place in its year of the first of `quarters`.
    """
    place = (first + np.arange(len(quarters))) % 4
    usual = np.array([quarters[place == one][-YEARS:].mean(axis=0) for one in range(4)])
    totals = usual.sum(axis=1, keepdims=True)
    known = (totals > 0) & scale.non_negative
    shares = np.divide(usual, totals, out=np.full((4, 3), 1 / 3), where=known)
    return np.asarray(shares, dtype=float)
