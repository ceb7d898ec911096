from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from data.readers.gso.annex import read_workbook
from data.readers.printed import PrintedFigure, PrintedWorkbook
from models.errors import UnreadableFile
from models.series import Month

JUNE = Month(2021, 6)

INVESTMENT: list[Any] = [
    ["20. Vốn đầu tư thực hiện từ nguồn ngân sách Nhà nước"],
    ["      tháng 6 và 6 tháng năm 2021"],
    [None, None, None, None, None, None, "Tỷ đồng"],
    [None, None, "Thực hiện", "Ước tính", "Cộng dồn", "6 tháng năm", "6 tháng năm"],
    [None, None, "tháng 5", "tháng 6", "6 tháng", "2021 so với", "2021 so với"],
    [None, None, "năm", "năm", "năm", "kế hoạch năm", "cùng kỳ năm"],
    [None, None, 2021, 2021, 2021, "2021 (%)", "trước (%)"],
    ["TỔNG SỐ", None, 34279.7, 38383.1, 171902.1, 36.8, 110.2],
    ["Trung ương", None, 5904.3, 6578.3, 27548.5, 35.1, 117.1],
    ["Trong đó:"],
    [None, "Bộ Công thương", 40.5, 50.5, 200.25, 40.1, 98.0],
]

EXPORTS: list[Any] = [
    ["Hàng hóa xuất khẩu"],
    [None] * 8 + ["Nghìn tấn; triệu USD"],
    [None, None, "Ước tính", None, "Cộng dồn", None, "Tháng 6 năm 2021", None, None],
    [None, None, "tháng 6", None, "6 tháng", None, "so với cùng kỳ", None, None],
    [None, None, "năm 2021", None, "năm 2021", None, "năm trước (%)", None, None],
    [None, None, "Lượng", "Trị giá", "Lượng", "Trị giá", "Lượng", "Trị giá", "utt5"],
    ["TỔNG TRỊ GIÁ", None, None, 26500, None, 157630, None, 117.3, 99999],
    ["MẶT HÀNG CHỦ YẾU"],
    [None, "Cà phê", 130, 245, 840, 1530, 98.1, 101.2, None],
    [None, "Hàng dệt, may", None, 2900, None, 15200, None, 104.0, None],
]

PRODUCTS: list[Any] = [
    ["11. Một số sản phẩm chủ yếu của ngành công nghiệp"],
    [None, "Đơn vị", "Thực hiện", "Ước tính", "Cộng dồn", "So với cùng kỳ năm trước (%)", None],
    [None, "tính", "tháng 5", "tháng 6", "6 tháng", "Tháng 6", "6 tháng"],
    [None, None, "năm 2021", "năm 2021", "năm 2021", "năm 2021", "năm 2021"],
    ["Than đá (than sạch)", "Nghìn tấn", 4282.26, 4146.12, 25259.86, 96.0, 95.7],
    ["Dầu mỏ thô khai thác", '"', 780, 759.1, 4589.1, 98.6, 92.7],
    ["Bia", "Triệu lít", 380.4, 397.7, 2112.7, 91.8, "107,4"],
]


