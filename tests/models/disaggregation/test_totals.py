"""Which totals hold together: by hand, and as properties over random systems."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from models.disaggregation.totals import agree

QUARTER = np.array([[1.0, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]])


def test_totals_that_agree_keep_every_digit() -> None:
    values = np.array([100.1, 33.4, 33.3, 33.4])
    agreed = agree(QUARTER, values, np.array([0.05, 0.05, 0.05, 0.05]))
    assert agreed.values.tolist() == values.tolist()
    assert agreed.independent == (0, 1, 2)
    assert agreed.disputes == ()


def test_rounding_is_shared_by_all_that_are_tied_to_it() -> None:
    # printed 100 for what adds up to 100.1: every figure may move, none by its whole rounding
    rounding = np.array([0.5, 0.05, 0.05, 0.05])
    values = np.array([100, 33.4, 33.3, 33.4])
    agreed = agree(QUARTER, values, rounding)
    (dispute,) = agreed.disputes
    assert (dispute.total, dispute.kept) == (3, True)
    assert dispute.implied == pytest.approx(33.3)
    moved = np.abs(agreed.values - values) / rounding
    np.testing.assert_allclose(moved, 0.1 / 0.65)  # the least that the largest move can be
    assert agreed.values[0] == pytest.approx(agreed.values[1:].sum(), abs=1e-9)


def test_what_rounding_cannot_explain_is_set_aside_and_the_rest_untouched() -> None:
    values = np.array([100, 33.4, 33.3, 39.4])
    agreed = agree(QUARTER, values, np.array([0.5, 0.05, 0.05, 0.05]))
    (dispute,) = agreed.disputes
    assert (dispute.total, dispute.kept) == (3, False)
    assert np.isnan(agreed.values[3])
    assert agreed.values[:3].tolist() == [100, 33.4, 33.3]


def test_a_contradiction_touches_only_what_is_tied_to_it() -> None:
    # months 1 and 2 are printed twice, with one digit more and one less; month 3 once
    weights = np.array([[1.0, 0, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]])
    agreed = agree(weights, np.array([10.4, 7.0, 10, 5]), np.array([0.05, 0.5, 0.5, 0.5]))
    assert agreed.values[[1, 3]].tolist() == [7, 5]
    assert agreed.values[0] == pytest.approx(agreed.values[2], abs=1e-7)
    assert abs(agreed.values[0] - 10.4) <= 0.05


def test_a_second_contradiction_is_tried_against_the_first() -> None:
    # 10 ± 0.5 and 10.6 ± 0.5 hold together between 10.1 and 10.5; exactly 10 does not then
    weights = np.ones((3, 1))
    agreed = agree(weights, np.array([10, 10.6, 10]), np.array([0.5, 0.5, 0.001]))
    assert [(one.total, one.kept) for one in agreed.disputes] == [(1, True), (2, False)]
    assert 10.1 <= agreed.values[0] <= 10.5


SYSTEMS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 6), st.integers(-3, 3)), min_size=1, max_size=14
)


@settings(deadline=None)
@given(SYSTEMS, st.lists(st.integers(1, 90), min_size=6, max_size=6))
def test_kept_totals_are_consistent_within_their_rounding(spans, months) -> None:
    true = np.array(months, dtype=float) / 7
    weights = np.array([[float(a <= m < a + n) for m in range(6)] for a, n, _ in spans])
    off = np.array([by / 4 for *_, by in spans])  # printed beside the truth, at times too far
    values, rounding = weights @ true + off, np.full(len(spans), 0.5)
    agreed = agree(weights, values, rounding)
    kept = np.flatnonzero(np.isfinite(agreed.values))
    solved = np.linalg.lstsq(weights[kept], agreed.values[kept], rcond=None)[0]
    np.testing.assert_allclose(weights[kept] @ solved, agreed.values[kept], rtol=1e-7, atol=1e-7)
    assert (np.abs(agreed.values - values)[kept] <= 0.5 + 1e-7).all()
    aside = {one.total for one in agreed.disputes if not one.kept}
    assert aside == set(range(len(spans))) - set(kept.tolist())
    assert 0 in kept  # the most trusted always counts
    if not off.any():
        assert agreed.disputes == ()
        assert agreed.values.tolist() == values.tolist()
