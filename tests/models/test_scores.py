"""Scores against pencil arithmetic, and against loops that are slow and plain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from models.errors import InvalidLevel
from models.scores import (
    annual_error,
    brier_score,
    coverage,
    crps_from_quantiles,
    crps_from_samples,
    pinball_loss,
    reliability_table,
)

NAN = np.nan
figures = st.floats(-1e6, 1e6)
levels = st.floats(0.01, 0.99)
chances = st.floats(0.0, 1.0)


# pinball loss


@pytest.mark.parametrize(
    ("actual", "quantile", "level", "loss"),
    [
        (10.0, 12.0, 0.75, 0.5),
        (12.0, 10.0, 0.75, 1.5),
        (-10.0, -12.0, 0.75, 1.5),
        (-12.0, -10.0, 0.25, 1.5),
        (-3.0, 3.0, 0.5, 3.0),
        (0.0, 0.0, 0.9, 0.0),
    ],
)
def test_pinball_by_hand(actual: float, quantile: float, level: float, loss: float) -> None:
    assert pinball_loss(actual, quantile, level) == pytest.approx(loss)


@given(st.lists(st.tuples(figures, figures, levels), min_size=1, max_size=20))
def test_pinball_by_a_slow_loop(rows: list[tuple[float, float, float]]) -> None:
    wanted = []
    for actual, quantile, level in rows:
        weight = level if actual >= quantile else 1 - level
        wanted.append(weight * abs(actual - quantile))
    actuals, quantiles, at = (np.array(column) for column in zip(*rows, strict=True))
    np.testing.assert_allclose(pinball_loss(actuals, quantiles, at), wanted)


def test_pinball_takes_one_level_for_all() -> None:
    np.testing.assert_allclose(pinball_loss([1.0, 4.0], [3.0, 2.0], 0.1), [1.8, 0.2])


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 1.1, NAN, [0.5, 1.0]])
def test_a_level_outside_of_zero_and_one_is_refused(level: Any) -> None:
    with pytest.raises(InvalidLevel, match="between 0 and 1, found"):
        pinball_loss(1.0, 1.0, level)


# continuous ranked probability score


@pytest.mark.parametrize(
    ("actual", "samples", "score"),
    [
        (2.0, [1.0, 3.0], 0.5),
        (-2.0, [-1.0, -3.0], 0.5),
        (5.0, [5.0], 0.0),
        (7.0, [5.0], 2.0),
        (0.0, [0.0, 0.0, 3.0], 1.0 - 2 / 3),
    ],
)
def test_crps_by_hand(actual: float, samples: list[float], score: float) -> None:
    assert crps_from_samples(actual, np.array(samples)) == pytest.approx(score)


@given(figures, st.lists(figures, min_size=1, max_size=30))
def test_crps_by_a_slow_loop(actual: float, samples: list[float]) -> None:
    n = len(samples)
    error = sum(abs(one - actual) for one in samples) / n
    spread = sum(abs(one - other) for one in samples for other in samples) / n**2
    found = crps_from_samples(actual, np.array(samples))
    assert found == pytest.approx(error - spread / 2, rel=1e-6, abs=1e-6)
    assert found >= -1e-6


def test_crps_of_a_dense_grid_is_that_of_the_samples() -> None:
    samples = np.random.default_rng(3).normal(-4.0, 2.0, 5000)
    grid = (np.arange(200) + 0.5) / 200
    found = crps_from_quantiles([-1.0, -4.0], np.quantile(samples, grid) * np.ones((2, 1)), grid)
    wanted = [crps_from_samples(actual, samples) for actual in (-1.0, -4.0)]
    np.testing.assert_allclose(found, wanted, rtol=0.01)


def test_crps_of_quantiles_by_hand() -> None:
    # losses at 0.25, 0.5, 0.75: 0.25 × 2, 0.5 × 1, 0.25 × 1
    found = crps_from_quantiles(2.0, np.array([0.0, 1.0, 3.0]), np.array([0.25, 0.5, 0.75]))
    assert found == pytest.approx(2 * (0.5 + 0.5 + 0.25) / 3)


# coverage, Brier score, reliability


def test_coverage_counts_the_bounds_in() -> None:
    actual = np.array([-1.0, 0.0, 2.0, 2.1])
    assert coverage(actual, np.full(4, -1.0), np.full(4, 2.0)) == 0.75


@given(st.lists(st.tuples(st.booleans(), chances), min_size=1, max_size=30))
def test_brier_by_a_slow_loop(rows: list[tuple[bool, float]]) -> None:
    wanted = sum((chance - (1 if met else 0)) ** 2 for met, chance in rows) / len(rows)
    met, given_chances = (np.array(column) for column in zip(*rows, strict=True))
    assert brier_score(met, given_chances) == pytest.approx(wanted, abs=1e-11)
    assert 0.0 <= brier_score(met, given_chances) <= 1.0


def test_brier_by_hand() -> None:
    assert brier_score(np.array([True, False]), np.array([1.0, 0.0])) == 0.0
    assert brier_score(np.array([True, False]), np.array([0.0, 1.0])) == 1.0
    assert brier_score(np.array([True]), np.array([0.5])) == 0.25


def test_reliability_by_hand() -> None:
    met = np.array([False, True, True, False])
    rows = reliability_table(met, np.array([0.05, 0.31, 0.39, 1.0]))
    assert [(row["low"], row["high"], row["n"]) for row in rows] == [
        (0.0, 0.1, 1),
        (0.3, 0.4, 2),
        (0.9, 1.0, 1),
    ]
    assert [row["share_met"] for row in rows] == [0.0, 1.0, 0.0]
    assert rows[1]["mean_probability"] == pytest.approx(0.35)


@pytest.mark.parametrize("bins", [1, 3, 5, 10, 20, 100])
def test_reliability_by_a_slow_loop(bins: int) -> None:
    given_chances = np.arange(101) / 100
    met = np.random.default_rng(bins).random(101) < given_chances
    table = reliability_table(met, given_chances, bins)
    assert [row["low"] for row in table] == [index / bins for index in range(bins)]
    for row in table:
        last = row["high"] == 1.0
        inside = [
            index
            for index, chance in enumerate(given_chances)
            if row["low"] <= chance < row["high"] or (last and chance == 1.0)
        ]
        assert row["n"] == len(inside)
        assert row["share_met"] == pytest.approx(np.mean(met[inside]))
        assert row["mean_probability"] == pytest.approx(np.mean(given_chances[inside]))


# annual error


def test_annual_error_by_hand() -> None:
    found = annual_error([90.0, 110.0, -5.0], [100.0, 100.0, 5.0], [80.0, 200.0, 10.0])
    np.testing.assert_allclose(found, [0.125, 0.05, 1.0])


@pytest.mark.parametrize("last_year", [0.0, -10.0, NAN])
def test_there_is_no_relative_error_on_a_last_year_that_is_not_positive(last_year: float) -> None:
    found = annual_error([1.0, 1.0], [2.0, 2.0], [last_year, 4.0])
    np.testing.assert_array_equal(found, [NAN, 0.25])
