"""The grid of smoothers: which settings the months believe, and what they forecast."""

from __future__ import annotations

from dataclasses import fields

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
    np.testing.assert_allclose(mean_growth(totals, all_years)[0], [1.4 / 9, 0.1, 0.1, 0.1, 0.1])
    np.testing.assert_allclose(mean_growth(totals, np.array([1])), np.zeros((1, ORIGINS)))


def test_windows_computed_together_are_those_computed_alone() -> None:
    rng = np.random.default_rng(4)
    years, known = np.array([10, 4, 1, 7]), np.array([0, 5, 11, 5])
    logs = 0.3 * rng.standard_normal((4, WIDTH))
    for row, (some, months) in enumerate(zip(years, known, strict=True)):
        logs[row, : 12 * (YEARS - some)] = np.nan
        logs[row, 12 * YEARS + months :] = np.nan
    totals = rng.standard_normal((4, YEARS))
    together = smooth(logs, totals, years, known)
    for row in range(4):
        own = slice(row, row + 1)
        alone = smooth(logs[own], totals[own], years[own], known[own])
        for one in fields(Smoothed):
            found, expected = getattr(together, one.name)[own], getattr(alone, one.name)
            if found.ndim == 3:  # origins before the first year are of no use
                found, expected = found[:, : years[row]], expected[:, : years[row]]
            np.testing.assert_array_equal(found, expected, err_msg=one.name)


def test_the_error_of_a_setting_is_that_of_its_recursion_month_by_month() -> None:
    months = noise()
    setting = PLAIN[0]
    alpha, beta, _, damping = GRID[setting]
    assert beta == 0.0
    logs = np.full((1, WIDTH), np.nan)
    logs[0, : 12 * YEARS + KNOWN] = 0.1 * months
    found = smooth(logs, np.zeros((1, YEARS)), np.array([YEARS]), np.array([KNOWN]))
    first, second = logs[0, :12].mean(), logs[0, 12:24].mean()
    slope = (second - first) / 12
    level, trend, squared, weight = first - 6.5 * slope, slope, 0.0, 0.0
    for column, value in enumerate(logs[0, : 12 * YEARS + KNOWN]):
        error = value - level - damping * trend
        level, trend = level + damping * trend + alpha * error, damping * trend
        if column >= 12:
            squared, weight = 0.97 * squared + error**2, 0.97 * weight + 1.0
    np.testing.assert_allclose(found.level[0, setting], level, rtol=1e-12)
    np.testing.assert_allclose(found.squared_error[0, setting], squared / weight, rtol=1e-12)
