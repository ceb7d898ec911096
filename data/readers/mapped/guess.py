"""Guessing which column of a table is what, from its headings and its cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from data.readers.mapped.table_map import TableMap
from data.readers.spreadsheet.cells import fold, number
from data.readers.spreadsheet.number_format import possible_separators
from data.readers.spreadsheet.periods import Span, cell_span, span_of, year_of
from data.readers.spreadsheet.tables import Cell, Grid, Row
from data.readers.spreadsheet.words import FORMS, STATUSES

_LOOKED = 15  # rows in which headings are searched
_ACROSS = 3  # periods that months across need
_DOWN = 3  # months that a column of months needs
_SHARE = 0.8  # of the cells of a column that must be months
_YEARS, _MONTHS = {"nam", "year", "years"}, {"thang", "month", "months", "ky", "period"}
_UNITS = {"dvt", "don vi", "don vi tinh", "unit", "units", "uom"}
_VALUES = {"value", "gia tri", "so lieu", "obs_value", "observation", "total", "tong"}
_FORM_WORDS = {
    fold(word) for known in (FORMS, STATUSES) for code in known for word in (code, *known[code])
}
_NUMBERS = {"stt", "tt", "so tt", "no", "no.", "#", "so thu tu"}


def periods_across(rows: Sequence[Row], header: int) -> Mapping[int, Span]:
    """The columns that a period heads, with the year from the rows above; by column.

    A year in a merged cell, or once over several months, holds to its right.
    """
    spans: dict[int, Span] = {}
    row = rows[header]
    above = rows[header - 1] if header else ()
    year: int | None = None
    for column, cell in enumerate(row):
        top = above[column] if column < len(above) else None
        if top is not None and top.text:
            year = year_of(top.text)
        span = cell_span(cell)
        if span is None:
            continue
        if span.form == "year" and cell.text.isdigit():
            continue
        if span.year is None and span.form != "year" and year:
            span = Span(span.form, span.month, year)
        spans[column] = span
    return spans


def guess(grid: Grid) -> TableMap | None:
    """The map of a sheet's table; None if its headings do not tell."""
    for number_, row in enumerate(grid.rows[:_LOOKED]):
        across = _months_across(grid.rows, number_)
        if across is not None:
            return across
        down = _months_down(grid.rows, number_)
        if down is not None and len(row) > 1:
            return down
    return None


def _months_across(rows: Sequence[Row], header: int) -> TableMap | None:
    spans = periods_across(rows, header)
    parts = [span for span in spans.values() if span.form != "year"]
    if len(set(parts)) < max(_ACROSS, len(parts)):
        return None  # too few, or a period twice: its level and its rate in a report
    first = min(spans)
    names = [
        column
        for column in range(first)
        if (words := _words(rows[header], column)) not in _UNITS | _NUMBERS | _YEARS
        and any(
            column < len(row) and isinstance(row[column].value, str) and row[column].text
            for row in rows[header + 1 : header + 40]
        )
        and (words or column == 0 or not _words(rows[header], column - 1))
    ]
    if not names:
        return None
    return TableMap(
        header=_row_number(rows[header]),
        series=tuple(names),
        year=_headed(rows[header], _YEARS, first),
        unit=_headed(rows[header], _UNITS, first),
    )


def _months_down(rows: Sequence[Row], header: int) -> TableMap | None:
    head, body = rows[header], rows[header + 1 : header + 400]
    if len(body) < _DOWN or sum(bool(cell.text) for cell in head) < 2:
        return None
    year, month = _headed(head, _YEARS), None
    titled = any(year_of(cell.text) for row in rows[:header] for cell in row)
    for column, cell in enumerate(head):
        cells = [row[column] for row in body if column < len(row) and row[column].text]
        if column == year or len(cells) < _DOWN or cell_span(cell) is not None:
            continue
        bare = year is not None and fold(cell.text) in _MONTHS
        months = [_month_in(each, bare) for each in cells]
        found = sum(span is not None for span in months)
        dated = bare or titled or all(span is None or span.year for span in months)
        if found >= _SHARE * len(cells) and dated:
            month = column
            break
    if month is None:
        return None
    columns = [column for column in range(len(head)) if column not in (month, year)]
    if any(_says_form(body, column) for column in columns):
        return None  # each row says what its figure is: a person has to map it
    figures = [column for column in columns if _is_figures(body, column)]
    unit = _headed(head, _UNITS)
    texts = [
        column
        for column in columns
        if column not in figures and column != unit and _varies(body, column) and head[column].text
    ]
    named = [column for column in figures if fold(head[column].text) in _VALUES]
    if not figures:
        return None
    repeated = _repeats(body, month, year)
    if texts and repeated and (len(figures) == 1 or named):
        return TableMap(
            _row_number(head), tuple(texts), month, year, tuple((named or figures)[:1]), unit
        )
    return TableMap(_row_number(head), (), month, year, tuple(figures), None)


def _month_in(cell: Cell, bare: bool) -> Span | None:
    """The month of a cell; a number alone only beside a column of years."""
    if bare and isinstance(cell.value, float) and cell.value in range(1, 13):
        return Span("month", int(cell.value), None)
    if bare and cell.text.isdigit() and 1 <= int(cell.text) <= 12:
        return Span("month", int(cell.text), None)
    span = cell_span(cell)
    return span if span is not None and span.form == "month" else None


def month_cell(cell: Cell, with_year: bool) -> Span | None:
    """The period of a cell in the column of months."""
    return _month_in(cell, with_year) or (span_of(cell.text) if cell.text else cell_span(cell))


def _is_figures(body: Sequence[Row], column: int) -> bool:
    cells = [row[column] for row in body if column < len(row) and row[column].text]
    figures = sum(
        isinstance(cell.value, float) or bool(possible_separators(cell.text)) for cell in cells
    )
    return bool(cells) and figures >= 0.5 * len(cells)


def _says_form(body: Sequence[Row], column: int) -> bool:
    """Whether a column holds words such as 'lũy kế' that tell what a row's figure is."""
    words = {fold(row[column].text) for row in body if column < len(row) and row[column].text}
    return bool(words) and words <= _FORM_WORDS


def _varies(body: Sequence[Row], column: int) -> bool:
    texts = {row[column].text for row in body if column < len(row) and row[column].text}
    return len(texts) > 1


def _repeats(body: Sequence[Row], month: int, year: int | None) -> bool:
    """Whether a month stands in several rows, as in a table with one figure a row."""
    seen = [
        tuple(
            row[column].text
            for column in (month, year)
            if column is not None and column < len(row)
        )
        for row in body
    ]
    return len(set(seen)) < len(seen)


def _headed(head: Row, words: set[str], end: int | None = None) -> int | None:
    places = range(len(head) if end is None else end)
    return next((column for column in places if _words(head, column) in words), None)


def _words(head: Row, column: int) -> str:
    return fold(head[column].text) if column < len(head) else ""


def _row_number(row: Row) -> int:
    digits = "".join(letter for letter in row[0].place if letter.isdigit())
    return int(digits)


def header_at(grid: Grid, number_: int) -> int | None:
    """The position of the row with this number; None if the row is empty or missing."""
    return next((at for at, row in enumerate(grid.rows) if _row_number(row) == number_), None)


def headings(grid: Grid) -> Iterator[tuple[int, Row]]:
    """Rows that may be headings, with their number."""
    return ((_row_number(row), row) for row in grid.rows[:_LOOKED] if number(row[0].value) is None)
