"""The table for people and the CSV: what stands in a cell, by hand."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from data.plans.kpi import Kpi
from data.plans.plan import Plan
from service.projections.columns import COLUMNS, to_csv
from service.projections.tables import table_rows
from service.projections.view import ProjectionView

PLAN = Plan(
    "p-2021", "p", 2021, "", "", "", (Kpi("exports", "Xuất khẩu", "Exports", "million USD"),), ()
)
METHOD = {"name": "ensemble", "events": [], "model_version": "1"}


def projection(**changes: Any) -> ProjectionView:
    """A projection in June, with a target; `changes` replace fields."""
    required = {"monthly_average": 22651.2, "ratio_to_last_year": 0.852, "rank_in_history": 0.1}
    target = {
        "level": "assigned",
        "period": "year",
        "comparator": "at_least",
        "form": "growth",
        "lower": 4.0,
        "upper": None,
        "lower_value": 293537.0,
        "upper_value": None,
        "base_when_set": None,
        "base_today": None,
        "plan_version": 6,
        "source": "a decision",
        "probability": 0.83,
        "status": "on_track",
        "mark": "open",
        "actual": None,
        "provisional": True,
        "expected_gap": 46370.8,
        "required": {**required, "quarters": [], "months": []},
        "reason": None,
    }
    one = {
        "plan": "p-2021",
        "kpi": "exports",
        "name": {"vi": "Xuất khẩu", "en": "Exports"},
        "unit": "million USD",
        "kind": "flow",
        "year": 2021,
        "as_of": "2021-06-30",
        "cutoff": "2021-06",
        "actual_to_date": 157629.99,
        "data_status": "estimate",
        "projected": {
            "mean": 339907.7,
            "median": 339471.9,
            "quantiles": {
                "0.025": 1.0,
                "0.1": 318814.6,
                "0.5": 2.0,
                "0.9": 361374.2,
                "0.975": 3.0,
            },
        },
        "growth_on_last_year": {"median": 20.27, "base": 282247.0, "base_status": "restated"},
        "targets": [target],
        "probability": 0.83,
        "status": "on_track",
        "official_estimate": None,
        "figures": {"printed": [], "contradictions": [], "to_load": None},
        "task": None,
        "plan_version": {"number": 6, "adopted": "2021-02-28", "document": "a decision"},
        "label": None,
        "months": [],
        "method": {**METHOD, "fallback": None, "failures": []},
        "stamp": "ABCDEFGH2345",
    }
    return ProjectionView.model_validate(one | changes)


def test_a_row_in_vietnamese() -> None:
    (row,) = table_rows([projection()], PLAN, "vi")
    assert (row.name, row.unit, row.actual, row.actual_status) == (
        "Xuất khẩu",
        "triệu USD",
        "157.630",
        "ước tính",
    )
    assert (row.projected, row.interval, row.growth) == (
        "339.000",
        "319.000 – 361.000",
        "+20,3%",
    )
    assert (row.target, row.probability, row.status) == (
        "từ 293.537 trở lên",
        "83%",
        "nhiều khả năng đạt",
    )
    assert (row.pace, row.pace_growth) == ("22.651", "−14,8% so với cùng kỳ năm trước")


def test_what_does_not_exist_is_a_dash() -> None:
    without = projection(
        targets=[], probability=None, status="no_target", growth_on_last_year=None, projected=None
    )
    (row,) = table_rows([without], PLAN, "en")
    assert {row.projected, row.interval, row.growth, row.target, row.probability, row.pace} == {
        "–"
    }
    assert (row.status, row.pace_growth) == ("no target", "")


@pytest.mark.parametrize(
    ("method", "status", "note"),
    [
        ({"fallback": "pace", "failures": []}, "on_track", "theo tiến độ các năm trước"),
        (
            {"fallback": None, "failures": [{"candidate": "year", "reason": "none came"}]},
            "no_basis",
            "Chưa có dự báo của chỉ tiêu này.",  # what candidates report is English
        ),
    ],
)
def test_a_note_says_why(method: dict[str, Any], status: str, note: str) -> None:
    one = projection(method=METHOD | method, status=status)
    assert table_rows([one], PLAN, "vi")[0].note == note


@pytest.mark.parametrize(
    ("lang", "note"),
    [
        ("vi", "Số liệu mới nhất là của tháng 3/2018, đã cũ 39 tháng"),
        ("en", "The last figure, of March 2018, is 39 months old"),
    ],
)
def test_a_note_says_in_its_language_that_figures_are_too_old(lang: Any, note: str) -> None:
    failures = {"fallback": None, "failures": [{"candidate": "year", "reason": "too old"}]}
    one = projection(method=METHOD | failures, status="no_basis", cutoff="2018-03", targets=[])
    assert table_rows([one], PLAN, lang)[0].note.startswith(note)


def test_growth_kpis_show_no_growth_of_a_growth() -> None:
    (row,) = table_rows([projection(kind="growth", unit="%")], PLAN, "vi")
    assert (row.growth, row.pace_growth, row.unit) == ("–", "", "% so với cùng kỳ năm trước")


def test_csv_has_a_line_for_each_target_and_one_without() -> None:
    [assigned] = projection().targets
    stretch = assigned.model_copy(update={"level": "stretch", "required": None})
    two = projection(targets=[assigned, stretch])
    none = projection(kpi="steel", targets=[], status="no_target", probability=None)
    rows = list(csv.DictReader(io.StringIO(to_csv([two, none]))))
    assert [(row["kpi"], row["level"]) for row in rows] == [
        ("exports", "assigned"),
        ("exports", "stretch"),
        ("steel", ""),
    ]
    assert list(rows[0]) == list(COLUMNS)
    assert rows[0]["required_monthly_average"] == "22651.2"
    assert rows[1]["required_monthly_average"] == ""
    assert (rows[2]["status"], rows[2]["probability"]) == ("no_target", "")


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2", "@sum"])
def test_a_spreadsheet_runs_no_text_as_a_formula(text: str) -> None:
    rows = csv.DictReader(io.StringIO(to_csv([projection(name={"vi": text, "en": "Exports"})])))
    assert next(rows)["name_vi"] == f"'{text}"
