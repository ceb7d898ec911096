"""The monthly annexes (biểu số liệu) of Vietnam's General Statistics Office.

Tables are found by their titles and columns by their headings; sheet names,
positions and order are ignored, because they change from month to month.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from data.readers.gso.headers import ROLE, UNDER, UNIT, Column, column_of, form_of
from data.readers.gso.report_month import report_month
from data.readers.printed import PrintedFigure, PrintedWorkbook
from data.readers.spreadsheet.cells import (
    Row,
    cell_name,
    collapse,
    fold,
    is_text,
    publication_date,
)
from data.readers.spreadsheet.figure_text import Figures
from data.readers.spreadsheet.number_format import possible_separators
from data.readers.spreadsheet.tables import Cell, Problem, cell_of, raise_problems
from data.readers.spreadsheet.workbook import OpenedFile
from models.errors import UnknownLayout, UnreadableFile
from models.series import Month

TITLES = {
    "exports": r"((tri gia|kim ngach) )?(hang hoa xuat khau|xuat khau hang hoa)\b"
    r"|xuat khau (?=\d{1,2} thang\b|thang \d)|exports? of goods\b",
    "imports": r"((tri gia|kim ngach) )?(hang hoa nhap khau|nhap khau hang hoa)\b"
    r"|nhap khau (?=\d{1,2} thang\b|thang \d)|imports? of goods\b",
    "products": r"(mot so )?(san pham (cong nghiep )?chu yeu)|(some )?key industrial products",
    "retail": r"tong muc (hang hoa ban le|ban le hang hoa) va doanh thu|retail sales of goods?\b",
    "iip": r"(\(tiep theo\) ?)?chi so san xuat cong nghiep|index of industrial production",
    "investment": r"von dau tu (thuc hien )?tu (nguon )?(von )?ngan sach nha nuoc"
    r"|(realized )?investment( capital)? under the state budget",
}
_TITLES = {table: re.compile(pattern) for table, pattern in TITLES.items()}
_NUMBERED = re.compile(r"^(?:bieu(?: so)?\s*)?\d+[a-z]?\s*[.,:]\s*(?=[^\d\s])")
_OTHER_SUBJECT = re.compile(
    r"cac quy|theo quy|every quarter|(in the|in) quarters|phan theo dia phuong"
)
_DITTO = frozenset({'"', "''", "”", "“", "nt", "-nt-"})
_TABLE_UNIT = re.compile(r"^(?:đơn vị(?: tính)?|unit)\s*:?\s*", re.IGNORECASE)
_SIGNS = frozenset({"", "-", "–", "—", "...", "…", ".", "x", "*", "(*)"})


@dataclass(frozen=True)
class _Table:
    """A table as found: its sheet, rows, header columns and first row of figures."""

    name: str
    sheet: str
    rows: list[Row]
    first: int
    end: int
    columns: dict[int, Column]
    unit: str
    unit_column: int | None


@dataclass(frozen=True)
class Annex:
    """The known tables found in a workbook; `notes` lists those that were not understood."""

    opened: OpenedFile
    tables: tuple[_Table, ...]
    notes: tuple[str, ...]


def find_annex(opened: OpenedFile) -> Annex | None:
    """The annex in a file, by the titles and headings of its tables; None without one."""
    if opened.kind == "text":
        return None
    notes: list[str] = []
    tables = []
    for sheet in opened.sheets.names:
        rows = opened.sheets.rows(sheet)
        for name, start, end in _find(rows):
            table = _understand(name, sheet, rows, start, end)
            if table is None:
                place = f"sheet '{sheet}', cell {cell_name(start, 0)}"
                notes.append(f"{place}: the {name} table has no columns that were understood")
            else:
                tables.append(table)
    return Annex(opened, tuple(tables), tuple(notes)) if tables else None


def no_table(opened: OpenedFile) -> UnknownLayout:
    """The error for a workbook of unknown layout; it lists the known tables."""
    return UnknownLayout(
        opened.file,
        expected="a table titled as one of " + ", ".join(TITLES),
        found="sheets " + ", ".join(f"'{name}'" for name in opened.sheets.names[:12]),
        advice="Load a monthly annex of the statistics office, a report form with a column "
        "'Chỉ tiêu' (Indicator), or a tidy table; or say which column is what, with --columns "
        "or on the page of the upload.",
    )


def read_workbook(content: bytes, file: str) -> PrintedWorkbook:
    """Read a workbook that must be an annex; errors as `read_annex`, and `UnknownLayout`."""
    opened = OpenedFile(content, file)
    annex = find_annex(opened)
    if annex is None:
        raise no_table(opened)
    read = read_annex(annex)
    raise_problems(file, read.problems)
    return read


def read_annex(annex: Annex) -> PrintedWorkbook:
    """Read all known tables of a monthly annex.

    Parameters
    ----------
    annex : as found; a date at the start of its file name is the publication date

    Returns
    -------
    PrintedWorkbook, figures in the order of sheets and rows

    Raises
    ------
    UnreadableFile
        If its headers name no month; problems of figures are returned.
    """
    file, notes = annex.opened.file, list(annex.notes)
    report_month = _report_month(annex.tables, file)
    figures: list[PrintedFigure] = []
    problems: list[Problem] = []
    seen: Counter[tuple[str, str, str]] = Counter()
    for table in annex.tables:
        figures += _figures(_Reading(table, annex.opened, report_month, problems, notes), seen)
    return PrintedWorkbook(
        file=file,
        report_month=report_month,
        published=publication_date(file),
        figures=tuple(figures),
        tables=tuple(dict.fromkeys(table.name for table in annex.tables)),
        notes=tuple(notes),
        problems=tuple(problems),
    )


def _find(rows: list[Row]) -> Iterator[tuple[str, int, int]]:
    """Titles of known monthly tables, with the rows each spans."""
    titles = [(place, title) for place in range(len(rows)) if (title := _title(rows, place))]
    for index, (place, title) in enumerate(titles):
        end = titles[index + 1][0] if index + 1 < len(titles) else len(rows)
        name = _table_named(title)
        if name and not _OTHER_SUBJECT.search(f"{title} {_subtitle(rows, place)}"):
            yield name, place, end


def _table_named(title: str) -> str | None:
    return next((name for name, pattern in _TITLES.items() if pattern.match(title)), None)


def _title(rows: list[Row], place: int) -> str | None:
    """The folded text of a title row without its number; None for other rows."""
    texts = [fold(str(cell)) for cell in rows[place] if is_text(cell)]
    if not texts:
        return None
    numbered = _NUMBERED.match(texts[0])
    if numbered and not _has_figures(rows[place]):
        return texts[0][numbered.end() :]
    alone = len(texts) == 1 and not _has_figures(rows[place])
    return texts[0] if alone and _table_named(texts[0]) else None


def _has_figures(row: Row) -> bool:
    """Whether a row holds figures besides its text, as a title never does."""
    return any(isinstance(cell, float) for cell in row)


def _subtitle(rows: list[Row], place: int) -> str:
    """The row under the title if it continues the title, '' otherwise."""
    if place + 1 >= len(rows):
        return ""
    texts = [fold(str(cell)) for cell in rows[place + 1] if is_text(cell)]
    return texts[0] if len(texts) == 1 and not ROLE.search(texts[0]) else ""


def _year(value: object) -> bool:
    return isinstance(value, float) and value.is_integer() and 1990 <= value <= 2100


def _understand(name: str, sheet: str, rows: list[Row], start: int, end: int) -> _Table | None:
    """The table's columns and the row where figures begin."""
    under_title = start + (2 if _subtitle(rows, start) else 1)
    heads: set[int] = set()
    first = None
    for place in range(under_title, end):
        row = rows[place]
        texts = [column for column, cell in enumerate(row) if is_text(cell)]
        figures = {
            column
            for column, cell in enumerate(row)
            if isinstance(cell, int | float) and not _year(cell)
        }
        if heads and texts and min(texts) < min(heads) and figures & heads:
            first = place
            break
        for column in texts:
            words = fold(str(row[column]))
            if (ROLE.search(words) or (heads and UNDER.search(words))) and (column or heads):
                heads.add(column)
    if first is None:
        return None
    columns = _columns(rows[under_title:first])
    if not columns:
        return None
    unit, unit_column = _units(rows[start:first])
    return _Table(name, sheet, rows, first, end, columns, unit, unit_column)


