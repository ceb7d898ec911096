"""The share of the year that is usually done by this month."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.candidates.base import Parameters, require_months
from models.errors import CannotForecast
from models.paths import Paths
from models.scale import filled
from models.series import Series

YEARS = 3  # past years whose season is used
_WIDE = 0.25  # spread of the log growth of the rest with no past year to learn it from
_MONTHLY = 0.5  # monthly noise against the error of the whole rest


class Pace:
    """What remains of the year grows on last years' rest as the year to date did on theirs.

    Per past year the ratio (growth of the rest ÷ growth to date) is known at
    every month; its spread is the uncertainty, the months' shape is the mean
    shape of the last three years. Needs sums that are positive.
    """

    name = "pace"

    def fit(self, series: Series) -> dict[str, Any]:
        """Spread of the log error of the rest, per months known (1 to 11)."""
        require_months(series, 24, self.name)
        years = _full_years(series)
        spreads = []
        for known in range(1, 12):
            errors = [
                np.log(years[i][known:].sum() / years[i - 1][known:].sum())
                - np.log(years[i][:known].sum() / years[i - 1][:known].sum())
                for i in range(1, len(years))
                if _positive(years[i], known) and _positive(years[i - 1], known)
            ]
            # one more error of the wide spread: few past years know too little
            squares = [*(error**2 for error in errors), _WIDE**2]
            spreads.append(float(np.sqrt(np.mean(squares))))
        return {"spread": spreads}

    def paths(
        self,
        series: Series,
        parameters: Parameters,
        horizon: int,
        n_paths: int,
        rng: np.random.Generator,
    ) -> Paths:
        values = filled(series.values)
        known = series.months_known
        current = values[-known:]
        past = [
            values[-known - 12 * n : len(values) - known - 12 * (n - 1)]
            for n in range(1, YEARS + 1)
        ]
        past = [year for year in past if len(year) == 12 and year[:known].sum() > 0]
        if not past or current.sum() <= 0:
            raise CannotForecast(
                f"{series.key} has no positive sum of January to {series.cutoff} to set a pace; "
                "other candidates serve such a series."
            )
        growth = [current.sum() / year[:known].sum() for year in past]
        months = np.arange(known, known + horizon)
        # each past year's months, grown as this year to date grew on that year
        shape = np.mean(
            [
                rate * np.resize(year, 24)[months % 12]
                for rate, year in zip(growth, past, strict=True)
            ],
            axis=0,
        )
        spread = parameters["spread"][min(known, 11) - 1]
        common = spread * rng.standard_normal((n_paths, 1))
        monthly = _MONTHLY * spread * rng.standard_normal((n_paths, horizon))
        return np.asarray(shape * np.exp(common + monthly), dtype=float)


def _full_years(series: Series) -> list[NDArray[np.float64]]:
    first = series.start.year if series.start.month == 1 else series.start.year + 1
    last = series.year if series.months_known == 12 else series.year - 1
    years = [series.calendar_year(year) for year in range(first, last + 1)]
    return [year for year in years if np.isfinite(year).all()]


def _positive(year: NDArray[np.float64], known: int) -> bool:
    return bool(year[:known].sum() > 0 and year[known:].sum() > 0)
