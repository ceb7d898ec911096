"""By hand: the experiments on reconciliation, and on the limit of widening."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.delivered.reach import LIMITS, summary as of_limits
from experiments.reconciliation.alternatives import all_in_one_order, by_leaves, unordered
from experiments.reconciliation.hierarchies import TOTAL, crossed
from experiments.reconciliation.run import over_panels, summary
from models.reconciliation.family import Sums
from tests.models.reconciliation.test_family import TWO_WAYS, WAYS, two_ways


def test_acrossed_hierarchy_adds_up_both_ways() -> None:
    names = {"a|x": ("a", "x"), "a|y": ("a", "y"), "b|x": ("b", "x"), "b|y": ("b", "y")}
    long = pd.DataFrame(
        [
            (one, f"2020-{month:02}", 10.0 * at + month)
            for at, one in enumerate(names)
            for month in (1, 2)
        ],
        columns=["series_id", "month", "value"],
    )
    found = crossed(long, names)
    for relations in (found.levels, found.grouped):
        for total, parts in relations.totals():
            np.testing.assert_allclose(found.wide[total], found.wide[list(parts)].sum(axis=1))
    assert found.grouped.printed == {TOTAL: (("a", "b"), ("across: x", "across: y"))}
    assert found.wide[TOTAL].tolist() == [64.0, 68.0]


def test_leaves_are_counted_through_the_first_breakdown() -> None:
    sums = Sums(WAYS, {}, TWO_WAYS)
    assert np.diag(by_leaves(sums)).tolist() == [2.0, 1.0, 1.0, 1.0, 1.0, 1.0]


def test_other_orders_add_up_too_and_in_one_order_breakdowns_rise_together() -> None:
    sums, years = Sums(WAYS, {}, TWO_WAYS), two_ways()
    for method in (unordered, all_in_one_order):
        one = {slug: annual.samples for slug, annual in method(years, sums).items()}
        np.testing.assert_allclose(one["all"], one["north"] + one["south"])
        np.testing.assert_allclose(one["all"], one["one"] + one["two"] + one["three"])
    wide = float(np.ptp(all_in_one_order(years, sums)["all"].samples))
    assert wide > float(np.ptp(unordered(years, sums)["all"].samples))


def test_ratios_are_to_before_and_averaged_geometrically() -> None:
    rows = pd.DataFrame(
        [
            {"panel": panel, "form": "levels", "level": "total", "method": method}
            | {"annual_error": error, "crps": error, "inside_80": 1.0, "width_80": 0.1}
            for panel, before, after in (("a", 0.2, 0.1), ("b", 0.1, 0.2))
            for method, error in (("before", before), ("variances", after))
        ]
    )
    table = summary(rows, ["panel", "form", "level"])
    (mean,) = over_panels(table).to_dict("records")
    assert mean["panels"] == 2
    assert mean["crps_ratio"] == pytest.approx(1.0)
    assert mean["worst_crps_ratio"] == pytest.approx(2.0)


def test_limits_are_compared_with_none_on_all_answers_and_on_those_that_differ() -> None:
    rows = pd.DataFrame(
        [
            {"panel": "india_aviation", "kpi": kpi, "year": 2021, "months_known": 3}
            | {"limit": limit, "crps": crps, "width_80": width, "place": 0.5}
            for kpi, widths in (("a", (4.0, 2.0, 1.0, 1.0)), ("b", (1.0,) * 4))
            for limit, width in zip(LIMITS, widths, strict=True)
            for crps in [width / 4]
        ]
    )
    found = of_limits(rows).to_dict("records")
    (one,) = (row for row in found if (row["of"], row["limit"]) == ("chooses", 1.0))
    assert (one["n"], one["touched"]) == (2, 1)
    assert one["touched_crps_ratio"] == pytest.approx(0.25)
    assert one["crps_ratio"] == pytest.approx(0.5 / 1.25)
