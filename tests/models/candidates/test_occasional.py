"""Series that are zero in many months: the mass at zero, the mean, and when it applies."""

from __future__ import annotations

import numpy as np
import pytest

from models.candidates.occasional import is_occasional, occasional_paths, serves
from models.series import Series
from tests.models.strategies import made, seasonal

PATHS = 4000


def rest(series: Series, horizon: int = 6) -> np.ndarray:
    drawn = occasional_paths(series, horizon, PATHS, np.random.default_rng(1))
    assert drawn.shape == (PATHS, horizon)
    assert (drawn >= 0).all()
    return np.asarray(drawn.sum(axis=1))


def counts(rate: float, seed: int) -> Series:
    values = np.random.default_rng(seed).poisson(rate, 66).astype(float)
    return made(values, kind="count")


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_small_counts_have_their_mean_and_their_chance_of_none(rate: float) -> None:
    drawn = np.concatenate([rest(counts(rate, seed)) for seed in range(40)])
    assert drawn.mean() == pytest.approx(6 * rate, rel=0.15)
    assert (drawn == 0).mean() == pytest.approx(np.exp(-6 * rate), abs=0.08)
    assert np.array_equal(drawn, np.rint(drawn))


@pytest.mark.parametrize("variance", [1.0, 4.0, 8.0])
def test_the_interval_of_small_counts_holds_its_share_whatever_their_variance(
    variance: float,
) -> None:
    """Months with the mean 2 and a variance of so many means."""
    rng, inside = np.random.default_rng(11), []
    for _ in range(100):
        size = 2.0 / (variance - 1.0) if variance > 1.0 else 1e9
        values = rng.poisson(rng.gamma(size, 2.0 / size, 72)).astype(float)
        low, high = np.quantile(rest(made(values[:66], kind="count")), [0.1, 0.9])
        inside.append(low <= values[66:].sum() <= high)
    assert 0.7 < np.mean(inside) < 0.95


def test_dispersion_of_a_level_long_gone_is_forgotten() -> None:
    values = np.concatenate([np.tile([400.0, 100.0], 24), np.tile([1.0, 0.0, 1.0], 6)])
    assert np.quantile(rest(made(values, kind="count")), 0.9) < 10.0


@pytest.mark.parametrize("kind", ["count", "flow"])
def test_a_series_that_stopped_stays_stopped_with_a_small_chance_of_more(kind: str) -> None:
    values = np.concatenate([np.tile([5.0, 4.0, 6.0, 3.0], 12), np.zeros(18)])
    assert 0.05 < (rest(made(values, kind=kind)) > 0).mean() < 0.25


def test_a_series_that_was_always_zero_is_at_most_zero() -> None:
    assert rest(made(np.zeros(60), kind="count")).mean() < 0.1
    assert (rest(made(np.zeros(60))) == 0).all()


def test_amounts_have_the_sizes_seen_and_the_chance_of_none() -> None:
    rng = np.random.default_rng(3)
    values = np.where(rng.random(96) < 0.2, rng.uniform(5.0, 10.0, 96), 0.0)
    drawn = rest(made(values))
    assert (drawn == 0).mean() == pytest.approx(0.8**6, abs=0.12)
    assert drawn[drawn > 0].min() >= 5.0


def test_the_newest_rate_counts_after_a_change() -> None:
    before, after = np.zeros(48), np.tile([2.0, 0.0, 1.0], 8)
    assert rest(made(np.concatenate([before, after]), kind="count")).mean() > 4.5


def test_it_serves_irregular_zeros_of_months_that_add_up_and_nothing_else() -> None:
    rng = np.random.default_rng(5)
    irregular = np.where(rng.random(72) < 0.4, 3.0, 0.0)
    harvest = np.tile(np.r_[np.zeros(7), 20.0, 30.0, 25.0, 10.0, 5.0], 6)
    assert serves(made(irregular))
    assert not serves(made(harvest))
    assert not serves(made(seasonal(72)))
    assert not serves(made(irregular, kind="closing"))
    assert not serves(made(irregular - 1.0))
    assert not serves(made(irregular[:8]))
    assert is_occasional(np.r_[seasonal(60), np.zeros(12)])
