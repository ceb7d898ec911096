"""Report forms of a department through the importer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from data.db.store import Store
from data.ingestion.ingest import ingest
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import save_plan
from data.vintages.panel_rows import load_panel
from data.vintages.rows import Added, vintages_of
from models.series import Month
from tests.homes import Run

KPIS = (
    Kpi("cement", "Xi măng", "Cement", "thousand tonnes"),
    Kpi("exports", "Xuất khẩu", "Exports", "million USD"),
)
PLAN = Plan("lang-son-2021", "lang-son", 2021, "Sở Công Thương", "Kế hoạch", "Plan", KPIS, ())
HEAD = ["STT", "Chỉ tiêu", "ĐVT", "Thực hiện tháng 5", "Ước tháng 6", "Lũy kế 6 tháng"]
ROWS = [
    [1, "Xi măng", "nghìn tấn", 80, 90, 500],
    [2, "Xuất khẩu (*)", "triệu USD", 150, 160, 900],
    [3, "Than", "nghìn tấn", 1, 2, 3],
]


@pytest.fixture
def store(tmp_path: Path, this_run: Run) -> Store:
    opened = this_run.new_store(tmp_path / "store")
    save_plan(opened, PLAN)
    return opened


def form(path: Path, rows: Sequence[Any] = ROWS, title: str = "Báo cáo tháng 6 năm 2021") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ([title], HEAD, *rows):
        sheet.append(list(row))
    book.save(path)
    return path


def test_a_form_is_loaded_with_a_summary(store: Store, tmp_path: Path) -> None:
    report = ingest(store, "lang-son", [form(tmp_path / "2021-06-15-bieu.xlsx")])
    assert report.added == Added(6, 0, 0)
    assert (report.files[0].tables, report.rows) == (("report form (unversioned)",), 3)
    assert [(one.row.table, one.row.label) for one in report.unknown] == [("report_form", "Than")]
    panel = load_panel(store, "lang-son")
    found = {
        (o.kpi, str(o.month), o.form): (o.value, o.status)
        for o in panel.observations("cement", date(2021, 6, 15))
    }
    assert found == {
        ("cement", "2021-05", "month"): (80.0, "restated"),
        ("cement", "2021-06", "month"): (90.0, "estimate"),
        ("cement", "2021-06", "year_to_date"): (500.0, "estimate"),
    }
    [source] = {o.source for o in panel.figures() if o.value == 90.0}
    assert source == "2021-06-15-bieu.xlsx, sheet 'Sheet', cell E3"


def test_the_date_of_signature_is_that_of_publication(store: Store, tmp_path: Path) -> None:
    signed: list[Any] = [*ROWS, [None, "Lạng Sơn, ngày 16 tháng 6 năm 2021"]]
    ingest(store, "lang-son", [form(tmp_path / "bieu.xlsx", signed)])
    assert vintages_of(store, "lang-son") == (date(2021, 6, 16),)


def test_a_form_without_any_date_asks(store: Store, tmp_path: Path) -> None:
    report = ingest(store, "lang-son", [form(tmp_path / "bieu.xlsx")])
    assert "--published" in str(report.files[0].problem)


def test_a_title_of_a_year_to_come_is_refused(store: Store, tmp_path: Path) -> None:
    path = form(tmp_path / "2021-06-15-bieu.xlsx", title="Báo cáo tháng 6 năm 2022")
    report = ingest(store, "lang-son", [path])
    assert "in 2022-06 or later" in str(report.files[0].problem)
    assert vintages_of(store, "lang-son") == ()


def test_nothing_is_loaded_if_a_cell_is_wrong(store: Store, tmp_path: Path) -> None:
    rows = [ROWS[0], [2, "Xuất khẩu", "triệu USD", 150, "một trăm sáu mươi", 900]]
    report = ingest(store, "lang-son", [form(tmp_path / "2021-06-15-bieu.xlsx", rows)])
    assert "cell E4" in str(report.files[0].problem)
    assert vintages_of(store, "lang-son") == ()


@pytest.mark.slow
def test_the_next_report_restates_the_month(store: Store, tmp_path: Path) -> None:
    first = form(tmp_path / "2021-06-15-bieu.xlsx")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Báo cáo tháng 7 năm 2021"],
        [*HEAD[:3], "Thực hiện tháng 6", "Ước tháng 7", "Lũy kế 7 tháng"],
        [1, "Xi măng", "nghìn tấn", 88, 91, 589],
    ):
        sheet.append(list(row))
    book.save(tmp_path / "2021-07-15-bieu.xlsx")
    ingest(store, "lang-son", [first, tmp_path / "2021-07-15-bieu.xlsx"])
    before = load_panel(store, "lang-son", date(2021, 6, 30)).series_as_of(
        "cement", date(2021, 6, 30)
    )
    assert before.unfinished == 0.5  # published on the 15th of 30 days
    after = load_panel(store, "lang-son", date(2021, 7, 31)).series_as_of(
        "cement", date(2021, 7, 31)
    )
    june = Month(2021, 6).ordinal
    assert before.values[june - before.start.ordinal] == 90.0
    assert after.values[june - after.start.ordinal] == 88.0
    assert after.status[june - after.start.ordinal] == "restated"


def test_hidden_sheets_are_in_the_notes(store: Store, tmp_path: Path) -> None:
    path = form(tmp_path / "2021-06-15-bieu.xlsx")
    book = openpyxl.load_workbook(path)
    book.create_sheet("Nháp").sheet_state = "hidden"
    book.save(path)
    report = ingest(store, "lang-son", [path])
    assert any("'Nháp' is hidden" in note for note in report.files[0].notes)
