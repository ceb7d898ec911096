"""The Theta method: simple exponential smoothing with half the trend, deseasonalised."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from models.candidates.base import Parameters, require_months, require_variation
from models.candidates.decomposition import season_of
from models.paths import Paths
from models.scale import Scale, filled
from models.series import Series

MONTHS_NEEDED = 36
_GRID = np.linspace(0.0, 1.0, 21)  # of the smoothing constant; the best is then refined


class Theta:
    """Theta with θ = 2 on the scale of `models.scale.Scale`; gaps are filled first.

    Smoothing constant and slope are least squares estimates, the season is that of the
    classical decomposition: the numbers equal those of statsmodels. Later months are
    filtered through the smoothing recursion.

    References
    ----------
    Assimakopoulos and Nikolopoulos (2000), International Journal of Forecasting
    16(4); Hyndman and Billah (2003), the same 19(2), for the form used.
    """

    name = "theta"

    def fit(self, series: Series) -> dict[str, Any]:
        """Smoothing, drift and season; needs 36 months."""
        require_months(series, MONTHS_NEEDED, self.name)
        scale = Scale.of(series.values)
        values = filled(scale.apply(series.values))
        require_variation(values, series, self.name)
        return {**vars(scale), **theta_fit(values, series.start.month - 1, 12)}

    def paths(
        self,
        series: Series,
        parameters: Parameters,
        horizon: int,
        n_paths: int,
        rng: np.random.Generator,
    ) -> Paths:
        scale = Scale(parameters["logs"], parameters["non_negative"])
        values = filled(scale.apply(series.values))
        shocks = parameters["spread"] * rng.standard_normal((n_paths, horizon))
        return scale.undo(theta_ahead(values, series.start.month - 1, parameters, shocks))


def theta_fit(values: NDArray[np.float64], first: int, period: int) -> dict[str, Any]:
    """Smoothing constant, drift, standard deviation of one-step errors, season.

    Parameters
    ----------
    values : array, shape (n,), on a scale on which seasons add; at least two years, no gaps
    first : place of the first value in its year, from 0
    period : values a year: 12 for months, 4 for quarters
    """
    season = season_of(values, period)[(np.arange(period) - first) % period]
    plain = values - season[(first + np.arange(len(values))) % period]
    drift = float(np.polyfit(np.arange(len(plain)), plain, 1)[0]) / 2
    smoothing = _smoothing(plain)
    _, errors = _smooth(plain, smoothing, drift)
    return {
        "smoothing": smoothing,
        "drift": drift,
        "spread": float(np.std(errors[period:])),
        "season": season.tolist(),
    }


def theta_ahead(
    values: NDArray[np.float64],
    first: int,
    parameters: Parameters,
    shocks: NDArray[np.float64],
) -> Paths:
    """The values that follow, with these one-step errors.

    Parameters
    ----------
    values, first : as in `theta_fit`, which gave the parameters; any later values
    shocks : array, shape (n_paths, horizon)

    Returns
    -------
    array, shape (n_paths, horizon), on the scale of `values`
    """
    season = np.asarray(parameters["season"])
    horizon, n_known = shocks.shape[1], len(values)
    place = (first + np.arange(n_known + horizon)) % len(season)
    smoothing, drift = parameters["smoothing"], parameters["drift"]
    level, _ = _smooth(values - season[place[:n_known]], smoothing, drift)
    carried = smoothing * (np.cumsum(shocks, axis=1) - shocks)
    trend = level + drift * np.arange(1, horizon + 1)
    return np.asarray(trend + carried + shocks + season[place[n_known:]], dtype=float)


def _smoothing(values: NDArray[np.float64]) -> float:
    """The smoothing constant that minimises squared one-step errors, without drift."""

    def loss(smoothing: float) -> float:
        _, errors = _smooth(values, smoothing, 0.0)
        return float(errors @ errors)

    best = min(_GRID, key=loss)
    around = (max(best - _GRID[1], 0.0), min(best + _GRID[1], 1.0))
    return float(scipy.optimize.minimize_scalar(loss, bounds=around, method="bounded").x)


def _smooth(
    values: NDArray[np.float64], smoothing: float, drift: float
) -> tuple[float, NDArray[np.float64]]:
    """The last level of exponential smoothing with drift, and the one-step errors."""
    trend = values[0] + drift * np.arange(len(values))
    errors, carried = [], 0.0
    for now in (values - trend).tolist():
        error = carried + now
        carried = -now - error * (smoothing - 1.0)
        errors.append(error)
    return float(values[-1] - (1.0 - smoothing) * errors[-1]), np.array(errors)
