from __future__ import annotations

import numpy as np
import pytest

from models.series import Month
from models.year_months import denominators, draw_gaps, months_known, year_months
from tests.models.strategies import known_paths, made, seasonal

NAN = np.nan
START = Month(2019, 1)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("year", "known"), [(2018, 12), (2020, 12), (2021, 6), (2022, 0), (2030, 0)]
)
def test_months_known_of_any_year(year: int, known: int) -> None:
    assert months_known(made(np.ones(30), start=START), year) == known


def test_a_year_in_progress_is_observed_then_projected() -> None:
    values = np.arange(1.0, 31.0)
    full = year_months(values, START, known_paths([50, 51, 52, 53, 54, 55]), 2021, rng())
    np.testing.assert_array_equal(full[0], [*range(25, 31), *range(50, 56)])
    assert full.shape == (5, 12)


def test_next_year_comes_from_the_far_end_of_the_paths() -> None:
    paths = known_paths(np.arange(18.0))
    full = year_months(np.ones(30), START, paths, 2022, rng())
    np.testing.assert_array_equal(full[0], np.arange(6.0, 18.0))


def test_months_that_no_one_knows_are_nan() -> None:
    full = year_months(np.ones(30), Month(2019, 3), known_paths([7.0]), 2019, rng())
    assert np.isnan(full[:, :2]).all()
    assert (full[:, 2:] == 1.0).all()
    after = year_months(np.ones(30), START, known_paths([7.0]), 2021, rng())
    np.testing.assert_array_equal(after[0, 5:8], [1.0, 7.0, NAN])


def test_a_gap_is_drawn_around_its_filling_and_as_wide_as_the_filling_errs() -> None:
    values = seasonal(60, noise=0.05)
    truth = values[50]
    values[50] = NAN
    drawn = draw_gaps(values, 4000, rng())
    assert list(drawn) == [50]
    assert np.median(drawn[50]) == pytest.approx(truth, rel=0.15)
    assert np.log(drawn[50]).std() == pytest.approx(0.05 * np.sqrt(2), rel=0.5)


def test_a_gap_differs_by_path_and_repeats_under_a_seed() -> None:
    values = seasonal(30)
    values[26] = NAN
    paths = known_paths([1.0] * 6)
    full = year_months(values, START, paths, 2021, rng())
    assert len(np.unique(full[:, 2])) == len(paths)
    assert (np.delete(full, 2, axis=1).std(axis=0) == 0).all()
    np.testing.assert_array_equal(full, year_months(values, START, paths, 2021, rng()))


def test_a_gap_of_a_series_that_may_not_be_negative_is_not() -> None:
    values = np.resize([0.0, 40.0, 0.0, 1.0], 40)
    values[[10, 36]] = NAN
    assert all((draw >= 0).all() for draw in draw_gaps(values, 500, rng()).values())


def test_a_gap_in_a_few_months_is_as_wide_as_the_months_are() -> None:
    values = np.array([1.0, 3.0, NAN, 1.0, 3.0])
    drawn = draw_gaps(values, 20_000, rng())[2]
    assert np.log(drawn).std() == pytest.approx(np.log(3.0) / 2, rel=0.05)


def test_gaps_without_any_month_known_stay_unknown() -> None:
    drawn = draw_gaps(np.full(3, NAN), 5, rng())
    assert all(np.isnan(draw).all() for draw in drawn.values())


def ratio(below: np.ndarray, start: Month = START) -> np.ndarray:
    one = made(np.ones(len(below)), start=start, kind="ratio", denominator=below)
    return denominators(one, one.year)


def test_denominators_to_come_grow_as_the_last_twelve_months_did() -> None:
    below = np.concatenate([np.full(12, 100.0), np.full(12, 110.0), np.full(6, 121.0)])
    growth = (6 * 110 + 6 * 121) / (6 * 100 + 6 * 110)
    np.testing.assert_allclose(ratio(below), [121.0] * 6 + [110.0 * growth] * 6)


def test_denominators_of_next_year_grow_twice_where_this_year_is_not_known() -> None:
    below = np.concatenate([np.full(12, 100.0), np.full(12, 110.0), np.full(6, 121.0)])
    one = made(np.ones(30), start=START, kind="ratio", denominator=below)
    growth = (6 * 110 + 6 * 121) / (6 * 100 + 6 * 110)
    wanted = [121.0 * growth] * 6 + [110.0 * growth**2] * 6
    np.testing.assert_allclose(denominators(one, 2022), wanted)


def test_denominators_do_not_grow_without_two_years_of_them() -> None:
    below = np.arange(1.0, 19.0)
    np.testing.assert_array_equal(ratio(below), [13, 14, 15, 16, 17, 18, 7, 8, 9, 10, 11, 12])


def test_a_gap_in_the_denominators_is_filled() -> None:
    below = np.full(30, 100.0)
    below[25] = NAN
    np.testing.assert_array_equal(ratio(below), np.full(12, 100.0))
