from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st

from models.annual import annual_distribution
from models.series import Month, Series
from models.targets.required_pace import RequiredPace, required_pace
from tests.models.strategies import known_paths, made, series_with_paths

NAN = np.nan
START = Month(2019, 1)
KINDS = ("flow", "average", "closing", "ratio", "growth", "count")


def june(**given: Any) -> Series:
    """Ten a month in 2019, twenty in 2020, thirty from January to June 2021."""
    return made(np.repeat([10.0, 20.0, 30.0], [12, 12, 6]), start=START, **given)


def pace(one: Series, rest: list[float], bound: float) -> RequiredPace:
    required = required_pace(annual_distribution(one, known_paths(rest)), bound, one)
    assert required is not None
    return required


# by hand


def test_a_flow_shares_what_is_missing_as_the_season_does() -> None:
    required = pace(june(), [10.0, 20.0, 30.0, 10.0, 20.0, 30.0], bound=420.0)
    # 180 are there, 240 are wanted, the projection brings 120: every month doubles
    assert [month.minimum for month in required.months] == [20.0, 40.0, 60.0, 20.0, 40.0, 60.0]
    assert [str(month.month) for month in required.months] == [
        f"2021-{m:02d}" for m in range(7, 13)
    ]
    assert required.months[1].growth == pytest.approx(100.0)
    assert required.monthly_average == 40.0
    assert required.ratio_to_last_year == 2.0
    third, fourth = required.quarters
    assert (third.quarter, third.minimum, third.growth) == ("2021Q3", 120.0, 100.0)
    assert (fourth.quarter, fourth.minimum) == ("2021Q4", 120.0)


def test_a_quarter_under_way_holds_its_months_known() -> None:
    one = made(np.repeat([10.0, 20.0, 30.0], [12, 12, 7]), start=START)
    required = pace(one, [30.0] * 5, bound=210.0 + 200.0)
    assert [quarter.quarter for quarter in required.quarters] == ["2021Q3", "2021Q4"]
    assert [quarter.minimum for quarter in required.quarters] == [30.0 + 80.0, 120.0]
    assert len(required.months) == 5


def test_a_year_to_come_has_four_quarters() -> None:
    one = made(np.repeat([10.0, 20.0], [12, 12]), start=START)
    annual = annual_distribution(one, known_paths([20.0] * 12), year=2021)
    required = required_pace(annual, 480.0, one)
    assert required is not None
    assert [quarter.quarter for quarter in required.quarters] == [f"2021Q{q}" for q in range(1, 5)]
    assert {quarter.minimum for quarter in required.quarters} == {120.0}
    assert required.ratio_to_last_year == 2.0
    assert required.rank_in_history == 0.0  # 2020, the only year with one before, doubled too


def test_an_average_asks_for_levels() -> None:
    required = pace(june(kind="average"), [20.0] * 6, bound=40.0)
    assert required.monthly_average == pytest.approx(50.0)  # (6 × 30 + 6 × 50) / 12
    assert required.quarters[0].minimum == pytest.approx(50.0)


def test_a_closing_level_asks_for_decembers() -> None:
    required = pace(june(kind="closing"), [31.0, 32.0, 33.0, 34.0, 35.0, 36.0], bound=72.0)
    assert required.monthly_average == 72.0
    assert required.ratio_to_last_year == 72.0 / 20.0
    assert [quarter.minimum for quarter in required.quarters] == [66.0, 72.0]
    assert required.rank_in_history == 1.0  # 20 after 10 is less than 72 after 20


def test_a_ratio_asks_for_ratios() -> None:
    one = june(kind="ratio", denominator=np.full(30, 100.0))
    required = pace(one, [0.3] * 6, bound=0.35)
    assert required.monthly_average == pytest.approx(0.4)  # with 0.3 so far the mean is 0.35
    assert required.quarters[0].minimum == pytest.approx(0.4)
    assert required.ratio_to_last_year == pytest.approx(0.4 / 0.2)


