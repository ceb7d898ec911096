"""The airline model with the share of Tết days in the month as a regressor."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from models.candidates.base import Parameters, require_months, require_variation
from models.candidates.likelihood import maximise
from models.errors import CannotForecast
from models.events.tet import tet_share
from models.paths import Paths
from models.scale import Scale
from models.series import Month, Series

Array = NDArray[np.float64]

MONTHS_NEEDED = 36
LAGS = 13  # months lost by differencing on the month and the year before; the order of the MA
STARTS = tuple(product((-0.8, -0.4, 0.0, 0.4), repeat=2))
_NOTHING = 1e-18  # of the series' variance: smaller errors are rounding errors


class Sarima:
    """ARIMA(0,1,1)(0,1,1)₁₂ on the scale of `models.scale.Scale`; handles gaps.

    The differenced months are a moving average of order 13, whose covariances
    vanish beyond 13 months: a banded Cholesky factor gives the exact likelihood,
    and its next rows the forecast. Tết is a regressor, and so is every gap (with the
    likelihood of the months present). The numbers equal those of statsmodels'
    state-space form with exact diffuse initialisation.

    References
    ----------
    Box and Jenkins (1970), Time Series Analysis; Bell and Hillmer (1983),
    Journal of the American Statistical Association 78, for calendar regressors;
    Gómez, Maravall and Peña (1999), Journal of Econometrics 88, for gaps.
    """

    name = "sarima"

    def fit(self, series: Series) -> dict[str, Any]:
        """Maximum likelihood; needs 36 months."""
        require_months(series, MONTHS_NEEDED, self.name)
        scale = Scale.of(series.values)
        values = scale.apply(series.values)
        require_variation(values, series, self.name)
        known, gaps = _known_and_gaps(values)
        share = tet_share(_months(series.start, len(values)))
        table = _difference(np.column_stack([gaps, share, known]))
        _require_determined(table[:, :-1], series, self.name)
        least = _NOTHING * float(np.nanvar(values))
        free = len(table) - gaps.shape[1]

        def log_likelihood(chosen: Array) -> float:
            factor, root = _whitened(table, chosen)
            size = np.abs(np.diag(root))
            variance = max(size[-1] ** 2 / free, least)
            of_gaps = np.log(size[: gaps.shape[1]]).sum()
            return float(-free / 2 * np.log(variance) - np.log(factor[0]).sum() - of_gaps)

        found = maximise(log_likelihood, STARTS, [(-1.0, 1.0)] * 2, series, self.name)
        _, root = _whitened(table, found)
        effects = scipy.linalg.solve_triangular(root[:-1, :-1], root[:-1, -1])
        return {
            **vars(scale),
            "tet": float(effects[-1]),
            "moving_average": float(found[0]),
            "seasonal_moving_average": float(found[1]),
            "spread": float(np.abs(root[-1, -1]) / np.sqrt(free)),
        }

    def paths(
        self,
        series: Series,
        parameters: Parameters,
        horizon: int,
        n_paths: int,
        rng: np.random.Generator,
    ) -> Paths:
        require_months(series, MONTHS_NEEDED, self.name)
        scale = Scale(parameters["logs"], parameters["non_negative"])
        share = tet_share(_months(series.start, len(series.values) + horizon))
        effect = parameters["tet"] * share
        plain = scale.apply(series.values) - effect[: len(series.values)]
        known, gaps = _known_and_gaps(plain)
        table = _difference(np.column_stack([gaps, known]))
        _require_determined(table[:, :-1], series, self.name)
        chosen = np.array([parameters["moving_average"], parameters["seasonal_moving_average"]])
        factor = _factor(chosen, len(table) + horizon)
        white = _solve(factor, table)
        fill = _draw_gaps(white, parameters["spread"], n_paths, rng)
        errors = np.empty((n_paths, LAGS + horizon))
        errors[:, :LAGS] = white[-LAGS:, -1] + fill @ white[-LAGS:, :-1].T
        errors[:, LAGS:] = parameters["spread"] * rng.standard_normal((n_paths, horizon))
        months = np.empty((n_paths, LAGS + horizon))
        months[:, :LAGS] = known[-LAGS:] + fill @ gaps[-LAGS:].T
        lag = np.arange(LAGS + 1)
        for now in range(LAGS, LAGS + horizon):
            weights = factor[lag, len(table) - LAGS + now - lag]
            change = errors[:, now - lag] @ weights
            same_month = months[:, now - 12] - months[:, now - 13]
            months[:, now] = months[:, now - 1] + same_month + change
        return scale.undo(months[:, LAGS:] + effect[len(series.values) :])


def _months(start: Month, number: int) -> list[Month]:
    return [start.plus(place) for place in range(number)]


def _known_and_gaps(values: Array) -> tuple[Array, Array]:
    """The months with zero for a gap, and an indicator column per gap."""
    places = np.flatnonzero(np.isnan(values))
    gaps = np.zeros((len(values), len(places)))
    gaps[places, np.arange(len(places))] = 1.0
    return np.nan_to_num(values), gaps


def _difference(table: Array) -> Array:
    """Regular and seasonal difference, shape (n_months − 13, n_columns)."""
    monthly = np.diff(table, axis=0)
    return np.asarray(monthly[12:] - monthly[:-12], dtype=float)


def _require_determined(regressors: Array, series: Series, candidate: str) -> None:
    """Raise `CannotForecast` if the months present do not determine a missing month."""
    if np.linalg.matrix_rank(regressors) < regressors.shape[1]:
        raise CannotForecast(
            f"{series.key} at cutoff {series.cutoff} lacks the same month in too many years for "
            f"{candidate}. Add history, or leave it to a candidate that fills gaps."
        )


def _factor(chosen: Array, number: int) -> Array:
    """Lower Cholesky factor of the moving average's covariance, diagonals as rows."""
    month, season = chosen
    weights = np.zeros(LAGS + 1)
    weights[[0, 1, 12, 13]] = 1.0, month, season, month * season
    covariance = np.correlate(weights, weights, mode="full")[LAGS:]
    band = np.tile(covariance[:, None], number)
    return np.asarray(
        scipy.linalg.cholesky_banded(band, lower=True, check_finite=False), dtype=float
    )


def _solve(factor: Array, table: Array) -> Array:
    """The whitened table: columns in units of independent standard errors."""
    white, _ = scipy.linalg.lapack.dtbtrs(factor[:, : len(table)], table, uplo="L")
    return np.asarray(white, dtype=float)


def _whitened(table: Array, chosen: Array) -> tuple[Array, Array]:
    """The factor, and the R of the whitened table's QR decomposition."""
    factor = _factor(chosen, len(table))
    return factor, _root(_solve(factor, table))


def _root(table: Array) -> Array:
    """R of the QR decomposition, shape (n_columns, n_columns)."""
    return np.asarray(np.linalg.qr(table, mode="r"), dtype=float)


def _draw_gaps(white: Array, spread: float, n_paths: int, rng: np.random.Generator) -> Array:
    """Draws of the missing months, shape (n_paths, n_gaps)."""
    number = white.shape[1] - 1
    if not number:
        return np.zeros((n_paths, 0))
    root = _root(white)
    around = spread * rng.standard_normal((number, n_paths))
    drawn = scipy.linalg.solve_triangular(root[:-1, :-1], -root[:-1, -1:] + around)
    return np.asarray(drawn.T, dtype=float)
