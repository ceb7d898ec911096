"""Finding a tidy table and its columns by the headings alone.

CSV (comma, semicolon or tab) and workbooks; headings in Vietnamese or English in any
order. How to write such a file: docs/plans_and_files.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field as with_default, replace
from datetime import date
from typing import Literal

from data.readers.spreadsheet.cells import cell_name, fold
from data.readers.spreadsheet.tables import DELIMITERS, Cell, Grid, Problem, Row, raise_problems
from data.readers.spreadsheet.workbook import OpenedFile
from models.errors import UnknownLayout

TIDY = "tidy"  # name of the table in a tidy file
Field = Literal[
    "kpi",
    "name",
    "year",
    "month",
    "value",
    "status",
    "form",
    "published",
    "source",
    "unit",
    "ignored",
]

HEADERS: Mapping[Field, tuple[str, ...]] = {
    "kpi": ("KPI", "Chỉ tiêu", "Mã chỉ tiêu", "Mã", "Indicator", "Slug"),
    "name": ("Tên chỉ tiêu", "Tên", "Name", "Indicator name"),
    "year": ("Year", "Năm"),
    "month": ("Month", "Tháng", "Kỳ", "Thời gian", "Period"),
    "value": ("Value", "Giá trị", "Số liệu", "Trị số", "Figure"),
    "status": ("Status", "Trạng thái", "Tình trạng"),
    "form": ("Form", "Hình thức", "Dạng số liệu", "Loại số liệu", "Measure"),
    "published": ("Published", "Ngày công bố", "Công bố", "Published at", "Publication date"),
    "source": ("Source", "Nguồn", "Nguồn số liệu"),
    "unit": ("Unit", "Đơn vị", "Đơn vị tính", "ĐVT"),
    "ignored": ("Ghi chú", "Note", "Notes", "STT", "TT", "No", "No."),
}
_FIELD_OF = {fold(name): field for field, names in HEADERS.items() for name in names}
_REQUIRED: tuple[Field, ...] = ("kpi", "month", "value")
_HEADER_ROWS = 30  # rows in which a header is searched


@dataclass(frozen=True)
class TidyTable:
    """A table: the column of each field, and the rows below the header."""

    columns: Mapping[Field, int]
    unit: str  # from the heading of the value column, '' if none
    rows: tuple[Row, ...]
    merged: Mapping[str, str] = with_default(default_factory=dict)  # empty cell → its merged range

    def cell(self, row: Row, field: Field) -> Cell | None:
        column = self.columns.get(field)
        return row[column] if column is not None and column < len(row) else None


@dataclass(frozen=True)
class TidyTables:
    """The tidy tables of a file as found.

    Attributes
    ----------
    table : the name by which matches of its rows are remembered
    notes : remarks for the planner
    columns : which column is what, for a table of another layout made tidy
    published : the day that the file itself states
    """

    file: str
    tables: tuple[TidyTable, ...]
    table: str = TIDY
    notes: tuple[str, ...] = ()
    columns: str = ""
    published: date | None = None


def find_tidy(opened: OpenedFile) -> TidyTables | None:
    """The tidy tables of a file, by their headings; None if it has none.

    Raises
    ------
    UnreadableFile
        If a table has an unknown or a repeated heading.
    """
    file = opened.file
    if opened.kind == "text":
        heads = {delimiter: opened.text.head(delimiter) for delimiter in DELIMITERS}
        found = {sign: table for sign, head in heads.items() if (table := _find_table(head, file))}
        if not found:
            return None
        widest = max(found, key=lambda delimiter: len(found[delimiter].columns))
        grids: Sequence[Grid] = (opened.text.grid(widest),)
    else:
        grids = opened.grids
    tables = tuple(
        replace(table, merged=_merged(opened, grid.sheet))
        for grid in grids
        if (table := _find_table(grid, file))
    )
    return TidyTables(file, tables) if tables else None


def _merged(opened: OpenedFile, sheet: str | None) -> Mapping[str, str]:
    """The cells that a merged range leaves empty, with the range ('A2:A4')."""
    ranges = [] if sheet is None else opened.sheets.merged(sheet)
    return {
        cell_name(row, column): f"{cell_name(*first)}:{cell_name(*last)}"
        for first, last in ranges
        for row in range(first[0], last[0] + 1)
        for column in range(first[1], last[1] + 1)
        if (row, column) != first
    }


def _header_fields(row: Row) -> list[Field | None]:
    return [_FIELD_OF.get(fold(cell.text.split("(")[0])) if cell.text else None for cell in row]


def _find_table(grid: Grid, file: str) -> TidyTable | None:
    for number, row in enumerate(grid.rows[:_HEADER_ROWS]):
        fields = _header_fields(row)
        if "kpi" not in fields and "name" in fields:
            fields = ["kpi" if field == "name" else field for field in fields]
        if not all(field in fields for field in _REQUIRED):
            continue
        columns: dict[Field, int] = {}
        problems = []
        for column, (field, cell) in enumerate(zip(fields, row, strict=True)):
            if field is None and cell.text:
                expected = "a known column heading"
                advice = f"Rename or delete the column; known are {_known_headings()}."
                problems.append(Problem.at(cell, expected, advice))
            elif field not in (None, "ignored") and field in columns:
                twin = row[columns[field]].place
                expected = f"one column for '{HEADERS[field][0]}'"
                problems.append(Problem.at(cell, expected, f"Keep this one or {twin}."))
            elif field is not None:
                columns[field] = column
        raise_problems(file, problems)
        heading = row[columns["value"]].text
        unit = heading.partition("(")[2].rstrip(") ") if "(" in heading else ""
        return TidyTable(columns, unit, tuple(grid.rows[number + 1 :]))
    return None


def _known_headings() -> str:
    return ", ".join(f"'{names[1]}' or '{names[0]}'" for names in HEADERS.values())


def no_header(opened: OpenedFile) -> UnknownLayout:
    """The error for a file without a tidy table; it quotes the row most like a header."""
    grids: Sequence[Grid] = (
        [opened.text.head(delimiter) for delimiter in DELIMITERS]
        if opened.kind == "text"
        else opened.grids
    )
    rows = [(grid.sheet, row) for grid in grids for row in grid.rows[:_HEADER_ROWS] if row]
    best = max(
        rows,
        key=lambda item: sum(field in _REQUIRED for field in _header_fields(item[1])),
        default=(None, ()),
    )
    texts = [f"'{cell.text}'" for cell in best[1] if cell.text][:8]
    garbled = any("?" in text for text in texts)
    advice = (
        "Give each column its heading in one row; see docs/plans_and_files.md. Or say which "
        "column is what, with --columns or on the page of the upload."
    )
    if garbled:
        advice = "Letters were lost: in Excel save as 'CSV UTF-8 (comma delimited)' or .xlsx."
    return UnknownLayout(
        opened.file,
        expected="a header row with 'Chỉ tiêu' (KPI), 'Tháng' (Month) and 'Giá trị' (Value)",
        found=", ".join(texts) if texts else "an empty file",
        sheet=best[0],
        cell=best[1][0].place if best[1] else None,
        advice=advice,
    )
