"""What each candidate is worth on real figures: forecasts of the twelve months after a cutoff."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from data.samples.files import read_sample
from data.vintages.panel import Panel
from models.candidates import REGISTRY
from models.candidates.base import Candidate
from models.errors import CannotForecast
from models.series import Month, Series
from tests.models.strategies import made
from training.backtest.origins import truncate

pytestmark = pytest.mark.slow

HORIZON = 12
N_PATHS = 200
ACCURACY = [  # candidate, maximum MASE: what was measured, and some 4 % of room
    ("seasonal_naive", 1.40),
    ("pace", 1.27),
    ("ces", 1.17),
    ("ets", 1.18),
    ("sarima", 1.06),
    ("theta", 1.10),
    ("quarterly_theta", 1.10),
]
CUTOFFS = (Month(2018, 6), Month(2018, 12), Month(2019, 12))


@pytest.fixture(scope="module")
def sample() -> list[Series]:
    """Every KPI of vietnam-2021 that is no total of others, as known at the end of 2021."""
    plan, figures = read_sample("vietnam-2021")
    panel = Panel.of(plan.family, plan.kpis, figures)
    own = [kpi.slug for kpi in plan.kpis if not kpi.parts]
    return [panel.series_as_of(slug, date(2021, 12, 31)) for slug in own]


def mean_absolute_scaled_error(
    actual: np.ndarray, forecast: np.ndarray, past: np.ndarray
) -> float:
    """Scaled by the error of last year's month within the past; Hyndman and Koehler (2006)."""
    return float(
        np.nanmean(np.abs(forecast - actual)) / np.nanmean(np.abs(past[12:] - past[:-12]))
    )


def test_the_scaled_error_by_hand() -> None:
    past = np.r_[np.full(12, 1.0), np.full(12, 3.0)]
    assert mean_absolute_scaled_error(np.array([4.0, -4.0]), np.array([5.0, -1.0]), past) == 1.0


@pytest.mark.parametrize(("name", "most"), ACCURACY)
def test_accuracy(name: str, most: float, sample: list[Series]) -> None:
    errors = []
    for series in sample:
        for cutoff in CUTOFFS:
            known = truncate(series, cutoff)
            first = cutoff.ordinal - series.start.ordinal + 1
            actual = series.values[first : first + HORIZON]
            try:
                forecast = median_of(REGISTRY[name], known)
            except CannotForecast:
                continue
            errors.append(mean_absolute_scaled_error(actual, forecast, known.values))
    assert len(errors) >= 0.9 * len(sample) * len(CUTOFFS)
    assert np.mean(errors) < most


def median_of(candidate: Candidate, series: Series) -> np.ndarray:
    rng = np.random.default_rng(0)
    paths = candidate.paths(series, candidate.fit(series), HORIZON, N_PATHS, rng)
    return np.median(paths, axis=0)


def test_every_candidate_has_its_row() -> None:
    assert sorted(name for name, _ in ACCURACY) == sorted(REGISTRY)


def season_on_the_move(seed: int) -> Series:
    """Each month as a year before, but for a change that lasts some months."""
    rng = np.random.default_rng(seed)
    changes = np.zeros(120)
    for place in range(1, 120):
        changes[place] = 0.6 * changes[place - 1] + rng.standard_normal()
    values = 100 + np.r_[5 * rng.standard_normal(12), np.zeros(120)]
    for place in range(12, 132):
        values[place] = values[place - 12] + changes[place - 12]
    return made(values, start=Month(2010, 7))


def test_smoothing_constants_stay_where_they_have_a_meaning(sample: list[Series]) -> None:
    """Without the bounds, some would ask for a trend quicker than the level, or more season."""
    real = [truncate(series, CUTOFFS[-1]) for series in sample]
    for series in [*real, season_on_the_move(0), season_on_the_move(4)]:
        found = REGISTRY["ets"].fit(series)
        assert 0.0 < found["level"] < 1.0
        assert 0.0 <= found["trend"] <= found["level"]
        assert 0.0 <= found["season"] <= 1.0 - found["level"]
        assert 0.8 <= found["damping"] <= 0.98
