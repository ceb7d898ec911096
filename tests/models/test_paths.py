from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from models.paths import (
    QUANTILE_LEVELS,
    autocorrelated,
    centred,
    expected_sum,
    generator,
    quantiles,
)


def test_names_seed_a_generator_and_their_order_counts() -> None:
    first = generator("family", "kpi", "2021-06").standard_normal(3)
    np.testing.assert_array_equal(generator("family", "kpi", "2021-06").standard_normal(3), first)
    for other in (
        ("family", "2021-06", "kpi"),
        ("family/kpi", "2021-06"),
        ("familykpi", "2021-06"),
    ):
        assert (generator(*other).standard_normal(3) != first).all()


def test_the_digits_of_a_seed_do_not_change_between_versions() -> None:
    drawn = generator("vietnam/exports", "2021-06-30").integers(0, 1000, 5)
    assert drawn.tolist() == [115, 92, 117, 516, 467]


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50))
def test_quantiles_are_ordered_and_inside_the_samples(samples: list[float]) -> None:
    found = list(quantiles(np.array(samples)).values())
    assert found == sorted(found)
    assert min(samples) <= found[0]
    assert found[-1] <= max(samples)


def test_quantiles_are_named_by_their_level() -> None:
    assert list(quantiles(np.arange(5.0))) == ["0.025", "0.1", "0.5", "0.9", "0.975"]
    assert quantiles(np.arange(101.0), levels=(0.25, 1.0)) == {"0.25": 25.0, "1": 100.0}
    assert QUANTILE_LEVELS[2] == 0.5


def test_noise_has_the_given_spread_and_persistence() -> None:
    drawn = autocorrelated(2.0, 0.6, 4, 40_000, np.random.default_rng(0))
    np.testing.assert_allclose(drawn.std(axis=0), 2.0, rtol=0.02)
    assert np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1] == pytest.approx(0.6, abs=0.02)
    assert np.corrcoef(drawn[:, 0], drawn[:, 3])[0, 1] == pytest.approx(0.6**3, abs=0.02)


@pytest.mark.parametrize("horizon", [0, 1, 11])
def test_noise_has_the_given_shape(horizon: int) -> None:
    assert autocorrelated(1.0, 0.5, horizon, 7, np.random.default_rng(0)).shape == (7, horizon)
    assert not autocorrelated(0.0, 0.5, horizon, 7, np.random.default_rng(0)).any()


def test_a_sum_of_wide_months_is_centred_on_the_sum_of_their_medians() -> None:
    rng = np.random.default_rng(0)
    months = np.array([100.0, 50.0, 200.0])
    wide = months * np.exp(rng.standard_normal((4000, 3)))
    assert np.median(wide.sum(axis=1)) > 1.2 * expected_sum(wide)
    found = centred(wide)
    assert np.median(found.sum(axis=1)) == pytest.approx(expected_sum(wide))
    assert (found >= 0).all()
    np.testing.assert_allclose(found / wide, found[0, 0] / wide[0, 0])  # by one factor


def test_sums_that_may_be_negative_are_shifted_by_one_amount() -> None:
    paths = np.random.default_rng(1).gumbel(0.0, 5.0, (500, 4)) - 3.0
    found = centred(paths)
    assert np.median(found.sum(axis=1)) == pytest.approx(expected_sum(paths))
    np.testing.assert_allclose(found - paths, (found - paths)[0, 0])


def test_months_that_are_mostly_zero_are_unchanged() -> None:
    paths = np.where(np.random.default_rng(2).random((200, 6)) < 0.3, 10.0, 0.0)
    assert expected_sum(paths) == 0.0
    np.testing.assert_array_equal(centred(paths), paths)