def test_growth_asks_for_growth() -> None:
    required = pace(june(kind="growth"), [30.0] * 6, bound=80.0)
    # the year is to reach 1.8 × 240 = 432; 180 are there, 252 on 120 are wanted
    assert required.monthly_average == pytest.approx(110.0)
    assert required.quarters[1].minimum == pytest.approx(110.0)
    assert required.months[5].minimum == pytest.approx(110.0)
    assert required.quarters[1].growth == required.quarters[1].minimum


def test_a_finished_year_has_no_required_pace() -> None:
    one = made(np.full(24, 10.0), start=START)
    assert required_pace(annual_distribution(one, np.empty((3, 0))), 500.0, one) is None


def test_without_a_remaining_month_that_counts_there_is_no_required_pace() -> None:
    below = np.tile(np.repeat([1.0, 0.0], 6), 3)[:30]
    one = june(kind="ratio", denominator=below)
    annual = annual_distribution(one, known_paths([0.3] * 6))
    assert required_pace(annual, 500.0, one) is None


@pytest.mark.parametrize("rest", [[0.0] * 6, [-1.0, 2.0, -3.0, 1.0, 0.0, 1.0]])
def test_where_no_factor_does_the_months_are_shifted_alike(rest: list[float]) -> None:
    one = replace(june(), values=np.r_[june().values[:-1], -30.0])
    required = pace(one, rest, bound=240.0)
    shift = (240.0 - 120.0 - sum(rest)) / 6
    np.testing.assert_allclose([m.minimum for m in required.months], np.array(rest) + shift)


def test_a_target_already_passed_has_a_negative_required_pace() -> None:
    required = pace(june(), [10.0] * 6, bound=120.0)
    assert required.monthly_average == pytest.approx(-10.0)
    assert required.ratio_to_last_year == pytest.approx(-0.5)


# last year and history


def test_without_last_year_there_is_a_level_and_no_growth() -> None:
    one = made(np.full(6, 30.0), start=Month(2021, 1))
    required = pace(one, [30.0] * 6, bound=420.0)
    assert required.monthly_average == 40.0
    assert (required.ratio_to_last_year, required.rank_in_history) == (None, None)
    assert {month.growth for month in required.months} == {None}
    assert {(quarter.growth, quarter.rank) for quarter in required.quarters} == {(None, None)}


def test_last_year_is_as_best_known() -> None:
    base = np.r_[np.full(6, NAN), np.full(6, 40.0)]
    required = pace(june(base=base), [30.0] * 6, bound=420.0)
    assert required.ratio_to_last_year == 1.0


GROWING = np.repeat([10.0, 11.0, 12.1, 12.1, 18.15, 18.15], 12)  # +10, +10, 0, +50, 0 %


@pytest.mark.parametrize(
    ("ratio", "rank"), [(0.99, 0.0), (1.05, 0.4), (1.11, 0.8), (1.49, 0.8), (1.51, 1.0)]
)
def test_the_rank_is_the_share_of_past_years_that_fell_short(ratio: float, rank: float) -> None:
    one = made(np.r_[GROWING, np.full(6, 20.0)], start=Month(2015, 1))
    required = pace(one, [20.0] * 6, bound=120.0 + 6 * ratio * 18.15)
    assert required.ratio_to_last_year == pytest.approx(ratio)
    assert required.rank_in_history == pytest.approx(rank)
    assert [quarter.rank for quarter in required.quarters] == [pytest.approx(rank)] * 2


def test_the_rank_looks_at_the_same_months_only() -> None:
    # the second halves grew by half, the first halves fell
    years = [np.r_[np.full(6, 100.0 / 2**n), np.full(6, 10.0 * 1.5**n)] for n in range(3)]
    one = made(np.r_[np.concatenate(years), np.full(6, 10.0)], start=Month(2018, 1))
    required = pace(one, [10.0] * 6, bound=60.0 + 6 * 22.5 * 1.4)
    assert required.rank_in_history == 0.0
    easier = pace(one, [10.0] * 6, bound=60.0 + 6 * 22.5 * 1.6)
    assert easier.rank_in_history == 1.0


