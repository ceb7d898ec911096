"""A department's monthly report form, in the ways departments write it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest

from data.plans.kpi import Kpi
from data.readers.printed import PrintedWorkbook
from data.readers.report_form.columns import column_of, header_words, period_in, settled
from data.readers.report_form.form import find_report_form, read_report_form
from data.readers.report_form.rows import row_name
from data.readers.report_form.versions import FormVersion, version_of
from data.readers.spreadsheet.cells import fold
from data.readers.spreadsheet.tables import raise_problems
from data.readers.spreadsheet.workbook import OpenedFile
from models.errors import UnreadableFile
from models.series import Month

JUNE = Month(2021, 6)
KPIS = (
    Kpi(
        "exports", "Kim ngạch xuất khẩu qua địa bàn", "Exports through the province", "million USD"
    ),
    Kpi("cement", "Xi măng", "Cement", "thousand tonnes"),
    Kpi("electricity", "Điện thương phẩm", "Electricity sold", "million kWh"),
    Kpi("iip", "Chỉ số sản xuất công nghiệp", "Industrial production index", "%", kind="growth"),
    Kpi("turnover", "Tổng kim ngạch", "Turnover", "million USD", parts=("exports", "imports")),
    Kpi("dams", "Dự án thủy điện", "Dams", "steps", kind="milestone"),
)
TITLE = ["TÌNH HÌNH THỰC HIỆN CÁC CHỈ TIÊU THÁNG 6 VÀ 6 THÁNG ĐẦU NĂM 2021"]
SPANNED = [
    ["SỞ CÔNG THƯƠNG LẠNG SƠN", None, None, None, None, None, None, "Biểu số: 01/SCT-BCT"],
    TITLE,
    ["(Ban hành kèm theo Thông tư số 41/2016/TT-BCT ngày 30 tháng 12 năm 2016)"],
    ["(Số liệu đến ngày 15/6/2021)"],
    [
        *("STT", "Chỉ tiêu", "ĐVT", "Kế hoạch năm 2021", "Thực hiện năm 2021", None, None),
        *("Cùng kỳ năm 2020", None, "So sánh (%)", None, None),
    ],
    [
        *(None, None, None, None, "TH tháng 5", "Ước TH tháng 6 (1)", "Lũy kế 6 tháng"),
        *("Tháng 6", "6 tháng", "KH năm", "Tháng 6 so với cùng kỳ", "6 tháng so với cùng kỳ"),
    ],
    ["A", "B", "C", 1, 2, 3, 4, 5, 6, "7=4/1", "8=3/5", "9=4/6"],
    ["I", "Sản xuất công nghiệp"],
    [1, "Chỉ số sản xuất công nghiệp (IIP)(*)", "%", *[None] * 7, 104.2, 105.1],
    ["1.1", "- Xi măng", "1000 tấn", 1000, 80, 90, 500, 85, 480, 50, 105.9, 104.2],
    ["1.2", "Điện thương phẩm (1)", "Triệu kWh", 900, 70.5, 72.4, 420, 65, 400, 46.7, 111.4, 105],
    ["1.3", "Đá các loại", "nt", 900, 70, 72, 420, 65, 400, 46.7, 110.8, 105],
    ["II", "Thương mại"],
    [
        2,
        "Kim ngạch XUẤT KHẨU qua địa bàn",
        "Triệu USD",
        "-",
        150,
        160,
        900,
        100,
        750,
        "x",
        160,
        120,
    ],
    [None, "Lạng Sơn, ngày 16 tháng 6 năm 2021"],
]
MERGES = ("A5:A6", "B5:B6", "C5:C6", "D5:D6", "E5:G5", "H5:I5", "J5:L5")
CEMENT = {
    ("plan", "2021-06"): 1000.0,
    ("month", "2021-05"): 80.0,
    ("month", "2021-06"): 90.0,
    ("year_to_date", "2021-06"): 500.0,
    ("month", "2020-06"): 85.0,
    ("year_to_date", "2020-06"): 480.0,
    ("share_of_plan", "2021-06"): 50.0,
    ("rate_on_year", "2021-06"): 105.9,
    ("rate_to_date", "2021-06"): 104.2,
}


def workbook(
    rows: Sequence[Any],
    merges: Sequence[str] = (),
    formats: dict[str, str] | None = None,
) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Biểu 1"
    for row in rows:
        sheet.append(list(row))
    for merge in merges:
        sheet.merge_cells(merge)
    for place, number_format in (formats or {}).items():
        sheet[place].number_format = number_format
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def csv_file(rows: Sequence[Any], separator: str = ",", delimiter: str = ";") -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    for row in rows:
        writer.writerow(
            [
                "" if c is None else str(c).replace(".", separator) if isinstance(c, float) else c
                for c in row
            ]
        )
    return buffer.getvalue().encode()


def read(
    content: bytes, file: str = "bieu.xlsx", claims: Mapping[str, str] | None = None
) -> PrintedWorkbook:
    form = find_report_form(OpenedFile(content, file))
    assert form is not None
    workbook = read_report_form(form, KPIS, claims or {})
    raise_problems(file, workbook.problems)
    return workbook


def figures(form: PrintedWorkbook, slug: str) -> dict[tuple[str | None, str], float]:
    names = {row for (_, _, _, row), claimed in form.claimed.items() if claimed == slug}
    mine = [figure for figure in form.figures if fold(figure.row) in names]
    return {(figure.form, str(figure.month)): figure.value for figure in mine}


def simple(*headers: str, values: Sequence[Any], title: str = TITLE[0], **more: Any) -> bytes:
    rows: list[Any] = [[title], ["STT", "Chỉ tiêu", "Đơn vị tính", *headers]]
    rows += [[1, name, unit, *row] for (name, unit), row in zip(ROWS, values, strict=False)]
    return workbook(rows, **more)


ROWS = (("Xi măng", "1.000 tấn"), ("Điện thương phẩm", "Triệu kWh"))


def refused(content: bytes, file: str = "bieu.xlsx") -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        read(content, file)
    return caught.value


# --- the whole form


def test_a_form_with_merged_headings() -> None:
    form = read(workbook(SPANNED, MERGES))
    assert (form.report_month, form.published) == (JUNE, date(2021, 6, 16))
    assert form.tables == ("report form 01/SCT-BCT (41/2016/TT-BCT)",)
    assert figures(form, "cement") == CEMENT
    assert figures(form, "electricity")["month", "2021-06"] == 72.4
    assert figures(form, "exports") == {
        ("month", "2021-05"): 150.0,
        ("month", "2021-06"): 160.0,
        ("year_to_date", "2021-06"): 900.0,
        ("month", "2020-06"): 100.0,
        ("year_to_date", "2020-06"): 750.0,
        ("rate_on_year", "2021-06"): 160.0,
        ("rate_to_date", "2021-06"): 120.0,
    }
    assert figures(form, "iip") == {
        ("rate_on_year", "2021-06"): 104.2,
        ("rate_to_date", "2021-06"): 105.1,
    }


def test_a_figure_knows_its_cell_and_unit() -> None:
    form = read(workbook(SPANNED, MERGES))
    [cell] = [
        f for f in form.figures if (f.row, f.form, f.status) == ("- Xi măng", "month", "estimate")
    ]
    assert (cell.table, cell.sheet, cell.cell, cell.unit) == (
        *("report_form", "Biểu 1", "F10", "1000 tấn"),
    )


def test_unclaimed_rows_are_returned_with_the_unit_above() -> None:
    form = read(workbook(SPANNED, MERGES))
    stone = [f for f in form.figures if f.row == "Đá các loại"]
    assert len(stone) == 9
    assert {f.unit for f in stone} == {"Triệu kWh"}
    assert "da cac loai" not in {row for _, _, _, row in form.claimed}


def test_figures_closed_within_the_month_are_noted() -> None:
    assert any("closed on 2021-06-15" in note for note in read(workbook(SPANNED, MERGES)).notes)
    whole = [row for row in SPANNED if row != ["(Số liệu đến ngày 15/6/2021)"]]
    assert not any("closed" in note for note in read(workbook(whole)).notes)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_the_same_form_as_csv_with_decimal_commas(delimiter: str) -> None:
    form = read(csv_file(SPANNED, delimiter=delimiter), "bieu.csv")
    assert figures(form, "cement") == CEMENT
    assert figures(form, "electricity")["month", "2021-06"] == 72.4


def test_the_same_form_without_merges_and_with_decimal_points() -> None:
    assert figures(read(workbook(SPANNED)), "cement") == CEMENT
    assert figures(read(csv_file(SPANNED, "."), "bieu.csv"), "cement") == CEMENT


def test_an_english_form() -> None:
    rows = [
        ["Monthly report, June 2021"],
        ["Unit: thousand tonnes"],
        [
            *("No.", "Indicator", "Plan 2021", "Previous month", "Estimate June", "Year to date"),
            *("Share of plan (%)", "Year to date on the same period (%)"),
        ],
        [1, "Cement", 1000, 80, 90, 500, 50, 104.2],
    ]
    found = figures(read(workbook(rows)), "cement")
    assert found == {
        key: CEMENT[key] for key in CEMENT if key[1] != "2020-06" and key[0] != "rate_on_year"
    }


def test_two_tables_on_a_sheet_and_a_second_sheet() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(SPANNED)))
    sheet = book["Biểu 1"]
    for row in (["Biểu 2. Tháng 6 năm 2021"], ["Sản phẩm", "Ước tháng 6", "Lũy kế 6 tháng"]):
        sheet.append(list(row))
    sheet.append(["Tên lạ", 1, 2])
    other = book.create_sheet("Biểu 3")
    other.append(["Tháng 6/2021"])
    other.append(["Nội dung", "Ước tháng 6", "Lũy kế 6 tháng"])
    other.append(["Thứ khác", 3, 4])
    buffer = io.BytesIO()
    book.save(buffer)
    found = {(f.row, f.form): f.value for f in read(buffer.getvalue()).figures}
    assert (found["Tên lạ", "year_to_date"], found["Thứ khác", "month"]) == (2.0, 3.0)


def test_a_row_assigned_before_is_claimed() -> None:
    rows = [TITLE, ["Chỉ tiêu", "Ước tháng 6", "Lũy kế 6 tháng"], ["1. XM các loại", 90, 500]]
    assert read(workbook(rows)).claimed == {}
    form = read(workbook(rows), claims={"xm cac loai": "cement"})
    assert figures(form, "cement")["year_to_date", "2021-06"] == 500.0


def test_totals_and_tasks_are_noted_and_left_out() -> None:
    rows: list[Any] = [TITLE, ["Chỉ tiêu", "Ước tháng 6", "Lũy kế 6 tháng"]]
    rows += [["Tổng kim ngạch", 1, 2], ["Dự án thủy điện", 1, 2], ["Xi măng", 1, 2]]
    form = read(workbook(rows))
    assert set(form.claimed.values()) == {"cement"}
    assert any("sum of exports, imports" in note for note in form.notes)
    assert any("task" in note for note in form.notes)


def test_the_annex_of_a_six_month_report() -> None:
    rows = [
        ["SỞ CÔNG THƯƠNG", None, None, "PHỤ LỤC I"],
        ["KẾT QUẢ 6 THÁNG ĐẦU NĂM, NHIỆM VỤ 6 THÁNG CUỐI NĂM 2021"],
        ["(Kèm theo Báo cáo số 123/BC-SCT ngày 18/6/2021 của Sở Công Thương)"],
        [
            *("TT", "Chỉ tiêu", "Đơn vị", "Thực hiện năm 2020", "Kế hoạch năm 2021"),
            *("Thực hiện 6 tháng 2020", "Tháng 5/2021", "Ước tháng 6/2021", "Ước 6 tháng 2021"),
            *("So với KH năm 2021 (%)", "So với cùng kỳ 2020 (%)"),
        ],
        [1, "Xi măng", "1.000 tấn", 940, 1000, 480, 80, 90, 500, 50, 104.2],
    ]
    form = read(workbook(rows))
    assert (form.report_month, form.published) == (JUNE, date(2021, 6, 18))
    assert figures(form, "cement") == {
        ("year", "2020-12"): 940.0,
        **{key: value for key, value in CEMENT.items() if key not in LEFT_OUT},
    }


LEFT_OUT = (("month", "2020-06"), ("rate_on_year", "2021-06"))


# --- headings


@pytest.mark.parametrize(
    ("heading", "form", "month"),
    [
        ("Kế hoạch năm 2021", "plan", "2021-06"),
        ("KH năm", "plan", "2021-06"),
        ("Thực hiện tháng trước", "month", "2021-05"),
        ("TH T5", "month", "2021-05"),
        ("Chính thức tháng 5/2021", "month", "2021-05"),
        ("Ước thực hiện tháng 6", "month", "2021-06"),
        ("Ước TH tháng báo cáo", "month", "2021-06"),
        ("Ước thực hiện tháng 6 (đến ngày 15/6)", "month", "2021-06"),
        ("Lũy kế 6 tháng", "year_to_date", "2021-06"),
        ("Luỹ kế từ đầu năm", "year_to_date", "2021-06"),
        ("Cộng dồn từ đầu năm đến cuối tháng báo cáo", "year_to_date", "2021-06"),
        ("Ước 6 tháng đầu năm 2021", "year_to_date", "2021-06"),
        ("Lũy kế 5 tháng", "year_to_date", "2021-05"),
        ("Ước 6T/2021", "year_to_date", "2021-06"),
        ("6T/2020", "year_to_date", "2020-06"),
        ("T5/2021", "month", "2021-05"),
        ("Ước T6", "month", "2021-06"),
        ("So CK 6T (%)", "rate_to_date", "2021-06"),
        ("Quý II", "quarter", "2021-06"),
        ("Thực hiện tháng 6 năm 2020", "month", "2020-06"),
        ("Lũy kế 6 tháng năm 2020", "year_to_date", "2020-06"),
        ("Cùng kỳ 6 tháng năm trước", "year_to_date", "2020-06"),
        ("Thực hiện năm 2020", "year", "2020-12"),
        ("So với kế hoạch năm (%)", "share_of_plan", "2021-06"),
        ("% KH năm", "share_of_plan", "2021-06"),
        ("Tỷ lệ đạt so với KH (%)", "share_of_plan", "2021-06"),
        ("Lũy kế so với cùng kỳ (%)", "rate_to_date", "2021-06"),
        ("6 tháng 2021 so với 6 tháng 2020 (%)", "rate_to_date", "2021-06"),
        ("Tháng 6/2021 so với tháng 6/2020 (%)", "rate_on_year", "2021-06"),
        ("Tháng báo cáo so với cùng kỳ năm trước (%)", "rate_on_year", "2021-06"),
        ("Tháng 6 so với tháng 5 (%)", "rate_on_month", "2021-06"),
        ("So với tháng trước (%)", "rate_on_month", "2021-06"),
        ("Tháng BC so với cùng kỳ (%)", "rate_on_year", "2021-06"),
        ("Plan of the year", "plan", "2021-06"),
        ("Estimate for June 2021", "month", "2021-06"),
        ("6 months 2021", "year_to_date", "2021-06"),
        ("Versus same period, year to date (%)", "rate_to_date", "2021-06"),
    ],
)
def test_the_meaning_of_a_heading(heading: str, form: str, month: str) -> None:
    column = column_of(header_words([heading]), JUNE)
    assert column is not None
    assert (column.form, str(column.month), column.open) == (form, month, False)


@pytest.mark.parametrize(
    ("heading", "why"),
    [
        ("Kế hoạch tháng 7", "part of the year"),
        ("Dự kiến tháng 7", "another month"),
        ("Ước cả năm 2021", "entered by itself"),
        ("Lũy kế đến ngày 15/6", "stops within the month"),
        ("Từ 01/6 đến 15/6/2021", "stops within the month"),
        ("Cơ cấu (%)", "shares"),
        ("Tăng, giảm so với cùng kỳ", "differences"),
        ("Quý III", "quarter"),
        ("Lũy kế 3 tháng", "other months"),
        ("Tháng 6/2015", "another year"),
        ("Tăng giảm (%)", "compares with"),
    ],
)
def test_a_heading_whose_figures_are_left_out(heading: str, why: str) -> None:
    column = column_of(header_words([heading]), JUNE)
    assert column is not None
    assert column.form is None
    assert why in column.why


@pytest.mark.parametrize("heading", ["Thực hiện", "Số liệu", "Xã, phường", "2021"])
def test_a_heading_that_names_no_figure(heading: str) -> None:
    assert column_of(header_words([heading]), JUNE) is None


def test_a_rate_that_names_no_period_is_of_the_level_on_its_left() -> None:
    headings = ["Ước tháng 6", "So với cùng kỳ (%)", "Lũy kế 6 tháng", "So với cùng kỳ (%)"]
    columns = {n: column_of(header_words([text]), JUNE) for n, text in enumerate(headings)}
    found = settled({n: c for n, c in columns.items() if c is not None}, JUNE)
    assert [found[n].form for n in range(4)] == [
        "month",
        "rate_on_year",
        "year_to_date",
        "rate_to_date",
    ]


def test_the_year_of_a_spanning_heading_is_that_of_the_months_below() -> None:
    period = period_in("thuc hien nam 2020 6 thang")
    assert period is not None
    assert (period.year, period.month, period.to_date) == (2020, 6, True)


# --- rows


@pytest.mark.parametrize(
    ("written", "key", "unit"),
    [
        ("1. Xi măng", "xi mang", ""),
        ("1.1.2 Xi măng (*)", "xi mang", ""),
        ("II. XUẤT KHẨU", "xuat khau", ""),
        ("a) Than sạch", "than sach", ""),
        ("- Trong đó: Than sạch(1)", "than sach", ""),
        ("+ Xi măng (1.000 tấn)", "xi mang", "1.000 tấn"),
        ("Điện thương phẩm, triệu kWh", "dien thuong pham", "triệu kWh"),
        ("Chỉ số sản xuất công nghiệp (IIP)", "chi so san xuat cong nghiep", ""),
        ("Xuất khẩu (địa phương)", "xuat khau (dia phuong)", ""),
        ("Cà phê\u200f", "ca phe", ""),
        ("Civil works", "civil works", ""),
    ],
)
def test_what_a_row_is_called(written: str, key: str, unit: str) -> None:
    assert row_name(written) == (key, unit)


# --- rates


def test_rates_that_are_growth_by_their_heading() -> None:
    content = simple("Lũy kế 6 tháng", "Tăng/giảm so với cùng kỳ (%)", values=[[500, 4.2]])
    assert figures(read(content), "cement")["rate_to_date", "2021-06"] == 104.2


def test_rates_that_are_growth_by_their_levels() -> None:
    content = simple(
        *("Lũy kế 6 tháng", "Cùng kỳ 6 tháng năm 2020", "So với cùng kỳ (%)"),
        values=[[500, 480, 4.2], [420, 400, 5.0]],
    )
    form = read(content)
    assert figures(form, "cement")["rate_to_date", "2021-06"] == 104.2
    assert any("read as growth" in note for note in form.notes)


def test_rates_that_are_fractions_in_a_file_that_cannot_say_so() -> None:
    headings = ("Kế hoạch năm 2021", "Lũy kế 6 tháng", "So với KH năm (%)")
    content = simple(*headings, values=[[1000, 500, 0.5], [900, 420, 0.4667]])
    assert figures(read(content), "cement")["share_of_plan", "2021-06"] == 50.0
    percent = simple(*headings, values=[[1000, 500, 0.5]], formats={"F3": "0.0%"})
    assert figures(read(percent), "cement")["share_of_plan", "2021-06"] == 50.0


def test_a_fall_is_not_taken_for_growth() -> None:
    content = simple(
        *("Lũy kế 6 tháng", "Cùng kỳ 6 tháng năm 2020", "So với cùng kỳ (%)"),
        values=[[200, 480, 41.7], [150, 400, 37.5]],
    )
    assert figures(read(content), "cement")["rate_to_date", "2021-06"] == 41.7


# --- refusals


def test_a_form_without_a_month_asks_for_one() -> None:
    rows = [["Báo cáo"], ["Chỉ tiêu", "Ước thực hiện", "Lũy kế từ đầu năm"], ["Xi măng", 1, 2]]
    error = refused(workbook(rows))
    assert "the month of the report" in error.expected
    assert error.cell == "B2"


def test_a_heading_left_over_from_another_year() -> None:
    error = refused(simple("Kế hoạch năm 2020", "Lũy kế 6 tháng", values=[[1, 2]]))
    assert "heading of 2021" in error.expected
    assert error.cell == "D2"


def test_a_formula_without_a_result_is_named() -> None:
    error = refused(simple("Ước tháng 6", "Lũy kế 6 tháng", values=[[90, "=D3+410"]]))
    assert error.cell == "E3"
    assert "=D3+410" in error.found


def test_text_for_a_number_is_named_only_where_it_matters() -> None:
    assert (
        refused(simple("Ước tháng 6", "Lũy kế 6 tháng", values=[["khoảng 90", 500]])).cell == "D3"
    )
    rows = [TITLE, ["Chỉ tiêu", "Ước tháng 6", "Lũy kế 6 tháng"]]
    form = read(workbook([*rows, ["Việc khác", "đang làm", None], ["Xi măng", 90, 500]]))
    assert len(form.figures) == 2


def test_a_hidden_sheet_is_not_read() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(SPANNED)))
    book.create_sheet("Khác").append(["nothing"])
    book["Biểu 1"].sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    assert find_report_form(OpenedFile(buffer.getvalue(), "bieu.xlsx")) is None


@pytest.mark.parametrize(
    "rows",
    [
        [["Chỉ tiêu", "Tháng", "Giá trị"], ["cement", "2021-06", 90]],
        [["Tình hình chung"], ["Chỉ tiêu này không có số liệu"]],
        [["Chỉ tiêu", "Ghi chú"], ["Xi măng", "x"]],
    ],
)
def test_what_is_no_report_form(rows: list[list[Any]]) -> None:
    assert find_report_form(OpenedFile(workbook(rows), "bieu.xlsx")) is None


# --- versions


def test_versions_by_what_is_printed() -> None:
    assert version_of(["bieu mau so 03/sct-bct"]).label == "report form 03/SCT-BCT (unversioned)"
    assert version_of(["bao cao thang 6"]).label == "report form (unversioned)"
    assert version_of(["mau: vedich-1"]) == FormVersion("vedich-1", "")


@pytest.mark.parametrize(
    ("circular", "month", "word"),
    [
        ("41/2016/TT-BCT", Month(2021, 6), None),
        ("41/2016/TT-BCT", Month(2017, 2), None),
        ("41/2016/TT-BCT", Month(2016, 6), "in force from 2017-02-15"),
        ("41/2016/TT-BCT", Month(2023, 6), "lapsed on 2023-02-04"),
        ("34/2022/TT-BCT", Month(2023, 6), None),
        ("99/2031/TT-BCT", Month(2021, 6), "not known here"),
        ("", Month(2021, 6), None),
    ],
)
def test_a_form_out_of_its_time_is_remarked(circular: str, month: Month, word: str | None) -> None:
    remark = FormVersion("01/SCT-BCT", circular).remark(month)
    assert (remark is None) == (word is None)
    assert word is None or word in str(remark)


@pytest.mark.parametrize(
    ("heading", "month", "form", "of"),
    [
        ("Lũy kế 12 tháng năm 2021", 12, "year_to_date", Month(2021, 12)),
        ("Thực hiện 11 tháng", 12, "year_to_date", Month(2021, 11)),
        ("Thực hiện tháng 12/2020", 1, "month", Month(2020, 12)),
        ("Ước thực hiện tháng 1/2021", 1, "month", Month(2021, 1)),
        ("Thực hiện tháng 1 năm 2020", 1, "month", Month(2020, 1)),
    ],
)
def test_headings_at_both_ends_of_the_year(heading: str, month: int, form: str, of: Month) -> None:
    column = column_of(header_words([heading]), Month(2021, month))
    assert column is not None
    assert (column.form, column.month) == (form, of)