def _columns(header: list[Row]) -> dict[int, Column]:
    """Each column's meaning; a cell that spans other columns adds its words to theirs."""
    width = max(len(row) for row in header)
    columns: dict[int, Column] = {}
    spanning: list[tuple[int, str]] = []
    for column in range(1, width):  # names stand first; words over them go on with the title
        own = []
        for place, row in enumerate(header):
            cell = row[column] if column < len(row) else ""
            words = str(int(cell)) if _year(cell) and isinstance(cell, float) else fold(str(cell))
            unit_only = UNIT.search(words) and not (ROLE.search(words) or UNDER.search(words))
            if words and not unit_only and words not in _SIGNS:
                own.append((place, words))
        words = " ".join(text for _, text in own)
        if ROLE.search(words):
            spanning = own
        elif spanning and UNDER.search(words):
            top = own[0][0]
            words = " ".join([text for place, text in spanning if place < top] + [words])
        else:
            continue
        meaning = column_of(words)
        if meaning is not None:
            columns[column] = meaning
    return columns


def _units(header: list[Row]) -> tuple[str, int | None]:
    """The unit printed for the table, and the column that holds units per row."""
    unit, unit_column = "", None
    for row in header:
        for column, cell in enumerate(row):
            if not is_text(cell):
                continue
            words = fold(str(cell))
            if words.startswith(("don vi", "unit")) and ":" not in words and len(words) < 12:
                unit_column = column
            elif UNIT.search(words) and not ROLE.search(words) and len(words) < 60:
                found = _TABLE_UNIT.sub("", collapse(str(cell)))
                unit = found if not unit or found.strip("()") != "%" else unit
    return unit, unit_column


