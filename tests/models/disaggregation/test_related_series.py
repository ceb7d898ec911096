"""Denton and Chow–Lin: exact, as others compute them, and honest about what is left open."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from statsmodels.tsa.interp import dentonm

from models.disaggregation.related_series import chow_lin, denton, disaggregate
from models.disaggregation.totals import agree
from models.errors import CannotForecast

QUARTERS: Any = np.kron(np.eye(16), np.ones(3))  # four years


def simulated(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """An indicator and months that move with it, four years."""
    rng = np.random.default_rng(seed)
    months = np.arange(48)
    indicator = 100 * (1 + months / 120) * (1 + 0.2 * np.sin(months * np.pi / 6))
    return indicator, 0.1 * indicator * np.exp(np.cumsum(0.03 * rng.standard_normal(48)))


def test_denton_is_that_of_statsmodels() -> None:
    indicator, totals = np.arange(1, 13.0) ** 1.2, np.array([50.0, 130, 250])
    ours = denton(indicator, np.kron(np.eye(3), np.ones(4)).astype(float), totals)
    np.testing.assert_allclose(ours.values, dentonm(indicator, totals, freq="aq"), rtol=1e-9)


def test_denton_keeps_the_ratio_where_totals_are_in_proportion() -> None:
    indicator, _ = simulated(0)
    path = denton(indicator, QUARTERS, QUARTERS @ indicator / 4)
    np.testing.assert_allclose(path.values, indicator / 4, rtol=1e-12)


def test_chow_lin_is_generalised_least_squares_written_out() -> None:
    indicator, months = simulated(1)
    totals = QUARTERS @ months
    path = chow_lin(indicator, QUARTERS, totals)
    x = np.column_stack([np.ones(48), indicator])
    best = None
    for rho in np.linspace(0, 0.99, 34):
        v = rho ** np.abs(np.subtract.outer(np.arange(48), np.arange(48)))
        w = QUARTERS @ v @ QUARTERS.T
        inverse = np.linalg.inv(w)
        a = QUARTERS @ x
        slope = np.linalg.solve(a.T @ inverse @ a, a.T @ inverse @ totals)
        left = totals - a @ slope
        likelihood = -8 * np.log(left @ inverse @ left) - 0.5 * np.linalg.slogdet(w)[1]
        if best is None or likelihood > best[0]:
            best = (likelihood, x @ slope + v @ QUARTERS.T @ inverse @ left)
    assert best is not None
    np.testing.assert_allclose(path.values, best[1], rtol=1e-8)


def test_chow_lin_serves_many_totals_and_denton_few() -> None:
    indicator, months = simulated(2)
    assert disaggregate(indicator, QUARTERS, QUARTERS @ months).method == "chow_lin"
    few = QUARTERS[:8]
    assert disaggregate(indicator, few, few @ months).method == "denton"
    flat = np.ones(48)
    assert disaggregate(flat, QUARTERS, QUARTERS @ months).method == "denton"


def test_no_month_is_negative_while_no_total_is() -> None:
    weights = np.kron(np.eye(3), np.ones(3)).astype(float)
    path = denton(np.ones(9), weights, np.array([90.0, 1.0, 90.0]))
    np.testing.assert_allclose(weights @ path.values, [90, 1, 90], rtol=1e-9)
    assert path.values.min() >= -1e-9


def test_chow_lin_gives_way_where_it_would_make_a_month_negative() -> None:
    growth = np.repeat(1 + np.arange(12) / 10, 3)
    indicator, weights = growth * np.tile([1.0, 5, 9], 12), QUARTERS[:12, :36]
    totals = 15 * growth[::3]
    totals[5] = 1
    assert chow_lin(indicator, weights, totals).values.min() < 0
    path = disaggregate(indicator, weights, totals)
    assert path.method == "denton"
    assert path.values.min() >= 0
    np.testing.assert_allclose(weights @ path.values, totals, rtol=1e-9)


def test_rates_alone_do_not_give_the_level() -> None:
    doubled = np.array([[-2.0, 1.0]])
    with pytest.raises(CannotForecast, match="rates alone"):
        denton(np.array([1.0, 2.0]), doubled, np.zeros(1))


def test_doubt_grows_with_the_distance_from_what_was_printed() -> None:
    indicator, months = simulated(3)
    weights = np.vstack([np.eye(48)[:12].sum(axis=0), np.eye(48)[11], np.eye(48)[47]])
    path = denton(indicator, weights, weights @ months)
    doubt = np.linalg.norm(path.doubt, axis=1) / indicator
    assert doubt[11] == 0
    assert doubt[47] == 0
    assert doubt[14] < doubt[20] < doubt[29] > doubt[38] > doubt[45]


@pytest.mark.slow
def test_the_truth_lies_as_often_within_the_doubt_as_it_should() -> None:
    inside = []
    for seed in range(40):
        indicator, months = simulated(seed)
        for method in (denton, chow_lin):
            path = method(indicator, QUARTERS, QUARTERS @ months)
            spread = np.linalg.norm(path.doubt, axis=1)
            inside.append(np.abs(months - path.values) <= 1.2816 * spread)
    assert 0.7 <= np.mean(inside) <= 0.95


SPANS = st.lists(st.tuples(st.integers(0, 23), st.integers(1, 24)), min_size=1, max_size=12)


@settings(deadline=None)
@given(
    SPANS,
    st.lists(st.floats(0.5, 100), min_size=24, max_size=24),
    st.lists(st.floats(0.5, 100), min_size=24, max_size=24),
    st.integers(0, 99),
)
def test_disaggregation_keeps_its_totals(spans, indicator, months, seed) -> None:
    weights = np.array([[float(a <= m < a + n) for m in range(24)] for a, n in spans])
    totals = weights @ np.array(months)
    agreed = agree(weights, totals, np.full(len(totals), 0.5))
    assert agreed.disputes == ()
    chosen = list(agreed.independent)
    path = disaggregate(np.array(indicator), weights[chosen], totals[chosen])
    np.testing.assert_allclose(weights @ path.values, totals, rtol=1e-9)
    other = path.values + path.doubt @ np.random.default_rng(seed).standard_normal(
        path.doubt.shape[1]
    )
    np.testing.assert_allclose(weights @ other, totals, rtol=1e-7)
