"""Tidy files: what is understood, and what is refused with its place."""

from __future__ import annotations

import contextlib
import io
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, strategies as st

from data.plans.kpi import Kpi
from data.readers.spreadsheet.months import read_day, read_month
from data.readers.spreadsheet.number_format import (
    DecimalSeparator,
    parse_number,
    possible_separators,
    weigh,
)
from data.readers.tidy.file import read_tidy
from data.vintages.observation import UNDATED, Observation
from models.errors import InvalidMonth, UnreadableFile
from models.series import Month

KPIS = (
    Kpi("exports", "Xuất khẩu hàng hóa", "Exports", "million USD"),
    Kpi("imports", "Nhập khẩu hàng hóa", "Imports", "million USD"),
    Kpi("coal", "Than đá (than sạch)", "Coal", "thousand tonnes"),
    Kpi("coal_sold", "Than bán", "Coal", "thousand tonnes"),
    Kpi("turnover", "Tổng kim ngạch", "Turnover", "million USD", parts=("exports", "imports")),
)
PUBLISHED = date(2021, 6, 29)


def read(text: str, published: date | None = PUBLISHED) -> tuple[Observation, ...]:
    return read_tidy(text.encode(), "figures.csv", KPIS, published)


def workbook(rows: Iterable[Iterable[object]], formats: dict[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Số liệu"
    for row in rows:
        sheet.append(list(row))
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def refused(content: bytes | str, published: date | None = PUBLISHED) -> UnreadableFile:
    raw = content.encode() if isinstance(content, str) else content
    with pytest.raises(UnreadableFile) as caught:
        read_tidy(raw, "figures.csv", KPIS, published)
    return caught.value


def test_a_row_becomes_an_observation_with_its_place() -> None:
    (observation,) = read("KPI,month,value\nexports,2021-06,27200\n")
    assert observation == Observation(
        "exports", Month(2021, 6), "month", 27200.0, "estimate", PUBLISHED, "figures.csv, C2"
    )


def test_all_columns_in_vietnamese_in_any_order() -> None:
    text = (
        "STT;Ngày công bố;Giá trị;Tháng;Trạng thái;Chỉ tiêu;Hình thức;Nguồn;Đơn vị;Ghi chú\n"
        "1;29/07/2021;27.200,5;Tháng 6/2021;sơ bộ;Xuất khẩu hàng hóa;lũy kế;Cục Thống kê;"
        "triệu USD;x\n"
    )
    (observation,) = read(text)
    assert observation == Observation(
        "exports",
        Month(2021, 6),
        "year_to_date",
        27200.5,
        "restated",
        date(2021, 7, 29),
        "Cục Thống kê",
    )


def test_accents_and_case_of_headers_and_names_are_optional() -> None:
    (observation,) = read("chi tieu,THANG,gia tri\nxuat khau hang hoa,2021-06,1\n")
    assert observation.kpi == "exports"


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("", "month"),
        ("so với cùng kỳ", "rate_on_year"),
        ("Lũy kế so với cùng kỳ", "rate_to_date"),
        ("mom", "rate_on_month"),
        ("% kế hoạch", "share_of_plan"),
        ("kế hoạch", "plan"),
        ("cả năm", "year"),
        ("year_to_date", "year_to_date"),
        ("quý", "quarter"),
        ("6 tháng", "half"),
    ],
)
def test_forms(written: str, form: str) -> None:
    assert read(f"KPI,month,value,form\ncoal_sold,2021-06,1,{written}\n")[0].form == form


@pytest.mark.parametrize(("form", "whole"), [("quý", "quarter"), ("6 tháng", "half-year")])
def test_a_span_is_named_by_its_last_month(form: str, whole: str) -> None:
    error = refused(f"KPI,month,value,form\ncoal_sold,2021-05,1,{form}\n")
    assert (error.cell, whole in error.expected) == ("B2", True)


