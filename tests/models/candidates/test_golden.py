"""Candidates against statsmodels called directly: see `tests/models/golden/make.py`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.candidates import REGISTRY
from models.scale import Scale
from models.series import Month, Series
from tests.models.strategies import made

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "statsmodels.json").read_text())
CASES = [
    pytest.param(case, name, id=f"{name}, {label}")
    for label, case in GOLDEN["cases"].items()
    for name in ("ets", "sarima", "theta")
    if case[name]
]
HORIZON = 12
N_PATHS = 40_000


def series_of(case: dict[str, Any]) -> Series:
    values = [np.nan if value is None else value for value in case["values"]]
    return made(values, start=Month.parse(case["start"]))


@pytest.mark.parametrize(("case", "name"), CASES)
def test_parameters_are_those_of_statsmodels(case: dict[str, Any], name: str) -> None:
    wanted = dict(case[name]["parameters"])
    found = REGISTRY[name].fit(series_of(case))
    assert found["logs"] == case["logs"]
    if "variance" in wanted:
        assert found["spread"] == pytest.approx(np.sqrt(wanted.pop("variance")), rel=1e-3)
    if "slope" in wanted:
        assert found["drift"] == pytest.approx(wanted.pop("slope") / 2, rel=1e-6)
    for parameter, value in wanted.items():
        assert found[parameter] == pytest.approx(value, rel=2e-3, abs=2e-3), parameter


@pytest.mark.parametrize(("case", "name"), CASES)
def test_forecasts_are_those_of_statsmodels(case: dict[str, Any], name: str) -> None:
    series, golden = series_of(case), case[name]
    parameters = REGISTRY[name].fit(series)
    rng = np.random.default_rng(0)
    paths = REGISTRY[name].paths(series, parameters, HORIZON, N_PATHS, rng)
    drawn = Scale(case["logs"], non_negative=False).apply(paths)
    noise = drawn.std(axis=0) / np.sqrt(N_PATHS)
    error = np.abs(drawn.mean(axis=0) - golden["mean"])
    spread = parameters["spread"]
    assert (error < 4 * noise + 0.002 * spread).all(), error / spread
    if "standard_error" in golden:
        np.testing.assert_allclose(drawn.std(axis=0), golden["standard_error"], rtol=0.02)
