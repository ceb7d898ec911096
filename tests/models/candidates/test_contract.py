"""The contract that every candidate keeps, and what each of them does by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from models.candidates import REGISTRY
from models.candidates.base import Candidate, Parameters
from models.errors import CannotForecast, SeriesTooShort
from models.events.tet import tet_share
from models.paths import Paths, generator
from models.series import Month, Series
from tests.models.strategies import made, seasonal
from training.backtest.origins import truncate

NAMES = sorted(REGISTRY)
HORIZON = 12
LONG = 78  # months: six years and a half


def with_gaps(*places: int) -> Series:
    values = seasonal(LONG)
    values[list(places)] = np.nan
    return made(values, start=Month(2015, 1))


def signed() -> Series:
    return made(seasonal(LONG) - 105.0, start=Month(2015, 1))


def with_zeros(every: int) -> Series:
    values = seasonal(LONG)
    values[::every] = 0.0
    return made(values, start=Month(2015, 1))


def regular(growth: float) -> Series:
    return made(seasonal(LONG, growth=growth, noise=0.0), start=Month(2015, 1))


def gap_after_a_fall() -> Series:
    """August was small in 2019; the level fell since, and August 2020 is missing."""
    values = np.repeat([100.0, 40.0], [60, LONG - 60])
    values[55], values[67] = 1.0, np.nan
    return made(values, start=Month(2015, 1))


SERIES: Mapping[str, Series] = {
    "calm": made(seasonal(LONG), start=Month(2015, 1)),
    "begins in April": made(seasonal(LONG), start=Month(2015, 4)),
    "ends in December": made(seasonal(72), start=Month(2015, 1)),
    "one gap": with_gaps(40),
    "gap just before the cutoff": with_gaps(LONG - 2),
    "gap at the beginning": with_gaps(1, 2),
    "a quarter missing twice": with_gaps(30, 31, 32, 66, 67, 68),
    "a year missing": with_gaps(*range(30, 42)),
    "never a February": with_gaps(*range(1, LONG, 12)),
    "gap after a fall": gap_after_a_fall(),
    "some zeros": with_zeros(7),
    "mostly zeros": made(np.where(np.arange(LONG) % 5, 0.0, seasonal(LONG)), Month(2015, 1)),
    "positive and negative": signed(),
    "negative": made(-seasonal(LONG), start=Month(2015, 1)),
    "the same every year": regular(growth=0.0),
    "the same growth every year": regular(growth=0.01),
    "the same every month": made(np.full(LONG, 5.0), start=Month(2015, 1)),
    "nothing but zeros": made(np.zeros(LONG), start=Month(2015, 1)),
    "one wild month": made(np.r_[seasonal(40), 1e9, seasonal(LONG - 41)], Month(2015, 1)),
    "tiny with zeros": made(np.where(np.arange(LONG) % 7, 1e-12 * seasonal(LONG), 0.0)),
    "tiny": made(1e-9 * seasonal(LONG), start=Month(2015, 1)),
    "huge": made(1e15 * seasonal(LONG), start=Month(2015, 1)),
    "36 months": made(seasonal(36), start=Month(2018, 7)),
    "35 months": made(seasonal(35), start=Month(2018, 8)),
    "18 months": made(seasonal(18), start=Month(2020, 1)),
    "12 months": made(seasonal(12), start=Month(2020, 7)),
    "11 months": made(seasonal(11), start=Month(2020, 8)),
    "one month": made([5.0], start=Month(2021, 6)),
}

ESTIMATED = ("ces", "ets", "quarterly_theta", "sarima", "theta")
REFUSED: Mapping[tuple[str, str], str] = {
    **{("pace", name): "below zero" for name in ("positive and negative", "negative")},
    ("pace", "nothing but zeros"): "something in this year to date",
    ("pace", "12 months"): "something in this year to date",
    ("sarima", "never a February"): "lacks the same month in too many years",
    **{(name, "the same every month"): "same value in every month" for name in ESTIMATED},
    **{(name, "nothing but zeros"): "same value in every month" for name in ESTIMATED},
    **{
        (name, short): f"{name} needs 36"
        for name in ESTIMATED
        for short in ("35 months", "18 months", "12 months")
    },
    **{
        (name, short): rf"has {present} months at cutoff 2021-06; {name} needs"
        for name in NAMES
        for short, present in (("11 months", 11), ("one month", 1))
    },
}
SERVED = [
    pytest.param(name, label, id=f"{name}, {label}")
    for name in NAMES
    for label in SERIES
    if (name, label) not in REFUSED
]


def draw(
    candidate: Candidate, series: Series, horizon: int = HORIZON, n_paths: int = 200, seed: int = 0
) -> Paths:
    rng = np.random.default_rng(seed)
    return candidate.paths(series, candidate.fit(series), horizon, n_paths, rng)


# the contract


@pytest.mark.parametrize("name", NAMES)
def test_a_candidate_is_registered_under_its_name(name: str) -> None:
    assert REGISTRY[name].name == name


@pytest.mark.parametrize(("name", "label"), SERVED)
def test_paths_are_finite_and_have_the_requested_shape(name: str, label: str) -> None:
    series = SERIES[label]
    paths = draw(REGISTRY[name], series)
    assert paths.shape == (200, HORIZON)
    assert np.isfinite(paths).all()
    if np.nanmin(series.values) >= 0:
        assert (paths >= 0).all()


@pytest.mark.parametrize(("name", "label"), REFUSED)
def test_what_cannot_be_forecast_is_refused_with_a_reason(name: str, label: str) -> None:
    with pytest.raises(CannotForecast, match=REFUSED[name, label]) as raised:
        draw(REGISTRY[name], SERIES[label])
    message = str(raised.value)
    assert message.startswith("made/series ")
    assert "Add history" in message or "Other candidates" in message or "serves" in message
    assert isinstance(raised.value, SeriesTooShort) == ("needs" in REFUSED[name, label])


@pytest.mark.parametrize("horizon", [0, 1, 6, 23])
@pytest.mark.parametrize("name", NAMES)
def test_any_horizon(name: str, horizon: int) -> None:
    paths = draw(REGISTRY[name], SERIES["calm"], horizon, n_paths=3)
    assert paths.shape == (3, horizon)
    assert np.isfinite(paths).all()


@pytest.mark.parametrize("label", ["calm", "a quarter missing twice", "some zeros"])
@pytest.mark.parametrize("name", NAMES)
def test_a_seed_repeats_and_another_differs(name: str, label: str) -> None:
    first = draw(REGISTRY[name], SERIES[label], seed=1)
    np.testing.assert_array_equal(draw(REGISTRY[name], SERIES[label], seed=1), first)
    assert (draw(REGISTRY[name], SERIES[label], seed=2) != first).any()


@pytest.mark.parametrize("name", NAMES)
def test_months_after_the_cutoff_are_ignored(name: str) -> None:
    whole = seasonal(LONG)
    known = made(whole[:60], start=Month(2015, 1))
    before = draw(REGISTRY[name], known)
    whole[60:] *= 100.0
    draw(REGISTRY[name], made(whole, start=Month(2015, 1)))
    np.testing.assert_array_equal(draw(REGISTRY[name], known), before)
    shortened = truncate(made(whole, start=Month(2015, 1)), known.cutoff)
    np.testing.assert_array_equal(draw(REGISTRY[name], shortened), before)


@pytest.mark.parametrize("name", NAMES)
def test_months_that_came_since_the_fit_count(name: str) -> None:
    values = seasonal(LONG)
    candidate, december = REGISTRY[name], made(values[:72], start=Month(2015, 1))
    parameters = candidate.fit(december)
    doubled = np.r_[values[:72], 2 * values[72:]]

    def centre(months: np.ndarray) -> float:
        rng = np.random.default_rng(0)
        later = made(months, start=Month(2015, 1))
        return float(np.median(candidate.paths(later, parameters, HORIZON, 500, rng).sum(axis=1)))

    assert centre(doubled) > 1.2 * centre(values)


@pytest.mark.parametrize("months", [1, 2, 11, 12, 13, 14, 24, 25, 26, 35])
@pytest.mark.parametrize("name", NAMES)
def test_a_series_that_lost_its_beginning_is_served_or_refused(name: str, months: int) -> None:
    """A revision may take away months that the parameters were estimated on."""
    candidate, values = REGISTRY[name], seasonal(LONG)
    parameters = candidate.fit(made(values, start=Month(2015, 1)))
    left = made(values[-months:], start=Month(2021, 6).plus(1 - months))
    paths = paths_or_reason(candidate, left, parameters)
    if isinstance(paths, str):
        assert "made/series" in paths
    else:
        assert np.isfinite(paths).all()


@pytest.mark.parametrize("label", ["calm", "some zeros", "one gap"])
@pytest.mark.parametrize("name", NAMES)
def test_parameters_live_in_json(name: str, label: str) -> None:
    candidate, series = REGISTRY[name], SERIES[label]
    parameters = candidate.fit(series)
    stored = json.loads(json.dumps(parameters, allow_nan=False))
    assert stored == parameters
    first, second = (
        candidate.paths(series, given, HORIZON, 5, np.random.default_rng(0))
        for given in (parameters, stored)
    )
    np.testing.assert_array_equal(first, second)


def test_the_order_of_candidates_changes_no_digit() -> None:
    series = SERIES["one gap"]

    def all_paths(names: list[str]) -> dict[str, Paths]:
        return {
            name: REGISTRY[name].paths(
                series, REGISTRY[name].fit(series), HORIZON, 50, generator(series.key, name)
            )
            for name in names
        }

    forwards, backwards = all_paths(NAMES), all_paths(NAMES[::-1])
    for name in NAMES:
        np.testing.assert_array_equal(forwards[name], backwards[name])


@pytest.mark.parametrize("label", ["calm", "positive and negative", "some zeros", "one gap"])
@pytest.mark.parametrize("name", NAMES)
def test_the_unit_changes_nothing(name: str, label: str) -> None:
    if (name, label) in REFUSED:
        return
    series = SERIES[label]
    thousands = made(series.values / 1000, start=series.start)
    one, other = draw(REGISTRY[name], series), draw(REGISTRY[name], thousands)
    np.testing.assert_allclose(1000 * other, one, rtol=0.01, atol=0.01 * np.abs(one).mean())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("label", SERIES)
def test_the_last_digit_of_the_figures_changes_no_digit_that_is_shown(
    name: str, label: str
) -> None:
    if (name, label) in REFUSED or label == "gap after a fall":
        return  # equal months: their spread is nothing but this noise
    series = SERIES[label]
    noise = 2e-16 * np.random.default_rng(1).standard_normal(len(series.values))
    other = replace(series, values=series.values * (1 + noise))
    one, two = draw(REGISTRY[name], series), draw(REGISTRY[name], other)
    np.testing.assert_allclose(two, one, rtol=1e-5, atol=1e-5 * np.abs(one).mean())


@pytest.mark.parametrize("name", NAMES)
def test_a_calm_series_continues(name: str) -> None:
    truth = seasonal(LONG + HORIZON)
    series = made(truth[:LONG], start=Month(2015, 1))
    paths = draw(REGISTRY[name], series, n_paths=2000)
    np.testing.assert_allclose(np.median(paths, axis=0), truth[LONG:], rtol=0.15)
    low, high = np.quantile(paths.sum(axis=1), [0.005, 0.995])
    assert low < truth[LONG:].sum() < high
    assert high / low < 2.5


@pytest.mark.parametrize("name", NAMES)
@given(st.integers(12, 90), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.05, 0.3]))
@settings(max_examples=15)
def test_any_series_is_served_or_refused(
    name: str, length: int, seed: int, missing: float
) -> None:
    """Noise of any size with gaps and zeros: finite paths, or a reason."""
    rng = np.random.default_rng(seed)
    values = np.round(np.exp(rng.normal(3.0, rng.uniform(0.01, 2.0), length)), rng.integers(0, 4))
    values[:-1][rng.random(length - 1) < missing] = np.nan
    series = made(values, start=Month(2021, 6).plus(1 - length))
    paths = paths_or_reason(REGISTRY[name], series)
    if isinstance(paths, str):
        assert "made/series" in paths
    else:
        assert np.isfinite(paths).all()
        assert (paths >= 0).all()


def paths_or_reason(
    candidate: Candidate, series: Series, parameters: Parameters | None = None
) -> Paths | str:
    try:
        known = candidate.fit(series) if parameters is None else parameters
        return candidate.paths(series, known, HORIZON, 20, np.random.default_rng(0))
    except CannotForecast as reason:
        return str(reason)


# what each does, by hand


def test_the_seasonal_naive_forecast_is_last_year() -> None:
    months = np.arange(1.0, 37.0)
    series = made(np.r_[months, np.arange(1.0, 7.0)], start=Month(2018, 1))
    centre = np.median(draw(REGISTRY["seasonal_naive"], series, n_paths=4000), axis=0)
    np.testing.assert_allclose(centre, series.values[-12:], rtol=0.08)


def test_the_pace_grows_as_the_year_to_date_does() -> None:
    last = np.array([10.0, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120])
    series = made(np.r_[last, 1.5 * last[:6]], start=Month(2020, 1))
    centre = np.median(draw(REGISTRY["pace"], series, 6, n_paths=4000), axis=0)
    np.testing.assert_allclose(centre, 1.5 * last[6:], rtol=0.03)


def test_the_pace_weighs_up_to_three_years_alike() -> None:
    seasons = [np.r_[np.full(6, 10.0), np.full(6, rest)] for rest in (900.0, 10.0, 20.0, 30.0)]
    series = made(np.r_[np.concatenate(seasons), np.full(6, 10.0)], start=Month(2017, 1))
    centre = np.median(draw(REGISTRY["pace"], series, 6, n_paths=4000), axis=0)
    np.testing.assert_allclose(centre, 20.0, rtol=0.1)


def test_a_regressor_shifts_the_months_of_tet() -> None:
    """A halved month at Tết, in January or February, is forecast where Tết will be."""
    months = [Month(2010, 1).plus(place) for place in range(120)]
    values = seasonal(120, noise=0.01)
    values *= np.array([0.5 ** tet_share([month])[0] for month in months])
    series = made(values, start=Month(2010, 1))
    paths = draw(REGISTRY["sarima"], series)
    plain = seasonal(132, noise=0.0)[120:]
    centre = np.median(paths, axis=0) / plain
    # 2020: the eve was on 24 January
    assert centre[0] == pytest.approx(0.5, rel=0.1)
    assert centre[1] == pytest.approx(1.0, rel=0.1)