def test_a_figure_of_no_known_day_is_in_no_view() -> None:
    (one,) = read("KPI,month,value,published\ncoal_sold,2021-05,1,Không rõ\n")
    assert one.published == UNDATED


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258"]
)
def test_delimiters_and_encodings(delimiter: str, encoding: str) -> None:
    rows = [["Chỉ tiêu", "Tháng", "Giá trị"], ["Xuất khẩu hàng hóa", "06/2021", "12"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    if encoding == "cp1258":  # has base letters and combining tone marks only
        text = "".join(_cp1258_letter(letter) for letter in text)
    (observation,) = read_tidy(text.encode(encoding), "figures.csv", KPIS, PUBLISHED)
    assert (observation.kpi, observation.value) == ("exports", 12.0)


def _cp1258_letter(letter: str) -> str:
    """A letter as Windows-1258 has it: 'ấ' is 'â' and a combining acute."""
    try:
        letter.encode("cp1258")
    except UnicodeEncodeError:
        decomposed = unicodedata.normalize("NFD", letter)
        tones = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
        tone = "".join(mark for mark in decomposed if mark in tones)
        base = "".join(mark for mark in decomposed if mark not in tones)
        return unicodedata.normalize("NFC", base) + tone
    return letter


def test_text_is_kept_in_composed_letters() -> None:
    decomposed = unicodedata.normalize("NFD", "Cục Thống kê")
    (observation,) = read(f"KPI,month,value,source\nexports,2021-06,1,{decomposed}\n")
    assert observation.source == "Cục Thống kê"
    assert len(decomposed) > len(observation.source)


def test_a_title_above_the_header_and_a_note_below_the_table_are_no_figures() -> None:
    text = "Số liệu tháng 6,,\n,,\nChỉ tiêu,Tháng,Giá trị\nexports,2021-06,5\nNguồn: báo cáo,,\n"
    assert [observation.value for observation in read(text)] == [5.0]


def test_a_quoted_field_may_hold_the_delimiter() -> None:
    assert read('KPI,month,value\nexports,2021-06,"1,234.5"\n')[0].value == 1234.5


def test_rows_without_a_figure_are_left_out() -> None:
    rows = "exports,2021-05,\nexports,2021-04,…\nexports,2021-06,3\n"
    assert [str(row.month) for row in read("KPI,month,value\n" + rows)] == ["2021-06"]


# --- number formats


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1234.5", 1234.5),
        ("1234,5", 1234.5),
        ("1.234.567", 1234567.0),
        ("1,234,567", 1234567.0),
        ("12.34", 12.34),
        ("0.123", 0.123),
        ("1 234,5", 1234.5),
        ("-1.234,5", -1234.5),
        ("−7,5", -7.5),
        ("(7,5)", -7.5),
        ("104,5%", 104.5),
        ("1,5E+03", 1500.0),
        ("950", 950.0),
        (",5", 0.5),
    ],
)
def test_a_number_that_reads_one_way(written: str, value: float) -> None:
    assert read(f'KPI,month,value\nexports,2021-06,"{written}"\n')[0].value == value


def test_the_whole_column_decides_what_one_value_leaves_open() -> None:
    rows = 'exports,2021-05,"1.234"\nexports,2021-06,"27.200,5"\n'
    assert [row.value for row in read("KPI,month,value\n" + rows)] == [1234.0, 27200.5]
    rows = 'exports,2021-05,"1.234"\nexports,2021-06,"27200.5"\n'
    assert [row.value for row in read("KPI,month,value\n" + rows)] == [1.234, 27200.5]


def test_a_column_that_could_be_read_two_ways_asks() -> None:
    error = refused("KPI;month;value\nexports;2021-05;950\nexports;2021-06;1.234\n")
    assert error.cell == "C3"
    assert "is it 1234 or 1.234?" in error.expected
    assert "without separators (1234)" in error.advice


def test_a_column_in_two_formats_is_refused_with_both_cells() -> None:
    error = refused('KPI;month;value\nexports;2021-05;1.234,5\nexports;2021-06;"1,234.5"\n')
    assert "C3" in error.expected
    assert error.cell == "C2"


@given(
    value=st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False),
    vietnamese=st.booleans(),
)
def test_a_grouped_number_with_decimals_is_read_back(value: Decimal, vietnamese: bool) -> None:
    text = f"{value:,}"
    if vietnamese:
        text = text.translate(str.maketrans(",.", ".,"))
    separator: DecimalSeparator = "," if vietnamese else "."
    assert possible_separators(text) == {separator}
    assert parse_number(text, separator) == float(str(value))


@given(st.text(alphabet="0123456789.,- ", max_size=12))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    for separator in possible_separators(text):
        parse_number(text, separator)
    evidence = weigh([text])
    assert not (evidence.unreadable and (evidence.dot or evidence.comma or evidence.open))


# --- months and days


@pytest.mark.parametrize(
    "written",
    [
        "2021-06",
        "2021/6",
        "06/2021",
        "6-2021",
        "Tháng 6/2021",
        "tháng 06 năm 2021",
        "Thang 6 2021",
        "T6/2021",
        "202106",
        "2021-06-01",
        "01/06/2021",
        "30/06/2021",
        202106.0,
        date(2021, 6, 15),
        datetime(2021, 6, 1),
    ],
)
def test_months(written: str | float | date) -> None:
    assert read_month(written) == Month(2021, 6)


@pytest.mark.parametrize(
    "written", ["", None, "2021", "13/2021", "2021-00", "06/15/2021", "15/06/2021", 2021.1, "Q2"]
)
def test_no_months(written: str | float | None) -> None:
    with pytest.raises(InvalidMonth, match="found"):
        read_month(written)


@pytest.mark.parametrize("written", ["2021-06-29", "29/06/2021", "29.6.2021", "ngày 29/6/2021"])
def test_days(written: str) -> None:
    assert read_day(written) == date(2021, 6, 29)


@pytest.mark.parametrize("written", ["2021-06-31", "06/29/2021", "29/06", "", None, 5.0])
def test_no_days(written: str | float | None) -> None:
    with pytest.raises(InvalidMonth, match="found"):
        read_day(written)


