"""The examples of docs/plans_and_files.md are files that go in as they stand."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from data.readers.plan_document.fields import SHEETS
from data.readers.plan_document.file import read_plan
from data.readers.report_form.form import find_report_form, read_report_form
from data.readers.spreadsheet.workbook import OpenedFile
from data.readers.tidy.file import read_tidy
from models.series import Month


@pytest.fixture(scope="module")
def page() -> str:
    docs = Path(__file__).resolve().parents[4] / "docs"
    return (docs / "plans_and_files.md").read_text(encoding="utf-8")


def written(page: str, file: str) -> str:
    """The block that the page marks as that file."""
    (found,) = re.findall(rf"<!-- file: {re.escape(file)} -->\n```\w+\n(.*?)```", page, re.DOTALL)
    return str(found)


def test_the_plan_and_the_figures_of_the_page_are_read(page: str) -> None:
    plan = read_plan(written(page, "my-plan.yaml").encode(), "plan.yaml")
    assert [kpi.slug for kpi in plan.kpis] == ["exports", "imports", "turnover", "cement"]
    assert [len(version.targets) for version in plan.versions] == [4, 1]
    assert plan.targets_on("turnover", date(2021, 6, 30))[0].lower == 1000.0
    assert plan.targets_on("turnover", date(2021, 7, 1))[0].lower == 900.0

    figures_text, _own = re.findall(r"```text\n(Chỉ tiêu;.*?)```", page, re.DOTALL)
    figures = read_tidy(figures_text.encode(), "figures.csv", plan.kpis, None)
    assert [(one.kpi, str(one.month), one.form, one.value, one.status) for one in figures] == [
        ("exports", "2021-05", "month", 101.5, "restated"),
        ("exports", "2021-06", "month", 112.3, "estimate"),
        ("exports", "2021-06", "year_to_date", 598.4, "estimate"),
        ("cement", "2021-06", "rate_on_year", 104.2, "estimate"),
    ]
    assert {one.published for one in figures} == {date(2021, 6, 29)}
    assert figures[0].month == Month(2021, 5)


def test_the_report_form_of_the_page_is_read(page: str) -> None:
    plan = read_plan(written(page, "my-plan.yaml").encode(), "plan.yaml")
    [text] = re.findall(r"```text\n(Báo cáo.*?)```", page, re.DOTALL)
    found = find_report_form(OpenedFile(text.encode(), "form.csv"))
    assert found is not None
    form = read_report_form(found, plan.kpis, {})
    assert set(form.claimed.values()) == {"exports", "imports"}
    imports = {(one.form, str(one.month)): one.value for one in form.figures if "Nhập" in one.row}
    assert imports == {
        ("plan", "2021-06"): 1150.0,
        ("month", "2021-05"): 90.0,
        ("month", "2021-06"): 95.0,
        ("year_to_date", "2021-06"): 541.0,
        ("share_of_plan", "2021-06"): 47.0,
        ("rate_to_date", "2021-06"): 108.6,
    }
    assert any("closed on 2021-06-15" in note for note in form.notes)


def test_the_tasks_of_the_page_are_read(page: str) -> None:
    text = written(page, "my-tasks.yaml")
    version = read_plan(text.encode(), "tasks.yaml").versions[0]
    assert [slug for slug, _ in version.tasks] == ["inspections", "communes", "hydropower"]
    assert version.targets_of("hydropower")[0].lower == 2
    inspections, communes, hydropower = (task for _, task in version.tasks)
    assert inspections.starts == date(2021, 7, 1)
    assert communes.recognised_later
    assert [(step.due, step.judgement) for step in hydropower.steps] == [
        (date(2021, 9, 30), None),
        (None, 0.7),
    ]


def test_the_plan_of_ones_own_goes_in_with_its_figures(page: str) -> None:
    plan = read_plan(written(page, "so-cong-thuong-2021.yaml").encode(), "plan.yaml")
    text = written(page, "2021-06-29-so-lieu.csv")
    figures = read_tidy(text.encode(), "so-lieu.csv", plan.kpis, date(2021, 6, 29))
    assert [(one.kpi, str(one.month), one.value) for one in figures] == [
        ("turnover", "2020-01", 300.0),
        ("turnover", "2020-02", 301.0),
    ]


def test_every_column_and_field_is_on_the_page(page: str) -> None:
    words = set(re.findall(r"[\w_]+", page))
    for code in ("year_to_date", "rate_on_month", "share_of_plan", "reconstructed", "restated"):
        assert code in words
    sheets = [SHEETS[name] for name in ("versions", "targets", "tasks", "steps")]
    fields = {field.name for sheet in sheets for field in sheet.fields} - {"name_vi", "name_en"}
    for field in (*fields, "price_basis", "dimensions", "index", "closing", "milestone", "log"):
        assert field in words
