"""Tables of other offices as tidy rows: one row a figure, with its series and period.

A tidy row keeps the cell of its figure, so that every check, message and source of tidy
files holds here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from openpyxl.utils import coordinate_to_tuple

from data.readers.mapped.guess import guess, header_at, headings, month_cell, periods_across
from data.readers.mapped.table_map import TableMap, fingerprint
from data.readers.report_form.rows import bare_name
from data.readers.spreadsheet.cells import fold
from data.readers.spreadsheet.periods import year_of
from data.readers.spreadsheet.tables import DELIMITERS, Cell, Grid, Problem, Row, raise_problems
from data.readers.spreadsheet.words import known_unit
from data.readers.spreadsheet.workbook import OpenedFile
from data.readers.tidy.headings import Field, TidyTable, TidyTables
from data.vintages.observation import Form
from models.errors import UnreadableFile
from models.series import Month

_COLUMNS: Mapping[Field, int] = {
    "kpi": 0,
    "month": 1,
    "value": 2,
    "form": 3,
    "unit": 4,
    "status": 5,
}
_NOTHING = {"", "-", "–", "—", "..", "...", "…", "x", ".", "n/a", "na", "nd", "*"}
_NUMBERING = re.compile(  # before a space: 'E.Europe' is a name
    r"^(?:(?:[IVXLC]+|[A-Za-z]|\d+(?:\.\d+)*)[.)]|\d+(?:\.\d+)+|[-–—+*•·])\s+"
)
_TO_DATE = re.compile(r"^(?:luy ke|cong don|luy ke tu dau nam|cumulative|ytd|year to date)$")
_OF_MONTH = re.compile(r"^(?:trong thang|thang|thuc hien trong thang|month|monthly)$")
_SAYS_TO_DATE = re.compile(r"\b(?:luy ke|cong don|cumulative|ytd|year to date)\b")
_SCALE_HEADS = {"scalar_factor", "scalar factor", "scale", "he so"}
_SCALES = {"thousands": "thousand", "millions": "million", "billions": "billion"}
_UNIT_LINE = re.compile(r"(?:đơn vị(?: tính)?|đvt|unit)\s*:\s*(.+)", re.IGNORECASE)


_SHOWN, _WIDE = 6, 14  # rows and columns of a table that a person sees to explain it


@dataclass(frozen=True)
class _Found:
    """A figure with its series and its period, before it becomes a tidy row."""

    series: str
    period: Month
    form: Form
    unit: str
    cell: Cell


def find_mapped(opened: OpenedFile, maps: Mapping[str, TableMap]) -> TidyTables | None:
    """The tables that a remembered map knows; None if it knows none.

    Parameters
    ----------
    maps : fingerprint of the headings → map, as people confirmed them

    Raises
    ------
    UnreadableFile
        If a map says of a sheet what its cells are not.
    """
    known = [
        (grid, mark, replace(maps[mark], header=number))
        for grid in _grids(opened)
        for number, row in headings(grid)
        if (mark := fingerprint(row)) in maps
    ]
    return _tables(opened, known) if known else None


def guess_mapped(opened: OpenedFile, across: bool = False) -> TidyTables | None:
    """The tables whose headings tell which column is what; `across`: only months across."""
    best: dict[str | None, tuple[Grid, str, TableMap]] = {}
    for grid in _grids(opened):
        found = guess(grid)
        if found is None or (across and found.layout != "months across"):
            continue
        at = header_at(grid, found.header)
        wider = best.get(grid.sheet)
        if at is not None and (wider is None or len(grid.rows[at]) > len(wider[0].rows[0])):
            best[grid.sheet] = (grid, fingerprint(grid.rows[at]), found)
    return _tables(opened, list(best.values())) if best else None


def map_by_hand(opened: OpenedFile, given: TableMap) -> tuple[str, TableMap] | None:
    """The fingerprint that a map given for a file is remembered by; None without that row."""
    grids = sorted(_grids(opened), key=lambda grid: -len(grid.rows[0]) if grid.rows else 0)
    for grid in grids:
        at = header_at(grid, given.header)
        if at is not None and len(grid.rows[at]) > 1:
            return fingerprint(grid.rows[at]), given
    return None


def first_rows(opened: OpenedFile) -> tuple[tuple[str, ...], ...]:
    """The first rows of the table that a map would be given for, each after its number."""
    try:
        grid = max(_grids(opened), key=lambda grid: len(grid.rows), default=None)
    except UnreadableFile:
        return ()
    rows = grid.rows[:_SHOWN] if grid is not None else ()
    return tuple(
        (str(coordinate_to_tuple(row[0].place)[0]), *(cell.text[:40] for cell in row[:_WIDE]))
        for row in rows
    )


def _grids(opened: OpenedFile) -> Sequence[Grid]:
    if opened.kind in ("json", "sdmx"):
        return ()
    if opened.kind != "text":
        return opened.grids
    widths = {sign: opened.text.head(sign) for sign in DELIMITERS}
    widest = max(widths, key=lambda sign: sum(len(row) for row in widths[sign].rows))
    return (opened.text.grid(widest),)


def _tables(opened: OpenedFile, found: Sequence[tuple[Grid, str, TableMap]]) -> TidyTables | None:
    notes: list[str] = []
    tables = []
    for grid, _, given in found:
        figures = list(_figures(opened.file, grid, given, notes))
        if figures:
            tables.append(TidyTable(_COLUMNS, "", tuple(_rows(figures))))
    mark, given = found[0][1], found[0][2]
    if not tables:
        at = header_at(found[0][0], given.header)
        head = found[0][0].rows[at][0] if at is not None else None
        problem = Problem(
            "figures with a month and a name",
            f"none with the columns {given}",
            "Say which column is what: --columns, or on the page of the upload.",
            found[0][0].sheet,
            head.place if head else None,
        )
        raise_problems(opened.file, [problem])
    return TidyTables(
        opened.file,
        tuple(tables),
        table=f"layout {mark}",
        notes=tuple(dict.fromkeys(notes)),
        columns=str(given),
    )


def _figures(file: str, grid: Grid, given: TableMap, notes: list[str]) -> Iterator[_Found]:
    at = header_at(grid, given.header)
    if at is None:
        return
    if given.layout == "months across":
        yield from _across(file, grid, at, given, notes)
    else:
        yield from _down(grid, at, given, notes)


def _across(file: str, grid: Grid, at: int, given: TableMap, notes: list[str]) -> Iterator[_Found]:
    spans = periods_across(grid.rows, at)
    title = _title_year(grid, at)
    left = [span for span in spans.values() if span.form == "year"]
    if left:
        places = [
            grid.rows[at][place].text for place, span in spans.items() if span.form == "year"
        ]
        notes.append(f"{_where(grid)}totals of a year left out: {', '.join(places)}")
    name, table_unit = "", _table_unit(grid.rows[: at + 1])
    for row in grid.rows[at + 1 :]:
        own = " · ".join(dict.fromkeys(row[c].text for c in given.series if _text(row, c)))
        form: Form = given.form
        if _TO_DATE.match(fold(own)) or (_OF_MONTH.match(fold(own)) and name):
            form = "year_to_date" if _TO_DATE.match(fold(own)) else "month"
        elif own:
            name = own
            if _SAYS_TO_DATE.search(fold(own)):
                form = "year_to_date"
        series, unit = bare_name(name, _NUMBERING)
        unit = _text(row, given.unit) or unit or table_unit
        year = year_of(_text(row, given.year)) if given.year is not None else title
        for column, span in spans.items():
            if span.form == "year" or not _has_figure(row, column) or not series:
                continue
            month = span.ends(year)
            if month is None:
                head = grid.rows[at][column]
                expected = "the year of the months: in the heading, above it, or in the title"
                advice = "Write the year above the months."
                raise_problems(file, [Problem.at(head, expected, advice)])
                return
            own_form = form if span.form == "month" else span.form
            yield _Found(series, month, own_form, unit, row[column])


def _down(grid: Grid, at: int, given: TableMap, notes: list[str]) -> Iterator[_Found]:
    assert given.month is not None
    year = _title_year(grid, at)
    heads = {column: _heading(grid.rows, at, column) for column in given.values}
    scale = _scale_column(grid.rows[at])
    for row in grid.rows[at + 1 :]:
        filled = [column for column in given.values if _has_figure(row, column)]
        if not filled:
            section = year_of(row[0].text) if row and row[0].text else None
            year = section or year
            continue
        if given.year is not None:
            year = year_of(_text(row, given.year)) or year
        cell = row[given.month] if given.month < len(row) else None
        span = month_cell(cell, year is not None) if cell is not None else None
        month = span.ends(year) if span is not None else None
        if span is None or month is None or span.form == "year":
            shown = (cell.text if cell is not None else "") or "–"
            notes.append(f"{_where(grid)}row of {row[0].place} ('{shown}') left out: no month")
            continue
        form = given.form if span.form == "month" else span.form
        for column in filled:
            if given.series:
                texts = [_text(row, c) for c in given.series]
                series, unit = bare_name(" · ".join(text for text in texts if text), _NUMBERING)
                unit = _scaled(_text(row, given.unit) or unit, _text(row, scale))
                own = form
            else:
                series, unit = heads[column]
                own = "year_to_date" if _SAYS_TO_DATE.search(fold(series)) else form
            if series:
                yield _Found(series, month, own, unit, row[column])


def _scale_column(head: Row) -> int | None:
    """The column that says in what a unit is counted, as statistics offices print beside it."""
    return next((at for at, cell in enumerate(head) if fold(cell.text) in _SCALE_HEADS), None)


def _scaled(unit: str, scale: str) -> str:
    """A unit with its scale: 'Persons' counted in 'thousands' are 'thousand Persons'."""
    named = _SCALES.get(fold(scale), "")
    return f"{named} {unit}" if named and unit else unit


def _heading(rows: Sequence[Row], at: int, column: int) -> tuple[str, str]:
    """The name of a series and its unit, from its heading and a unit in the row below."""
    name, unit = bare_name(_text(rows[at], column), _NUMBERING)
    below = _text(rows[at + 1], column).strip(" ()") if at + 1 < len(rows) else ""
    return name, unit or (below if known_unit(below) else "")


def _rows(figures: Sequence[_Found]) -> Iterator[Row]:
    """Tidy rows: the last period is an estimate, those before it are restated."""
    last: dict[tuple[str, Form], Month] = {}
    for one in figures:
        key = (one.series, one.form)
        last[key] = max(last.get(key, one.period), one.period)
    for one in figures:
        status = "estimate" if one.period == last[one.series, one.form] else "restated"
        texts = (one.series, str(one.period), None, one.form, one.unit, status)
        cells = [Cell(text, one.cell.sheet, one.cell.place) for text in texts]
        cells[_COLUMNS["value"]] = one.cell
        yield tuple(cells)


def _text(row: Row, column: int | None) -> str:
    return row[column].text if column is not None and column < len(row) else ""


def _has_figure(row: Row, column: int) -> bool:
    if column >= len(row):
        return False
    cell = row[column]
    return bool(cell.uncomputed) or cell.text.lower() not in _NOTHING


def _title_year(grid: Grid, at: int) -> int | None:
    """The year that the rows above the headings name, else the name of the sheet."""
    for row in reversed(grid.rows[:at]):
        for cell in row:
            if isinstance(cell.value, str) and (year := year_of(cell.text)):
                return year
    return year_of(grid.sheet or "")


def _table_unit(rows: Sequence[Row]) -> str:
    for row in reversed(rows):
        for cell in row:
            found = _UNIT_LINE.search(cell.text) if isinstance(cell.value, str) else None
            if found:
                return found[1].strip(" ()")
    return ""


def _where(grid: Grid) -> str:
    return f"sheet '{grid.sheet}', " if grid.sheet else ""
