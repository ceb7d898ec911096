"""Parts of a year: what a period names, and what the year brings over it, by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from models.annual import AnnualDistribution, annual_distribution
from models.errors import InvalidTarget
from models.revisions import Revision
from models.series import Month, Series
from models.targets.attainment import Attainment, attainment
from models.targets.periods import Period, base_known, over_period, period_of
from models.targets.target import Target
from tests.models.strategies import known_paths, made

START = Month(2019, 1)
LAST_YEAR = np.arange(1.0, 13.0)  # 1 in January to 12 in December: quarters 6, 15, 24, 33
THIS_YEAR = 2 * np.arange(1.0, 7.0)  # 2 to 12 in June: quarters 12, 30


def june(**given: Any) -> Series:
    values = np.concatenate([np.ones(12), LAST_YEAR, THIS_YEAR])
    return made(values, start=START, **given)


def year_of(series: Series, *rest: float) -> AnnualDistribution:
    """A year with the same six months to come on every path."""
    return annual_distribution(series, known_paths(rest or [10.0] * 6))


def stand(series: Series, target: Target, *rest: float) -> Attainment:
    return attainment(year_of(series, *rest), target, series)


def over(series: Series, first: int, last: int) -> AnnualDistribution:
    return over_period(year_of(series), series, first, last)


# what a period names


@pytest.mark.parametrize(
    ("text", "first", "last", "months"),
    [
        ("year", (1, 1), (12, 31), (1, 12)),
        ("Q1", (1, 1), (3, 31), (1, 3)),
        ("2021Q3", (7, 1), (9, 30), (7, 9)),
        ("H1", (1, 1), (6, 30), (1, 6)),
        ("9M", (1, 1), (9, 30), (1, 9)),
        ("remaining half", (7, 1), (12, 31), (7, 12)),
        ("2021-02-28", (1, 1), (2, 28), (1, 2)),
        ("2021-02-27", (1, 1), (2, 27), None),
        ("2021-08-01..2021-11-30", (8, 1), (11, 30), (8, 11)),
        ("2021-08-02..2021-11-30", (8, 2), (11, 30), None),
    ],
)
def test_a_period_is_days_and_whole_months_where_it_ends_with_them(
    text: str, first: tuple[int, int], last: tuple[int, int], months: tuple[int, int] | None
) -> None:
    period = period_of(text, 2021)
    assert period == Period(date(2021, *first), date(2021, *last))
    assert period.months == months


@pytest.mark.parametrize(
    "text", ["Q5", "2020Q1", "2022-03-31", "2021-12-31..2021-07-01", "2021-02-30", "", "summer"]
)
def test_what_names_no_period_of_the_year_is_refused(text: str) -> None:
    with pytest.raises(InvalidTarget, match="2021"):
        period_of(text, 2021)


# outcomes by hand


def test_the_whole_year_is_the_year_itself() -> None:
    annual, series = year_of(june()), june()
    assert over_period(annual, series, 1, 12) is annual


@pytest.mark.parametrize(
    ("first", "last", "outcome", "base"),
    [(1, 3, 12.0, 6.0), (4, 6, 30.0, 15.0), (1, 9, 72.0, 45.0), (7, 9, 30.0, 24.0)],
)
def test_a_flow_adds_up(first: int, last: int, outcome: float, base: float) -> None:
    found = over(june(), first, last)
    assert found.samples == pytest.approx(outcome)
    assert found.base == pytest.approx(base)
    assert (found.n_months, found.first_month) == (last - first + 1, first)
    assert found.over == (last <= 6)


def test_a_period_that_reaches_the_cutoff_uses_the_published_year_to_date() -> None:
    series = june(to_date=45.0, to_date_status="estimate")  # the months say 42
    assert over(series, 1, 9).mean == pytest.approx(45 + 30)
    assert over(series, 1, 6).mean == pytest.approx(45)
    assert over(series, 1, 5).mean == pytest.approx(30)
    assert over(series, 4, 9).mean == pytest.approx(30 + 30)
    assert over(series, 1, 6).data_status == "estimate"
    assert over(series, 1, 5).data_status == "final"


def test_an_average_is_the_mean_of_the_periods_months() -> None:
    found = over(june(kind="average"), 1, 9)
    assert found.mean == pytest.approx((42 + 30) / 9)
    assert found.base == pytest.approx(5.0)
    assert over(june(kind="average", to_date=48.0, to_date_status="final"), 1, 9).mean == (
        pytest.approx((48 + 30) / 9)
    )


def test_a_closing_level_is_that_of_the_last_month() -> None:
    series = june(kind="closing")
    assert over(series, 1, 3).mean == 6.0
    assert over(series, 1, 6).mean == 12.0
    assert over(series, 1, 9).mean == 10.0
    assert over(series, 1, 9).base == pytest.approx(9.0)


def test_a_ratio_weighs_its_months_by_the_denominators() -> None:
    below = np.concatenate([np.full(12, 10.0), np.full(12, 10.0), np.arange(10.0, 16.0)])
    series = june(kind="ratio", denominator=below)
    first_quarter = THIS_YEAR[:3].sum() / below[24:27].sum()
    assert over(series, 1, 3).mean == pytest.approx(first_quarter)
    assert over(series, 1, 3).base == pytest.approx(6.0 / 30.0)


def test_growth_is_the_periods_index_on_last_years() -> None:
    series = june(kind="growth", unit="%")
    assert over(series, 1, 3).mean == pytest.approx(100.0)
    assert over(series, 1, 9).mean == pytest.approx(100 * (72 / 45 - 1))
    published = june(kind="growth", unit="%", to_date=110.0, to_date_status="final")
    assert over(published, 1, 6).mean == pytest.approx(110.0)
    assert over(published, 1, 9).mean == pytest.approx(100 * ((2.1 * 21 + 30) / 45 - 1))


# marks


@pytest.mark.parametrize(
    ("period", "bound", "mark", "actual"),
    [
        ("Q1", 12.0, "met", 12.0),
        ("Q1", 12.1, "missed", 12.0),
        ("H1", 42.0, "met", 42.0),
        ("9M", 72.0, "open", None),
        ("9M", 42.0, "met", None),  # the months known reach it already
        ("Q3", 30.0, "open", None),
        ("year", 500.0, "open", None),
    ],
)
def test_quarterly_marks(period: str, bound: float, mark: str, actual: float | None) -> None:
    found = stand(june(), Target("at_least", lower=bound, period=period))
    assert (found.period_outcome, found.actual) == (mark, actual)


def test_a_growth_target_of_a_period_has_last_years_same_months_as_base() -> None:
    found = stand(june(), Target("at_least", lower=60.0, form="growth", period="9M"))
    assert found.lower_value == pytest.approx(45 * 1.6)
    assert (found.base, found.probability) == (pytest.approx(45.0), 1.0)
    absolute = stand(june(), Target("at_least", lower=60.0, period="9M"))
    assert (absolute.base, absolute.base_status) == (None, None)


def test_the_required_pace_of_a_part_of_the_year() -> None:
    found = stand(june(), Target("at_least", lower=132.0, period="9M"))  # 90 in three months
    assert found.required is not None
    assert found.required.monthly_average == pytest.approx(30.0)
    assert found.required.ratio_to_last_year == pytest.approx(90 / 24)
    assert [str(one.month) for one in found.required.months] == ["2021-07", "2021-08", "2021-09"]
    assert [(one.quarter, one.minimum) for one in found.required.quarters] == [
        ("2021Q3", pytest.approx(90.0))
    ]
    cut = stand(june(), Target("at_least", lower=30.0, period="2021-05-01..2021-08-31"))
    assert cut.required is not None
    assert cut.required.quarters == ()  # no quarter lies in it whole
    assert cut.required.monthly_average == pytest.approx((30 - 10 - 12) / 2)


# the base as one vintage knew it


def test_the_base_as_it_was_known() -> None:
    values = np.concatenate([np.ones(12), LAST_YEAR])
    december = made(values, start=START, to_date=80.0, to_date_status="estimate")
    assert base_known(december, 2021, 1, 12) == (80.0, "estimate")  # published, the months say 78
    assert base_known(december, 2021, 1, 3) == (6.0, "final")
    assert base_known(made(values[:23], start=START), 2021, 1, 12) is None
    assert base_known(made(values[:23], start=START), 2021, 1, 9) == (45.0, "final")


def test_the_base_that_a_printed_rate_implies_counts() -> None:
    base = LAST_YEAR * np.where(np.arange(12) < 6, 1.1, 1.0)
    series = june(base=base, base_status="derived")
    assert base_known(series, 2021, 1, 6) == (pytest.approx(23.1), "derived")
    assert base_known(june(kind="growth"), 2021, 1, 12) is None


# the last month's revision


def estimated_june() -> AnnualDistribution:
    series = june(status=(*["final"] * 29, "estimate"))
    usual = Revision(bias=0.0, spread=0.1, seen=50)
    return annual_distribution(series, known_paths([10.0] * 6, 2000), revision=usual)


@pytest.mark.parametrize(
    ("period", "open_"),
    [("Q1", False), ("H1", False), ("9M", True), ("Q3", False), ("year", True)],
)
def test_a_part_of_the_year_is_open_until_its_end_and_includes_the_estimate(
    period: str, open_: bool
) -> None:
    months = period_of(period, 2021).months
    assert months is not None
    part = over_period(estimated_june(), june(), *months)
    spread = part.samples.std()
    assert spread == pytest.approx(0.1 * 12 if open_ else 0.0, rel=0.1, abs=1e-9)