def test_the_year_alone_stands_for_a_figure_of_the_year() -> None:
    rows = "KPI,month,value,form,published\ncoal_sold,2020,48,year,2021-01-29\n"
    assert read(rows)[0].month == Month(2020, 12)


# --- XLSX


def test_a_workbook_with_numbers_and_dates() -> None:
    content = workbook(
        [
            ["Bảng số liệu"],
            ["Chỉ tiêu", "Tháng", "Giá trị (triệu USD)", "Ngày công bố"],
            ["exports", datetime(2021, 6, 1), 27200.25, datetime(2021, 6, 29)],
            ["imports", "06/2021", "28.100,5", "29/06/2021"],
        ]
    )
    first, second = read_tidy(content, "figures.xlsx", KPIS, None)
    assert (first.month, first.value, first.published) == (Month(2021, 6), 27200.25, PUBLISHED)
    assert (second.kpi, second.value) == ("imports", 28100.5)
    assert first.source == "figures.xlsx, Số liệu, C3"


def test_a_cell_shown_as_a_percentage_is_per_cent() -> None:
    rows: list[list[object]] = [
        ["KPI", "month", "value", "form"],
        ["exports", "2021-06", 1.045, "yoy"],
    ]
    content = workbook(rows, {"C2": "0.0%"})
    assert read_tidy(content, "figures.xlsx", KPIS, PUBLISHED)[0].value == 104.5


def test_a_formula_without_a_result_is_refused() -> None:
    error = refused(workbook([["KPI", "month", "value"], ["exports", "2021-06", "=1+1"]]))
    assert (error.sheet, error.cell) == ("Số liệu", "C2")
    assert "=1+1" in error.found


def test_a_date_in_the_value_column_is_refused() -> None:
    rows: list[list[object]] = [
        ["KPI", "month", "value"],
        ["exports", "2021-06", datetime(2021, 5, 1)],
    ]
    assert "took the number for a date" in refused(workbook(rows)).advice


def test_a_damaged_workbook_is_refused() -> None:
    content = workbook([["KPI", "month", "value"], ["exports", "2021-06", 1]])
    assert "save it again" in refused(content[:500]).advice
    assert "save it again" in refused(b"PK\x03\x04" + b"\x00" * 100).advice
    assert ".xls" in refused(b"\xd0\xcf\x11\xe0" + b"\x00" * 100).expected


# --- refusals


def test_all_problems_are_reported_at_once_and_nothing_is_returned() -> None:
    error = refused(
        "KPI,month,value,status\n"
        "exports,2021-06,1,estimate\n"
        "exprts,2021-06,1,estimate\n"
        "exports,2021-13,1,estimate\n"
        "exports,2021-05,1,perhaps\n"
        "exports,2021-04,abc,estimate\n"
    )
    message = str(error)
    for place in ("C6", "A3", "B4", "D5"):
        assert place in message
    assert "Close ones: exports" in message or "'exprts'" in message
    assert "Nothing was loaded." in message


def test_an_unknown_kpi_names_close_ones() -> None:
    error = refused("KPI,month,value\nexprts,2021-06,1\n")
    assert (error.cell, error.found) == ("A2", "'exprts'")
    assert "exports" in error.advice


def test_a_name_that_two_kpis_share_asks_for_the_slug() -> None:
    assert "coal, coal_sold" in refused("KPI,month,value\nCoal,2021-06,1\n").advice
    assert read("KPI,month,value\ncoal,2021-06,1\n")[0].kpi == "coal"


def test_a_total_has_no_figures_of_its_own() -> None:
    assert "exports, imports" in refused("KPI,month,value\nturnover,2021-06,1\n").advice


def test_without_a_date_of_publication_it_asks_once() -> None:
    error = refused("KPI,month,value\nexports,2021-06,1\nexports,2021-05,1\n", published=None)
    assert "--published" in error.advice
    assert "Also" not in error.advice


def test_published_before_the_month_began_is_refused() -> None:
    error = refused("KPI,month,value\nexports,2021-07,1\n")
    assert "2021-07 or later" in error.expected


def test_an_unknown_column_is_refused_rather_than_ignored() -> None:
    error = refused("KPI,month,value,Trang thaii\nexports,2021-06,1,ước\n")
    assert (error.cell, error.found) == ("D1", "'Trang thaii'")


def test_a_column_twice_is_refused() -> None:
    assert "D1" in str(refused("KPI,month,value,Giá trị\nexports,2021-06,1,2\n"))


def test_no_header_names_what_was_found() -> None:
    error = refused("a,b,c\n1,2,3\n")
    assert "'a', 'b', 'c'" in error.found
    assert "Letters were lost" in refused("Ch? tiêu,Tháng,Giá tr?\n1,2,3\n").advice
    assert refused("").found == "an empty file"
    assert refused("KPI,month,value\n").found == "none"


def test_bytes_that_are_no_text_are_refused() -> None:
    assert "CSV UTF-8" in refused(bytes(range(128, 256))).advice


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(UnreadableFile):
        read_tidy(content, "figures", KPIS, PUBLISHED)
