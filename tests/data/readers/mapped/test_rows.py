"""Tables of other offices: ten layouts written by hand, and maps said by a person."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from data.ingestion.reading import Claims, FileRead, read_file
from data.plans.kpi import Kpi
from data.readers.mapped.rows import guess_mapped, map_by_hand
from data.readers.mapped.table_map import TableMap, fingerprint, parse_map
from data.readers.spreadsheet.workbook import OpenedFile
from experiments.odd_files.old_excel import old_workbook
from models.errors import InputError

KPIS = (
    Kpi("exports", "Xuất khẩu", "Exports", "million USD"),
    Kpi("imports", "Nhập khẩu", "Imports", "million USD"),
)
MONTHS = [f"2023-{month:02d}" for month in range(1, 13)]
EXPORTS = [90.1, 80.2, 95.3, 96.4, 101.5, 112.3, 113.1, 114.2, 115.3, 116.4, 117.5, 118.6]
IMPORTS = [value + 10 for value in EXPORTS]
WHOLE = {
    **{("exports", month): value for month, value in zip(MONTHS, EXPORTS, strict=True)},
    **{("imports", month): value for month, value in zip(MONTHS, IMPORTS, strict=True)},
}
Rows = list[Any]


def across(headings: Sequence[object], *above: Sequence[object], left: int = 1) -> Rows:
    names: Sequence[Sequence[object]] = [["Xuất khẩu"], ["Nhập khẩu"]]
    if left == 3:
        names = [[1, "Xuất khẩu", "triệu USD"], [2, "Nhập khẩu", "triệu USD"]]
    head = {1: ["Chỉ tiêu"], 3: ["STT", "Chỉ tiêu", "ĐVT"]}[left]
    figures = (EXPORTS, IMPORTS)
    body = [[*name, *values] for name, values in zip(names, figures, strict=True)]
    return [*above, [*head, *headings], *body]


def down(month: Sequence[object], heads: Sequence[object], *above: Sequence[object]) -> Rows:
    lead = [each if isinstance(each, list) else [each] for each in month]
    pairs = zip(lead, EXPORTS, IMPORTS, strict=True)
    return [*above, heads, *([*each, one, other] for each, one, other in pairs)]


ENGLISH = "January February March April May June July August September October November December"
LAYOUTS: dict[str, Rows] = {
    "T1 to T12 under a title": across(
        [f"T{n}" for n in range(1, 13)], ["Số liệu xuất nhập khẩu năm 2023"], left=3
    ),
    "Tháng 1 to 12 under a merged year": across(
        [f"Tháng {n}" for n in range(1, 13)], ["", "", "", "Năm 2023"], left=3
    ),
    "T1/2023": across([f"T{n}/2023" for n in range(1, 13)]),
    "2023-01 to 2023-12": across(MONTHS),
    "01/2023 with a unit line": across(
        [f"{n:02d}/2023" for n in range(1, 13)], ["Đơn vị tính: triệu USD"]
    ),
    "2023 January": across([f"2023 {name}" for name in ENGLISH.split()]),
    "Jan-23": across([f"{name[:3]}-23" for name in ENGLISH.split()]),
    "months down": down(MONTHS, ["Tháng", "Xuất khẩu (triệu USD)", "Nhập khẩu (triệu USD)"]),
    "Year and Month in columns": down(
        [[2023, name] for name in ENGLISH.split()], ["Year", "Month", "Exports", "Imports"]
    ),
    "Tháng 1 down, the year in the title": down(
        [f"Tháng {n}" for n in range(1, 13)],
        ["Kỳ", "Xuất khẩu", "Nhập khẩu"],
        ["Xuất nhập khẩu năm 2023"],
    ),
}


def xlsx(rows: Rows) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Số liệu")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


def csv(rows: Rows) -> bytes:
    return "\n".join(";".join(str(cell) for cell in row) for row in rows).encode()


def xls(rows: Rows) -> bytes:
    return old_workbook({"Số liệu": rows})


def read(content: bytes, maps: dict[str, TableMap] | None = None) -> FileRead:
    return read_file(content, "table", Claims.of(KPIS, {}, maps), date(2024, 7, 10))


def values(found: FileRead) -> dict[tuple[str, str], float]:
    assert found.problem is None, found.problem
    assert found.blocked is None, found.blocked
    return {(one.kpi, str(one.month)): one.value for one in found.observations}


@pytest.mark.parametrize("write", [xlsx, xls, csv])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_month_of_ten_layouts_is_read(layout: str, write: object) -> None:
    assert callable(write)
    found = read(write(LAYOUTS[layout]))
    assert values(found) == WHOLE
    assert {one.form for one in found.observations} == {"month"}
    last = {one.status for one in found.observations if str(one.month) == "2023-12"}
    assert last == {"estimate"}


def test_quarters_years_to_date_and_totals() -> None:
    head = ["Chỉ tiêu", "Quý I", "Quý II", "9 tháng", "Quý IV", "Cả năm"]
    rows: Rows = [["Số liệu năm 2023"], head, ["Xuất khẩu", 265.6, 310.2, 918.4, 352.5, 1270.9]]
    found = read(csv(rows))
    assert [(one.form, str(one.month), one.value) for one in found.observations] == [
        ("quarter", "2023-03", 265.6),
        ("quarter", "2023-06", 310.2),
        ("year_to_date", "2023-09", 918.4),
        ("quarter", "2023-12", 352.5),
    ]
    assert found.notes == ("totals of a year left out: Cả năm",)


def test_rows_of_years_and_rows_of_years_to_date() -> None:
    rows: Rows = [
        ["Sector", "Year", "January", "February", "March"],
        ["Exports", 2022, 1.0, 2.0, 3.0],
        ["Exports", 2023, 4.0, 5.0, 6.0],
    ]
    assert values(read(csv(rows)))["exports", "2023-02"] == 5.0
    rows = [["Năm 2023"], ["Chỉ tiêu", "T1", "T2", "T3"], ["Xuất khẩu"]]
    rows += [["Trong tháng", 1.0, 2.0, 3.0], ["Lũy kế", 1.0, 3.0, 6.0]]
    forms = [(one.form, one.value) for one in read(csv(rows)).observations]
    assert forms[:3] == [("month", 1.0), ("month", 2.0), ("month", 3.0)]
    assert forms[3:] == [("year_to_date", 1.0), ("year_to_date", 3.0), ("year_to_date", 6.0)]


def test_months_without_any_year_are_refused_for_that() -> None:
    rows = across([f"T{n}" for n in range(1, 13)])
    assert "the year of the months" in str(read(csv(rows)).problem)


def test_a_table_of_strangers_is_not_loaded_and_says_the_way_out() -> None:
    found = read(csv([["Month", "Price", "Volume"], *([m, 1.0, 2.0] for m in MONTHS)]))
    assert found.blocked is not None
    assert "--match" in found.blocked
    assert [row.label for row in found.unknown] == ["Price", "Volume"]


def test_names_keep_what_is_no_numbering() -> None:
    rows: Rows = [["Time", "E.Europe", "W.Europe"], *([m, 1.0, 2.0] for m in MONTHS)]
    assert [row.label for row in read(csv(rows)).unknown] == ["E.Europe", "W.Europe"]


def test_what_a_person_says_of_the_columns_holds_for_the_same_headings() -> None:
    rows: Rows = [["made up"], ["when", "what", "how much", "note"]]
    rows += [[month, "Exports", 10.0 * n, "x"] for n, month in enumerate(MONTHS, start=1)]
    said = parse_map("series=B month=A value=C form=year_to_date header=2")
    known = map_by_hand(OpenedFile(csv(rows), "table"), said)
    assert known is not None
    found = read(csv(rows), dict([known]))
    assert {one.form for one in found.observations} == {"year_to_date"}
    assert found.columns == str(said)
    later = [["another title"], [""], *rows[1:3]]
    assert len(read(csv(later), dict([known])).observations) == 1


def test_a_map_in_words_and_back() -> None:
    for text in ("series=A,B month=C value=D form=month header=1", "month=A form=month header=3"):
        assert str(parse_map(text)) == text
    for wrong in (
        "",
        "serie=A",
        "month=1",
        "series=A month=B",
        "month=A form=plan",
        "month=A header=0",
    ):
        with pytest.raises(InputError):
            parse_map(wrong)


def test_the_fingerprint_is_that_of_the_headings_without_years() -> None:
    def heads(year: int) -> str:
        rows = across([f"T{n}/{year}" for n in range(1, 13)])
        found = OpenedFile(csv(rows), "t").text.grid(";")
        return fingerprint(found.rows[0])

    assert heads(2022) == heads(2023)
    assert guess_mapped(OpenedFile(b"a;b\n1;2\n", "t")) is None