def workbook(**sheets: Sequence[Any]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def read(**sheets: Sequence[Any]) -> PrintedWorkbook:
    return read_workbook(workbook(**sheets), "2021-06-29-bieu.xlsx")


def only(printed: PrintedWorkbook, row: str, form: str, quantity: str = "") -> PrintedFigure:
    """The row's figure of that form for the month of the report."""
    [figure] = [
        f
        for f in printed.figures
        if (f.row, f.form, f.quantity, f.month) == (row, form, quantity, printed.report_month)
    ]
    return figure


def by_form(printed: PrintedWorkbook) -> dict[tuple[str | None, str], float]:
    return {(figure.form, str(figure.month)): figure.value for figure in printed.figures}


def test_investment_with_its_share_of_the_plan() -> None:
    printed = read(VonDT=INVESTMENT)
    assert printed.report_month == JUNE
    assert str(printed.published) == "2021-06-29"
    assert printed.tables == ("investment",)
    figure = only(printed, "Bộ Công thương", "share_of_plan")
    assert (figure.value, figure.cell, figure.sheet) == (40.1, "F11", "VonDT")
    assert (figure.section, figure.unit, figure.month) == ("Trong đó:", "Tỷ đồng", JUNE)
    [before] = [f for f in printed.figures if f.row == "TỔNG SỐ" and f.status == "restated"]
    assert (before.form, before.month) == ("month", Month(2021, 5))
    assert only(printed, "TỔNG SỐ", "year_to_date").value == 171902.1
    assert only(printed, "TỔNG SỐ", "rate_to_date").value == 110.2
    assert len(printed.figures) == 15


def test_quantity_and_value_side_by_side_and_working_columns_left_out() -> None:
    printed = read(a=EXPORTS)
    assert only(printed, "Cà phê", "month", "qty").value == 130
    assert only(printed, "Cà phê", "year_to_date", "value").value == 1530
    assert only(printed, "Cà phê", "rate_on_year", "value").value == 101.2
    assert only(printed, "Cà phê", "year_to_date", "value").section == "MẶT HÀNG CHỦ YẾU"
    assert only(printed, "TỔNG TRỊ GIÁ", "year_to_date", "value").value == 157630
    assert not [figure for figure in printed.figures if figure.value == 99999]


def test_ditto_marks_and_numbers_in_text() -> None:
    printed = read(SP=PRODUCTS)
    assert only(printed, "Dầu mỏ thô khai thác", "year_to_date").unit == "Nghìn tấn"
    assert only(printed, "Bia", "year_to_date").unit == "Triệu lít"
    assert only(printed, "Bia", "rate_to_date").value == 107.4


def test_a_per_cent_sign_in_a_column_is_not_the_tables_unit() -> None:
    rows = [[*row] for row in INVESTMENT]
    rows[5][5:] = ["kế hoạch", "cùng kỳ"]
    rows[6][5:] = ["năm 2021", "năm trước"]
    rows.insert(7, [None, None, None, None, None, "(%)", "(%)"])
    figure = only(read(a=rows), "TỔNG SỐ", "share_of_plan")
    assert (figure.unit, figure.value) == ("Tỷ đồng", 36.8)


def test_column_order_and_sheet_names_mean_nothing() -> None:
    swapped = [
        [*row[:2], *reversed([*row[2:], *[None] * (7 - len(row))][:5])] for row in INVESTMENT[3:]
    ]
    straight, mirrored = read(VonDT=INVESTMENT), read(x=[*INVESTMENT[:3], *swapped])
    values = {(f.row, f.form, f.month): f.value for f in straight.figures}
    assert {(f.row, f.form, f.month): f.value for f in mirrored.figures} == values


def test_two_tables_on_a_sheet_and_the_quarterly_one_left_out() -> None:
    quarterly = [
        ["21. Vốn đầu tư thực hiện từ nguồn ngân sách Nhà nước các quý năm 2021"],
        [None, None, "Thực hiện", "Ước tính"],
        [None, None, "quý I", "quý II"],
        [None, None, "năm 2021", "năm 2021"],
        ["TỔNG SỐ", None, 78000, 93900],
    ]
    printed = read(a=[*INVESTMENT, [], *quarterly, [], *PRODUCTS])
    assert printed.tables == ("investment", "products")
    assert {f.value for f in printed.figures}.isdisjoint({78000, 93900})


def test_an_english_annex() -> None:
    rows = [
        ["20. Realized investment capital under the state budget"],
        ["     in September and 9 months of 2020"],
        [None, None, "Performance", "Estimate", "Accrued", "9 months", "9 months"],
        [None, None, "August", "September", "9 months", "of 2020 versus", "of 2020 versus"],
        [None, None, 2020, 2020, "of 2020", "paln 2020 (%)", "same period (%)"],
        ["TOTAL", None, 47866.8, 51945.8, 302975.5, 59.7, 133.3],
    ]
    printed = read(a=rows)
    assert printed.report_month == Month(2020, 9)
    assert by_form(printed) == {
        ("month", "2020-08"): 47866.8,
        ("month", "2020-09"): 51945.8,
        ("year_to_date", "2020-09"): 302975.5,
        ("share_of_plan", "2020-09"): 59.7,
        ("rate_to_date", "2020-09"): 133.3,
    }


def test_a_title_in_the_encoding_before_unicode() -> None:
    rows = [["7. Hµng ho¸ xuÊt khÈu "], *EXPORTS[1:]]
    assert read(XK=rows).tables == ("exports",)


def test_january_prints_december_and_the_plan() -> None:
    rows = [
        ["5. Vốn đầu tư thực hiện từ nguồn ngân sách nhà nước"],
        [None, "Kế hoạch", "Ước tính", "Tháng 01/2022"],
        [None, "năm 2022", "tháng 01", "so với kế hoạch"],
        [None, None, "năm 2022", "năm 2022 (%)"],
        ["TỔNG SỐ", 510000.0, 25300.0, 4.96],
    ]
    printed = read(a=rows)
    assert by_form(printed) == {
        ("plan", "2022-01"): 510000.0,
        ("month", "2022-01"): 25300.0,
        ("share_of_plan", "2022-01"): 4.96,
    }
    assert only(printed, "TỔNG SỐ", "plan").status == "final"


def test_rows_of_one_name_are_counted() -> None:
    rows = [*EXPORTS, [None, "Cà phê", 1, 2, 3, 4, 5.0, 6.0, None]]
    figures = [f for f in read(a=rows).figures if f.row == "Cà phê" and f.form == "year_to_date"]
    assert [(f.quantity, f.occurrence, f.value) for f in figures] == [
        ("qty", 1, 840),
        ("value", 1, 1530),
        ("qty", 2, 3),
        ("value", 2, 4),
    ]


def test_text_where_a_number_should_be_is_noted_with_its_cell() -> None:
    rows = [list(row) for row in INVESTMENT]
    rows[7][4] = "xem ghi chú"
    printed = read(a=rows)
    assert printed.notes == (
        "sheet 'a', cell E8: expected a number for 'TỔNG SỐ', found 'xem ghi chú'; left out",
    )
    assert len(printed.figures) == 14


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "expected a table, found an empty file"),
        (b"PK\x03\x04 cut off", "expected an Excel workbook that is whole"),
        (workbook(a=INVESTMENT)[:900], "expected an Excel workbook that is whole"),
        (b"KPI,month\n", "expected an Excel workbook .* save it again"),
    ],
)
def test_what_is_no_workbook_is_refused(content: bytes, expected: str) -> None:
    with pytest.raises(UnreadableFile, match=rf"bieu\.xlsx: {expected}"):
        read_workbook(content, "bieu.xlsx")


