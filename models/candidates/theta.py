"""The Theta method: simple exponential smoothing with half the trend, deseasonalised."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.seasonal import seasonal_decompose

from models.candidates.base import Parameters, estimation, require_months, require_movement
from models.errors import CannotForecast
from models.paths import Paths
from models.scale import Scale, filled
from models.series import Series

MONTHS_NEEDED = 36


class Theta:
    """Theta with θ = 2 on the scale of `models.scale.Scale`; gaps are filled first.

    Smoothing and slope come from statsmodels; the season is that of its
    deseasonalisation. Later months run through the smoothing recursion.

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
        require_movement(values, series, self.name)
        with estimation(series, self.name):
            season = _season(values)
            place = (series.start.month - 1 + np.arange(len(values))) % 12
            season = season[(np.arange(12) - series.start.month + 1) % 12]
            fitted = ThetaModel(values - season[place], deseasonalize=False).fit(disp=False)
            smoothing, slope = float(fitted.params["alpha"]), float(fitted.params["b0"])
        drift = slope / 2
        _, errors = _smooth(values - season[place], smoothing, drift)
        spread = float(np.std(errors[12:]))
        if not np.isfinite([smoothing, drift, spread]).all():
            raise CannotForecast(f"theta of {series.key} did not converge to finite parameters.")
        return {
            **vars(scale),
            "smoothing": smoothing,
            "drift": drift,
            "spread": spread,
            "season": season.tolist(),
        }

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
        season = np.asarray(parameters["season"])
        place = (series.start.month - 1 + np.arange(len(values) + horizon)) % 12
        smoothing, drift = parameters["smoothing"], parameters["drift"]
        level, _ = _smooth(values - season[place[: len(values)]], smoothing, drift)
        shocks = parameters["spread"] * rng.standard_normal((n_paths, horizon))
        carried = smoothing * (np.cumsum(shocks, axis=1) - shocks)
        trend = level + drift * np.arange(1, horizon + 1)
        return scale.undo(trend + carried + shocks + season[place[len(values) :]])


def _season(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Additive season, shape (12,), the first entry that of the first month."""
    return np.asarray(seasonal_decompose(values, period=12).seasonal[:12], dtype=float)


def _smooth(
    values: NDArray[np.float64], smoothing: float, drift: float
) -> tuple[float, NDArray[np.float64]]:
    """The last level of smoothing with drift, and the one-step errors."""
    level = values[0]
    errors = np.zeros(len(values))
    for place in range(1, len(values)):
        forecast = level + drift
        errors[place] = values[place] - forecast
        level = forecast + smoothing * errors[place]
    return float(level), errors
