"""The share of the year that is usually done by this month."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.candidates.base import Parameters, require_months
from models.errors import CannotForecast
from models.paths import Paths
from models.scale import Scale, filled
from models.series import Series

MONTHS_NEEDED = 12
YEARS = 3  # past years that give the season
WIDE = 0.25  # log error added to the few past errors
MONTHLY = 0.5  # noise of a single month relative to the error of the whole rest


class Pace:
    """The remaining months grow on past years' at the rate of the year to date.

    The spread is ours: each past year gives growth of the rest ÷ growth to date at
    every month, and the root mean square of its log is the error of the rest. The
    season is the mean of up to three past years, each scaled to this year. Needs
    months that are not negative and, to forecast, a full year before the current
    year; gaps are filled first, on the scale of `models.scale.Scale`.
    """

    name = "pace"

    def fit(self, series: Series) -> dict[str, Any]:
        """Spread of the log error of the rest, per months known (1 to 12); needs 12 months."""
        require_months(series, MONTHS_NEEDED, self.name)
        self._require_flow(series)
        first = series.start.year + (series.start.month > 1)
        last = series.year - (series.months_known < 12)
        years = [series.calendar_year(year) for year in range(first, last + 1)]
        spreads = [_spread(years, known) for known in range(1, 12)]
        return {"spread": [*spreads, spreads[0]]}

    def paths(
        self,
        series: Series,
        parameters: Parameters,
        horizon: int,
        n_paths: int,
        rng: np.random.Generator,
    ) -> Paths:
        self._require_flow(series)
        scale = Scale.of(series.values)
        values = scale.undo(filled(scale.apply(series.values)))
        known = series.months_known
        current = values[-known:].sum()
        begins = [len(values) - known - 12 * back for back in range(1, YEARS + 1)]
        past = [values[begin : begin + 12] for begin in begins if begin >= 0]
        past = [year for year in past if year[:known].sum() > 0]
        if not past or current <= 0:
            raise CannotForecast(
                f"{series.key} at cutoff {series.cutoff}: a pace needs something in this year to "
                "date and in the same months of the year before. Other candidates serve it."
            )
        months = np.arange(known, known + horizon) % 12
        season = np.mean([current / year[:known].sum() * year[months] for year in past], axis=0)
        spread = parameters["spread"][known - 1]
        common = spread * rng.standard_normal((n_paths, 1))
        monthly = MONTHLY * spread * rng.standard_normal((n_paths, horizon))
        return np.asarray(season * np.exp(common + monthly), dtype=float)

    def _require_flow(self, series: Series) -> None:
        if (series.values[np.isfinite(series.values)] < 0).any():
            raise CannotForecast(
                f"{series.key} has months below zero; shares of a year need months that add up. "
                "Other candidates serve it."
            )


def _spread(years: list[NDArray[np.float64]], known: int) -> float:
    """Root mean square of log(growth of the rest ÷ growth to date) and of `WIDE`."""
    squares = [WIDE**2]
    for before, year in pairwise(years):
        sums = np.array(
            [year[known:].sum(), before[:known].sum(), before[known:].sum(), year[:known].sum()]
        )
        if (sums > 0).all():
            squares.append(float(np.log(sums[0] * sums[1] / (sums[2] * sums[3]))) ** 2)
    return float(np.sqrt(np.mean(squares)))
