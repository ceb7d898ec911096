"""The pretrained annual prior as a candidate: joint paths with its annual distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.candidates.base import Parameters, require_months
from models.errors import CannotForecast, SeriesTooShort
from models.paths import Paths
from models.prior.annual import AnnualPrior, annual_quantiles
from models.scale import filled
from models.series import Series

MONTHS_NEEDED = 12
YEARS = 3  # past years that give the season
GRID = (np.arange(200) + 0.5) / 200


class PriorCandidate:
    """Paths whose sums over the rest of the year have the prior's quantiles.

    Ours: each path's sum is a quantile of the prior, drawn evenly. The months share it in
    the proportions of up to three past years, each month with noise as large as the
    changes of these shares. The prior forecasts a single year: after a cutoff in December
    the following year, else the year in progress. It learned from series above zero and
    refuses one with months below.

    Parameters
    ----------
    prior : AnnualPrior, trained without the year to be forecast
    """

    name = "prior"

    def __init__(self, prior: AnnualPrior) -> None:
        self._prior = prior
        self._cache: dict[tuple[bytes, int], NDArray[np.float64]] = {}

    def precompute(self, several: Sequence[Series]) -> None:
        """Compute and cache the prior for several series, in little more time than for one.

        `paths` uses the cache; series that are too short are skipped.
        """
        usable = [
            series
            for series in several
            if np.isfinite(series.values).sum() >= MONTHS_NEEDED and not (series.values < 0).any()
        ]
        months = [filled(series.values) for series in usable]
        known = [series.months_known % 12 for series in usable]
        if not usable:
            return
        try:
            years = annual_quantiles(self._prior, months, known, list(GRID))
        except SeriesTooShort:
            return
        for values, place, year in zip(months, known, years, strict=True):
            self._cache[values.tobytes(), place] = year

    def fit(self, series: Series) -> dict[str, Any]:
        """Identity of the prior, and noise of the months within a year; needs 12 months."""
        require_months(series, MONTHS_NEEDED, self.name)
        self._require_one_sign(series)
        values = filled(series.values)
        changes = np.diff(np.log(np.maximum(np.abs(values), 1e-3 * np.abs(values).mean())))
        yearly = changes[12:] - changes[:-12]
        noise = float(np.median(np.abs(yearly))) if len(yearly) else 0.1
        return {"prior": self._prior.identity, "noise": min(noise, 1.0) / np.sqrt(2)}

    def paths(
        self,
        series: Series,
        parameters: Parameters,
        horizon: int,
        n_paths: int,
        rng: np.random.Generator,
    ) -> Paths:
        self._require_one_sign(series)
        known = series.months_known % 12
        if parameters.get("prior") != self._prior.identity:
            raise CannotForecast(
                f"the model of {series.key} was made with another prior than this "
                f"program has ({self._prior.identity}). Run vedich retrain."
            )
        if horizon != 12 - known:
            raise CannotForecast(
                f"the annual prior answers for one year, {12 - known} months from "
                f"{series.cutoff}; {horizon} were asked for. Other candidates serve them."
            )
        values = filled(series.values)
        year = self._cache.get((values.tobytes(), known))
        if year is None:
            [year] = annual_quantiles(self._prior, [values], [known], list(GRID))
        place = rng.permutation((np.arange(n_paths) + 0.5) / n_paths)
        rest = np.interp(place, GRID, year) - values[len(values) - known :].sum()
        shape = _shape(values, known)
        noise = np.exp(parameters["noise"] * rng.standard_normal((n_paths, horizon)))
        if (shape > 0).all() and (rest > 0).all():
            months = shape * noise
            return np.asarray(months * (rest / months.sum(axis=1))[:, None], dtype=float)
        months = shape + np.abs(shape) * (noise - 1.0)
        return np.asarray(months + ((rest - months.sum(axis=1)) / horizon)[:, None], dtype=float)

    def _require_one_sign(self, series: Series) -> None:
        if (series.values < 0).any():
            raise CannotForecast(
                f"{series.key} has months above and below zero; the annual prior learned from "
                "series above zero. Other candidates serve it."
            )


def _shape(values: NDArray[np.float64], known: int) -> NDArray[np.float64]:
    """Mean of the remaining months over up to three past years, shape (12 − known,)."""
    begins = [len(values) - known - 12 * back for back in range(1, YEARS + 1)]
    past = [values[begin + known : begin + 12] for begin in begins if begin >= 0]
    if not past:
        raise CannotForecast("the annual prior needs a full year before the one it forecasts.")
    return np.asarray(np.mean(past, axis=0), dtype=float)
