from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from models.annual import AnnualDistribution
from models.disaggregation.to_a_day import (
    USUAL,
    Printed,
    _learned,
    drawn_rest,
    share_of_month,
    with_days,
)
from models.pipeline import NOWCAST, Learned, fit_candidates, project
from models.projection import Projection
from models.series import Month, Series
from models.targets.target import Target
from tests.families import CHEAP
from tests.models.strategies import made

START = Month(2018, 1)
SEASON = 1 + 0.2 * np.sin(np.arange(12) / 2)
DECEMBER = Month(2020, 12)
FEBRUARY_22 = date(2021, 2, 22)


def months(through: Month, level: float = 400.0) -> np.ndarray:
    """Four years of a plain season with some noise, up to a month."""
    count = through.ordinal - START.ordinal + 1
    noise = np.exp(0.05 * np.random.default_rng(3).standard_normal(count))
    return level * np.resize(SEASON, count) * noise


def known(through: Month = DECEMBER, **given: object) -> Series:
    return made(months(through), start=START, **given)


def to(day: date, value: float, since: date | None = None) -> Printed:
    return Printed(since or date(day.year, 1, 1), day, value, "final")


def projected(series: Series, *targets: Target) -> Projection:
    return project(series, targets, Learned(*fit_candidates(series, CHEAP)), candidates=CHEAP)


def year_of(series: Series, *targets: Target) -> AnnualDistribution:
    annual = projected(series, *targets).annual
    assert annual is not None
    return annual


def test_days_off_count_half_and_tet_is_off() -> None:
    assert share_of_month(date(2021, 4, 30)) == 1.0
    days = [share_of_month(date(2021, 2, day)) for day in range(1, 29)]
    assert days == sorted(days)
    assert days[15] - days[9] < days[23] - days[17]  # 11 to 16 February was Tết


def test_the_months_follow_from_the_figure_and_last_year() -> None:
    """Two months at last year's level: 800 to 22 February is about what was to be expected."""
    series = made(np.full(36, 430.0), start=START)
    found = with_days(series, [to(FEBRUARY_22, 800.0)])
    assert (found.cutoff, found.status[-2:]) == (Month(2021, 2), ("reconstructed",) * 2)
    assert found.nowcast is not None
    share = (1 + share_of_month(FEBRUARY_22)) / 2
    assert found.nowcast.share == pytest.approx(share)
    assert found.to_date == pytest.approx(found.values[-2:].sum())
    assert found.to_date is not None
    assert 800.0 < min(800.0 / share, 860.0) <= found.to_date <= max(800.0 / share, 860.0)
    assert found.floor == 800.0


def test_a_figure_of_the_last_month_alone_is_added_to_the_months_before() -> None:
    """'1 to 15 February', with January known."""
    series = known(Month(2021, 1))
    january = float(series.values[-1])
    found = with_days(series, [to(date(2021, 2, 15), 200.0, date(2021, 2, 1))])
    assert found.cutoff == Month(2021, 2)
    assert found.floor == pytest.approx(january + 200.0)
    assert found.to_date == pytest.approx(january + float(found.values[-1]))
    same = with_days(series, [to(date(2021, 2, 15), january + 200.0)])
    assert found.values[-1] == pytest.approx(same.values[-1])


@settings(max_examples=15, deadline=None)
@given(
    day=st.dates(date(2021, 1, 1), date(2021, 6, 29)),
    value=st.floats(1.0, 9e3),
    through=st.integers(0, 4),
)
def test_no_path_is_below_what_was_printed(day: date, value: float, through: int) -> None:
    """Of the year to date, month by month, whatever the candidates draw."""
    series = with_days(known(Month(2020, 12).plus(through)), [to(day, value)])
    if series.floor is None:
        return
    annual = year_of(series)
    ends = annual.known[:, None] + np.cumsum(annual.months, axis=1)
    assert (annual.known >= value - 1e-6).all()
    assert (ends >= value - 1e-6).all()
    assert (annual.samples >= value - 1e-6).all()


def test_a_figure_before_the_cutoff_is_a_floor_of_an_estimate_only() -> None:
    series = known(Month(2021, 2))
    to_date = float(series.values[-2:].sum())
    higher = [to(FEBRUARY_22, to_date + 50.0)]
    estimate = replace(series, status=(*series.status[:-1], "estimate"))
    assert year_of(with_days(estimate, higher)).known.min() == pytest.approx(to_date + 50.0)
    settled = replace(series, status=(*series.status[:-1], "restated"))
    assert with_days(settled, higher).floor is None  # a settled figure takes its place


