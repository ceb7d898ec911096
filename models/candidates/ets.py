"""Exponential smoothing with damped trend and season, in state-space form."""

from __future__ import annotations

from typing import Any

import numpy as np
from statsmodels.tsa.statespace.exponential_smoothing import ExponentialSmoothing

from models.candidates.base import Parameters, estimation, require_months, require_movement
from models.candidates.statespace import simulate
from models.errors import CannotForecast
from models.paths import Paths
from models.scale import Scale, filled
from models.series import Series


class Ets:
    """ETS(A,Ad,A) on logs for positive series, else on levels; gaps are filled first.

    References
    ----------
    Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing.
    """

    name = "ets"

    def fit(self, series: Series) -> dict[str, Any]:
        """Maximum likelihood by statsmodels; needs 36 months."""
        require_months(series, 36, self.name)
        scale = Scale.of(series.values)
        values = filled(scale.apply(series.values))
        require_movement(values, series, self.name)
        with estimation(series, self.name):
            model = _model(values, concentrate_scale=True)
            fitted = model.fit(disp=0, maxiter=100)
            parameters = [float(value) for value in (*fitted.params, fitted.scale)]
        if not np.isfinite(parameters).all():
            raise CannotForecast(f"ets of {series.key} did not converge to finite parameters.")
        return {"logs": scale.logs, "parameters": parameters}

    def paths(
        self,
        series: Series,
        parameters: Parameters,
        horizon: int,
        n_paths: int,
        rng: np.random.Generator,
    ) -> Paths:
        scale = Scale(parameters["logs"])
        values = filled(scale.apply(series.values))
        with estimation(series, self.name):
            filtered = _model(values, concentrate_scale=False).filter(parameters["parameters"])
        return scale.undo(simulate(filtered, horizon, n_paths, rng))


def _model(values: np.ndarray, concentrate_scale: bool) -> Any:
    return ExponentialSmoothing(
        values,
        trend=True,
        damped_trend=True,
        seasonal=12,
        initialization_method="heuristic",
        concentrate_scale=concentrate_scale,
    )
