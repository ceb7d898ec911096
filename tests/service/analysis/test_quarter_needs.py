"""What each quarter needs and brings, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from service.analysis.quarter_needs import QuarterNeed, next_need, quarter_needs

JUNE = date(2018, 6, 30)


@pytest.fixture
def coal(service: Any) -> Any:
    facts = service.app.state.vedich.facts("demo-2018", JUNE)
    return next(one for one in facts if one.kpi.slug == "coal")


def test_the_quarters_of_a_flow_add_up_to_its_projected_year(coal: Any) -> None:
    needs = quarter_needs(coal)
    assert [need.over for need in needs] == [True, True, False, False]
    brought = sum(need.brought or 0.0 for need in needs)
    assert brought == pytest.approx(coal.projection.projected.median, rel=1e-6)
    assert sum(need.brought or 0.0 for need in needs[:2]) == pytest.approx(coal.to_date, rel=1e-6)


def test_past_quarters_had_to_bring_the_share_that_the_season_usually_has(coal: Any) -> None:
    first, second, *_ = quarter_needs(coal)
    assert first.needed == pytest.approx(coal.bound * coal.usual[2])
    assert second.needed == pytest.approx(coal.bound * (coal.usual[5] - coal.usual[2]))


def test_quarters_to_come_need_the_required_pace(coal: Any) -> None:
    wanted = [entry.minimum for entry in coal.target.required.quarters]
    assert [need.needed for need in quarter_needs(coal)[2:]] == wanted
    assert next_need(coal) == quarter_needs(coal)[2]


def test_a_gap_is_told_in_per_cent_of_the_need_and_in_points_for_rates() -> None:
    need = QuarterNeed(3, over=False, needed=200.0, brought=190.0, ceiling=False, points=False)
    assert (need.gap, need.share, need.enough) == (-10.0, -5.0, False)
    assert replace(need, ceiling=True).enough
    assert replace(need, needed=9.5, brought=11.0, points=True).share == 1.5
    assert replace(need, needed=-200.0, brought=-190.0).share == 5.0
    unknown = replace(need, needed=None)
    assert (unknown.gap, unknown.share, unknown.enough) == (None, None, None)


def test_a_growth_has_the_mean_of_its_months_and_is_measured_in_points(service: Any) -> None:
    facts = service.app.state.vedich.facts("demo-2018", JUNE)
    output = next(one for one in facts if one.kpi.slug == "output")
    third = quarter_needs(output)[2]
    assert third.points
    assert third.brought == pytest.approx(sum(one.value for one in output.months[6:9]) / 3)


def test_without_a_year_of_months_there_are_no_quarters(service: Any) -> None:
    facts = service.app.state.vedich.facts("demo-2018", JUNE)
    bridge = next(one for one in facts if one.kpi.slug == "bridge")
    assert quarter_needs(bridge) == ()
    assert next_need(bridge) is None
