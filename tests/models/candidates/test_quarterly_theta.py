"""Theta on quarters: statsmodels' numbers, a quarter in progress, which figures it takes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from statsmodels.tsa.forecasting.theta import ThetaModel

from data.plans.kpi import Kpi
from data.vintages.observation import Form, Observation
from data.vintages.panel import Panel
from models.candidates.quarterly_theta import QuarterlyTheta
from models.errors import CannotForecast
from models.pipeline import fit_candidates
from models.series import Month, Series
from tests.models.strategies import made, seasonal

START = Month(2014, 1)
MONTHS = 84  # to December 2020


def drawn(series: Series, horizon: int = 12, n_paths: int = 4000) -> np.ndarray:
    candidate, rng = QuarterlyTheta(), np.random.default_rng(0)
    return candidate.paths(series, candidate.fit(series), horizon, n_paths, rng)


def printed(form: Form, span: int, values: np.ndarray) -> Series:
    """The series of a KPI of which only figures of `span` months were printed."""
    totals = values.reshape(-1, span).sum(axis=1)
    if form == "year_to_date":
        totals = totals.reshape(-1, 12 // span).cumsum(axis=1).ravel()
    figures = [
        Observation(
            "kpi",
            START.plus(span * place + span - 1),
            form,
            float(value),
            "final",
            START.plus(span * place + span - 1).last_day,
            "made",
        )
        for place, value in enumerate(totals)
    ]
    kpi = Kpi(slug="kpi", name_vi="kpi", name_en="kpi", unit="")
    return Panel.of("made", [kpi], figures).series_as_of("kpi", date(2021, 1, 31))


def test_the_forecast_is_that_of_statsmodels_for_the_quarters() -> None:
    values = seasonal(MONTHS)
    quarters = np.log(values.reshape(-1, 3).sum(axis=1))
    model = ThetaModel(quarters, period=4, deseasonalize=True, use_test=False, method="additive")
    fitted = model.fit()
    found = QuarterlyTheta().fit(made(values, START))
    assert found["smoothing"] == pytest.approx(fitted.params["alpha"], abs=2e-3)
    assert found["drift"] == pytest.approx(fitted.params["b0"] / 2, rel=1e-6)
    ahead = np.log(drawn(made(values, START), n_paths=40_000).reshape(-1, 4, 3).sum(axis=2))
    np.testing.assert_allclose(
        ahead.mean(axis=0), fitted.forecast(4, theta=2), atol=0.05 * found["spread"]
    )


def test_months_share_a_quarter_as_they_usually_do() -> None:
    values = np.tile([1.0, 2.0, 3.0, 3.0, 3.0, 3.0, 5.0, 1.0, 0.0, 2.0, 2.0, 2.0], 7)
    values *= 1 + 0.1 * np.sin(np.arange(MONTHS) // 12)
    paths = drawn(made(values, START), n_paths=50)
    np.testing.assert_allclose(paths[:, 1], 2 * paths[:, 0])
    np.testing.assert_allclose(paths[:, 2], 3 * paths[:, 0])
    np.testing.assert_array_equal(paths[:, 8], 0.0)


def test_a_quarter_in_progress_keeps_its_months_and_moves_the_level() -> None:
    """A month twice as large raises the quarters after its own, less than a whole one does."""
    values = seasonal(MONTHS, noise=0.1)
    usual = seasonal(MONTHS + 1, noise=0.0)[-1]
    plain, doubled = (made(np.r_[values, by * usual], START) for by in (1.0, 2.0))
    one, other = np.median(drawn(plain, 11), axis=0), np.median(drawn(doubled, 11), axis=0)
    np.testing.assert_allclose(other[:2], one[:2])
    before = np.median(drawn(made(values, START)), axis=0)[1:]
    np.testing.assert_allclose(one, before, rtol=0.01)
    quarter = made(np.r_[values, 2 * seasonal(MONTHS + 3, noise=0.0)[-3:]], START)
    whole = np.median(drawn(quarter, 9), axis=0)
    assert (other[2:] > 1.01 * one[2:]).all()
    assert (whole > other[2:]).all()


@pytest.mark.parametrize("form", ["quarter", "year_to_date"])
def test_printed_quarters_are_served(form: Form) -> None:
    series = printed(form, 3, seasonal(MONTHS).round(1))
    assert set(series.status) == {"reconstructed"}
    parameters, _ = fit_candidates(series)
    assert "quarterly_theta" in parameters


@pytest.mark.parametrize(("form", "span"), [("half", 6), ("year_to_date", 6), ("year", 12)])
def test_figures_of_longer_periods_are_not_quarters(form: Form, span: int) -> None:
    series = printed(form, span, seasonal(MONTHS).round(1))
    parameters, failures = fit_candidates(series)
    assert "28 of 28 quarters of made/kpi follow from figures of" in failures["quarterly_theta"]
    assert "pace" in parameters


def test_quarters_count_once_most_of_them_were_printed() -> None:
    """Half-years of a short first time do not keep a series of quarters out."""
    doubt = np.zeros((MONTHS, 14))
    for half in range(14):
        doubt[6 * half : 6 * half + 3, half], doubt[6 * half + 3 : 6 * half + 6, half] = 1, -1
    within = np.zeros((MONTHS, 1))
    within[0], within[2] = 2.0, -2.0
    values = seasonal(MONTHS)
    drawn(made(values, START, doubt=np.hstack([doubt[:, :7], within])))
    with pytest.raises(CannotForecast, match="16 of 28 quarters"):
        drawn(made(values, START, doubt=np.hstack([doubt[:, :8], within])))


def test_quarters_of_zero_are_served() -> None:
    values = seasonal(MONTHS)
    values[6:9] = values[30:33] = values[60:63] = values[69:72] = 0.0
    paths = drawn(printed("quarter", 3, values.round(1)))
    assert np.isfinite(paths).all()
    assert (paths >= 0).all()
