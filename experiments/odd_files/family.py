"""The plan family that odd files are loaded into, and the ordinary files they derive from.

All figures are made up.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import openpyxl
from openpyxl.utils import coordinate_to_tuple

from data.db.store import Store
from data.plans.kpi import Kpi, RowSelector
from data.plans.plan import Plan
from data.plans.rows import save_plan
from data.vintages.observation import Observation
from data.vintages.rows import ImportRecord, add_observations
from models.series import Month

Rows = list[list[object]]
Figures = dict[tuple[str, str, str], float]  # (kpi, month, form) → value

FAMILY, SLUG = "bien-gioi", "bien-gioi-2021"
KPIS = (
    Kpi("exports", "Kim ngạch xuất khẩu", "Exports", "million USD", decimals=1),
    Kpi("cement", "Xi măng", "Cement", "thousand tonnes"),
    Kpi("power", "Điện thương phẩm", "Electricity sold", "million kWh"),
    Kpi("checks", "Cuộc kiểm tra", "Inspections", "inspections", kind="count"),
    Kpi(
        *("spending", "Vốn đầu tư", "Investment", "billion VND"),
        rows=(RowSelector("investment", ("tong so", "total")),),
    ),
)
PLAN = Plan(
    SLUG, FAMILY, 2021, "Sở Công Thương", "Kế hoạch năm 2021", "Annual plan 2021", KPIS, ()
)

TITLE = "Báo cáo tình hình thực hiện tháng 6 và 6 tháng đầu năm 2021"
HEAD: list[object] = [
    *("STT", "Chỉ tiêu", "ĐVT", "Kế hoạch năm 2021", "Thực hiện tháng 5"),
    *(
        "Ước thực hiện tháng 6",
        "Lũy kế 6 tháng",
        "So với KH năm (%)",
        "6 tháng so với cùng kỳ (%)",
    ),
]
FORM: Rows = [
    [TITLE],
    HEAD,
    [1, "Kim ngạch xuất khẩu", "triệu USD", 1900, 150.5, 160.5, 900.5, 47.4, 112.5],
    [2, "Xi măng", "nghìn tấn", 1000, 80, 90, 500, 50, 104.2],
    [3, "Điện thương phẩm", "triệu kWh", 880, 70.5, 72.5, 420.5, 47.8, 105.5],
]
_MEASURES = (
    *(("plan", "2021-06"), ("month", "2021-05"), ("month", "2021-06")),
    *(("year_to_date", "2021-06"), ("share_of_plan", "2021-06"), ("rate_to_date", "2021-06")),
)
_KPI_OF = {"Kim ngạch xuất khẩu": "exports", "Xi măng": "cement", "Điện thương phẩm": "power"}
TIDY: Rows = [
    ["Chỉ tiêu", "Tháng", "Giá trị", "Hình thức"],
    ["exports", "2021-05", 150.5, None],
    ["exports", "2021-06", 160.5, None],
    ["cement", "2021-06", 500, "lũy kế"],
]
ANNEX: Rows = [
    ["20. Vốn đầu tư thực hiện từ nguồn ngân sách Nhà nước"],
    [None, "Ước tính", "Cộng dồn", "6 tháng năm 2021"],
    [None, "tháng 6", "6 tháng", "so với kế hoạch"],
    [None, "năm 2021", "năm 2021", "năm 2021 (%)"],
    ["TỔNG SỐ", 38.5, 172.5, 36.8],
]
OF_TIDY: Figures = {
    ("exports", "2021-05", "month"): 150.5,
    ("exports", "2021-06", "month"): 160.5,
    ("cement", "2021-06", "year_to_date"): 500.0,
}
OF_ANNEX: Figures = {
    ("spending", "2021-06", "month"): 38.5,
    ("spending", "2021-06", "year_to_date"): 172.5,
    ("spending", "2021-06", "share_of_plan"): 36.8,
}


def of_form(rows: Sequence[Sequence[object]] = tuple(FORM)) -> Figures:
    """The figures of a form with the usual columns, row by row."""
    found: Figures = {}
    for row in rows:
        kpi = _KPI_OF.get(str(row[1])) if len(row) > 1 else None
        if kpi is None:
            continue
        for (form, month), value in zip(_MEASURES, row[3:], strict=False):
            if isinstance(value, int | float):
                found[kpi, month, form] = float(value)
    return found


def changed(rows: Rows, changes: Mapping[str, object]) -> Rows:
    """The rows with other values in some cells, named as in Excel."""
    new = [list(row) for row in rows]
    for place, value in changes.items():
        row, column = coordinate_to_tuple(place)
        new += [[] for _ in range(row - len(new))]
        new[row - 1] += [None] * (column - len(new[row - 1]))
        new[row - 1][column - 1] = value
    return new


def xlsx(
    sheets: Rows | Mapping[str, Rows],
    *,
    merge: Sequence[str] = (),
    hide: Sequence[str] = (),
    formats: Mapping[str, str] | None = None,
) -> bytes:
    """A workbook; of one sheet where only rows are given."""
    named = sheets if isinstance(sheets, Mapping) else {"Biểu 1": sheets}
    book = openpyxl.Workbook()
    del book["Sheet"]
    for name, rows in named.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name in hide else "visible"
    first = book.worksheets[0]
    for place in merge:
        first.merge_cells(place)
    for place, number_format in (formats or {}).items():
        first[place].number_format = number_format
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def csv_text(rows: Rows, delimiter: str = ";", mark: str = ",", end: str = "\r\n") -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end)
    for row in rows:
        writer.writerow(
            [
                "" if cell is None else str(cell).replace(".", mark) if _is_number(cell) else cell
                for cell in row
            ]
        )
    return buffer.getvalue()


def csv_bytes(rows: Rows, delimiter: str = ";", mark: str = ",") -> bytes:
    return csv_text(rows, delimiter, mark).encode()


def repacked(content: bytes, parts: Mapping[str, bytes | None]) -> bytes:
    """The same archive with parts replaced, added, or (None) left out."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in old.namelist():
            if name not in parts:
                archive.writestr(name, old.read(name))
        for name, part in parts.items():
            if part is not None:
                archive.writestr(name, part)
    return buffer.getvalue()


def part_of(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def prepare(store: Store) -> None:
    """Save the plan, and three years of its figures."""
    save_plan(store, PLAN)
    base = {"exports": 140.0, "cement": 80.0, "power": 68.0, "checks": 2.0, "spending": 35.0}
    history = []
    for number in range(36):
        month = Month(2018, 1).plus(number)
        day = date(*month.plus(1), 1)
        for kpi, level in base.items():
            value = round(level * (1 + 0.01 * (number % 12)) * 1.04 ** (number // 12), 1)
            source = f"history.csv, C{number}"
            history.append(Observation(kpi, month, "month", value, "restated", day, source))
    origin = ImportRecord("history.csv", "0" * 64, "nobody", datetime(2021, 1, 1, tzinfo=UTC))
    add_observations(store, FAMILY, history, origin)


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float)
