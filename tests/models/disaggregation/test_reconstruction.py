"""Reconstructed months widen the year; what was published does not move."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from models.annual import AnnualDistribution, annual_distribution
from models.candidates import FROM_TOTALS, ONLY_FROM_TOTALS, REGISTRY
from models.disaggregation.reconstruction import draw_histories
from models.pipeline import LADDER, Learned, fit_candidates, project
from models.series import FigureStatus, Month, Series
from models.targets.target import Target

MONTHS = 42  # January 2018 to June 2021
VALUES = 100 + 10 * np.sin(np.arange(MONTHS) * np.pi / 6)


def series(
    doubt: np.ndarray | None = None, to_date: float | None = None, values: np.ndarray = VALUES
) -> Series:
    status: FigureStatus = "final" if doubt is None else "reconstructed"
    return Series(
        key="test/kpi",
        kind="flow",
        unit="tonnes",
        start=Month(2018, 1),
        values=values,
        status=(status,) * len(values),
        as_of=date(2021, 6, 30),
        to_date=to_date,
        doubt=doubt,
    )


def doubt_of(*months: int, size: float = 20.0) -> np.ndarray:
    """Independent doubt of single months, by their place."""
    found = np.zeros((MONTHS, len(months)))
    found[list(months), np.arange(len(months))] = size
    return found


def exchanged(one: int, two: int, size: float = 20.0) -> np.ndarray:
    """Doubt of how two months share what is certain of them together."""
    found = np.zeros((MONTHS, 1))
    found[one, 0], found[two, 0] = size, -size
    return found


def year(one: Series) -> AnnualDistribution:
    paths = np.random.default_rng(0).normal(100, 1, (4000, 6))
    return annual_distribution(one, paths)


def test_a_series_without_doubt_is_left_alone() -> None:
    assert draw_histories(series(), VALUES, 10) is None
    assert np.ptp(year(series()).known) == 0


def test_a_month_in_doubt_widens_the_year_and_its_base() -> None:
    plain, this_year = year(series()), year(series(doubt_of(40)))
    assert this_year.samples.std() > 2 * plain.samples.std()
    assert np.median(this_year.samples) == pytest.approx(np.median(plain.samples), rel=0.01)
    assert np.ptp(plain.base) == 0
    last_year = year(series(doubt_of(25)))
    assert last_year.base.std() == pytest.approx(20, rel=0.05)
    assert last_year.known.std() == 0
    assert last_year.growth.std() > 1.5 * plain.growth.std()


def test_months_that_share_a_certain_total_leave_it_certain() -> None:
    annual = year(series(exchanged(37, 39)))
    assert np.ptp(annual.known) == pytest.approx(0, abs=1e-9)
    assert annual.base.std() == 0
    assert annual.samples.std() == pytest.approx(year(series()).samples.std(), rel=0.01)


def test_the_published_year_to_date_stays_what_it_is() -> None:
    annual = year(series(doubt_of(40), to_date=620.0))
    assert set(annual.known) == {620.0}
    assert annual.actual_to_date == 620.0


def test_months_to_come_move_with_the_level_they_were_forecast_from() -> None:
    whole = np.full((MONTHS, 1), 10.0)  # every month 10 too high, or too low
    annual = year(series(whole))
    histories = draw_histories(series(whole), VALUES, 4000)
    assert histories is not None
    assert np.corrcoef(annual.rest, histories.level)[0, 1] > 0.95
    assert annual.rest.std() / annual.rest.mean() == pytest.approx(0.1, rel=0.1)


def test_no_history_falls_below_zero_and_all_keep_their_totals() -> None:
    values = VALUES.copy()
    values[[30, 31]] = 5.0
    doubt = exchanged(30, 31, size=50.0)
    histories = draw_histories(series(doubt, values=values), values, 2000)
    assert histories is not None
    assert (values + histories.deviations >= -1e-9).all()
    np.testing.assert_allclose(histories.deviations[:, [30, 31]].sum(axis=1), 0, atol=1e-9)
    assert histories.deviations[:, 30].std() > 1


def test_a_ratio_is_in_doubt_by_its_numerator() -> None:
    ratio = replace(series(doubt_of(40)), kind="ratio", denominator=np.full(MONTHS, 50.0))
    histories = draw_histories(ratio, VALUES / 50, 4000)
    assert histories is not None
    assert histories.deviations[:, 40].std() == pytest.approx(20 / 50, rel=0.05)


def test_fewer_candidates_forecast_mostly_reconstructed_months() -> None:
    one = series(np.hstack([exchanged(place, place + 1, 1.0) for place in range(0, MONTHS, 3)]))
    parameters, failures = fit_candidates(one)
    assert set(parameters) == set(FROM_TOTALS)
    assert set(failures) == set(REGISTRY) - set(FROM_TOTALS)
    assert "42 of 42 months" in failures["ets"]
    projected = project(one, (Target("at_least", 1200.0),), Learned(parameters, failures))
    assert (projected.method, projected.fallback) == ("ensemble", None)
    assert projected.data_status == "reconstructed"
    assert {month.status for month in projected.months} == {"reconstructed", "projected"}


def test_candidates_of_totals_alone_leave_printed_months_to_the_others() -> None:
    parameters, failures = fit_candidates(series())
    assert not ONLY_FROM_TOTALS.intersection({*parameters, *failures})


def test_the_projected_interval_is_wider_than_from_printed_months() -> None:
    def width(one: Series) -> float:
        parameters, failures = fit_candidates(one, {name: REGISTRY[name] for name in LADDER})
        projected = project(one, (), Learned(parameters, failures))
        assert projected.annual is not None
        low, high = projected.annual.interval(0.8)
        return high - low

    assert width(series(doubt_of(*range(24, MONTHS), size=25.0))) > 1.1 * width(series())
