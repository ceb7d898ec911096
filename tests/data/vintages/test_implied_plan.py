"""Plans implied by cumulative figures and percentages, against pencil arithmetic."""

from __future__ import annotations

from datetime import date

import pytest

from data.vintages.implied_plan import implied_plans
from data.vintages.observation import Form, Observation
from models.series import Month


def printed(kpi: str, month: int, form: Form, value: float, year: int = 2021) -> Observation:
    published = date(year, month, 28)
    source = f"{published}.xlsx, 19, F{month}"
    return Observation(kpi, Month(year, month), form, value, "estimate", published, source)


def report(kpi: str, month: int, cumulative: float, share: float) -> list[Observation]:
    form: Form = "month" if month == 1 else "year_to_date"
    return [
        printed(kpi, month, form, cumulative),
        printed(kpi, month, "share_of_plan", share),
    ]


def test_the_plan_is_the_cumulative_figure_over_its_percentage() -> None:
    (plan,) = implied_plans(report("moit", 6, 299.15, 27.8), 2021)
    assert plan.value == pytest.approx(1076.079, abs=5e-4)  # 299.15 / 0.278
    assert (plan.kpi, plan.month, plan.published) == ("moit", Month(2021, 6), date(2021, 6, 28))
    # 27.8 means 27.75 to 27.85
    assert plan.low == pytest.approx(299.15 / 0.2785, abs=0.002)
    assert plan.high == pytest.approx(299.15 / 0.2775, abs=0.002)


def test_in_january_the_month_is_the_cumulative_figure() -> None:
    (plan,) = implied_plans(report("moit", 1, 30.0, 3.0), 2021)
    assert plan.value == 1000.0


def test_other_forms_years_days_and_zeros_imply_nothing() -> None:
    observations = [
        printed("moit", 5, "month", 10.0),  # a month's own figure after January
        printed("moit", 5, "share_of_plan", 50.0),
        printed("ha_noi", 5, "year_to_date", 10.0, year=2020),
        printed("ha_noi", 5, "share_of_plan", 50.0, year=2020),
        *report("exports", 4, 0.0, 50.0),
        *report("exports", 3, 10.0, 0.0),
    ]
    assert implied_plans(observations, 2021) == ()
    later = Observation(
        "moit", Month(2021, 5), "year_to_date", 40.0, "estimate", date(2021, 6, 28), "later"
    )
    assert implied_plans([*observations, later], 2021) == ()  # not published together
