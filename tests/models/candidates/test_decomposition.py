from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from models.candidates.decomposition import season_of, trend_cycle

SEASON = np.array([3.0, -4.0, 0, 1, 2, -1, -2, 5, -5, 1, 1, -1])


@pytest.mark.parametrize("n_months", [24, 36, 41])
def test_a_line_and_a_season_come_apart_exactly(n_months: int) -> None:
    line = 10.0 + 0.5 * np.arange(n_months)
    values = line + SEASON[np.arange(n_months) % 12]
    np.testing.assert_allclose(trend_cycle(values), line[6:-6])
    np.testing.assert_allclose(season_of(values), SEASON, atol=1e-12)


def test_the_yearly_mean_counts_the_ends_half() -> None:
    pulse = np.zeros(25)
    pulse[12] = 24.0
    np.testing.assert_array_equal(trend_cycle(pulse), [1.0, *[2.0] * 11, 1.0])


@given(st.lists(st.floats(-1e6, 1e6), min_size=24, max_size=60), st.floats(-1e3, 1e3))
def test_a_season_sums_to_zero_and_does_not_see_the_level(
    values: list[float], shift: float
) -> None:
    season = season_of(np.array(values))
    assert season.shape == (12,)
    assert season.sum() == pytest.approx(0.0, abs=1e-6)
    np.testing.assert_allclose(season_of(np.array(values) + shift), season, atol=1e-6)
