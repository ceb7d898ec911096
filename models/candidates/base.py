"""The protocol that every candidate model keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.series import Series

Parameters = Mapping[str, Any]  # JSON-able: numbers, strings, lists


class Candidate(Protocol):
    """One forecasting model.

    `fit` does the costly estimation once per origin year; `paths` filters the
    series (which may since have gained months) through those parameters and
    draws the months to come.
    """

    name: str

    def fit(self, series: Series) -> Parameters:
        """Estimate parameters from the series; raise `CannotForecast` with the reason."""
        ...

    def paths(
        self,
        series: Series,
        parameters: Parameters,
        horizon: int,
        n_paths: int,
        rng: np.random.Generator,
    ) -> NDArray[np.float64]:
        """Joint simulated futures after the cutoff, shape (n_paths, horizon), in `series.values`' unit."""
        ...
