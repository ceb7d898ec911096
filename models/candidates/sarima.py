"""The airline model with the share of Tết days in the month as a regressor."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsmodels.tsa.statespace.sarimax import SARIMAX

from models.candidates.base import Parameters, estimation, require_months, require_movement
from models.candidates.statespace import simulate
from models.errors import CannotForecast
from models.paths import Paths
from models.scale import Scale
from models.series import Series
from models.tet import tet_share


class Sarima:
    """ARIMA(0,1,1)(0,1,1)₁₂ on logs for positive series, else on levels; takes gaps.

    References
    ----------
    Box and Jenkins (1970), Time Series Analysis; Bell and Hillmer (1983),
    Journal of the American Statistical Association 78, for calendar regressors.
    """

    name = "sarima"

    def fit(self, series: Series) -> dict[str, Any]:
        """Maximum likelihood by statsmodels; needs 36 months."""
        require_months(series, 36, self.name)
        scale = Scale.of(series.values)
        values = scale.apply(series.values)
        require_movement(values, series, self.name)
        with estimation(series, self.name):
            model = _model(
                values,
                _regressor(series, 0),
                concentrate_scale=True,
                simple_differencing=bool(np.isfinite(values).all()),
            )
            fitted = model.fit(disp=0, maxiter=60)
            parameters = [float(value) for value in (*fitted.params, fitted.scale)]
        if not np.isfinite(parameters).all():
            raise CannotForecast(f"sarima of {series.key} did not converge to finite parameters.")
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
        values = scale.apply(series.values)
        tet = _regressor(series, horizon)
        with estimation(series, self.name):
            model = _model(values, tet[: len(values)], concentrate_scale=False)
            filtered = model.filter(parameters["parameters"])
        effect = parameters["parameters"][0] * tet[len(values) :, 0]
        return scale.undo(simulate(filtered, horizon, n_paths, rng) + effect)


def _regressor(series: Series, horizon: int) -> NDArray[np.float64]:
    months = [series.start.plus(n) for n in range(len(series.values) + horizon)]
    return tet_share(months)[:, None]


def _model(
    values: NDArray[np.float64],
    regressor: NDArray[np.float64],
    concentrate_scale: bool,
    simple_differencing: bool = False,
) -> Any:
    return SARIMAX(
        values,
        exog=regressor,
        order=(0, 1, 1),
        seasonal_order=(0, 1, 1, 12),
        concentrate_scale=concentrate_scale,
        simple_differencing=simple_differencing,
    )
