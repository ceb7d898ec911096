"""What statsmodels says of five series, called directly: the numbers the candidates must give.

    python -m tests.models.golden.make

writes `statsmodels.json` beside this file, with the versions it was made with.
Nothing here goes through `models.candidates`: series, scale and regressor are
prepared in this script (the share of Tết days comes from `models.events.tet`, whose
dates have tests of their own). The series are public figures of the General
Statistics Office of Vietnam, from the sample `vietnam-2021` as of June 2021.
"""

from __future__ import annotations

import json
import sys
import warnings
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.statespace.exponential_smoothing import ExponentialSmoothing
from statsmodels.tsa.statespace.sarimax import SARIMAX

from data.samples.files import read_sample
from data.vintages.panel import Panel
from models.events.tet import tet_share
from models.series import Month

FILE = Path(__file__).with_name("statsmodels.json")
HORIZON = 12
GAPS = (0, 20, 50, 51, 97)  # places; the last one within a year of the cutoff
PACKAGES = ("numpy", "scipy", "statsmodels", "holidays")


def main() -> None:
    plan, figures = read_sample("vietnam-2021")
    panel = Panel.of(plan.family, plan.kpis, figures)

    def known(kpi: str) -> tuple[Month, np.ndarray]:
        series = panel.series_as_of(kpi, date(2021, 6, 30))
        return series.start, np.array(series.values)

    start, exports = known("exports")
    _, imports = known("imports")
    with_gaps = exports.copy()
    with_gaps[list(GAPS)] = np.nan
    beer_start, beer = known("beer")
    iip_start, iip = known("iip")
    cases = {
        "exports": case(start, exports, logs=True),
        "exports with gaps": case(start, with_gaps, logs=True),
        "trade balance": case(start, exports - imports, logs=False),
        "three years of beer": case(beer_start.plus(len(beer) - 36), beer[-36:], logs=True),
        "production index": case(iip_start, iip, logs=True),
    }
    made_with = {"python": sys.version.split()[0], **{name: version(name) for name in PACKAGES}}
    text = json.dumps({"made_with": made_with, "cases": cases}, indent=1, allow_nan=False)
    FILE.write_text(text + "\n")


def case(start: Month, values: np.ndarray, *, logs: bool) -> dict[str, Any]:
    """One series and the three models' answers, on the working scale."""
    scaled = np.log(values) if logs else values
    complete = bool(np.isfinite(scaled).all())
    return {
        "start": str(start),
        "logs": logs,
        "values": [None if np.isnan(value) else float(value) for value in values],
        "ets": ets(scaled) if complete else None,
        "sarima": sarima(start, scaled),
        "theta": theta(scaled) if complete else None,
    }


def ets(values: np.ndarray) -> dict[str, Any]:
    model = ExponentialSmoothing(
        values,
        trend=True,
        damped_trend=True,
        seasonal=12,
        initialization_method="heuristic",
        concentrate_scale=False,
    )
    return answer(fitted(model), ("level", "trend", "season", "damping", "variance"))


def sarima(start: Month, values: np.ndarray) -> dict[str, Any]:
    months = [start.plus(place) for place in range(len(values) + HORIZON)]
    share = tet_share(months)[:, None]
    model = SARIMAX(
        values,
        exog=share[: len(values)],
        order=(0, 1, 1),
        seasonal_order=(0, 1, 1, 12),
        use_exact_diffuse=True,
    )
    names = ("tet", "moving_average", "seasonal_moving_average", "variance")
    return answer(fitted(model), names, exog=share[len(values) :])


def theta(values: np.ndarray) -> dict[str, Any]:
    model = ThetaModel(values, period=12, deseasonalize=True, use_test=False, method="additive")
    results = model.fit()
    return {
        "parameters": {"smoothing": results.params["alpha"], "slope": results.params["b0"]},
        "mean": results.forecast(HORIZON, theta=2).tolist(),
    }


def fitted(model: Any) -> Any:
    """The best optimum of two searches, the second from where the first one stopped."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first = model.fit(disp=0, maxiter=1000, cov_type="none")
        second = model.fit(
            first.params, method="nm", disp=0, maxiter=5000, maxfun=5000, cov_type="none"
        )
    return max((first, second), key=lambda results: results.llf)


def answer(results: Any, names: tuple[str, ...], **regressors: Any) -> dict[str, Any]:
    ahead = results.get_forecast(HORIZON, **regressors)
    return {
        "log_likelihood": float(results.llf),
        "parameters": dict(zip(names, map(float, results.params), strict=True)),
        "mean": ahead.predicted_mean.tolist(),
        "standard_error": ahead.se_mean.tolist(),
    }


if __name__ == "__main__":
    main()
