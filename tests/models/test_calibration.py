"""Calibration of annual intervals by past errors, months and year in agreement."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri, stdtrit

from models.annual import AnnualDistribution, annual_distribution
from models.calibration import (
    LEVELS,
    Calibration,
    PastErrors,
    Rest,
    calibrate,
    learn_calibrations,
    standardised_error,
    uncalibrated,
)
from models.revisions import Revision
from tests.models.strategies import made, seasonal


def drawn(spread: float = 0.1, known: int = 6, n_paths: int = 2000) -> AnnualDistribution:
    series = made(seasonal(36 + known))
    rng = np.random.default_rng(2)
    common = np.exp(spread * rng.standard_normal((n_paths, 1)))
    return annual_distribution(series, 100.0 * common * np.ones((1, 12 - known)))


def errors(
    spread: float, n: int = 400, known: int = 6, year: int = 2020
) -> list[tuple[int, int, float]]:
    draws = np.random.default_rng(4).standard_normal(n)
    return [(year, known, float(spread * one)) for one in draws]


def learned_of(own: PastErrors, pooled: PastErrors) -> Calibration:
    return learn_calibrations({"coal": own}, pooled)["coal"]


def test_calibrated_errors_change_little() -> None:
    before = drawn()
    after = calibrate(before, learned_of([], errors(1.0)))
    np.testing.assert_allclose(
        np.subtract(*after.interval(0.8)), np.subtract(*before.interval(0.8)), rtol=0.1
    )


def test_past_errors_twice_as_large_double_the_interval() -> None:
    before = drawn()
    after = calibrate(before, learned_of([], errors(2.0)))
    ratio = np.subtract(*after.interval(0.8)) / np.subtract(*before.interval(0.8))
    assert ratio == pytest.approx(2.0, rel=0.15)


def test_it_covers_what_it_promises_on_errors_like_those_it_learned_from() -> None:
    learned = learned_of([], errors(1.7, 2000))
    fresh = 1.7 * np.random.default_rng(9).standard_normal(4000)
    low, high = learned.quantiles[6][np.searchsorted(LEVELS, [0.1, 0.9])]
    assert np.mean((fresh >= low) & (fresh <= high)) == pytest.approx(0.8, abs=0.03)


def test_a_kpi_that_errs_more_is_wider_but_shrunk() -> None:
    pooled = errors(1.0)
    own = [(2020, known, 3.0) for known in range(12)]
    scale = learned_of(own, pooled).scale
    assert 1.0 < scale < 3.0
    assert learned_of([], pooled).scale == 1.0


def test_intervals_open_after_a_break_and_narrow_again_as_it_passes() -> None:
    def width(*spreads: float) -> float:
        past = [one for at, spread in enumerate(spreads) for one in errors(spread, year=2015 + at)]
        return float(learned_of([], past).quantiles[6][np.searchsorted(LEVELS, 0.9)])

    calm, shock, passing = width(1, 1, 1, 1), width(1, 1, 1, 3), width(1, 1, 1, 3, 1, 1)
    assert calm < passing < shock
    assert width(3, 1, 1, 1) < shock  # the same errors, the break longer ago


def test_a_kpi_that_erred_lately_is_wider_than_one_that_erred_long_ago() -> None:
    pooled = [one for year in range(2015, 2021) for one in errors(1.0, year=year)]

    def scale(bad: int) -> float:
        own = [
            (year, known, 3.0 if year == bad else 0.8)
            for year in range(2015, 2021)
            for known in range(12)
        ]
        return learned_of(own, pooled).scale

    assert scale(2020) > 1.03 * scale(2015)


def test_few_errors_give_no_calibration() -> None:
    assert learned_of([], errors(5.0, 10)).n_errors == 0
    np.testing.assert_array_equal(
        learned_of([], errors(5.0, 10)).quantiles, uncalibrated().quantiles
    )


def test_ranks_months_and_year_agree() -> None:
    before = drawn()
    after = calibrate(before, learned_of([], errors(2.0)))
    np.testing.assert_array_equal(
        np.argsort(before.samples, kind="stable"), np.argsort(after.samples, kind="stable")
    )
    np.testing.assert_allclose(after.samples, after.known + after.months.sum(axis=1))
    assert (after.months >= 0).all()


def test_a_finished_year_is_unchanged() -> None:
    annual = annual_distribution(made(seasonal(36)), np.empty((50, 0)))
    assert calibrate(annual, learned_of([], errors(2.0))) is annual
    assert np.isnan(standardised_error(annual, 1000.0))


def test_an_error_is_in_units_of_the_forecasts_own_spread() -> None:
    narrow, wide = drawn(0.05), drawn(0.1)
    outcome = 1.1 * wide.median
    assert standardised_error(narrow, outcome) == pytest.approx(
        2 * standardised_error(wide, outcome), rel=0.1
    )


def test_rest_error_and_value_are_inverse() -> None:
    grid = np.linspace(80.0, 120.0, 201)
    for non_negative in (True, False):
        rest = Rest.of(grid, 100.0, non_negative, 100.0)
        np.testing.assert_allclose(rest.value(rest.error(grid)), grid)
        assert rest.roots is non_negative
    shifted = Rest.of(grid, 200.0, True, 100.0)
    assert shifted.value(np.array(0.0)) == pytest.approx(200.0)


def test_a_revision_is_part_of_what_is_calibrated() -> None:
    """What is open of the year, rest and revision together, gets the learned quantiles."""
    status = (*["final"] * 41, "estimate")
    series = made(seasonal(42), status=status)
    common = np.exp(0.01 * np.random.default_rng(2).standard_normal((2000, 1)))
    usual = Revision(bias=0.0, spread=0.2, seen=50)
    before = annual_distribution(series, 100.0 * common * np.ones((1, 6)), revision=usual)
    after = calibrate(before, learned_of([], errors(2.0)))
    ratio = np.subtract(*after.interval(0.8)) / np.subtract(*before.interval(0.8))
    assert ratio == pytest.approx(2.0, rel=0.15)
    np.testing.assert_array_equal(after.revision, before.revision)
    np.testing.assert_allclose(after.samples, after.known + after.months.sum(axis=1))


def test_an_error_counts_against_the_spread_with_the_revision() -> None:
    plain = drawn(0.02)
    shaken = replace(plain, revision=np.linspace(-60.0, 60.0, 2000))
    shaken = replace(shaken, known=plain.known + shaken.revision)
    outcome = 1.1 * plain.median
    assert standardised_error(shaken, outcome) < 0.8 * standardised_error(plain, outcome)


def near_zero(middle: float) -> AnnualDistribution:
    """Paths of a series that fades out: many of them with months of zero."""
    rng = np.random.default_rng(2)
    months = np.maximum(rng.normal(middle, 1.0, (2000, 6)), 0.0)
    months[rng.random(2000) < 0.3] = 0.0
    return annual_distribution(made(np.r_[seasonal(36), np.zeros(6)]), months)


@pytest.mark.parametrize("middle", [-1.0, 0.3, 1.0])
def test_months_that_cannot_be_negative_keep_the_calibrated_sums(
    middle: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.calibration.OWN_SHAPE", 0.0)
    before = near_zero(middle)
    after = calibrate(before, uncalibrated())
    wanted = Rest.of(before.rest, float(np.median(before.rest)), True, before.median)
    ranks = (np.argsort(np.argsort(before.rest, kind="stable"), kind="stable") + 0.5) / 2000
    levels = np.interp(ranks, LEVELS, uncalibrated().quantiles[6])
    inside = (ranks > 0.005) & (ranks < 0.995)
    goal = np.maximum(wanted.value(levels), 0.0)
    np.testing.assert_allclose(after.rest[inside], goal[inside], atol=1e-9)
    assert (after.months >= 0).all()


def test_half_of_the_shape_is_the_forecasts_own() -> None:
    rng = np.random.default_rng(3)
    skewed = rng.gamma(2.0, size=(2000, 1)) * 100.0 * np.ones((1, 6))
    before = annual_distribution(made(seasonal(42)), skewed)
    after = calibrate(before, uncalibrated())

    def skew(annual: AnnualDistribution) -> float:
        low, middle, high = annual.quantile([0.1, 0.5, 0.9]) ** 0.5  # errors are on roots
        return float((high - middle) / (middle - low))

    assert 1.0 < skew(after) < skew(before)


def test_a_freak_path_does_not_stretch_the_year() -> None:
    rng = np.random.default_rng(3)
    months = 100.0 * (1 + 0.05 * rng.standard_normal((2000, 6)))
    months[0] *= 1000.0
    after = calibrate(annual_distribution(made(seasonal(42)), months), uncalibrated())
    low, high = after.interval(0.8)
    assert after.samples.max() < after.median + 3 * (high - low)


def test_errors_of_sharp_forecasts_do_not_carry_a_vague_one_out_of_reach() -> None:
    series = made(seasonal(42))
    vague = np.exp(1.5 * np.random.default_rng(2).standard_normal((2000, 1)))
    before = annual_distribution(series, vague * np.ones((1, 6)))
    after = calibrate(before, learned_of([], errors(14.0)))
    most = [float(np.quantile(one.rest, 0.9) / np.median(one.rest)) for one in (before, after)]
    assert most[1] < 4 * most[0]  # a widening counts squared: fourteenfold it would be 60
    sharp = calibrate(drawn(0.002), learned_of([], errors(14.0)))  # still within reach
    ratio = np.subtract(*sharp.interval(0.8)) / np.subtract(*drawn(0.002).interval(0.8))
    assert ratio == pytest.approx(14.0, rel=0.15)


def test_tails_are_those_of_student_beyond_the_80_per_cent_interval() -> None:
    learned = learned_of([], errors(1.0, 20_000))
    quantiles = learned.quantiles[6]
    level = {name: int(np.argmin(np.abs(LEVELS - name))) for name in (0.75, 0.9, 0.975)}
    ratio = quantiles[level[0.975]] / quantiles[level[0.9]]
    assert ratio == pytest.approx(stdtrit(2, 0.975) / stdtrit(2, 0.9), rel=1e-6)
    inner = quantiles[level[0.75]] / quantiles[level[0.9]]  # of normal errors, a normal's
    assert inner == pytest.approx(ndtri(0.75) / ndtri(0.9), rel=0.05)
    np.testing.assert_allclose(quantiles, -quantiles[::-1], atol=1e-12)


def test_the_largest_of_past_errors_stretch_no_tail() -> None:
    usual = errors(1.0)
    freak = [
        (year, known, 100.0 * error if abs(error) > 1.5 else error) for year, known, error in usual
    ]
    assert freak != usual
    np.testing.assert_array_equal(learned_of([], freak).quantiles, learned_of([], usual).quantiles)
