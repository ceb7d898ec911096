"""Complex exponential smoothing, by statsforecast."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from statsforecast.models import AutoCES

from models.candidates.base import Parameters, require_months, require_movement
from models.errors import CannotForecast
from models.paths import Paths
from models.scale import Scale, filled
from models.series import Series

MONTHS_NEEDED = 36


class Ces:
    """AutoCES on the months themselves; gaps are filled first.

    Estimation takes milliseconds, so every cutoff is estimated anew.

    References
    ----------
    Svetunkov, Kourentzes and Ord (2022), Naval Research Logistics 69(8).
    """

    name = "ces"

    def fit(self, series: Series) -> dict[str, Any]:
        """Whether the series suits; needs 36 months."""
        require_months(series, MONTHS_NEEDED, self.name)
        require_movement(series.values, series, self.name)
        return vars(Scale.of(series.values))

    def paths(
        self,
        series: Series,
        parameters: Parameters,
        horizon: int,
        n_paths: int,
        rng: np.random.Generator,
    ) -> Paths:
        scale = Scale(parameters["logs"], parameters["non_negative"])
        values = scale.undo(filled(scale.apply(series.values)))
        unit = float(np.abs(values).mean())
        model = AutoCES(season_length=12)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                model.fit(y=values / unit)
                drawn = model.simulate(h=horizon, n_paths=n_paths, seed=int(rng.integers(2**31)))
            except Exception as error:  # statsforecast raises plain Exception
                raise CannotForecast(f"ces of {series.key} failed: {error}.") from error
        paths = unit * np.asarray(drawn, dtype=float)
        return np.maximum(paths, 0.0) if scale.non_negative else paths