def test_a_workbook_without_the_tables_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="expected a table titled as one of exports"):
        read(a=[["Chỉ số giá tiêu dùng"], ["Tháng 6", 101.0]])


def test_headers_without_a_month_are_refused_with_their_cell() -> None:
    rows = [
        ["20. Vốn đầu tư thực hiện từ nguồn ngân sách Nhà nước"],
        [None, "Kế hoạch", "Cơ cấu"],
        ["TỔNG SỐ", 1.5, 2.5],
    ]
    with pytest.raises(UnreadableFile, match=r"sheet 'a', cell B2: expected a month and a year"):
        read(a=rows)


def test_a_table_that_is_not_understood_is_noted() -> None:
    rows = [["12. Hàng hóa nhập khẩu"], ["", "Cột A", "Cột B"], ["TỔNG", 1.0, 2.0]]
    printed = read(a=INVESTMENT, b=rows)
    assert printed.notes == (
        "sheet 'b', cell A1: the imports table has no columns that were understood",
    )


@pytest.mark.parametrize(
    "title",
    [
        "15. Xuất khẩu hàng hóa",
        "Biểu 15. Trị giá xuất khẩu hàng hoá",
        "14. Kim ngạch hàng hóa xuất khẩu",
        "EXPORTS OF GOODS",
    ],
)
def test_a_title_may_be_worded_otherwise(title: str) -> None:
    assert read(a=[[title], *EXPORTS[1:]]).tables == ("exports",)


def test_a_formula_without_a_result_is_named() -> None:
    rows = [list(row) for row in EXPORTS]
    figures = next(row for row in rows if any(isinstance(cell, float) for cell in row))
    column = next(place for place, cell in enumerate(figures) if isinstance(cell, float))
    figures[column] = "=1+1"
    with pytest.raises(UnreadableFile, match="the formula =1\\+1 without a result"):
        read(XK=rows)
