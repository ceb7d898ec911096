"""The grid of smoothers: which settings the months believe, and what they forecast."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.prior.smoothers import FLAT, GRID, ORIGINS, WIDTH, YEARS, Smoothed, mean_growth, smooth

SEASONAL = [i for i, setting in enumerate(GRID) if setting[2] > 0]
PLAIN = [i for i, setting in enumerate(GRID) if setting[2] == 0]
KNOWN = 6


def smoothed(months: NDArray[np.float64]) -> Smoothed:
    """The grid over one window of ten prior years and six months, in mean months of last year."""
    window = np.full((1, WIDTH), np.nan)
    window[0, : 12 * YEARS + KNOWN] = months
    years = window[:, : 12 * YEARS].reshape(1, YEARS, 12).sum(axis=2)
    return smooth(np.log(window), np.log(years), np.array([YEARS]), np.array([KNOWN]))


def noise() -> NDArray[np.float64]:
    return np.random.default_rng(3).standard_normal(12 * YEARS + KNOWN)


def test_without_a_season_settings_without_one_err_least() -> None:
    error = smoothed(np.exp(0.2 * noise())).squared_error[0]
    assert error[PLAIN].min() < 0.95 * error[SEASONAL].min()


def test_with_a_season_only_settings_with_one_follow_it() -> None:
    season = np.where(np.arange(12 * YEARS + KNOWN) % 12 < 6, 0.5, 1.5)
    found = smoothed(season * np.exp(0.05 * noise()))
    assert found.squared_error[0][SEASONAL].min() < 0.1 * found.squared_error[0][PLAIN].min()
    slow = [i for i in SEASONAL if i in FLAT and GRID[i][0] == 0.05]
    np.testing.assert_allclose(found.damped[0, 0, slow], 9.0, rtol=0.1)  # six months of 1.5


def test_every_origin_sees_only_what_came_before_it() -> None:
    months = np.exp(0.1 * noise())
    changed = months.copy()
    changed[-KNOWN - 12 :] *= 3.0  # all after the origin of two years ago
    before, after = smoothed(months), smoothed(changed)
    np.testing.assert_array_equal(before.damped[0, 2], after.damped[0, 2])
    assert not np.allclose(before.damped[0, 0], after.damped[0, 0])
    assert before.damped.shape == (1, ORIGINS, len(GRID))


def test_mean_growth_is_that_of_all_years_before_the_origin() -> None:
    totals = np.cumsum(np.full((1, YEARS), 0.1), axis=1)
    totals[0, -1] += 0.5  # last year leapt
    all_years = np.array([YEARS])
    np.testing.assert_allclose(mean_growth(totals, all_years, 0), [1.4 / 9])
    np.testing.assert_allclose(mean_growth(totals, all_years, 1), [0.1])
    np.testing.assert_allclose(mean_growth(totals, np.array([1]), 0), [0.0])
