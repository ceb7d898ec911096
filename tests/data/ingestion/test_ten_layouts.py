"""Ten layouts as departments keep them, written by hand: each comes in, or by the mapping step."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest

from data.ingestion.reading import Claims, FileRead, read_file
from data.plans.kpi import Kpi
from data.readers.mapped.rows import map_by_hand
from data.readers.mapped.table_map import parse_map
from data.readers.spreadsheet.cells import fold
from data.readers.spreadsheet.workbook import OpenedFile
from experiments.odd_files.old_excel import old_workbook

Rows = list[list[Any]]
Sheets = Mapping[str, Rows]
Values = dict[tuple[str, str, str], float]
KPIS = (
    Kpi("exports", "Kim ngạch xuất khẩu", "Exports", "million USD"),
    Kpi("cement", "Xi măng", "Cement", "thousand tonnes"),
    Kpi("cement_sales", "Xi măng tiêu thụ", "Cement sales", "thousand tonnes"),
    Kpi("cement_stock", "Tồn kho xi măng", "Stock of cement", "thousand tonnes", kind="closing"),
    Kpi("iip", "Chỉ số sản xuất công nghiệp", "Production index", "%", kind="growth"),
)
DAY = date(2024, 7, 10)
MONTHS = range(1, 7)
EXPORTS = {month: 90.5 + month for month in MONTHS}
CEMENT = {month: 200.5 + 2 * month for month in MONTHS}


def months(kpi: str, of: Mapping[int, float]) -> Values:
    return {(kpi, f"2024-{month:02d}", "month"): value for month, value in of.items()}


def sum_of(of: Mapping[int, float], *some: int) -> float:
    return round(sum(of[month] for month in some or of), 3)


BOTH = {**months("exports", EXPORTS), **months("cement", CEMENT)}


# --- the ten


def months_across() -> tuple[Sheets, Values]:
    head = ["TT", "Chỉ tiêu", "ĐVT", *(f"Tháng {month}" for month in MONTHS)]
    rows: Rows = [["SỐ LIỆU NGÀNH CÔNG THƯƠNG NĂM 2024"], head]
    rows += [["I", "Kim ngạch xuất khẩu", "Triệu USD", *EXPORTS.values()]]
    rows += [["II", "Xi măng", "1.000 tấn", *CEMENT.values()]]
    return {"2024": rows}, BOTH


def a_sheet_a_month() -> tuple[Sheets, Values]:
    def sheet(month: int) -> Rows:
        return [
            [f"TÌNH HÌNH SẢN XUẤT THÁNG {month} NĂM 2024"],
            ["TT", "Sản phẩm", "ĐVT", "Sản xuất", "Tiêu thụ", "Tồn kho"],
            ["", "", "", "trong tháng", "trong tháng", "cuối tháng"],
            [1, "Xi măng", "nghìn tấn", CEMENT[month], CEMENT[month] - 10, 30.0],
        ]

    sales = {month: value - 10 for month, value in CEMENT.items()}
    expected = {**months("cement", CEMENT), **months("cement_sales", sales)}
    expected |= months("cement_stock", dict.fromkeys(MONTHS, 30.0))
    return {f"T{month}": sheet(month) for month in MONTHS}, expected


def a_report_form() -> tuple[Sheets, Values]:
    rows: Rows = [
        ["UBND TỈNH", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["BÁO CÁO KẾT QUẢ THỰC HIỆN THÁNG 6 VÀ 6 THÁNG ĐẦU NĂM 2024"],
        [
            *("STT", "Chỉ tiêu", "Đơn vị tính", "Kế hoạch năm 2024", "TH tháng 5"),
            *("Ước TH tháng 6", "Lũy kế 6 tháng", "So với cùng kỳ (%)", "So với KH (%)"),
        ],
        ["A", "B", "C", "1", "2", "3", "4", "5", "6=4/1"],
        [1, "Kim ngạch xuất khẩu", "triệu USD", 1200, EXPORTS[5], EXPORTS[6], sum_of(EXPORTS)],
        ["", "Trong đó:"],
        [2, "Xi măng", "nghìn tấn", 2600, CEMENT[5], CEMENT[6], sum_of(CEMENT), 104.5, 48.4],
        ["", "Ghi chú: số tháng 6 là ước tính"],
    ]
    rows[4] += [109.5, 47.0]
    expected: Values = {}
    for kpi, of, plan, rate, share in (
        ("exports", EXPORTS, 1200.0, 109.5, 47.0),
        ("cement", CEMENT, 2600.0, 104.5, 48.4),
    ):
        expected |= {
            (kpi, "2024-06", "plan"): plan,
            (kpi, "2024-05", "month"): of[5],
            (kpi, "2024-06", "month"): of[6],
            (kpi, "2024-06", "year_to_date"): sum_of(of),
            (kpi, "2024-06", "rate_to_date"): rate,
            (kpi, "2024-06", "share_of_plan"): share,
        }
    return {"Biểu 1": rows}, expected


def halves_of_a_year() -> tuple[Sheets, Values]:
    head = ["Chỉ tiêu", "ĐVT", "6 tháng đầu năm 2023", "6 tháng cuối năm 2023"]
    head.append("6 tháng đầu năm 2024")
    rows: Rows = [["Kết quả theo nửa năm"], head]
    rows += [["Kim ngạch xuất khẩu", "triệu USD", 500.5, 610.5, sum_of(EXPORTS)]]
    rows += [["Xi măng", "nghìn tấn", 1190.5, 1300.5, sum_of(CEMENT)]]
    expected: Values = {}
    for kpi, first, second, third in (
        ("exports", 500.5, 610.5, sum_of(EXPORTS)),
        ("cement", 1190.5, 1300.5, sum_of(CEMENT)),
    ):
        expected |= {
            (kpi, "2023-06", "year_to_date"): first,
            (kpi, "2023-12", "half"): second,
            (kpi, "2024-06", "year_to_date"): third,
        }
    return {"Số liệu": rows}, expected


def quarters() -> tuple[Sheets, Values]:
    head = ["Chỉ tiêu", "Đơn vị", "Quý I/2023", "Quý II/2023", "Quý III/2023", "Quý IV/2023"]
    rows: Rows = [["Kết quả theo quý"], [*head, "Quý I/2024", "Cả năm 2023"]]
    rows += [["Xi măng", "nghìn tấn", 600.5, 610.5, 620.5, 630.5, 613.5, 2462.0]]
    ends = ("2023-03", "2023-06", "2023-09", "2023-12", "2024-03")
    figures = (600.5, 610.5, 620.5, 630.5, 613.5)
    expected = {("cement", end, "quarter"): v for end, v in zip(ends, figures, strict=True)}
    return {"Quý": rows}, expected


def two_merged_rows_of_headings() -> tuple[Sheets, Values]:
    rows: Rows = [
        ["BÁO CÁO THÁNG 6 NĂM 2024"],
        ["TT", "Chỉ tiêu", "ĐVT", "Thực hiện", "", "", "So với cùng kỳ (%)", ""],
        ["", "", "", "Tháng 5", "Ước tháng 6", "6 tháng", "Tháng 6", "6 tháng"],
        [1, "Xi măng", "nghìn tấn", CEMENT[5], CEMENT[6], sum_of(CEMENT), 103.5, 104.5],
        [2, "Chỉ số sản xuất công nghiệp", "%", "", "", "", 108.5, 107.5],
    ]
    expected = {
        ("cement", "2024-05", "month"): CEMENT[5],
        ("cement", "2024-06", "month"): CEMENT[6],
        ("cement", "2024-06", "year_to_date"): sum_of(CEMENT),
        ("cement", "2024-06", "rate_on_year"): 103.5,
        ("cement", "2024-06", "rate_to_date"): 104.5,
        ("iip", "2024-06", "rate_on_year"): 108.5,
        ("iip", "2024-06", "rate_to_date"): 107.5,
    }
    return {"B1": rows}, expected


def months_down() -> tuple[Sheets, Values]:
    rows: Rows = [["Tháng", "Kim ngạch xuất khẩu (triệu USD)", "Xi măng (nghìn tấn)"]]
    rows += [[f"{month:02d}/2024", EXPORTS[month], CEMENT[month]] for month in MONTHS]
    return {"Theo tháng": rows}, BOTH


def english_headings() -> tuple[Sheets, Values]:
    rows: Rows = [
        ["Report for June 2024"],
        ["No.", "Indicator", "Unit", "Plan 2024", "May 2024", "Estimate June 2024"],
        [1, "Exports", "USD million", 1200, EXPORTS[5], EXPORTS[6]],
        [2, "Cement", "thousand tonnes", 2600, CEMENT[5], CEMENT[6]],
    ]
    rows[1].append("Cumulative 6 months")
    rows[2].append(sum_of(EXPORTS))
    rows[3].append(sum_of(CEMENT))
    expected: Values = {}
    for kpi, of, plan in (("exports", EXPORTS, 1200.0), ("cement", CEMENT, 2600.0)):
        expected |= {
            (kpi, "2024-06", "plan"): plan,
            (kpi, "2024-05", "month"): of[5],
            (kpi, "2024-06", "month"): of[6],
            (kpi, "2024-06", "year_to_date"): sum_of(of),
        }
    return {"June": rows}, expected


def month_and_to_date_under_each_month() -> tuple[Sheets, Values]:
    rows: Rows = [["Năm 2024"], ["Chỉ tiêu", "ĐVT", *(f"T{month}" for month in MONTHS)]]
    expected: Values = {**BOTH}
    for kpi, name, unit, of in (
        ("exports", "Kim ngạch xuất khẩu", "triệu USD", EXPORTS),
        ("cement", "Xi măng", "nghìn tấn", CEMENT),
    ):
        to_date = [sum_of(of, *range(1, month + 1)) for month in MONTHS]
        rows += [[name], ["Trong tháng", unit, *of.values()], ["Lũy kế", unit, *to_date]]
        expected |= {
            (kpi, f"2024-{month:02d}", "year_to_date"): value
            for month, value in zip(MONTHS, to_date, strict=True)
        }
    return {"Số liệu": rows}, expected


def without_accents() -> tuple[Sheets, Values]:
    sheets, expected = a_report_form()

    def bare(cell: Any) -> Any:
        if not isinstance(cell, str):
            return cell
        plain = unicodedata.normalize("NFD", cell.replace("Đ", "D").replace("đ", "d"))
        return "".join(letter for letter in plain if not unicodedata.combining(letter))

    rows = [[bare(cell) for cell in row] for row in sheets["Biểu 1"]]
    return {"Bieu 1": rows}, expected


LAYOUTS: Sequence[Callable[[], tuple[Sheets, Values]]] = (
    months_across,
    a_sheet_a_month,
    a_report_form,
    halves_of_a_year,
    quarters,
    two_merged_rows_of_headings,
    months_down,
    english_headings,
    month_and_to_date_under_each_month,
    without_accents,
)


# --- written as .xlsx, .xls and .csv


def xlsx(sheets: Sheets) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
        if name == "B1":  # the layout of two merged rows
            for merged in ("A2:A3", "B2:B3", "C2:C3", "D2:F2", "G2:H2"):
                sheet.merge_cells(merged)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def csv(sheets: Sheets) -> bytes:
    (rows,) = sheets.values()
    written = [
        ";".join(
            str(cell).replace(".", ",") if isinstance(cell, float) else f"{cell}" for cell in r
        )
        for r in rows
    ]
    return "\n".join(written).encode()


def read(content: bytes, claims: Claims | None = None) -> FileRead:
    return read_file(content, "so-lieu", claims or Claims.of(KPIS, {}), DAY)


def values(found: FileRead) -> Values:
    assert found.problem is None, found.problem
    assert found.blocked is None, found.blocked
    return {(one.kpi, str(one.month), one.form): one.value for one in found.observations}


@pytest.mark.parametrize("write", [xlsx, old_workbook, csv])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_comes_in(
    layout: Callable[[], tuple[Sheets, Values]], write: Callable[[Sheets], bytes]
) -> None:
    sheets, expected = layout()
    if write is csv and len(sheets) > 1:
        for (name, rows), month in zip(sheets.items(), MONTHS, strict=True):
            alone = values(read(csv({name: rows})))
            assert alone == {at: v for at, v in expected.items() if at[1][5:] == f"{month:02d}"}
        return
    found = read(write(sheets))
    assert values(found) == expected
    assert len(found.observations) == len(expected)


def test_what_no_heading_tells_comes_in_by_the_mapping_step() -> None:
    rows: Rows = [["Kỳ báo cáo", "Mặt hàng", "Ghi", "Số"]]
    rows += [[f"{m:02d}.2024", "Xi măng PCB30", "x", CEMENT[m]] for m in MONTHS]
    content = xlsx({"A": rows})
    said = parse_map("series=B month=A value=D header=1")
    known = map_by_hand(OpenedFile(content, "so-lieu"), said)
    assert known is not None
    maps = dict([known])
    first = read(content, Claims.of(KPIS, {}, maps))
    (row,) = first.unknown
    matched = Claims.of(KPIS, {row.key: "cement"}, maps)
    assert values(read(content, matched)) == months("cement", CEMENT)
    assert fold(row.label) == "xi mang pcb30"
