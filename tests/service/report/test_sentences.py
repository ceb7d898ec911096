"""Sentences of the report: what a bound and a name mean, not how they are printed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from data.plans.kpi import Kpi
from service.report.body.needs import required
from service.report.sentences import name_of, plan_words

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
    assert "of the same period" not in required(replace(coal, kpi=SHARE), "en")


def test_a_closing_level_is_that_of_december(coal: Any) -> None:
    closing = replace(SHARE, kind="closing")
    assert "December must be at least" in required(replace(coal, kpi=closing), "en")
    assert "cuối tháng 12 cần đạt ít nhất" in required(replace(coal, kpi=closing), "vi")


def test_a_name_stands_on_one_line(coal: Any) -> None:
    broken = coal.projection.model_copy(
        update={"name": coal.projection.name.model_copy(update={"vi": "Than\nsạch"})}
    )
    assert name_of(replace(coal, projection=broken), "vi") == "Than sạch"
