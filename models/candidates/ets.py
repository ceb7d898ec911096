"""Exponential smoothing with damped trend and season, in state-space form."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsmodels.tsa.statespace.exponential_smoothing import ExponentialSmoothing

from models.candidates.base import Parameters, estimation, require_months, require_movement
from models.candidates.statespace import filter_forward, fit, simulate
from models.paths import Paths
from models.scale import Scale, filled
from models.series import Series

MONTHS_NEEDED = 36
MAXITER = 100


class Ets:
    """ETS(A,Ad,A) on the scale of `models.scale.Scale`; gaps are filled first.

    References
    ----------
    Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing.
    """

    name = "ets"

    def fit(self, series: Series) -> dict[str, Any]:
        """Maximum likelihood by statsmodels; needs 36 months."""
        require_months(series, MONTHS_NEEDED, self.name)
        scale = Scale.of(series.values)
        values = filled(scale.apply(series.values))
        require_movement(values, series, self.name)
        model = self._model(values, series, concentrate_scale=True)
        return {**vars(scale), "parameters": fit(model, series, self.name, MAXITER)}

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
        model = self._model(values, series, concentrate_scale=False)
        filtered = filter_forward(model, parameters["parameters"], series, self.name)
        return scale.undo(simulate(filtered, horizon, n_paths, rng))

    def _model(self, values: NDArray[np.float64], series: Series, concentrate_scale: bool) -> Any:
        with estimation(series, self.name):
            return ExponentialSmoothing(
                values,
                trend=True,
                damped_trend=True,
                seasonal=12,
                initialization_method="heuristic",
                concentrate_scale=concentrate_scale,
            )