def test_the_last_day_settles_the_month() -> None:
    found = with_days(known(), [to(date(2021, 2, 28), 800.0)])
    assert found.nowcast is not None
    assert (found.nowcast.rest, found.nowcast.spread) == (0.0, 0.0)
    assert set(year_of(found).known) == {800.0}


def test_an_early_figure_leaves_more_open_than_a_late_one() -> None:
    widths = []
    for day in (5, 12, 22, 27):
        one = date(2021, 2, day)
        share = (1 + share_of_month(one)) / 2
        annual = year_of(with_days(known(), [to(one, 800.0 * share)]))
        low, high = np.quantile(annual.known, [0.1, 0.9])
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 2 * widths[-1]


def test_the_interval_holds_the_month_as_often_as_it_says() -> None:
    """Months whose days bring drawn shares, of the spread that is assumed."""
    rng = np.random.default_rng(11)
    day = date(2021, 4, 15)
    inside: list[bool] = []
    for _ in range(200):
        series = known(Month(2021, 3))
        month = float(SEASON[3] * 400.0 * np.exp(0.1 * rng.standard_normal()))
        share = share_of_month(day)
        odds = np.log(share / (1 - share)) + USUAL * rng.standard_normal()
        printed = to(day, month / (1 + np.exp(-odds)), date(2021, 4, 1))
        found = with_days(series, [printed])
        assert found.nowcast is not None
        drawn = found.values[-1] + drawn_rest(found.nowcast, str(len(inside)), "seed", 400)
        low, high = np.quantile(drawn, [0.1, 0.9])
        inside.append(bool(low <= month <= high))
    assert 0.72 <= np.mean(inside) <= 0.92


def test_earlier_figures_to_a_day_teach_the_share() -> None:
    """A KPI of which 90 % comes by the 15th has less still to come than the calendar says."""
    series = known(Month(2021, 3))
    past = [
        to(
            date(2020, month, 15),
            0.9 * float(series.calendar_year(2020)[month - 1]),
            date(2020, month, 1),
        )
        for month in range(1, 13)
    ]
    newest = to(date(2021, 4, 15), 300.0, date(2021, 4, 1))
    plain, taught = with_days(series, [newest]), with_days(series, [*past, newest])
    assert plain.nowcast is not None
    assert taught.nowcast is not None
    assert taught.nowcast.rest < 0.8 * plain.nowcast.rest
    assert _learned(series, [])[0] == 0.0
    assert _learned(series, []) == pytest.approx((0.0, USUAL))


def test_kinds_that_do_not_add_up_and_signed_series_are_left_alone() -> None:
    printed = [to(FEBRUARY_22, 800.0)]
    for kind in ("average", "closing", "growth"):
        series = known(kind=kind)
        assert with_days(series, printed) is series
    signed = replace(known(), values=known().values - 500.0)
    assert with_days(signed, printed) is signed
    middle = [to(FEBRUARY_22, 800.0, date(2021, 1, 10))]
    assert with_days(known(), middle).nowcast is None


def test_december_stays_open_until_it_is_printed() -> None:
    """Only what was printed decides a target for good."""
    series = known(Month(2021, 11))
    printed = to(date(2021, 12, 15), 150.0, date(2021, 12, 1))
    found = with_days(series, [printed])
    assert found.floor is not None
    assert found.to_date is not None
    reached, likely, far = (
        Target("at_least", bound)
        for bound in (found.floor - 1.0, found.floor + 1.0, 10.0 * found.to_date)
    )
    answer = projected(found, reached, likely, far)
    assert [one.status for one in answer.attainments] == ["achieved", "on_track", "off_track"]
    assert {one.actual for one in answer.attainments} == {None}
    assert answer.method == NOWCAST
    assert answer.nowcast == found.nowcast


def test_a_month_without_a_figure_before_january_stays_a_gap() -> None:
    found = with_days(known(Month(2020, 11)), [to(FEBRUARY_22, 800.0)])
    assert np.isnan(found.values[-3])
    assert found.status[-3] is None
    assert with_days(known(Month(2020, 6)), [to(FEBRUARY_22, 800.0)]).nowcast is None


def test_the_newest_figure_counts() -> None:
    days = [FEBRUARY_22 - timedelta(days=7), FEBRUARY_22]
    found = with_days(known(), [to(days[0], 700.0), to(days[1], 800.0)])
    assert found.nowcast is not None
    assert (found.nowcast.day, found.floor) == (FEBRUARY_22, 800.0)
