"""Weights learned on past errors, and one forecast from many."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from models.ensemble import centre, combine, learn_weights, weighted_median


def errors(size: float, years: int = 6) -> np.ndarray:
    return np.full((years, 12), size)


def test_the_better_candidate_weighs_more_at_every_month() -> None:
    pooled = {"good": errors(0.02), "poor": errors(0.06)}
    weights = learn_weights(pooled)
    for known in range(12):
        assert weights[known]["good"] == pytest.approx(81 / 82)  # inverse fourth powers of 1 : 3
        assert sum(weights[known].values()) == pytest.approx(1.0)


def test_the_prior_is_trusted_beyond_the_few_years_here() -> None:
    alike = {"prior": errors(0.04), "ces": errors(0.04)}
    assert learn_weights(alike)[6] == pytest.approx({"prior": 0.8, "ces": 0.2})
    untaught = centre({"prior": 100.0, "ces": 200.0}, {}, 1.0)
    assert untaught == pytest.approx(100.0 * 2**0.2)


def test_a_candidate_without_errors_gets_no_weight() -> None:
    pooled = {"there": errors(0.02), "failed": np.full((6, 12), np.nan)}
    assert learn_weights(pooled)[3] == {"there": 1.0}


def test_errors_do_not_affect_distant_months() -> None:
    one = np.full((4, 12), np.nan)
    one[:, 2] = 0.1
    two = np.full((4, 12), np.nan)
    two[:, 2] = 0.05
    weights = learn_weights({"one": one, "two": two})
    assert set(weights) == {1, 2, 3}


@given(st.permutations(["a", "b", "c"]))
def test_the_order_of_candidates_changes_nothing(order: list[str]) -> None:
    rng = np.random.default_rng(3)
    paths = {name: rng.gamma(20, 1 + place, (60, 4)) for place, name in enumerate("abc")}
    weights = {"a": 0.5, "b": 0.3, "c": 0.2}
    first = combine(paths, weights, np.random.default_rng(1))
    shuffled = {name: paths[name] for name in order}
    np.testing.assert_array_equal(combine(shuffled, weights, np.random.default_rng(1)), first)


def test_the_middle_is_the_weighted_geometric_mean() -> None:
    paths = {"a": np.full((100, 2), 50.0), "b": np.full((100, 2), 100.0)}
    mixed = combine(paths, {"a": 0.5, "b": 0.5}, np.random.default_rng(1))
    assert np.median(mixed.sum(axis=1)) == pytest.approx(np.sqrt(100 * 200), rel=0.01)
    assert centre({"a": 100.0, "b": 200.0}, {"a": 0.5, "b": 0.5}, 1.0) == pytest.approx(
        np.sqrt(100 * 200)
    )


def test_an_outlier_cannot_shift_the_ensemble() -> None:
    medians = {"a": 100.0, "b": 101.0, "wild": 1e9}
    weights = dict.fromkeys(medians, 1 / 3)
    assert centre(medians, weights, 10.0) < 150.0


def test_a_failed_candidate_is_left_out() -> None:
    assert centre({"a": 100.0, "b": float("nan")}, {"a": 0.2, "b": 0.8}, 1.0) == pytest.approx(
        100.0
    )
    assert centre({"a": 90.0, "b": 110.0}, {}, 1.0) == pytest.approx(np.sqrt(90 * 110))


def test_sums_below_zero_are_averaged() -> None:
    assert centre({"a": -10.0, "b": 30.0}, {"a": 0.5, "b": 0.5}, 100.0) == pytest.approx(10.0)


def test_the_weighted_median_meets_half_the_weight() -> None:
    assert weighted_median(np.array([9.0, 1.0, 2.0]), np.array([0.2, 0.2, 0.6])) == 2.0
    assert weighted_median(np.array([1.0, 3.0, 5.0]), np.array([0.25, 0.25, 0.5])) == 4.0


def test_the_median_is_that_of_the_majority_whatever_the_others() -> None:
    values, weights = np.array([1.05, 4.3, 4.4]), np.array([0.7, 0.1, 0.2])
    assert weighted_median(values, weights) == 1.05
    medians = {"prior": 1.05, "sarima": 4.3, "theta": -7.0}  # of a series once below zero
    found = centre(medians, {"prior": 0.7, "sarima": 0.2, "theta": 0.1}, 0.1)
    assert found == pytest.approx(1.05 + 0.2 * 0.1 - 0.1 * 0.1)
