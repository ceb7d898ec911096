"""Scores by pencil and paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from training.backtest.scoreboard import (
    ALL,
    COLUMNS,
    ENSEMBLE,
    LEVELS,
    MEASURES,
    QUANTILES,
    after_first_year,
    scoreboard_of,
    summary,
)


def row(method: str, known: int, outcome: float, **other: Any) -> dict[str, Any]:
    """One origin: last year 200; quantiles 192, 194, 196, 198, 200, 202, 204, 206, 208."""
    values = {
        "kpi": "coal",
        "year": 2020,
        "months_known": known,
        "method": method,
        "outcome": outcome,
        "base": 200.0,
        **dict(zip(QUANTILES, np.arange(192.0, 209.0, 2.0), strict=True)),
        "crps": 0.01,
        "brier": 0.2,
        "standardised": 0.0,
    }
    return values | other


def test_names_and_levels_agree() -> None:
    assert [float(f"0.{name[1:]}") for name in QUANTILES] == list(LEVELS)


@pytest.mark.parametrize(
    ("outcome", "error", "in_80", "in_95"),
    [
        (200.0, 0.0, 1.0, 1.0),
        (204.0, 0.02, 1.0, 1.0),  # on the bound is inside
        (196.0, 0.02, 1.0, 1.0),
        (195.9, 0.0205, 0.0, 1.0),
        (208.1, 0.0405, 0.0, 0.0),
        (-200.0, 2.0, 0.0, 0.0),
    ],
)
def test_error_coverage_and_width_follow_from_the_quantiles(
    outcome: float, error: float, in_80: float, in_95: float
) -> None:
    [scored] = scoreboard_of(pd.DataFrame([row(ENSEMBLE, 6, outcome)])).frame().to_dict("records")
    assert scored["annual_error"] == pytest.approx(error)
    assert (scored["coverage_80"], scored["coverage_95"]) == (in_80, in_95)
    assert scored["width_80"] == pytest.approx((204 - 196) / 200)


def test_rows_come_back_in_the_order_of_kpi_year_month_and_method() -> None:
    rows = [
        row("pace", 9, 200.0),
        row(ENSEMBLE, 9, 201.0),
        row("pace", 6, 202.0, year=2019),
        row("pace", 6, 203.0, kpi="cement", standardised=np.nan),
    ]
    board = scoreboard_of(pd.DataFrame(rows))
    assert (board.kpis, board.methods) == (("cement", "coal"), ("ensemble", "pace"))
    table = board.frame()
    assert table["outcome"].tolist() == [203.0, 202.0, 201.0, 200.0]
    assert np.isnan(table["standardised"][0])
    pd.testing.assert_frame_equal(scoreboard_of(table).frame(), table)
    assert set(COLUMNS) <= set(table.columns)


def test_a_summary_is_per_month_and_over_all_of_them() -> None:
    rows = [
        row(ENSEMBLE, 3, 208.0, crps=0.04, brier=0.4),
        row(ENSEMBLE, 3, 200.0, crps=0.02, brier=0.0, kpi="cement"),
        row(ENSEMBLE, 9, 202.0, crps=0.0, brier=0.5),
        row("pace", 9, 210.0),
    ]
    scores = summary(scoreboard_of(pd.DataFrame(rows)).frame())
    assert tuple(scores.columns) == ("method", "months_known", "n", *MEASURES)
    found = {(one["method"], one["months_known"]): one for one in scores.to_dict("records")}
    assert set(found) == {
        (ENSEMBLE, 3),
        (ENSEMBLE, 9),
        (ENSEMBLE, ALL),
        ("pace", 9),
        ("pace", ALL),
    }
    march, whole = found[ENSEMBLE, 3], found[ENSEMBLE, ALL]
    assert march["n"] == 2
    assert march["annual_error"] == pytest.approx((0.04 + 0.0) / 2)
    assert march["crps"] == pytest.approx(0.03)
    assert march["brier"] == pytest.approx(0.2)
    assert march["coverage_80"] == 0.5
    assert march["coverage_95"] == 1.0
    assert whole["n"] == 3
    assert whole["annual_error"] == pytest.approx((0.04 + 0.0 + 0.01) / 3)
    assert whole["median_error"] == pytest.approx(0.01)
    assert found["pace", ALL]["coverage_95"] == 0.0


def test_each_kpi_is_scored_as_if_it_were_alone() -> None:
    rows = [
        row(ENSEMBLE, known, 200.0 + known * place, kpi=kpi)
        for place, kpi in enumerate(("cement", "coal"), start=1)
        for known in (3, 9)
    ]
    table = scoreboard_of(pd.DataFrame(rows)).frame()
    both = summary(table, by=("kpi",))
    for kpi, scores in both.groupby("kpi"):
        alone = summary(table[table["kpi"] == kpi])
        pd.testing.assert_frame_equal(scores.drop(columns="kpi").reset_index(drop=True), alone)
    assert set(both["kpi"]) == {"cement", "coal"}


def test_the_first_year_is_not_scored() -> None:
    rows = [row(method, 6, 200.0, year=year) for year in (2018, 2019) for method in ("a", "b")]
    table = scoreboard_of(pd.DataFrame(rows)).frame()
    assert after_first_year(table)["year"].tolist() == [2019, 2019]
    alone = table[table["year"] == 2018]
    assert after_first_year(alone)["year"].tolist() == [2018, 2018]


def test_nothing_scored_is_an_empty_table() -> None:
    table = scoreboard_of(pd.DataFrame([])).frame()
    assert table.empty
    assert after_first_year(table).empty
    assert summary(table).empty
