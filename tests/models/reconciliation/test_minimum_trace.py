"""The nearest values that agree: by hand, against an oracle, and at their bounds."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pytest
from scipy.optimize import minimize

from models.reconciliation.minimum_trace import Constraints, reconciled

NONE = np.zeros((0, 3))
TWO_PARTS = Constraints(np.array([[1.0, -1.0, -1.0]]), NONE, np.full(3, True))
FREE = Constraints(TWO_PARTS.sums, NONE, np.full(3, False))
# all, two groups, four parts: the rows are all − groups, and each group − its parts
LEVELS = np.array(
    [[1, -1, -1, 0, 0, 0, 0], [0, 1, 0, -1, -1, 0, 0], [0, 0, 1, 0, 0, -1, -1]], dtype=float
)
SUMMING = np.array(
    [
        [1, 1, 1, 1],
        [1, 1, 0, 0],
        [0, 0, 1, 1],
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
    ],
    dtype=float,
)


def test_a_total_and_two_parts_by_hand() -> None:
    # the gap of 568 is shared in proportion to the variances 9 : 1 : 4
    given = np.array([[3850.0, 1405.0, 3013.0]])
    found = reconciled(given, np.zeros((1, 3)), np.diag([9.0, 1.0, 4.0]), TWO_PARTS)
    gap = 568.0 / 14.0
    np.testing.assert_allclose(found, [[3850 + 9 * gap, 1405 - gap, 3013 - 4 * gap]])


@pytest.mark.parametrize("method", ["wls_var", "mint_cov"])
def test_the_oracle_agrees_to_eight_digits(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("matplotlib", "matplotlib.pyplot"):  # it draws plots that nobody asks for here
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    methods = pytest.importorskip("hierarchicalforecast.methods")
    rng = np.random.default_rng(4)
    mixed = np.eye(7) + 0.3 * rng.normal(size=(7, 7))
    residuals = mixed @ rng.normal(size=(7, 60))
    values = SUMMING @ np.array([40.0, 30.0, 20.0, 10.0]) + rng.normal(size=7)
    found = methods.MinTrace(method=method).fit_predict(
        S=SUMMING,
        y_hat=values[:, None],
        y_insample=residuals,
        y_hat_insample=np.zeros_like(residuals),
    )
    full = np.cov(residuals)
    used = np.diag(np.mean(residuals**2, axis=1)) if method == "wls_var" else full
    conditions = Constraints(LEVELS, np.zeros((0, 7)), np.full(7, False))
    ours = reconciled(values[None, :], np.zeros((1, 7)), used, conditions)[0]
    np.testing.assert_allclose(ours, np.asarray(found["mean"]).ravel(), rtol=1e-8)


def test_a_grouped_hierarchy_is_the_one_of_its_summing_matrix() -> None:
    """Two breakdowns of one total: y = S b, with S spanning all that adds up in both."""
    conditions = np.array([[1, -1, -1, 0, 0, 0], [1, 0, 0, -1, -1, -1]], dtype=float)
    summing = np.array(  # of both directions and two of three gates
        [[1, 1, 0, 0, 0, 1], [1, 0, 1, 0, 0, 1], [0, 0, 0, 1, 0, -1], [0, 0, 0, 0, 1, -1]],
        dtype=float,
    ).T
    np.testing.assert_array_equal(conditions @ summing, 0.0)
    rng = np.random.default_rng(8)
    mixed = rng.normal(size=(6, 6))
    weights = mixed @ mixed.T + np.eye(6)
    values = rng.normal(10.0, 3.0, 6)
    inverse = np.linalg.inv(weights)
    by_hand = summing @ np.linalg.solve(
        summing.T @ inverse @ summing, summing.T @ inverse @ values
    )
    given = Constraints(conditions, np.zeros((0, 6)), np.full(6, False))
    found = reconciled(values[None, :], np.zeros((1, 6)), weights, given)[0]
    np.testing.assert_allclose(found, by_hand, rtol=1e-9)


def test_values_that_cannot_be_negative_stay_so_at_the_nearest_point() -> None:
    rng = np.random.default_rng(5)
    values = np.abs(rng.normal(2.0, 2.0, (40, 7)))
    weights = np.diag(rng.uniform(0.5, 4.0, 7))
    floors = np.zeros((40, 7))
    given = Constraints(LEVELS, np.zeros((0, 7)), np.full(7, True))
    found = reconciled(values, floors, weights, given)
    free = reconciled(values, floors, weights, Constraints(LEVELS, given.bounds, ~given.floors))
    assert (free < -0.01).any(axis=1).sum() > 5
    assert found.min() >= -1e-9
    np.testing.assert_allclose(found @ LEVELS.T, 0.0, atol=1e-9)
    inverse = np.linalg.inv(weights)
    for path in np.flatnonzero((free < -0.01).any(axis=1))[:6]:

        def distance(parts: np.ndarray, path: int = path) -> float:
            apart = SUMMING @ parts - values[path]
            return float(apart @ inverse @ apart)

        slow = minimize(distance, found[path, 3:], bounds=[(0, None)] * 4, tol=1e-14)
        assert distance(found[path, 3:]) <= slow.fun + 1e-6


def test_a_wider_scope_is_at_least_what_it_contains() -> None:
    bounds = np.array([[1.0, -1.0]])
    given = Constraints(np.zeros((0, 2)), bounds, np.full(2, True))
    values = np.array([[10.0, 8.0], [8.0, 10.0]])
    found = reconciled(values, np.zeros((2, 2)), np.diag([3.0, 1.0]), given)
    np.testing.assert_allclose(found, [[10.0, 8.0], [9.5, 9.5]])


def test_a_value_without_variance_does_not_move() -> None:
    values = np.array([[100.0, 30.0, 60.0]])
    found = reconciled(values, np.zeros((1, 3)), np.diag([0.0, 1.0, 1.0]), TWO_PARTS)
    np.testing.assert_allclose(found, [[100.0, 35.0, 65.0]])
    still = reconciled(values, np.zeros((1, 3)), np.zeros((3, 3)), TWO_PARTS)
    np.testing.assert_array_equal(still, values)


def test_a_path_that_cannot_agree_is_returned_as_it_was() -> None:
    values = np.array([[10.0, 30.0, 60.0], [95.0, 30.0, 60.0]])
    floors = np.array([[0.0, 20.0, 50.0], [0.0, 20.0, 50.0]])
    found = reconciled(values, floors, np.diag([0.0, 1.0, 1.0]), TWO_PARTS)
    np.testing.assert_array_equal(found[0], values[0])  # the parts have 70 already
    np.testing.assert_allclose(found[1], [95.0, 32.5, 62.5])
