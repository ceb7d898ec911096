"""One base: the plan less the published year to date, in every amount of a report."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.projections.facts import Facts
from service.report.body.needs import adding_up, need_of, needs_table, required
from service.report.document import Number, Report
from service.texts import number

Made = Callable[..., Report]


def test_parts_are_rounded_to_add_up_to_the_total() -> None:
    assert adding_up([0.4, 0.4, 0.4], 1.2, 0) == [1.0, 0.0, 0.0]
    assert adding_up([134534.66, 160584.44], 295119.1, 1) == [134534.7, 160584.4]
    assert adding_up([-1.26, 2.26], 1.0, 1) == [-1.3, 2.3]
    assert adding_up([1.0, 1.0], 9.0, 0) == [1.0, 1.0]  # they do not make it: left alone


def test_need_month_and_quarters_are_on_one_base(made: Made) -> None:
    facts = {one.kpi.slug: one for one in made().facts}
    for slug in ("coal", "cement"):
        one = facts[slug]
        need = need_of(one)
        assert need is not None
        assert one.bound is not None
        assert one.to_date is not None
        assert need.total == pytest.approx(one.bound - one.to_date)
        assert 6 * need.monthly == pytest.approx(need.total)
        printed = sum(round(of.level, one.kpi.decimals) for of in need.quarters)
        assert number(printed, "vi", one.kpi.decimals) == number(
            need.total, "vi", one.kpi.decimals
        )
        words = required(one, "vi")
        assert number(need.total, "vi", one.kpi.decimals) in words
        assert "phải" not in words


def test_the_months_required_end_at_the_plan(made: Made) -> None:
    """Page and chart add the required months to the published figure to date."""
    for one in made().facts:
        if one.kpi.traits.adds_up and one.target and one.target.required:
            rest = sum(of.minimum for of in one.target.required.months)
            assert rest + (one.to_date or 0) == pytest.approx(one.bound)


def test_a_quarter_under_way_counts_its_remaining_months(made: Made) -> None:
    one: Facts = next(one for one in made().facts if one.kpi.slug == "coal")
    need = need_of(one)
    assert need is not None
    assert [of.quarter for of in need.quarters] == ["3", "4"]
    assert all(of.whole for of in need.quarters)
    table = needs_table([one], "vi")
    assert table is not None
    left, monthly, *quarters = (cell for cell in table.rows[0][3:] if isinstance(cell, Number))
    assert sum(cell.value or 0 for cell in quarters) == pytest.approx(left.value, abs=0.5)
    assert monthly.value == pytest.approx((left.value or 0) / 6)
