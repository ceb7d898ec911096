"""Demonstrations use later figures, are labelled and never vintages; own figures replace them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from data.plans.kpi import Kpi
from data.vintages.demonstration import (
    contradictions,
    demonstration_as_of,
    has_own_year,
    labelled,
    last_month_over,
    series_to_project,
)
from data.vintages.observation import UNDATED, Form, Observation
from data.vintages.panel import Panel
from models.errors import NoObservations
from models.series import Month
from training.backtest.origins import origins
from training.backtest.rolling_origin import Setup, backtest_years

NATION = Kpi(slug="all", name_vi="Cả nước", name_en="All", unit="million USD")
SHOWN = Kpi(
    slug="turnover",
    name_vi="Kim ngạch",
    name_en="Turnover",
    unit="million USD",
    indicator="nation/all",
    demonstration=True,
)
PART = replace(SHOWN, slug="exports", indicator="turnover")
BARE = replace(SHOWN, slug="bricks", indicator=None)
JUNE = date(2021, 6, 30)
LATE = date(2022, 9, 1)


def figure(kpi: str, month: str, form: Form, value: float, published: date) -> Observation:
    return Observation(kpi, Month.parse(month), form, value, "final", published, "a document")


def nation(values: np.ndarray | None = None) -> Panel:
    months = 100 + 10 * np.sin(np.arange(48) * np.pi / 6) if values is None else values
    start = Month(2018, 1)
    return Panel.of(
        "nation",
        [NATION],
        [
            figure("all", str(start.plus(m)), "month", float(value), date(*start.plus(m + 1), 1))
            for m, value in enumerate(months)
        ],
    )


LEVELS = (
    figure("turnover", "2019-12", "year", 600.0, UNDATED),
    figure("turnover", "2022-08", "year_to_date", 400.0, LATE),
    figure("turnover", "2022-08", "rate_to_date", 80.0, LATE),  # so eight months of 2021: 500
    figure("turnover", "2020-06", "half", 290.0, UNDATED),
    figure("exports", "2021-12", "year", 300.0, UNDATED),
)


def panel(*more: Observation) -> Panel:
    return Panel.of("province", [SHOWN, PART, BARE], [*LEVELS, *more], [nation()])


def own_months(kpi: str, first: str, values: list[float], published: date) -> list[Observation]:
    start = Month.parse(first)
    return [
        figure(kpi, str(start.plus(m)), "month", value, published)
        for m, value in enumerate(values)
    ]


def test_the_view_of_a_day_ends_with_the_last_month_that_was_over() -> None:
    assert last_month_over(JUNE) == Month(2021, 6)
    assert last_month_over(date(2021, 6, 29)) == Month(2021, 5)
    assert demonstration_as_of(panel(), "turnover", date(2021, 6, 15)).cutoff == Month(2021, 5)


def test_later_and_undated_figures_are_in_the_demonstration_and_in_no_vintage() -> None:
    whole = panel()
    shown = series_to_project(whole, "turnover", JUNE)
    assert shown.demonstration
    assert shown.cutoff == Month(2021, 6)
    assert set(shown.status) == {"reconstructed"}
    assert shown.calendar_year(2019).sum() == pytest.approx(600, rel=1e-9)
    assert shown.calendar_year(2020)[:6].sum() == pytest.approx(290, rel=1e-9)
    august = demonstration_as_of(whole, "turnover", date(2021, 8, 31))
    assert august.calendar_year(2021)[:8].sum() == pytest.approx(500, rel=1e-9)
    with pytest.raises(NoObservations):
        whole.series_as_of("turnover", JUNE)
    assert not whole.series_as_of("turnover", LATE).demonstration
    assert whole.vintages() == (LATE,)


def test_a_kpi_without_demonstration_never_uses_later_figures() -> None:
    honest = Panel.of("province", [replace(SHOWN, demonstration=False)], LEVELS[:4], [nation()])
    with pytest.raises(NoObservations):
        series_to_project(honest, "turnover", JUNE)
    assert labelled(honest, ["turnover"], JUNE) == frozenset()


def test_a_part_may_follow_a_demonstration_of_the_family() -> None:
    shown = series_to_project(panel(), "exports", JUNE)
    whole = series_to_project(panel(), "turnover", JUNE)
    share = shown.calendar_year(2021)[:6] / whole.calendar_year(2021)[:6]
    np.testing.assert_allclose(share, share.mean(), rtol=1e-6)


def test_what_a_part_leaves_of_its_total_is_the_other_part() -> None:
    rest = replace(SHOWN, slug="imports", indicator="turnover - exports")
    figures = [*LEVELS, figure("imports", "2021-12", "year", 450.0, UNDATED)]
    whole = Panel.of("province", [SHOWN, PART, rest], figures, [nation()])
    total, part, left = (
        series_to_project(whole, kpi, JUNE) for kpi in ("turnover", "exports", "imports")
    )
    year = total.calendar_year(2021)[:6] - part.calendar_year(2021)[:6]
    share = left.calendar_year(2021)[:6] / year
    np.testing.assert_allclose(share, share.mean(), rtol=1e-6)


def test_printed_months_stay_as_printed() -> None:
    april = figure("turnover", "2021-04", "month", 71.0, date(2021, 4, 28))
    shown = series_to_project(panel(april), "turnover", JUNE)
    place = Month(2021, 4).ordinal - shown.start.ordinal
    assert (shown.values[place], shown.status[place]) == (71.0, "final")
    assert shown.doubt is not None
    assert not shown.doubt[place].any()


def test_the_published_year_to_date_counts_from_its_day_only() -> None:
    june = figure("turnover", "2021-06", "year_to_date", 381.5, date(2021, 6, 28))
    assert series_to_project(panel(june), "turnover", JUNE).to_date == 381.5
    later = replace(june, published=date(2021, 7, 5))
    assert series_to_project(panel(later), "turnover", JUNE).to_date is None


def test_without_figures_of_both_years_there_is_no_basis() -> None:
    with pytest.raises(NoObservations, match="0 of the 12 months up to 2021-06"):
        series_to_project(panel(), "bricks", JUNE)
    only_this_year = panel(figure("bricks", "2021-12", "year", 9.0, UNDATED))
    with pytest.raises(NoObservations, match=r"6 of the 12 months .* and 0 of the 12 before"):
        series_to_project(only_this_year, "bricks", JUNE)


def test_without_the_family_of_its_indicator_there_is_no_series() -> None:
    alone = Panel.of("province", [SHOWN], LEVELS[:4])
    with pytest.raises(NoObservations, match="family 'nation' is not loaded"):
        series_to_project(alone, "turnover", JUNE)


def test_own_figures_of_a_year_take_the_place_of_the_demonstration() -> None:
    months = [50.0 + month for month in range(18)]
    own = own_months("turnover", "2020-01", months, date(2021, 6, 29))
    whole = panel(*own)
    assert not has_own_year(whole, "turnover", date(2021, 6, 28))
    assert has_own_year(whole, "turnover", JUNE)
    series = series_to_project(whole, "turnover", JUNE)
    assert not series.demonstration
    assert series.values.tolist() == months
    np.testing.assert_array_equal(series.values, whole.series_as_of("turnover", JUNE).values)


def test_eleven_months_or_old_ones_do_not() -> None:
    few = own_months("turnover", "2020-08", [50.0] * 11, date(2021, 6, 29))
    assert not has_own_year(panel(*few), "turnover", JUNE)
    old = own_months("turnover", "2018-01", [50.0] * 24, date(2021, 6, 29))
    assert not has_own_year(panel(*old), "turnover", JUNE)
    assert series_to_project(panel(*old), "turnover", JUNE).demonstration


def test_quarters_of_its_own_are_enough() -> None:
    ends = ("2020-03", "2020-06", "2020-09", "2020-12", "2021-03", "2021-06")
    own = [figure("turnover", end, "quarter", 150.0, date(2021, 6, 29)) for end in ends]
    series = series_to_project(panel(*own), "turnover", JUNE)
    assert not series.demonstration
    assert set(series.status) == {"reconstructed"}


def test_the_whole_plan_is_labelled_except_replaced_kpis() -> None:
    kpis = ["turnover", "exports", "bricks"]
    assert labelled(panel(), kpis, JUNE) == frozenset(kpis)
    own = own_months("turnover", "2020-01", [50.0] * 18, date(2021, 6, 29))
    assert labelled(panel(*own), kpis, JUNE) == {"exports", "bricks"}
    everything = [replace(one, kpi=kpi) for kpi in kpis for one in own]
    assert labelled(panel(*everything), kpis, JUNE) == frozenset()


def test_contradictions_are_those_of_the_figures_used() -> None:
    wrong = figure("turnover", "2019-06", "half", 700.0, UNDATED)  # more than its year
    whole = panel(wrong)
    (one,) = contradictions(whole, "turnover", JUNE)
    assert not one.kept
    assert whole.contradictions("turnover", JUNE) == ()


def test_a_demonstration_is_in_no_backtest() -> None:
    whole = panel()
    assert backtest_years(Setup(whole, JUNE), ["turnover", "exports", "bricks"]) == []
    assert list(origins(whole, "turnover", 2021, JUNE)) == []
    assert whole.outcome("turnover", 2021, JUNE) is None
