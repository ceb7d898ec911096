"""The chart of a path: its rows by hand, hollow backtests, and what came."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from service.charts.fan_chart import to_svg
from service.charts.path import PathEnd, PathPoint, path_chart

MARCH = PathPoint(date(2021, 3, 31), 95.0, 80.0, 110.0, (100.0,), 0.35, None, live=False)
JUNE = PathPoint(date(2021, 6, 30), 105.0, 98.0, 112.0, (100.0,), 0.8, 103.0, live=True)
END = PathEnd(2021, 104.0, 106.0, met=True)


def rows_of(chart: Any, panel: int) -> list[dict[str, Any]]:
    """The rows of all layers of a panel, each once."""
    spec = chart.to_dict()
    names = dict.fromkeys(layer["data"]["name"] for layer in spec["vconcat"][panel]["layer"])
    return [row for name in names for row in spec["datasets"][name]]


def test_the_upper_panel_has_what_was_said_and_what_came() -> None:
    chart = path_chart((MARCH, JUNE), END, "tonnes", "en", 1)
    by_name: dict[str, list[tuple[str, float]]] = {}
    for row in rows_of(chart, 0):
        by_name.setdefault(row["name"], []).append((row["month"][:7], row["value"]))
    assert by_name["Projected year"] == [("2021-03", 95.0), ("2021-06", 105.0)]
    assert by_name["80% interval"] == [("2021-03", 80.0), ("2021-06", 98.0)]
    assert by_name["Official estimate"] == [("2021-06", 103.0)]
    assert by_name["December’s estimate"] == [("2021-03", 104.0), ("2021-12", 104.0)]
    assert by_name["Figure since restated"] == [("2021-03", 106.0), ("2021-12", 106.0)]


@pytest.mark.parametrize(("met", "at", "words"), [(True, 100.0, "met"), (False, 0.0, "missed")])
def test_the_lower_panel_ends_where_the_target_did(met: bool, at: float, words: str) -> None:
    end = replace(END, met=met)
    chart = path_chart((MARCH, JUNE), end, "tonnes", "en", 1)
    (last,) = [row for row in rows_of(chart, 1) if "verdict" in row]
    assert (last["month"][:7], last["value"], last["verdict"]) == ("2021-12", at, words)
    drawn = [layer["encoding"] for layer in chart.to_dict()["vconcat"][1]["layer"]]
    fills = [encoding["fill"]["scale"] for encoding in drawn if "fill" in encoding]
    assert fills == [{"domain": ["Live", "Backtest"], "range": ["#1f5fa8", "white"]}]


def test_a_path_without_a_probability_or_an_outcome_is_drawn_too() -> None:
    point = replace(JUNE, bounds=(), probability=None, low=None, high=None)
    chart = path_chart((point,), PathEnd(2021, None, None, None), "tấn", "vi", 0)
    assert len(chart.to_dict()["vconcat"]) == 1
    assert {row["name"] for row in rows_of(chart, 0)} == {"Dự báo cả năm", "Ước thực hiện cả năm"}
    assert to_svg(chart).startswith(b"<svg")
