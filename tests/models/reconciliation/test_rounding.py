"""Rounded figures that add up: by hand, and against all possible roundings."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from models.reconciliation.minimum_trace import Constraints
from models.reconciliation.rounding import Digits, rounded

# a total, two parts by direction, three parts by gate
TWO_WAYS = np.array([[1, -1, -1, 0, 0, 0], [1, 0, 0, -1, -1, -1]], dtype=float)
NO_ROWS = np.zeros((0, 6))


def digits(n: int, totals: int = 1, decimals: int = 0, still: tuple[int, ...] = ()) -> Digits:
    return Digits(
        np.full(n, decimals), np.arange(n) < totals, np.isin(np.arange(n), np.array(still))
    )


def two_ways(values: list[float], decimals: int = 0, still: tuple[int, ...] = ()) -> list[float]:
    given = Constraints(TWO_WAYS, NO_ROWS, np.full(6, True))
    return rounded(np.array(values), np.zeros(6), given, digits(6, 1, decimals, still))


def test_a_total_is_the_sum_of_its_rounded_parts() -> None:
    given = Constraints(np.array([[1.0, -1.0, -1.0, -1.0]]), np.zeros((0, 4)), np.full(4, True))
    values = np.array([10.2, 3.4, 3.4, 3.4])
    assert rounded(values, np.zeros(4), given, digits(4)) == [9.0, 3.0, 3.0, 3.0]
    assert rounded(values, np.zeros(4), given, digits(4, 1, 1)) == [10.2, 3.4, 3.4, 3.4]


def test_two_breakdowns_of_a_total_add_up_to_the_same_figure_by_hand() -> None:
    # 6.4 + 3.6 give 6 + 4 = 10; 3.4 + 3.3 + 3.3 give 9: the nearest way out is 4 + 3 + 3
    assert two_ways([10.0, 6.4, 3.6, 3.4, 3.3, 3.3]) == [10.0, 6.0, 4.0, 4.0, 3.0, 3.0]


@pytest.mark.parametrize("seed", range(12))
def test_no_other_rounding_that_adds_up_is_nearer(seed: int) -> None:
    rng = np.random.default_rng(seed)
    parts = rng.uniform(0.0, 9.0, 2)
    gates = rng.dirichlet(np.ones(3)) * parts.sum()
    values = np.array([parts.sum(), *parts, *gates])
    found = np.array(two_ways(values.tolist()))
    np.testing.assert_array_equal(TWO_WAYS @ found, 0.0)
    near = [[np.floor(value) + step for step in (-1, 0, 1, 2)] for value in values[1:]]
    best = min(
        float(np.abs(np.array(one) - values[1:]).sum())
        for one in product(*near)
        if sum(one[:2]) == sum(one[2:]) and min(one) >= 0
    )
    assert np.abs(found[1:] - values[1:]).sum() == pytest.approx(best)


@pytest.mark.parametrize("decimals", [0, 2, 6])
@pytest.mark.parametrize("gates", [2, 12])
def test_many_parts_in_two_breakdowns_add_up(decimals: int, gates: int) -> None:
    rows = np.zeros((2, 1 + 5 + gates))
    rows[:, 0], rows[0, 1:6], rows[1, 6:] = 1.0, -1.0, -1.0
    rng = np.random.default_rng(gates)
    parts = rng.uniform(0.0, 9e3, 5)
    values = np.concatenate([[parts.sum()], parts, rng.dirichlet(np.ones(gates)) * parts.sum()])
    given = Constraints(rows, np.zeros((0, len(values))), np.full(len(values), True))
    found = rounded(values, np.zeros(len(values)), given, digits(len(values), 1, decimals))
    units = [round(one * 10**decimals) for one in found]
    assert units[0] == sum(units[1:6]) == sum(units[6:])
    assert np.abs(np.array(found) - values)[1:].max() <= 10.0**-decimals


def test_large_figures_with_digits_add_up_to_the_last_one() -> None:
    rng = np.random.default_rng(3)
    parts = rng.uniform(1e8, 4e8, 2)
    gates = rng.dirichlet(np.ones(3)) * parts.sum()
    found = two_ways([float(parts.sum()), *parts, *gates], decimals=2)
    cents = [round(100 * one) for one in found]
    assert cents[0] == cents[1] + cents[2] == sum(cents[3:])


def test_a_figure_that_stands_still_is_rounded_and_the_others_follow() -> None:
    found = two_ways([10.6, 6.4, 4.2, 3.5, 3.5, 3.6], still=(0,))
    assert found[0] == 11.0
    assert found[1] + found[2] == 11.0 == sum(found[3:])


def test_a_figure_is_not_rounded_below_its_floor() -> None:
    given = Constraints(TWO_WAYS, NO_ROWS, np.full(6, True))
    values = np.array([9.9, 6.4, 3.5, 3.1, 3.4, 3.4])
    least = np.array([0.0, 6.4, 3.5, 0.0, 3.4, 3.4])
    found = rounded(values, least, given, digits(6))
    assert min(np.array(found) - np.rint(np.minimum(least, values))) >= 0.0
    np.testing.assert_array_equal(TWO_WAYS @ np.array(found), 0.0)


def test_a_scope_is_not_shown_below_what_it_contains_whatever_its_digits() -> None:
    given = Constraints(NO_ROWS[:, :3], np.array([[1.0, -1.0, -1.0]]), np.full(3, True))
    wide = Digits(np.array([0, 1, 1]), np.full(3, False), np.full(3, False))
    values = np.array([7.4, 3.7, 3.7])
    whole, *parts = rounded(values, np.zeros(3), given, wide)
    assert whole == 8.0 or sum(parts) <= whole
    assert whole >= sum(parts)


def test_figures_that_contradict_each_other_are_rounded_on_their_own() -> None:
    given = Constraints(np.array([[1.0, -1.0, -1.0]]), np.zeros((0, 3)), np.full(3, True))
    values, least = np.array([10.0, 8.2, 4.4]), np.array([0.0, 8.0, 4.0])
    assert rounded(values, least, given, digits(3, still=(0,))) == [10.0, 8.0, 4.0]
