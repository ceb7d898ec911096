"""Seasonal naive: each month as in the year before, the benchmark of all candidates."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.candidates.base import Parameters, require_months
from models.paths import Paths, autocorrelated
from models.scale import Scale, filled
from models.series import Series

MONTHS_NEEDED = 12
_FEW = 6  # yearly changes needed to estimate a spread


class SeasonalNaive:
    """The same month of last year; past yearly changes give the uncertainty.

    The noise is first-order autoregressive with the spread and persistence of past
    changes on the year before, on the scale of `models.scale.Scale`; with fewer than
    six changes, with the spread of the months themselves. Gaps of last year are filled
    (`models.scale.filled`).
    """

    name = "seasonal_naive"

    def fit(self, series: Series) -> dict[str, Any]:
        """Spread and persistence of changes on the year before; needs 12 months."""
        require_months(series, MONTHS_NEEDED, self.name)
        scale = Scale.of(series.values)
        logs = scale.apply(series.values)
        changes = logs[12:] - logs[:-12]
        known = changes[np.isfinite(changes)]
        if known.size < _FEW:
            months = logs[np.isfinite(logs)]
            return {**vars(scale), "spread": float(np.std(months)), "persistence": 0.5}
        spread = float(np.sqrt(np.mean(known**2)))
        pairs = changes[1:] * changes[:-1]
        pairs = pairs[np.isfinite(pairs)]
        persistence = float(pairs.mean() / spread**2) if spread > 0 and pairs.size else 0.0
        return {
            **vars(scale),
            "spread": spread,
            "persistence": float(np.clip(persistence, 0.0, 0.95)),
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
        logs = filled(scale.apply(series.values))
        season = np.resize(logs[-12:], horizon)
        noise = autocorrelated(
            parameters["spread"], parameters["persistence"], horizon, n_paths, rng
        )
        return scale.undo(season + noise)
