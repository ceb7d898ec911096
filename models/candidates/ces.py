"""Complex exponential smoothing, by statsforecast.

statsforecast is not in the program's environment: the extra `ces` adds it. It is
imported when the candidate is used, and `MissingExtra` is raised without it.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.candidates.base import Parameters, require_months, require_variation
from models.errors import CannotForecast, MissingExtra
from models.paths import Paths
from models.scale import Scale, filled
from models.series import Series

MONTHS_NEEDED = 36


class Ces:
    """AutoCES on the months themselves; gaps are filled first.

    Estimation takes milliseconds, so parameters are estimated again at every cutoff.
    statsforecast simulates paths by adding noise to the last states and forecasting
    from them; the forecast is linear in the states, so a single matrix product draws
    the same paths here.

    References
    ----------
    Svetunkov, Kourentzes and Ord (2022), Naval Research Logistics 69(8).
    """

    name = "ces"

    def fit(self, series: Series) -> dict[str, Any]:
        """The scale of the series; needs 36 months."""
        require_statsforecast()
        require_months(series, MONTHS_NEEDED, self.name)
        require_variation(series.values, series, self.name)
        return vars(Scale.of(series.values))

    def paths(
        self,
        series: Series,
        parameters: Parameters,
        horizon: int,
        n_paths: int,
        rng: np.random.Generator,
    ) -> Paths:
        require_statsforecast()
        from statsforecast.models import AutoCES

        scale = Scale(parameters["logs"], parameters["non_negative"])
        values = scale.undo(filled(scale.apply(series.values)))
        unit = float(np.abs(values).mean())
        model = AutoCES(season_length=12)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                model.fit(y=values / unit)
                drawn = simulated(model.model_, horizon, n_paths, rng)
            except Exception as error:  # statsforecast raises plain Exception
                raise CannotForecast(f"ces of {series.key} failed: {error}.") from error
        paths = unit * drawn
        return np.maximum(paths, 0.0) if scale.non_negative else paths


def require_statsforecast() -> None:
    """Raise `MissingExtra` if statsforecast is not installed."""
    if find_spec("statsforecast") is None:
        raise MissingExtra(
            "candidate ces: expected the library statsforecast, found that it is not installed. "
            "Install the extra 'ces': make ces."
        )


def simulated(
    model: Mapping[str, Any], horizon: int, n_paths: int, rng: np.random.Generator
) -> Paths:
    """Paths with the distribution of statsforecast's `AutoCES.simulate` with normal errors.

    Parameters
    ----------
    model : `AutoCES.model_` after `fit`
    """
    from statsforecast.ces import cesforecast, switch_ces

    states, season = model["states"], switch_ces(model["seasontype"])
    last = range(model["n"], model["n"] + model["m"])  # the states that determine forecasts

    def forecast(changed: NDArray[np.float64]) -> NDArray[np.float64]:
        months = np.zeros(horizon)
        cesforecast(  # type: ignore[no-untyped-call]
            states=changed,
            n=model["n"],
            m=model["m"],
            season=season,
            h=horizon,
            f=months,
            **model["par"],
        )
        return months

    middle = forecast(states)
    effects = []
    for row in last:
        for column in range(states.shape[1]):
            changed = states.copy()
            changed[row, column] += 1.0
            effects.append(forecast(changed) - middle)
    noise = np.sqrt(model["sigma2"]) * rng.standard_normal((n_paths, len(effects)))
    return np.asarray(middle + noise @ np.array(effects), dtype=float)
