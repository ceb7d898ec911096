"""The monthly reports: vintages, parts that add up, dates."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from data.samples.files import read_sample
from data.samples.lang_son.figures import published_on
from data.vintages.panel import Panel
from models.series import Month

TOTALS = {
    "turnover": ("exports", "imports"),
    "turnover_customs": ("exports_customs", "imports_customs"),
    "retail_sales_and_services": ("retail_sales_goods", "hospitality", "other_services"),
}
GATES = tuple(
    f"turnover_{gate}" for gate in ("huu_nghi", "tan_thanh", "chi_ma", "coc_nam", "dong_dang")
)
MONTHS = [Month(2020, 1), Month(2021, 1), Month(2021, 6), Month(2021, 12)]


@pytest.fixture(scope="module")
def panel() -> Panel:
    plan, figures = read_sample("lang-son-2021")
    return Panel.of(plan.family, plan.kpis, figures)


@pytest.mark.parametrize(
    ("month", "day"),
    [
        (Month(2021, 2), date(2021, 2, 26)),  # the 27th is a Saturday
        (Month(2021, 6), date(2021, 6, 25)),  # a Sunday
        (Month(2021, 12), date(2021, 12, 27)),
    ],
)
def test_a_report_comes_out_on_a_working_day_of_its_month(month: Month, day: date) -> None:
    assert published_on(month) == day


@pytest.mark.parametrize("month", MONTHS)
def test_parts_add_up_in_every_report(panel: Panel, month: Month) -> None:
    day = month.last_day
    for total, parts in [*TOTALS.items(), ("turnover_customs", GATES)]:
        whole = panel.series_as_of(total, day)
        members = [panel.series_as_of(part, day) for part in parts]
        summed = np.sum([one.values for one in members], axis=0)
        assert summed == pytest.approx(whole.values, abs=1e-6), total
        if month.month > 1:
            to_date = sum(one.to_date or 0 for one in members)
            assert to_date == pytest.approx(whole.to_date, abs=1e-6), total


@pytest.mark.parametrize("month", MONTHS)
def test_the_customs_declare_less_than_passes_the_province(panel: Panel, month: Month) -> None:
    for through, declared in (
        ("turnover", "turnover_customs"),
        ("exports", "exports_customs"),
        ("imports", "imports_customs"),
    ):
        most = panel.series_as_of(through, month.last_day)
        own = panel.series_as_of(declared, month.last_day)
        assert (own.values <= most.values).all(), declared


def test_a_first_estimate_is_restated_a_month_later(panel: Panel) -> None:
    first = panel.series_as_of("turnover", date(2021, 5, 31))
    then = panel.series_as_of("turnover", date(2021, 6, 30))
    may = Month(2021, 5).ordinal - first.start.ordinal
    assert (first.status[may], then.status[may]) == ("illustrative_first", "illustrative")
    assert first.values[may] != then.values[may]
    assert first.provisional
    assert abs(first.values[may] / then.values[may] - 1) < 0.1


def test_december_shows_the_closure(panel: Panel) -> None:
    year = panel.series_as_of("turnover", date(2021, 12, 31)).calendar_year(2021)
    assert year[11] < 0.55 * year[10]
    gate = panel.series_as_of("turnover_tan_thanh", date(2021, 12, 31)).calendar_year(2021)
    assert gate[7] == pytest.approx(min(gate[:11]))
    assert gate[11] < 0.3 * gate[10]


def test_plans_of_earlier_years_are_printed_in_january(panel: Panel) -> None:
    plans = panel.newest("turnover", date(2021, 12, 31))["plan"]
    years = {Month.from_ordinal(month).year: figure.value for month, figure in plans.items()}
    assert (years[2018], years[2019], years[2021]) == (4855, 5230, 4200)
    assert set(years) == set(range(2016, 2022))
