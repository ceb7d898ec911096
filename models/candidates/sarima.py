"""The airline model with the share of Tết days in the month as a regressor."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsmodels.tsa.statespace.sarimax import SARIMAX

from models.candidates.base import Parameters, estimation, require_months, require_movement
from models.candidates.statespace import filter_forward, fit, simulate
from models.paths import Paths
from models.scale import Scale
from models.series import Series
from models.tet import tet_share

MONTHS_NEEDED = 36
MAXITER = 60


class Sarima:
    """ARIMA(0,1,1)(0,1,1)₁₂ on the scale of `models.scale.Scale`; takes gaps as they are.

    References
    ----------
    Box and Jenkins (1970), Time Series Analysis; Bell and Hillmer (1983),
    Journal of the American Statistical Association 78, for calendar regressors.
    """

    name = "sarima"

    def fit(self, series: Series) -> dict[str, Any]:
        """Maximum likelihood by statsmodels; needs 36 months."""
        require_months(series, MONTHS_NEEDED, self.name)
        scale = Scale.of(series.values)
        values = scale.apply(series.values)
        require_movement(values, series, self.name)
        whole = bool(np.isfinite(values).all())
        model = self._model(values, series, concentrate_scale=True, simple_differencing=whole)
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
        values = scale.apply(series.values)
        model = self._model(values, series, concentrate_scale=False)
        filtered = filter_forward(model, parameters["parameters"], series, self.name)
        ahead = [series.cutoff.plus(step) for step in range(1, horizon + 1)]
        effect = parameters["parameters"][0] * tet_share(ahead)
        return scale.undo(simulate(filtered, horizon, n_paths, rng) + effect)

    def _model(
        self,
        values: NDArray[np.float64],
        series: Series,
        concentrate_scale: bool,
        simple_differencing: bool = False,
    ) -> Any:
        months = [series.start.plus(place) for place in range(len(values))]
        with estimation(series, self.name):
            return SARIMAX(
                values,
                exog=tet_share(months)[:, None],
                order=(0, 1, 1),
                seasonal_order=(0, 1, 1, 12),
                concentrate_scale=concentrate_scale,
                simple_differencing=simple_differencing,
            )
