"""A file of figures: its layout is recognised by headings, and each library opens it once."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Sequence

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from data.ingestion.reading import Claims, FileRead, read_file
from data.plans.kpi import Kpi, RowSelector
from data.readers.gso.annex import Annex
from data.readers.layout import recognise
from data.readers.report_form.form import ReportForm
from data.readers.spreadsheet.cells import Row, Sheets
from data.readers.spreadsheet.intake import kind_of
from data.readers.spreadsheet.workbook import OpenedFile
from data.readers.tidy.headings import TidyTables
from experiments.odd_files.old_excel import old_workbook
from models.errors import UnknownLayout, UnreadableFile
from models.series import Month

Rows = Sequence[Sequence[str | float | None]]

ANNEX: Rows = (
    ["20. Vốn đầu tư thực hiện từ nguồn ngân sách Nhà nước"],
    [None, "Thực hiện", "Ước tính", "Cộng dồn"],
    [None, "tháng 5", "tháng 6", "6 tháng"],
    [None, "năm 2021", "năm 2021", "năm 2021"],
    ["TỔNG SỐ", 34000.5, 37000.5, 171902.1],
)
FORM: Rows = (
    ["Báo cáo tháng 6 năm 2021"],
    ["Chỉ tiêu", "Thực hiện tháng 5", "Ước tháng 6", "Lũy kế 6 tháng"],
    ["Vốn đầu tư", 34000.5, 37000.5, 171902.1],
)
TIDY: Rows = (
    ["Chỉ tiêu", "Tháng", "Giá trị", "Hình thức"],
    ["Vốn đầu tư", "2021-05", 34000.5, "tháng"],
    ["Vốn đầu tư", "2021-06", 37000.5, "tháng"],
    ["Vốn đầu tư", "2021-06", 171902.1, "lũy kế"],
)
NEITHER: Rows = (["Chỉ số giá tiêu dùng"], ["Tháng 6", 101.0])
KPIS = (
    Kpi(
        slug="investment",
        name_vi="Vốn đầu tư",
        name_en="Investment",
        unit="billion VND",
        rows=(RowSelector("investment", ("tong so",)),),
    ),
)
FIGURES = {
    ("month", "2021-05", 34000.5),
    ("month", "2021-06", 37000.5),
    ("year_to_date", "2021-06", 171902.1),
}


def xlsx(rows: Rows) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Biểu 1"
    for row in rows:
        sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def xls(rows: Rows) -> bytes:
    return old_workbook({"Biểu 1": rows})


def with_formula(rows: Rows) -> bytes:
    """A workbook with a formula whose result was never saved, beside the table."""
    return xlsx([*rows, [None] * 8 + ["=1+1"]])


def read(content: bytes) -> FileRead:
    return read_file(content, "2021-06-29-figures", Claims.of(KPIS, {}), None)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each library opens a workbook, and how often the file is looked through."""
    counts: Counter[str] = Counter()
    load = openpyxl.load_workbook

    class Counting:
        @staticmethod
        def from_filelike(file: io.BytesIO) -> CalamineWorkbook:
            counts["calamine"] += 1
            return CalamineWorkbook.from_filelike(file)

    def loading(*args: object, **options: object) -> object:
        counts["openpyxl"] += 1
        return load(*args, **options)  # type: ignore[arg-type]

    def looking(content: bytes, file: str) -> str:
        counts["intake"] += 1
        return kind_of(content, file)

    monkeypatch.setattr("data.readers.spreadsheet.cells.CalamineWorkbook", Counting)
    monkeypatch.setattr(openpyxl, "load_workbook", loading)
    monkeypatch.setattr("data.readers.spreadsheet.workbook.kind_of", looking)
    return counts


@pytest.mark.parametrize("make", [xlsx, xls, with_formula])
@pytest.mark.parametrize(
    ("rows", "layout"), [(ANNEX, Annex), (FORM, ReportForm), (TIDY, TidyTables)]
)
def test_a_workbook_is_opened_once(
    make: Callable[[Rows], bytes], rows: Rows, layout: type, opened: Counter[str]
) -> None:
    content = make(rows)
    found = read(content)
    assert found.problem is None
    assert {(o.form, str(o.month), o.value) for o in found.observations} == FIGURES
    assert opened == Counter(calamine=1, intake=1)
    assert isinstance(recognise(OpenedFile(content, "figures")), layout)


def test_a_sheet_is_read_once_for_all_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    read_names: list[str] = []
    reading = Sheets._read

    def noting(sheets: Sheets, name: str) -> list[Row]:
        read_names.append(name)
        return reading(sheets, name)

    monkeypatch.setattr(Sheets, "_read", noting)
    assert read(xlsx(ANNEX)).problem is None
    assert read_names == ["Biểu 1"]


def test_a_file_of_no_known_layout_is_refused_by_what_it_would_need() -> None:
    with pytest.raises(UnknownLayout, match="a table titled as one of exports"):
        recognise(OpenedFile(xlsx(NEITHER), "figures.xlsx"))
    with pytest.raises(UnknownLayout, match=r"a header row with 'Chỉ tiêu' \(KPI\)"):
        recognise(OpenedFile("Chỉ số;Tháng 6\nx;101\n".encode(), "figures.csv"))


def test_a_report_form_without_its_month_is_recognised_and_refused() -> None:
    """A reader reports the problems of its layout; no other reader is tried."""
    rows = [row for row in FORM if len(row) > 1]
    without = [[cell if cell != "Ước tháng 6" else "Ước thực hiện" for cell in rows[0]], *rows[1:]]
    found = recognise(OpenedFile(xlsx(without), "figures.xlsx"))
    assert isinstance(found, ReportForm)
    assert "the month of the report in the title" in str(read(xlsx(without)).problem)


def test_a_formula_without_a_result_is_named_beside_results_that_were_saved() -> None:
    """One opened workbook gives both the saved results and the formulas."""
    grids = OpenedFile(with_formula(TIDY), "figures.xlsx").grids
    cells_of = {cell.place: cell for row in grids[0].rows for cell in row}
    assert (cells_of["C2"].value, cells_of["C2"].uncomputed) == (34000.5, "")
    assert (cells_of["I5"].value, cells_of["I5"].uncomputed) == (None, "=1+1")


def test_the_status_of_a_figure() -> None:
    statuses = {(o.form, o.month): o.status for o in read(xlsx(ANNEX)).observations}
    assert statuses == {
        ("month", Month(2021, 5)): "restated",
        ("month", Month(2021, 6)): "estimate",
        ("year_to_date", Month(2021, 6)): "estimate",
    }


def test_a_damaged_workbook_is_refused_when_it_is_opened() -> None:
    with pytest.raises(UnreadableFile, match="damaged or truncated"):
        OpenedFile(xlsx(TIDY)[:900], "figures.xlsx")
