"""The guards stand once: each fault is fed through every reader and noticed by each."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any, Literal

import openpyxl
import pytest

from data.ingestion.guards import Claimed, guard
from data.ingestion.preview import FilePreview, preview_file
from data.ingestion.reading import Claims, FileRead, PrintedRow, read_file
from data.plans.kpi import Kpi, RowSelector
from data.readers.spreadsheet.cells import fold
from data.vintages.comparison import StoredFigures
from data.vintages.observation import Observation
from experiments.odd_files.old_excel import Error, Shown, old_workbook
from models.series import Month

DAY = date(2024, 7, 10)
Format = Literal["xlsx", "xls", "csv"]
Rows = list[list[Any]]


def kpi(slug: str, vi: str, table: str = "products") -> Kpi:
    row = RowSelector(table, (fold(vi),))
    return Kpi(slug, vi, slug.capitalize(), "thousand tonnes", rows=(row,))


KPIS = (kpi("cement", "Xi măng"), kpi("steel", "Thép"))
UNIT = "nghìn tấn"
OTHER = "tấn"


# --- each reader's file: two products with May, June and the months to June


def annex(figures: Rows, unit: str = UNIT) -> Rows:
    rows: Rows = [
        ["4. Một số sản phẩm chủ yếu của ngành công nghiệp"],
        [
            *("", "Đơn vị tính", "Thực hiện tháng 5 năm 2024", "Ước tính tháng 6 năm 2024"),
            "Cộng dồn 6 tháng năm 2024",
        ],
    ]
    names = ("Xi măng", "Thép")
    return rows + [[name, unit, *values] for name, values in zip(names, figures, strict=True)]


def form(figures: Rows, unit: str = UNIT) -> Rows:
    rows: Rows = [
        ["Báo cáo tháng 6 năm 2024"],
        ["TT", "Chỉ tiêu", "ĐVT", "Thực hiện tháng 5", "Ước tháng 6", "Lũy kế 6 tháng"],
    ]
    names = ("Xi măng", "Thép")
    return rows + [[1, name, unit, *values] for name, values in zip(names, figures, strict=True)]


FORMS = (("2024-05", "tháng"), ("2024-06", "tháng"), ("2024-06", "lũy kế"))


def tidy(figures: Rows, unit: str = UNIT) -> Rows:
    rows: Rows = [["Chỉ tiêu", "Tháng", "Giá trị", "Hình thức", "Đơn vị"]]
    for name, values in zip(("cement", "steel"), figures, strict=True):
        rows += [
            [name, month, value, kind, unit]
            for (month, kind), value in zip(FORMS, values, strict=True)
        ]
    return rows


def across(figures: Rows, unit: str = UNIT) -> Rows:
    rows: Rows = [["Năm 2024"], ["Chỉ tiêu", "ĐVT", "T4", "T5", "T6", "6 tháng"]]
    names = ("Xi măng", "Thép")
    return rows + [[name, unit, "", *values] for name, values in zip(names, figures, strict=True)]


def sdmx(figures: Rows, unit: str = UNIT) -> bytes:
    lines = ["DATAFLOW,KPI,FORM,TIME_PERIOD,OBS_VALUE,UNIT_MEASURE,UNIT_MULT"]
    power = "3" if unit == UNIT else "0"
    for name, values in zip(("cement", "steel"), figures, strict=True):
        lines += [
            f"VEDICH:M(1.0),{name},{'month' if kind == 'tháng' else 'year_to_date'},{month},"
            f"{value},TNE,{power}"
            for (month, kind), value in zip(FORMS, values, strict=True)
        ]
    return "\n".join(lines).encode()


def jsonstat(figures: Rows, unit: str = UNIT) -> bytes:
    def dimension(*codes: str) -> dict[str, Any]:
        return {"category": {"index": list(codes)}}

    kpis = dimension("cement", "steel")
    kpis["category"]["unit"] = {code: {"base": unit} for code in ("cement", "steel")}
    values = [each for may, june, to_date in figures for each in (may, june, None, to_date)]
    return json.dumps(
        {
            "version": "2.0",
            "class": "dataset",
            "id": ["KPI", "FORM", "TIME_PERIOD"],
            "size": [2, 2, 2],
            "role": {"time": ["TIME_PERIOD"]},
            "dimension": {
                "KPI": kpis,
                "FORM": dimension("month", "year_to_date"),
                "TIME_PERIOD": dimension("2024-05", "2024-06"),
            },
            "value": values,
        }
    ).encode()


TABLES: Mapping[str, Callable[..., Rows]] = {
    "annex": annex,
    "form": form,
    "tidy": tidy,
    "across": across,
}
MESSAGES: Mapping[str, Callable[..., bytes]] = {"sdmx": sdmx, "jsonstat": jsonstat}
WORKBOOKS = [(name, kind) for name, kind in product(TABLES, ("xlsx", "xls"))]
SHEETS = [*WORKBOOKS, *((name, "csv") for name in TABLES if name != "annex")]
READERS = [*SHEETS, *((name, "") for name in MESSAGES)]


def written(rows: Rows, kind: str, number_format: str = "", hidden: int = 0) -> bytes:
    if kind == "csv":
        return "\n".join(";".join(str(cell) for cell in row) for row in rows).encode()
    if kind == "xls":
        return old_workbook({"A": rows}, formats=[number_format] if number_format else [])
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "A"
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            if isinstance(value, Shown):
                cell.value, cell.number_format = value.number, number_format
            else:
                cell.value = value.text if isinstance(value, Error) else value
    if hidden:
        sheet.row_dimensions[hidden].hidden = True
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def content(reader: str, kind: str, figures: Rows, unit: str = UNIT) -> bytes:
    if reader in MESSAGES:
        return MESSAGES[reader](figures, unit)
    return written(TABLES[reader](figures, unit), kind)


def read(bytes_: bytes, day: date | None = DAY) -> FileRead:
    return read_file(bytes_, "figures", Claims.of(KPIS, {}), day)


RIGHT: Rows = [[10.5, 11.5, 60.5], [20.5, 21.5, 120.5]]
WHOLE = {
    ("cement", "2024-05", "month"): 10.5,
    ("cement", "2024-06", "month"): 11.5,
    ("cement", "2024-06", "year_to_date"): 60.5,
    ("steel", "2024-05", "month"): 20.5,
    ("steel", "2024-06", "month"): 21.5,
    ("steel", "2024-06", "year_to_date"): 120.5,
}


def values(found: FileRead) -> dict[tuple[str, str, str], float]:
    assert found.problem is None, found.problem
    assert found.blocked is None, found.blocked
    return {(one.kpi, str(one.month), one.form): one.value for one in found.observations}


@pytest.mark.parametrize(("reader", "kind"), READERS)
def test_each_reader_reads_the_file_without_a_fault(reader: str, kind: str) -> None:
    found = read(content(reader, kind, RIGHT))
    assert values(found) == WHOLE
    assert found.notes == ()


@pytest.mark.parametrize(("reader", "kind"), READERS)
def test_another_unit_is_refused_by_each_reader(reader: str, kind: str) -> None:
    problem = str(read(content(reader, kind, RIGHT, OTHER)).problem)
    assert "expected the unit of cement, 'thousand tonnes'" in problem
    assert "never converted" in problem
    assert "steel" in problem  # both rows are named at once


@pytest.mark.parametrize(("reader", "kind"), READERS)
def test_swapped_columns_are_refused_by_each_reader(reader: str, kind: str) -> None:
    swapped: Rows = [[10.5, 60.5, 11.5], [20.5, 120.5, 21.5]]
    problem = str(read(content(reader, kind, swapped)).problem)
    assert "2 of 2 figures with the month above the year to date" in problem
    assert "swapped" in problem


def doubled(reader: str, kind: str, second: float) -> bytes:
    """The file with its first product a second time, in June another figure."""
    again: Rows = [[10.5, second, 60.5], [20.5, 21.5, 120.5]]
    if reader == "sdmx":
        first, other = sdmx(RIGHT).decode(), sdmx(again).decode()
        return (first + "\n" + "\n".join(other.splitlines()[1:])).encode()
    if reader == "jsonstat":
        document = json.loads(jsonstat(RIGHT))
        months = ["2024-05", "2024-06", "2024M06"]
        document["dimension"]["TIME_PERIOD"]["category"]["index"] = months
        document["size"][2] = 3
        document["value"] = [
            *(10.5, 11.5, second, None, 60.5, None),
            *(20.5, 21.5, None, None, 120.5, None),
        ]
        return json.dumps(document).encode()
    rows = TABLES[reader](RIGHT)
    more = TABLES[reader](again)
    return written(rows + more[-3 if reader == "tidy" else -2 :], kind)


@pytest.mark.parametrize(  # an annex counts rows of one name: the second is another row
    ("reader", "kind"), [each for each in READERS if each[0] != "annex"]
)
def test_two_figures_for_one_are_refused_and_the_same_twice_is_one(reader: str, kind: str) -> None:
    if reader == "tidy":
        rows = [*tidy(RIGHT), ["cement", "2024-06", 12.5, "tháng", UNIT]]
        found = read(written(rows, kind))
    else:
        found = read(doubled(reader, kind, 12.5))
    assert "one figure of cement for 2024-06" in str(found.problem)
    assert "11.5" in str(found.problem)
    once = read(doubled(reader, kind, 11.5))
    assert values(once) == WHOLE
    assert len(once.observations) == len(WHOLE)


@pytest.mark.parametrize(("reader", "kind"), WORKBOOKS)
@pytest.mark.parametrize("text", ["#REF!", "#N/A"])
def test_an_error_value_is_refused_by_each_reader(reader: str, kind: str, text: str) -> None:
    faulty: Rows = [[10.5, Error(text), 60.5], RIGHT[1]]
    problem = str(read(content(reader, kind, faulty)).problem)
    assert f"the error {text}" in problem
    assert "sheet 'A', cell " in problem


@pytest.mark.parametrize("reader", TABLES)
def test_a_formula_without_a_result_is_refused_by_each_reader(reader: str) -> None:
    faulty: Rows = [[10.5, "=1+2", 60.5], RIGHT[1]]
    assert "=1+2" in str(read(content(reader, "xlsx", faulty)).problem)


@pytest.mark.parametrize("reader", TABLES)
def test_a_number_that_became_a_date_is_refused_by_each_reader(reader: str) -> None:
    faulty: Rows = [[10.5, date(2024, 5, 11), 60.5], RIGHT[1]]
    assert "took the number for a date" in str(read(content(reader, "xlsx", faulty)).problem)


@pytest.mark.parametrize(("reader", "kind"), WORKBOOKS)
def test_what_a_cell_shows_is_read_by_each_reader(reader: str, kind: str) -> None:
    stored = [[Shown(1000 * value) for value in row] for row in RIGHT]
    found = read(written(TABLES[reader](stored), kind, "0.0,"))
    assert values(found) == WHOLE


@pytest.mark.parametrize("reader", TABLES)
def test_a_hidden_row_is_remarked_for_each_reader(reader: str) -> None:
    rows = TABLES[reader](RIGHT)
    found = read(written(rows, "xlsx", hidden=len(rows)))
    assert values(found) == WHOLE
    assert found.notes == (f"sheet 'A': rows {len(rows)} are hidden; their figures were read",)


def history() -> StoredFigures:
    """Three calm years of both products, so that a jump is one."""
    return StoredFigures(
        Observation(
            one.slug,
            Month(year, month),
            "month",
            base + 0.1 * month,
            "final",
            date(year, month, 28),
            "",
        )
        for (one, base), year, month in product(
            zip(KPIS, (10.0, 20.0), strict=True), (2021, 2022, 2023), range(1, 13)
        )
    )


@pytest.mark.parametrize(("reader", "kind"), READERS)
def test_a_jump_is_doubted_for_each_reader(reader: str, kind: str) -> None:
    faulty: Rows = [[10.5, 11500.0, 21500.0], RIGHT[1]]
    shown: FilePreview = preview_file(read(content(reader, kind, faulty)), history(), KPIS)
    doubts = [(one.kpi, one.month, one.why) for one in shown.suspicions]
    assert ("cement", "2024-06", "magnitude") in doubts


# --- figures to a day


def days(value: object, unit: str = UNIT) -> Sequence[Rows]:
    head = ["TT", "Chỉ tiêu", "ĐVT", "Thực hiện đến ngày 22/06", "Ước tháng 6"]
    return (
        [["Báo cáo tháng 6 năm 2024"], head, [1, "Xi măng", unit, value, 11.5]],
        [
            ["Chỉ tiêu", "Kỳ", "Giá trị", "Hình thức", "Đơn vị"],
            ["cement", "đến 22/06/2024", value, "lũy kế", unit],
        ],
    )


@pytest.mark.parametrize("which", [0, 1])
def test_figures_to_a_day_pass_the_same_guards(which: int) -> None:
    (right,) = read(written(days(58.5)[which], "xlsx")).dated
    assert (right.to_day, right.value) == (date(2024, 6, 22), 58.5)
    assert "the unit of cement" in str(read(written(days(58.5, OTHER)[which], "xlsx")).problem)
    faulty = written(days(Error("#REF!"))[which], "xls")
    assert "the error #REF!" in str(read(faulty).problem)
    rows = days(58.5)[which]
    again = [*rows[-1]]
    again[3 if which == 0 else 2] = 59.5
    twice = str(read(written([*rows, again], "xlsx")).problem)
    assert "one figure of cement for 2024-01-01 to 2024-06-22" in twice


def test_days_below_the_months_before_them_are_remarked() -> None:
    stored = StoredFigures(
        [Observation("cement", Month(2024, 5), "year_to_date", 60.5, "final", DAY, "")]
    )
    shown = preview_file(read(written(days(58.5)[1], "xlsx")), stored, KPIS)
    assert shown.read.notes == (
        "sheet 'A', cell C2: figure of cement from 2024-01-01 to 2024-06-22, 58.5: cumulative "
        "figure below the month before (60.5)",
    )
    fine = preview_file(read(written(days(68.5)[1], "xlsx")), stored, KPIS)
    assert fine.read.notes == ()


# --- the guard itself


def one(value: float, unit: str = UNIT, **more: Any) -> Claimed:
    figure = Observation("cement", Month(2024, 6), "month", value, "estimate", DAY, "")
    return replace(Claimed(KPIS[0], figure, "Xi măng", unit, "A", "C2"), **more)


def test_units_that_are_not_known_are_remarks_unless_they_count_in_other_thousands() -> None:
    (note,) = guard([one(1.0, "kiện")]).notes
    assert "'kiện' is not known" in note
    assert guard([one(1.0, "triệu kiện")]).problems
    assert guard([one(1.0, "nghìn tấn; triệu USD")]).notes == ()
    assert guard([one(1.0, "‘000 tons")]).notes == ()


def test_a_unit_over_a_table_of_the_statistics_office_is_a_remark() -> None:
    found = guard([one(1.0, "Mill. dongs", unit_above=True)])
    assert not found.problems
    assert "read in 'thousand tonnes'" in found.notes[0]


def test_two_reports_in_a_file_may_print_a_month_twice() -> None:
    first = one(1.0, report=Month(2024, 6))
    restated = replace(
        first,
        figure=replace(first.figure, value=1.5, status="restated"),
        report=Month(2024, 7),
    )
    assert len(guard([first, restated]).figures) == 2
    assert guard([first, replace(restated, report=Month(2024, 6))]).problems


def test_a_row_matched_by_hand_passes_the_same_guards() -> None:
    row = PrintedRow("report_form", "Xi măng PCB40")
    rows = form(RIGHT, OTHER)
    rows[2][1] = "Xi măng PCB40"
    claims = Claims.of(KPIS, {row.key: "cement"})
    problem = str(read_file(written(rows, "xlsx"), "figures", claims, DAY).problem)
    assert "'tấn' for 'Xi măng PCB40'" in problem
