from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from models.scale import Scale, filled
from tests.models.strategies import seasonal

NAN = np.nan


@pytest.mark.parametrize(
    ("values", "logs", "non_negative"),
    [
        ([100.0, 90.0, 120.0], True, True),
        ([100.0, NAN, 1.0], True, True),  # exactly 1 % of a median of 50.5 or more is enough
        ([100.0, 100.0, 0.99], False, True),
        ([100.0, 0.0, 120.0], False, True),
        ([100.0, -1.0, 120.0], False, False),
        ([0.0, 0.0, 0.0], False, True),
        ([-3.0, -2.0, -1.0], False, False),
        ([NAN, NAN], False, False),
        ([], False, False),
    ],
)
def test_the_scale_by_hand(values: list[float], logs: bool, non_negative: bool) -> None:
    assert Scale.of(np.array(values)) == Scale(logs, non_negative)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_back_and_forth_gives_the_values(values: list[float]) -> None:
    array = np.array(values)
    scale = Scale.of(array)
    np.testing.assert_allclose(scale.undo(scale.apply(array)), array, rtol=1e-9)


def test_what_comes_back_is_not_below_zero_where_nothing_was() -> None:
    drawn = np.array([-5.0, 0.0, 5.0])
    np.testing.assert_array_equal(Scale(False, True).undo(drawn), [0.0, 0.0, 5.0])
    np.testing.assert_array_equal(Scale(False, False).undo(drawn), drawn)
    assert (Scale(True, True).undo(drawn) > 0).all()


def test_logs_stay_finite() -> None:
    assert np.isfinite(Scale(True, True).undo(np.array([1e6]))).all()
    applied = Scale(True, True).apply(np.array([1.0, 0.0, -1.0]))
    np.testing.assert_array_equal(applied, [0.0, NAN, NAN])


def test_the_scale_does_not_change_what_it_is_given() -> None:
    values = np.array([1.0, -2.0])
    Scale(False, False).apply(values)[0] = 9.0
    np.testing.assert_array_equal(values, [1.0, -2.0])


def test_a_gap_takes_last_years_month_moved_by_the_change_around_it() -> None:
    season = np.arange(12.0)
    values = np.concatenate([season, season + 5.0])
    values[15] = NAN
    assert filled(values)[15] == 3.0 + 5.0


def test_a_gap_takes_the_year_before_rather_than_the_year_after() -> None:
    season = np.arange(12.0)
    values = np.concatenate([season, season + 5.0, season + 9.0])
    values[15], values[27] = NAN, 500.0
    assert filled(values)[15] == 3.0 + 5.0


def test_a_gap_of_the_first_year_takes_next_years_month() -> None:
    season = np.arange(12.0)
    values = np.concatenate([season, season + 5.0])
    values[3] = NAN
    assert filled(values)[3] == 3.0


def test_what_has_no_neighbour_a_year_away_is_interpolated() -> None:
    np.testing.assert_array_equal(filled(np.array([1.0, NAN, 3.0, NAN])), [1.0, 2.0, 3.0, 3.0])


def test_nothing_known_stays_nothing() -> None:
    assert np.isnan(filled(np.full(5, NAN))).all()
    assert filled(np.array([])).size == 0


@given(
    st.lists(st.one_of(st.just(NAN), st.floats(-1e6, 1e6)), min_size=1, max_size=60),
    st.floats(-1e3, 1e3),
)
def test_filling_keeps_what_is_known_and_moves_with_the_level(
    values: list[float], shift: float
) -> None:
    array = np.array(values)
    known = np.isfinite(array)
    full = filled(array)
    np.testing.assert_array_equal(full[known], array[known])
    assert np.isfinite(full).all() == known.any()
    np.testing.assert_allclose(filled(array + shift), full + shift, atol=1e-6)


@pytest.mark.parametrize("gap", [0, 14, 30, 47])
def test_a_hidden_month_of_a_seasonal_series_comes_back_closely(gap: int) -> None:
    logs = np.log(seasonal(48, noise=0.01))
    hidden = logs.copy()
    hidden[gap] = NAN
    assert filled(hidden)[gap] == pytest.approx(logs[gap], abs=0.06)
