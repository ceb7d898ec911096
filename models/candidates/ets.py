"""Exponential smoothing with damped trend and season."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from models.candidates.base import Parameters, require_months, require_variation
from models.candidates.decomposition import season_of, trend_cycle
from models.candidates.likelihood import maximise
from models.paths import Paths
from models.scale import Scale, filled
from models.series import Series

Array = NDArray[np.float64]

MONTHS_NEEDED = 36
EARLY_YEARS = 5  # years that initialise season and trend
LEVEL, DAMPING = (1e-4, 1 - 1e-4), (0.8, 0.98)  # bounds
STARTS = tuple(product((0.05, 0.2, 0.5), (0.02, 0.3), (0.01, 0.4), (0.97,)))
_NOTHING = 1e-18  # of the series' variance: smaller errors are rounding


class Ets:
    """ETS(A,Ad,A) on the scale of `models.scale.Scale`; gaps are filled first.

    Written as a moving average: a month is the path without errors from the initial
    state, plus every past error times its lasting effect. A linear filter then gives
    the errors, and likelihood and forecast need no recursion over states. The numbers
    equal those of statsmodels' state-space form.

    References
    ----------
    Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential
    Smoothing, 2.6 for the initial state and 3.2 for the form.
    """

    name = "ets"

    def fit(self, series: Series) -> dict[str, Any]:
        """Maximum likelihood; needs 36 months."""
        require_months(series, MONTHS_NEEDED, self.name)
        scale = Scale.of(series.values)
        values = filled(scale.apply(series.values))
        require_variation(values, series, self.name)
        initial = _initial_state(values)
        least = _NOTHING * float(np.var(values))

        def mean_square(smoothing: Mapping[str, float]) -> float:
            errors = _errors(values, initial, smoothing)
            return max(float(errors @ errors) / len(values), least)

        found = maximise(
            lambda chosen: -len(values) / 2 * np.log(mean_square(_smoothing(chosen))),
            STARTS,
            [(0.0, 1.0)] * 4,
            series,
            self.name,
        )
        smoothing = _smoothing(found)
        spread = float(np.sqrt(mean_square(smoothing)))
        return {**vars(scale), **smoothing, "spread": spread}

    def paths(
        self,
        series: Series,
        parameters: Parameters,
        horizon: int,
        n_paths: int,
        rng: np.random.Generator,
    ) -> Paths:
        require_months(series, MONTHS_NEEDED, self.name)
        scale = Scale(parameters["logs"], parameters["non_negative"])
        values = filled(scale.apply(series.values))
        total = len(values) + horizon
        initial, effects = _initial_state(values), _effects(parameters, total)
        errors = _errors(values, initial, parameters)
        carried = np.convolve(errors, effects)[len(values) : total]
        ahead = _path_without_errors(initial, parameters, total)[len(values) :] + carried
        shocks = parameters["spread"] * rng.standard_normal((n_paths, horizon))
        lasting = scipy.linalg.toeplitz(effects[:horizon], np.zeros(horizon))
        return scale.undo(ahead + shocks @ lasting.T)


def _smoothing(chosen: Array) -> dict[str, float]:
    """Constants from four shares: of the range of level, of level, of 1 − level, of damping's."""
    level, trend, season, damping = (float(share) for share in chosen)
    level = LEVEL[0] + level * (LEVEL[1] - LEVEL[0])
    return {
        "level": level,
        "trend": trend * level,
        "season": season * (1.0 - level),
        "damping": DAMPING[0] + damping * (DAMPING[1] - DAMPING[0]),
    }


def _initial_state(values: Array) -> tuple[float, float, Array]:
    """Initial level, trend and season, shape (12,), from the first years."""
    early = values[: 12 * min(EARLY_YEARS, len(values) // 12)]
    trend, level = np.polyfit(np.arange(1, 11), trend_cycle(early)[:10], 1)
    return float(level), float(trend), season_of(early)


def _path_without_errors(
    initial: tuple[float, float, Array], smoothing: Mapping[str, float], n_months: int
) -> Array:
    """The months without errors, shape (n_months,)."""
    level, trend, season = initial
    damped = np.cumsum(smoothing["damping"] ** np.arange(1, n_months + 1))
    return np.asarray(level + trend * damped + season[np.arange(n_months) % 12], dtype=float)


def _effects(smoothing: Mapping[str, float], n_months: int) -> Array:
    """Effect of a unit error on its month and on later months, shape (n_months,)."""
    lag = np.arange(n_months)
    damped = np.cumsum(smoothing["damping"] ** lag) - 1.0
    effects = smoothing["level"] + smoothing["trend"] * damped
    effects[12::12] += smoothing["season"]
    effects[0] = 1.0
    return np.asarray(effects, dtype=float)


def _errors(
    values: Array, initial: tuple[float, float, Array], smoothing: Mapping[str, float]
) -> Array:
    """One-step errors, shape of `values`."""
    surprise = values - _path_without_errors(initial, smoothing, len(values))
    return np.asarray(
        scipy.signal.lfilter([1.0], _effects(smoothing, len(values)), surprise), dtype=float
    )
