"""The annual prior: features, trees, quantiles, and the candidate built on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from models.candidates.annual_prior import PriorCandidate
from models.errors import CannotForecast, InvalidLevel, SeriesTooShort
from models.prior.annual import (
    MEDIAN,
    SHRINKAGE_FACTOR,
    AnnualPrior,
    annual_quantiles,
    fingerprints,
)
from models.prior.features import compute, fill_gaps, window
from models.prior.smoothers import WIDTH
from models.series import Month
from tests.models.strategies import made, seasonal
from training.prior.boosting import BoostingRecipe, grow_trees
from training.prior.editions import newest_prior, prior_for

LEVELS = (0.1, 0.5, 0.9)


@pytest.fixture(scope="module")
def prior() -> AnnualPrior:
    return newest_prior()


@pytest.mark.parametrize("known", range(12))
def test_a_steady_series_ends_as_it_began(prior: AnnualPrior, known: int) -> None:
    values = np.full(60 + known, 5.0)
    [low, middle, high] = annual_quantiles(prior, [values], [known], LEVELS)[0]
    assert low <= middle <= high
    assert middle == pytest.approx(60.0, rel=0.03)


def test_the_unit_does_not_matter(prior: AnnualPrior) -> None:
    values = seasonal(66)
    one = annual_quantiles(prior, [values], [6], LEVELS)
    np.testing.assert_allclose(annual_quantiles(prior, [1e6 * values], [6], LEVELS), 1e6 * one)


def test_a_batch_equals_single_series(prior: AnnualPrior) -> None:
    histories = [seasonal(42 + known, seed=known) for known in (1, 6, 11)]
    together = annual_quantiles(prior, histories, [1, 6, 11], LEVELS)
    for place, known in enumerate((1, 6, 11)):
        alone = annual_quantiles(prior, [histories[place]], [known], LEVELS)[0]
        np.testing.assert_allclose(together[place], alone, rtol=1e-5)


def test_months_after_the_cutoff_are_ignored() -> None:
    row = window(seasonal(66), 6)
    later = row.copy()
    later[126:] = 1e9
    one, other = compute(row[None], np.array([6])), compute(later[None], np.array([6]))
    np.testing.assert_array_equal(one.values, other.values)


def test_a_year_that_is_nearly_over_cannot_end_below_what_is_known(prior: AnnualPrior) -> None:
    values = seasonal(71)
    values[-1] *= 30
    quantiles = annual_quantiles(prior, [values], [11], (0.001, 0.5))
    assert quantiles[0, 0] >= values[-11:].sum() * (1 - 1e-9)


@pytest.mark.parametrize("values", [np.r_[seasonal(60), np.zeros(6)], -seasonal(66)])
def test_zeros_and_negative_months_are_forecast(prior: AnnualPrior, values: np.ndarray) -> None:
    quantiles = annual_quantiles(prior, [values], [6], LEVELS)
    assert np.isfinite(quantiles).all()


def test_one_year_of_history_is_enough_and_less_is_refused(prior: AnnualPrior) -> None:
    assert np.isfinite(annual_quantiles(prior, [seasonal(18)], [6], LEVELS)).all()
    with pytest.raises(SeriesTooShort, match="one full year"):
        annual_quantiles(prior, [seasonal(17)], [6], LEVELS)
    with pytest.raises(InvalidLevel):
        annual_quantiles(prior, [seasonal(18)], [6], (0.0, 0.5))


def test_gaps_take_the_same_month_of_the_year_before() -> None:
    values = np.arange(1.0, 25.0)
    values[15] = np.nan
    assert fill_gaps(values)[15] == 4.0


def test_the_median_is_shrunk_towards_the_simple_forecasts(prior: AnnualPrior) -> None:
    assert prior.trees is not None
    features = compute(window(seasonal(66), 6)[None], np.array([6]))
    inputs = prior.inputs(features)
    network = np.mean([one.quantiles(inputs)[0, MEDIAN] for one in prior.networks])
    learned = (network + prior.trees.predict(features.values)[0]) / 2
    assert prior.unstretched(features)[0, MEDIAN] == pytest.approx(
        SHRINKAGE_FACTOR * learned, rel=1e-5
    )
    spread = np.mean([np.ptp(one.quantiles(inputs)[0]) for one in prior.networks])
    assert np.ptp(prior.unstretched(features)[0]) == pytest.approx(
        spread, rel=1e-5
    )  # shifted only


def test_a_file_of_another_format_is_refused(prior: AnnualPrior) -> None:
    arrays = prior.to_arrays()
    arrays["about"] = np.array(
        str(arrays["about"]).replace('"format_version": 2', '"format_version": 9')
    )
    with pytest.raises(CannotForecast, match="format 2, found 9"):
        AnnualPrior.from_arrays(arrays)


def test_a_file_round_trips(prior: AnnualPrior) -> None:
    again = AnnualPrior.from_arrays(prior.to_arrays())
    values = [seasonal(66)]
    np.testing.assert_array_equal(
        annual_quantiles(prior, values, [6], LEVELS), annual_quantiles(again, values, [6], LEVELS)
    )


@pytest.mark.slow
def test_trees_predict_as_scikit_learn_does() -> None:
    rng = np.random.default_rng(5)
    values = rng.standard_normal((800, 4)).astype(np.float32)
    values[rng.random(values.shape) < 0.1] = np.nan
    targets = np.nan_to_num(values[:, 0] * 2 + np.abs(values[:, 1])).astype(np.float32)
    weights = np.ones(800, dtype=np.float32)
    recipe = BoostingRecipe(max_iter=20, min_samples_leaf=10)
    trees = grow_trees(values, targets, weights, recipe, seed=3)
    model = HistGradientBoostingRegressor(
        loss="absolute_error", early_stopping=False, random_state=3, **vars(recipe)
    ).fit(values, targets, sample_weight=weights)
    np.testing.assert_allclose(trees.predict(values), model.predict(values), atol=1e-4)


def test_a_prior_never_forecasts_a_year_it_was_trained_on() -> None:
    assert prior_for(2015) is None
    for year in range(2016, 2022):
        found = prior_for(year)
        assert found is not None
        assert Month.parse(str(found.about["through"])) < Month(year, 1)
        assert "monthly" not in found.about["panels"]  # type: ignore[operator]


def test_it_recognises_its_training_series(prior: AnnualPrior) -> None:
    values = seasonal(60)
    assert not prior.trained_on(values, 1)
    assert len(fingerprints(values, 1)) == 5
    assert len(fingerprints(np.full(24, 3.0), 1)) == 0


class TestCandidate:
    def test_sums_of_paths_have_the_quantiles_of_the_prior(self, prior: AnnualPrior) -> None:
        series = made(seasonal(42))
        candidate = PriorCandidate(prior)
        drawn = candidate.paths(series, candidate.fit(series), 6, 4000, np.random.default_rng(1))
        assert drawn.shape == (4000, 6)
        wanted = annual_quantiles(prior, [series.values], [6], LEVELS)[0]
        totals = series.values[-6:].sum() + drawn.sum(axis=1)
        np.testing.assert_allclose(np.quantile(totals, LEVELS), wanted, rtol=2e-3)

    def test_it_forecasts_a_single_year_only(self, prior: AnnualPrior) -> None:
        series = made(seasonal(42))
        candidate = PriorCandidate(prior)
        fitted = candidate.fit(series)
        with pytest.raises(CannotForecast, match="one year"):
            candidate.paths(series, fitted, 18, 10, np.random.default_rng(1))
        december = made(seasonal(48))
        fresh = candidate.paths(
            december, candidate.fit(december), 12, 10, np.random.default_rng(1)
        )
        assert fresh.shape == (10, 12)

    def test_another_prior_than_the_bundles_is_refused(self, prior: AnnualPrior) -> None:
        series = made(seasonal(42))
        fitted = PriorCandidate(prior).fit(series)
        same = AnnualPrior.from_arrays(prior.to_arrays())
        assert PriorCandidate(same).paths(series, fitted, 6, 10, np.random.default_rng(1)).size
        other = replace(prior, stretch=1.01 * prior.stretch)  # of the same corpus
        with pytest.raises(CannotForecast, match=r"another prior .* retrain"):
            PriorCandidate(other).paths(series, fitted, 6, 10, np.random.default_rng(1))


def test_a_window_is_right_aligned() -> None:
    row = window(np.arange(1.0, 31.0), 6)
    assert row.shape == (WIDTH,)
    assert row[125] == 30.0
    assert np.isnan(row[126:]).all()


def test_precomputed_series_have_the_same_paths() -> None:
    prior = newest_prior()
    several = [made(seasonal(36 + known)) for known in (3, 6, 9)] + [made(seasonal(6))]
    ahead, alone = PriorCandidate(prior), PriorCandidate(prior)
    ahead.precompute(several)
    ahead.precompute([])
    for series in several[:3]:
        cached, computed = (
            one.paths(series, one.fit(series), series.horizon, 100, np.random.default_rng(1))
            for one in (ahead, alone)
        )
        np.testing.assert_allclose(cached, computed, rtol=1e-5)
