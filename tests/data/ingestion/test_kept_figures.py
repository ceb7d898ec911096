"""Figures as departments keep them: each kind with its reading, or its refusal.

The files are written here, in the smallest form that shows the kind.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from data.ingestion.ingest import ingest
from data.ingestion.reading import Claims, FileRead, read_file
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import save_plan
from data.vintages.dated import dated_of
from experiments.odd_files.old_excel import Error, Shown, old_workbook
from tests.homes import Run

DAY = date(2024, 7, 10)
HEAD = ["Chỉ tiêu", "Tháng", "Giá trị", "Hình thức"]
Rows = list[Any]
FORM_HEAD = ["TT", "Chỉ tiêu", "ĐVT", "Kế hoạch năm 2024", "Ước tháng 6", "Lũy kế 6 tháng"]


def kpi(slug: str, vi: str, unit: str = "million USD", **more: object) -> Kpi:
    return Kpi(slug, vi, slug.capitalize(), unit, **more)  # type: ignore[arg-type]


KPIS = (
    kpi("exports", "Xuất khẩu"),
    kpi("imports", "Nhập khẩu"),
    kpi("cement", "Xi măng", "thousand tonnes"),
    kpi("cement_sales", "Xi măng tiêu thụ", "thousand tonnes"),
    kpi("cement_stock", "Tồn kho xi măng", "thousand tonnes", kind="closing"),
    kpi("revenue", "Thu hải quan", "billion VND"),
)


PLAN = Plan("kept-2024", "kept", 2024, "Sở Mẫu", "Kế hoạch", "Plan", KPIS, ())


def xlsx(rows: Rows, merged: str = "", hidden: int = 0, formats: Mapping[str, str] = {}) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "A"
    for row in rows:
        sheet.append(list(row))
    for place, code in formats.items():
        sheet[place].number_format = code
    if merged:
        sheet.merge_cells(merged)
    if hidden:
        sheet.row_dimensions[hidden].hidden = True
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def csv(text: str) -> bytes:
    return text.encode()


def read(content: bytes, file: str = "figures", published: date | None = DAY) -> FileRead:
    return read_file(content, file, Claims.of(KPIS, {}), published)


def values(found: FileRead) -> dict[tuple[str, str, str], float]:
    assert found.problem is None, found.problem
    assert found.blocked is None, found.blocked
    return {(one.kpi, str(one.month), one.form): one.value for one in found.observations}


def test_an_empty_text_of_a_formula_is_an_empty_cell() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD[:3])
        sheet.write_row(1, 0, ["exports", "2024-05", 101.5])
        sheet.write_row(2, 0, ["exports", "2024-06"])
        sheet.write_formula(2, 2, '=IF(A9="","",A9*2)', None, "")
    assert values(read(buffer.getvalue())) == {("exports", "2024-05", "month"): 101.5}


def test_a_formula_that_must_give_nothing_needs_no_saved_result() -> None:
    rows: Rows = [
        HEAD[:3],
        ["exports", "2024-05", 101.5],
        ["exports", "2024-06", '=IF(A9="","",A9*2)'],
    ]
    assert values(read(xlsx(rows))) == {("exports", "2024-05", "month"): 101.5}
    rows[2][2] = '=IF(A2="","",C2*2)'
    assert "without a result" in str(read(xlsx(rows)).problem)


@pytest.mark.parametrize("text", ["#REF!", "#N/A", "#DIV/0!"])
def test_an_error_value_is_refused_with_its_cell_in_every_format(text: str) -> None:
    old = old_workbook({"A": [HEAD[:3], ["exports", "2024-05", Error(text)]]})
    new = xlsx([HEAD[:3], ["exports", "2024-05", text]])
    form: Rows = [["Báo cáo tháng 6 năm 2024"], FORM_HEAD]
    form += [[1, "Xuất khẩu", "triệu USD", 1300, 112.3, Error(text)]]
    for content, cell in ((old, "C2"), (new, "C2"), (old_workbook({"A": form}), "F3")):
        found = read(content)
        assert found.problem is not None
        assert f"cell {cell}" in found.problem
        assert f"the error {text}" in found.problem


def test_an_error_value_in_an_annex_is_refused() -> None:
    rows: Rows = [
        ["4. Một số sản phẩm chủ yếu của ngành công nghiệp"],
        ["", "Đơn vị tính", "Thực hiện tháng 5 năm 2024", "Ước tính tháng 6 năm 2024"],
        ["Xi măng", "Nghìn tấn", 90.5, "#REF!"],
    ]
    assert "cell D3" in str(read(xlsx(rows)).problem)


def test_what_a_cell_shows_is_read_in_every_format() -> None:
    head = [*HEAD]
    for code, stored, shown in (
        ("0.0%", 1.045, 104.5),
        ('0.0"%"', 104.5, 104.5),
        (r"0.0\%", 104.5, 104.5),
        ("0.00%", 2.486, 248.6),
        ('0.000" lan"', 1.045, 104.5),
        ("+0.0;-0.0", 4.2, 104.2),
        ("+0.0;-0.0", -3.1, 96.9),
    ):
        row = ["exports", "2024-05", Shown(stored), "so với cùng kỳ"]
        old = old_workbook({"A": [head, row]}, formats=[code])
        new = xlsx([head, ["exports", "2024-05", stored, "so với cùng kỳ"]], formats={"C2": code})
        for content in (old, new):
            assert values(read(content)) == {("exports", "2024-05", "rate_on_year"): shown}, code


def test_a_comma_that_leaves_thousands_out_is_read_as_shown() -> None:
    old = old_workbook(
        {"A": [HEAD[:3], ["exports", "2024-05", Shown(101500.0)]]}, formats=["0.0,"]
    )
    new = xlsx([HEAD[:3], ["exports", "2024-05", 101500.0]], formats={"C2": "#,##0.0,"})
    for content in (old, new):
        assert values(read(content)) == {("exports", "2024-05", "month"): 101.5}


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("1,045 lần", 104.5),
        ("+4,2%", 104.2),
        ("-3,1%", 96.9),
        ("giảm 3,1%", 96.9),
        ("104,2", 104.2),
    ],
)
def test_rates_with_words_and_signs(text: str, rate: float) -> None:
    tidy = csv(f"Chỉ tiêu;Tháng;Giá trị;Hình thức\nexports;2024-05;{text};so với cùng kỳ\n")
    assert values(read(tidy)) == {("exports", "2024-05", "rate_on_year"): rate}
    form = "Báo cáo tháng 6 năm 2024\nTT;Chỉ tiêu;ĐVT;Ước tháng 6;So với cùng kỳ (%)\n"
    form += f"1;Xuất khẩu;triệu USD;112,3;{text}\n"
    assert values(read(csv(form)))["exports", "2024-06", "rate_on_year"] == rate


def test_months_below_zero_and_numbers_typed_as_text() -> None:
    text = 'Chỉ tiêu;Tháng;Giá trị\nexports;2024-04;-12,5\nexports;2024-05;"(3,5)"\n'
    assert list(values(read(csv(text + "exports;2024-06;−1.234,5\n"))).values()) == [
        -12.5,
        -3.5,
        -1234.5,
    ]
    rows: Rows = [HEAD[:3], ["exports", "2024-05", "1.101,5"], ["exports", "2024-06", "99,5"]]
    assert list(values(read(xlsx(rows))).values()) == [1101.5, 99.5]


def test_hidden_rows_are_read_with_a_remark() -> None:
    rows: Rows = [HEAD[:3], ["exports", "2024-05", 101.5], ["imports", "2024-05", 999]]
    found = read(xlsx(rows, hidden=3))
    assert len(values(found)) == 2
    assert found.notes == ("sheet 'A': rows 3 are hidden; their figures were read",)
    assert read(xlsx(rows)).notes == ()


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"<div><table></table></div>", "a web page"),
        (b'<meta charset="utf-8"><html>', "a web page"),
        ("<html><body></body></html>".encode("utf-16"), "a web page"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n", "a web page"),
    ],
)
def test_a_web_page_is_called_one(content: bytes, cause: str) -> None:
    assert cause in str(read(content, "page.xls").problem)


def test_merged_names_and_units_in_another_order() -> None:
    rows: Rows = [HEAD[:3], ["exports", "2024-04", 1.0], [None, "2024-05", 2.0]]
    assert "merged cells A2:A3" in str(read(xlsx(rows, merged="A2:A3")).problem)
    rows = [["Chỉ tiêu", "Tháng", "Giá trị (USD million)"], ["exports", "2024-05", 101.5]]
    assert values(read(xlsx(rows))) == {("exports", "2024-05", "month"): 101.5}
    rows[0][2] = "Giá trị (USD thousand)"
    assert "the unit of exports" in str(read(xlsx(rows)).problem)


def test_the_rest_of_the_year_is_no_year_to_date() -> None:
    text = (
        "Báo cáo 6 tháng đầu năm 2024\n"
        "TT;Chỉ tiêu;ĐVT;Kế hoạch năm 2024;Ước 6 tháng đầu năm;Ước thực hiện 6 tháng cuối năm\n"
        "1;Xuất khẩu;triệu USD;1300;575,8;724,2\n"
    )
    found = read(csv(text))
    assert values(found) == {
        ("exports", "2024-06", "plan"): 1300.0,
        ("exports", "2024-06", "year_to_date"): 575.8,
    }
    assert any("cuoi nam" in note for note in found.notes)


def test_the_second_half_is_known_in_december() -> None:
    text = (
        "Báo cáo tháng 12 năm 2023\n"
        "TT;Chỉ tiêu;ĐVT;Thực hiện 6 tháng cuối năm;Ước tháng 12\n"
        "1;Xuất khẩu;triệu USD;724,2;120\n"
    )
    assert values(read(csv(text)))["exports", "2023-12", "half"] == 724.2


def test_a_plan_of_the_year_is_not_the_month_of_an_annex() -> None:
    rows: Rows = [
        ["5. Vốn đầu tư thực hiện từ nguồn ngân sách nhà nước"],
        ["", "Ước tính tháng 2/2024", "2 tháng năm 2024", "So với kế hoạch năm 2024 (%)"],
        ["Xi măng", 9.5, 18.5, 12.5],
    ]
    found = read(xlsx(rows), "2024-02-29-annex.xlsx", None)
    assert found.problem is None
    assert found.tables == ("investment",)


def test_sales_and_stock_beside_output() -> None:
    def sheet(month: int) -> Rows:
        return [
            [f"KẾT QUẢ SẢN XUẤT CÔNG NGHIỆP THÁNG {month} NĂM 2024"],
            [
                *("TT", "Chỉ tiêu - Sản phẩm", "ĐVT", "Sản xuất trong tháng"),
                *("Tiêu thụ trong tháng", "Tồn kho cuối tháng", "Kế hoạch tháng sau"),
            ],
            [1, "Xi măng", "nghìn tấn", 100.0 + month, 90.0 + month, 5.0, 120.0],
            [2, "Xuất khẩu", "triệu USD", 50.0 + month, 1.0, 2.0, 60.0],
        ]

    found = read(old_workbook({f"T{month}": sheet(month) for month in (4, 5)}))
    assert values(found) == {
        ("cement", "2024-04", "month"): 104.0,
        ("cement", "2024-05", "month"): 105.0,
        ("cement_sales", "2024-04", "month"): 94.0,
        ("cement_sales", "2024-05", "month"): 95.0,
        ("cement_stock", "2024-04", "month"): 5.0,
        ("cement_stock", "2024-05", "month"): 5.0,
        ("exports", "2024-04", "month"): 54.0,
        ("exports", "2024-05", "month"): 55.0,
    }
    assert any("ton kho" in note for note in found.notes)
    assert any("ke hoach thang sau" in note for note in found.notes)


def test_days_are_kept_apart_from_months(this_run: Run, tmp_path: Path) -> None:
    store = this_run.new_store(tmp_path / "store")
    save_plan(store, PLAN)
    form = tmp_path / "form.csv"
    form.write_text(
        "Báo cáo tháng 2 năm 2024\n"
        "TT;Chỉ tiêu;ĐVT;Thực hiện đến ngày 22/02;Ước thực hiện tháng 2\n"
        "1;Thu hải quan;tỷ đồng;830,6;400\n"
    )
    tidy = tmp_path / "tidy.csv"
    tidy.write_text(
        "Chỉ tiêu;Kỳ;Giá trị;Hình thức\nrevenue;đến 22/02/2024;830,6;lũy kế\n"
        "revenue;từ ngày 01 đến 15/12/2023;121,65;\n"
    )
    report = ingest(store, "kept", [form, tidy], published=date(2024, 2, 26))
    assert [file.problem for file in report.files] == [None, None]
    assert report.added.new == 3
    assert report.added.unchanged == 1
    stored = [(one.from_day, one.to_day, one.value) for one in dated_of(store, "kept")]
    assert stored == [
        (date(2023, 12, 1), date(2023, 12, 15), 121.65),
        (date(2024, 1, 1), date(2024, 2, 22), 830.6),
    ]
    assert dated_of(store, "kept", date(2024, 2, 25)) == ()
