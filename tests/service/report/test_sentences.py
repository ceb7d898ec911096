"""Sentences of the report: what a bound and a name mean, not how they are printed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from data.plans.kpi import Kpi
from models.series import Month
from service.projections.facts import Percentage
from service.report.body.needs import need_of, required
from service.report.cells import growth_cell
from service.report.sentences import name_of, plan_words, result

SHARE = Kpi("coal", "Tỷ lệ\nchế biến", "Share\nprocessed", "%", kind="average", decimals=1)


@pytest.fixture
def coal(made: Any) -> Any:
    return next(one for one in made().facts if one.kpi.slug == "coal")


def test_a_bound_in_per_cent_is_no_growth(made: Any, coal: Any) -> None:
    exports = next(one for one in made().facts if one.kpi.slug == "exports")
    assert plan_words(exports, "en").startswith("growth of")  # its target is one
    assert not plan_words(replace(coal, kpi=SHARE), "en").startswith("growth of")


def test_a_kpi_in_per_cent_is_not_compared_by_per_cent(coal: Any) -> None:
    assert "of the same period" in required(coal, "en")
    share = required(replace(coal, kpi=SHARE), "en")
    assert "of the same period" not in share
    assert "percentage points on the same period" in share
    assert "điểm phần trăm so với cùng kỳ" in required(replace(coal, kpi=SHARE), "vi")


def test_a_rise_of_a_kpi_in_per_cent_is_told_in_points(coal: Any) -> None:
    risen = replace(coal, kpi=SHARE, growth_to_date=Percentage(0.34, False, points=True))
    assert "tăng 0,3 điểm phần trăm so với cùng kỳ" in result(risen, "vi")
    assert "up 0.3 percentage points" in result(risen, "en")
    assert str(growth_cell(risen.growth_to_date, "vi")) == "+0,3"


def test_a_missing_month_is_named(coal: Any) -> None:
    view = coal.projection.model_copy(update={"actual_to_date": None})
    gap = replace(coal, projection=view, missing=(Month(2018, 3),))
    assert "do thiếu số liệu tháng 3/2018" in result(gap, "vi")
    need, required_ = need_of(gap), gap.target.required
    assert need is not None
    assert need.total == pytest.approx(required_.monthly_average * len(required_.months))


def test_a_closing_level_is_that_of_december(coal: Any) -> None:
    closing = replace(SHARE, kind="closing")
    assert "December must be at least" in required(replace(coal, kpi=closing), "en")
    assert "cuối tháng 12 cần đạt ít nhất" in required(replace(coal, kpi=closing), "vi")


def test_a_name_stands_on_one_line(coal: Any) -> None:
    broken = coal.projection.model_copy(
        update={"name": coal.projection.name.model_copy(update={"vi": "Than\nsạch"})}
    )
    assert name_of(replace(coal, projection=broken), "vi") == "Than sạch"