def test_a_year_with_a_missing_month_does_not_count_in_the_rank() -> None:
    values = np.r_[GROWING, np.full(6, 20.0)]
    values[12 + 8] = NAN  # 2016: neither its growth nor that of 2017 is known
    one = made(values, start=Month(2015, 1))
    required = pace(one, [20.0] * 6, bound=120.0 + 6 * 1.2 * 18.15)
    assert required.rank_in_history == pytest.approx(2 / 3)  # of 2018, 2019, 2020
    assert required.quarters[0].rank == pytest.approx(2 / 3)
    assert required.quarters[1].rank == pytest.approx(4 / 5)  # the gap is in the third quarter


# properties


def plugged(one: Series, required: RequiredPace) -> float:
    """The year's outcome if the months to come are what the pace asks for."""
    minima = np.array([month.minimum for month in required.months])
    if one.kind == "growth":
        before = one.calendar_year(one.year - 1)[one.months_known :]
        minima = before * (1 + minima / 100)
    whole = replace(one, kind="flow") if one.kind == "count" else one
    return annual_distribution(whole, known_paths(minima)).mean


@pytest.mark.parametrize("kind", KINDS)
@given(st.data(), st.floats(0.3, 3.0))
def test_the_required_pace_meets_the_bound_exactly(
    kind: str, data: st.DataObject, factor: float
) -> None:
    drawn = series_with_paths(kinds=(kind,), months_known=(1, 11))
    one, paths = data.draw(drawn)
    annual = annual_distribution(one, paths)
    bound = factor * annual.median
    required = required_pace(annual, bound, one)
    assert required is not None
    assert plugged(one, required) == pytest.approx(bound, rel=1e-9, abs=1e-6)


@given(series_with_paths(kinds=("flow", "count"), months_known=(1, 11), to_date=False))
def test_quarters_hold_their_months_and_end_at_the_bound(
    drawn: tuple[Series, np.ndarray],
) -> None:
    one, paths = drawn
    annual = annual_distribution(one, paths)
    required = required_pace(annual, 1.1 * annual.mean, one)
    assert required is not None
    first = int(required.quarters[0].quarter[-1])
    before = annual.observed[: 3 * (first - 1)].sum()
    total = before + sum(quarter.minimum for quarter in required.quarters)
    assert total == pytest.approx(1.1 * annual.mean)
    assert [q.quarter[-1] for q in required.quarters] == [str(q) for q in range(first, 5)]


@given(series_with_paths(months_known=(1, 11), years=(3, 5)), st.floats(0.5, 2.0))
def test_a_higher_bound_asks_for_more_and_ranks_no_lower(
    drawn: tuple[Series, np.ndarray], factor: float
) -> None:
    one, paths = drawn
    annual = annual_distribution(one, paths)
    assume(annual.median > 0)
    low = required_pace(annual, annual.median, one)
    high = required_pace(annual, (1 + factor) * annual.median, one)
    assert low is not None
    assert high is not None
    assert high.monthly_average > low.monthly_average
    assert low.rank_in_history is not None
    assert high.rank_in_history is not None
    assert 0.0 <= low.rank_in_history <= high.rank_in_history <= 1.0


@given(series_with_paths(kinds=("flow", "average", "closing"), months_known=(1, 11)))
def test_the_projection_itself_asks_for_what_it_brings(drawn: tuple[Series, np.ndarray]) -> None:
    annual = annual_distribution(*drawn)
    required = required_pace(annual, annual.mean, drawn[0])
    assert required is not None
    minima = [month.minimum for month in required.months]
    np.testing.assert_allclose(minima, annual.months.mean(axis=0))
