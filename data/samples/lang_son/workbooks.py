"""The monthly reports of 2021 as workbooks in a department's own form.

A newcomer drops them in one by one; each says in its title that its figures are
illustrative, and the importer keeps that status. They hold what `observations.csv.gz`
holds of the same reports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.samples.files import read_sample
from data.samples.lang_son.figures import published_on
from data.vintages.observation import Form, Observation
from models.series import ILLUSTRATIVE, Month

NAME = "lang-son-2021"
FIRST_ROW = 8  # of the header, from 1
_HEADING = ("UBND TỈNH LẠNG SƠN", "SỞ CÔNG THƯƠNG")
_MARK = "Số liệu trong biểu: minh họa"
_CREATED = {"created": datetime(2021, 1, 1)}
Column = tuple[str, Form, int]  # heading, form of its figures, months before the report's


def write_workbooks(folder: Path) -> list[Path]:
    """Write the twelve workbooks into a folder, named by their day of publication."""
    plan, figures = read_sample(NAME)
    drawn = [one for one in figures if one.status in ILLUSTRATIVE]
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(plan, Month(plan.year, month), drawn, folder) for month in range(1, 13)]


def _write(plan: Plan, month: Month, figures: Sequence[Observation], folder: Path) -> Path:
    """One report: a row per KPI, as the department's form has them."""
    day = published_on(month)
    path = folder / f"{day}-bao-cao-thang-{month.month:02d}-{month.year}.xlsx"
    printed = {
        (one.kpi, one.form, one.month): one.value for one in figures if one.published == day
    }
    rows = [kpi for kpi in plan.kpis if any(of == kpi.slug for of, _, _ in printed)]
    with xlsxwriter.Workbook(path) as book:
        book.set_properties(_CREATED)
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "valign": "top"})
        cell = book.add_format({"border": 1, "num_format": "#,##0.###"})
        sheet = book.add_worksheet(f"Thang {month.month}")
        title = f"BÁO CÁO NGÀNH CÔNG THƯƠNG THÁNG {month.month} NĂM {month.year}"
        for row, text in enumerate((*_HEADING, title, _MARK)):
            sheet.write_string(row, 0, text, bold)
        sheet.write_string(4, 0, "Ngày báo cáo:")
        sheet.write_string(4, 1, f"{day:%d/%m/%Y}")
        columns = list(_columns(month))
        fixed = ("TT", "Chỉ tiêu", "Mã chỉ tiêu", "Đơn vị tính")
        for place, text in enumerate((*fixed, *(heading for heading, _, _ in columns))):
            sheet.write_string(FIRST_ROW - 1, place, text, head)
        for number, kpi in enumerate(rows, start=1):
            _row(sheet, FIRST_ROW - 1 + number, number, kpi, columns, month, printed, cell)
        sheet.set_column(1, 1, 52)
        sheet.set_column(2, 3, 20)
        sheet.set_column(4, 4 + len(columns), 15)
    return path


def _columns(month: Month) -> Iterator[Column]:
    """The columns with figures; in January the plan, and no year to date."""
    before, number = month.plus(-1), month.month
    if number == 1:
        yield f"Kế hoạch năm {month.year}", "plan", 0
    yield f"Thực hiện tháng {before.month}/{before.year}", "month", 1
    yield f"Ước thực hiện tháng {number}/{month.year}", "month", 0
    if number > 1:
        yield f"Lũy kế {number} tháng năm {month.year}", "year_to_date", 0
    yield f"Tháng {number} so với tháng trước (%)", "rate_on_month", 0
    yield f"Tháng {number} so với cùng kỳ năm trước (%)", "rate_on_year", 0
    if number > 1:
        yield f"Lũy kế {number} tháng so với cùng kỳ năm trước (%)", "rate_to_date", 0


def _row(
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    number: int,
    kpi: Kpi,
    columns: Sequence[Column],
    month: Month,
    printed: Mapping[tuple[str, Form, Month], float],
    style: object,
) -> None:
    sheet.write_number(row, 0, number)
    for place, text in enumerate((kpi.name_vi, kpi.slug, kpi.unit), start=1):
        sheet.write_string(row, place, text)
    for place, (_, form, before) in enumerate(columns, start=4):
        value = printed.get((kpi.slug, form, month.plus(-before)))
        if value is not None:
            sheet.write_number(row, place, value, style)
