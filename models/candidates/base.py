"""The protocol of candidate models, and checks that several of them share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import CannotForecast, SeriesTooShort
from models.paths import Paths
from models.series import Series

Parameters = Mapping[str, Any]  # JSON-able: numbers, strings, lists


class Candidate(Protocol):
    """A forecasting model.

    `fit` does the costly estimation once per year; `paths` filters the series,
    which may have more months by then, through those parameters and draws the
    months ahead.
    """

    @property
    def name(self) -> str: ...

    def fit(self, series: Series) -> Parameters:
        """Estimate parameters from the series; raise `CannotForecast` if impossible."""
        ...

    def paths(
        self,
        series: Series,
        parameters: Parameters,
        horizon: int,
        n_paths: int,
        rng: np.random.Generator,
    ) -> Paths:
        """Joint futures after the cutoff, shape (n_paths, horizon), in `series.values`' unit."""
        ...


def require_months(series: Series, needed: int, candidate: str) -> None:
    """Raise `SeriesTooShort` if fewer than `needed` months have a value."""
    present = int(np.isfinite(series.values).sum())
    if present < needed:
        raise SeriesTooShort(
            f"{series.key} has {present} months at cutoff {series.cutoff}; {candidate} needs "
            f"{needed}. Add history, or leave it to a candidate that needs less."
        )


def require_variation(values: NDArray[np.float64], series: Series, candidate: str) -> None:
    """Raise `CannotForecast` if the series is constant: nothing can be estimated from it."""
    present = values[np.isfinite(values)]
    if np.ptp(present) <= 1e-9 * np.abs(present).max():
        raise CannotForecast(
            f"{series.key} has the same value in every month; {candidate} has nothing to "
            "estimate. The seasonal naive forecast serves such a series."
        )