def _report_month(tables: Sequence[_Table], file: str) -> Month:
    """The month that most tables report; raise `UnreadableFile` if none names one."""
    month = report_month([table.columns.values() for table in tables])
    if month is not None:
        return month
    table = tables[0]
    raise UnreadableFile(
        file,
        sheet=table.sheet,
        cell=cell_name(table.first - 1, min(table.columns)),
        expected="a month and a year in the headers, such as 'Ước tính tháng 6 năm 2021'",
        found="; ".join(column.words for column in table.columns.values())[:120],
        advice="Check the header rows of the table.",
    )


class _Reading:
    """A table with the columns that belong to the month's report, and its numbers.

    What stands in the place of a number and is none, such as a remark, goes to the notes.
    """

    def __init__(
        self,
        table: _Table,
        opened: OpenedFile,
        report_month: Month,
        problems: list[Problem],
        notes: list[str],
    ) -> None:
        self.table, self.report_month = table, report_month
        self.forms = {
            place: meaning
            for place, column in table.columns.items()
            if (meaning := form_of(column, report_month)) is not None
        }
        marks = opened.sheets.marks(table.sheet)
        self.cells: dict[int, dict[int, Cell]] = {}
        for place in range(table.first, table.end):
            if self.name(place):
                row = table.rows[place]
                self.cells[place] = {
                    at: cell_of(row[at] if at < len(row) else "", table.sheet, (place, at), marks)
                    for at in self.forms
                }
        self.numbers = Figures.of(list(self._numbers(notes)), problems)

    def name(self, place: int) -> str:
        """The name of a row, '' if it has none."""
        row = self.table.rows[place][: min(self.forms, default=0)]
        return next((collapse(str(cell)) for cell in row if is_text(cell)), "")

    def values(self, place: int) -> dict[int, float]:
        """The numbers of a row by column."""
        found = {at: self.numbers.value(cell) for at, cell in self.cells[place].items()}
        return {at: value for at, value in found.items() if value is not None}

    def _numbers(self, notes: list[str]) -> Iterator[Cell]:
        for place, cells in self.cells.items():
            for at, cell in cells.items():
                if cell.uncomputed and self.forms[at][0] is None:
                    continue  # a share of a total is not kept
                is_number = isinstance(cell.value, float | date) or possible_separators(cell.text)
                if cell.uncomputed or is_number:
                    yield cell
                elif cell.value is not None and fold(cell.text) not in _SIGNS:
                    notes.append(
                        f"sheet '{cell.sheet}', cell {cell.place}: expected a number for "
                        f"'{self.name(place)}', found '{collapse(cell.text)[:40]}'; left out"
                    )


def _figures(reading: _Reading, seen: Counter[tuple[str, str, str]]) -> Iterator[PrintedFigure]:
    """A table's figures, row by row."""
    table = reading.table
    section, unit = "", table.unit
    for place in reading.cells:
        name = reading.name(place)
        unit = _row_unit(table, table.rows[place], unit)
        values = reading.values(place)
        if not values:
            section = name
        for quantity in sorted({_quantity(table, column) for column in values}):
            seen[table.name, fold(name), quantity] += 1
        for column, value in values.items():
            form, month = reading.forms[column]
            quantity = _quantity(table, column)
            yield PrintedFigure(
                table=table.name,
                row=name,
                section=section,
                occurrence=seen[table.name, fold(name), quantity],
                quantity=quantity,
                form=form,
                month=month,
                report_month=reading.report_month,
                unit=unit,
                value=value,
                sheet=table.sheet,
                cell=cell_name(place, column),
                unit_above=unit == table.unit,
            )


def _quantity(table: _Table, column: int) -> str:
    """'value' or 'qty' in the tables of trade, '' in the others."""
    return table.columns[column].quantity if table.name in ("exports", "imports") else ""


def _row_unit(table: _Table, row: Row, above: str) -> str:
    """The row's own unit, the one above for a ditto mark, else the table's."""
    if table.unit_column is None:
        return table.unit
    cell = row[table.unit_column] if table.unit_column < len(row) else ""
    if not is_text(cell) or collapse(str(cell)).lower() in _DITTO:
        return above
    return collapse(str(cell))
