"""Finding the tables of report forms in sheets: headings, columns, rows, month, version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from openpyxl.utils import coordinate_to_tuple

from data.readers.gso.headers import Period
from data.readers.report_form.columns import (
    Column,
    column_of,
    header_words,
    period_in,
    place_of,
    settled,
    years_in,
)
from data.readers.report_form.rows import FormRow, row_name
from data.readers.report_form.versions import FormVersion, version_of
from data.readers.spreadsheet.cells import collapse, fold
from data.readers.spreadsheet.months import read_day
from data.readers.spreadsheet.tables import Cell, Grid, Problem, Row
from data.vintages.observation import Form
from models.errors import InvalidMonth
from models.series import Month

Merged = Sequence[tuple[tuple[int, int], tuple[int, int]]]  # (row, column) from 0, both corners

DITTO = frozenset({'"', "''", "”", "“", "〃", "nt", "-nt-", "- nt -", "như trên", "-", "–"})
_DEEPEST = 5  # rows of a header
_ENOUGH = 2  # columns of figures that a header needs
_LETTER = re.compile(r"\(?(?:[a-z]|\d{1,2})\)?(?: ?= ?[\d\s/:x*+%().-]+)?")
_UNIT_LINE = re.compile(r"(?:đơn vị(?: tính)?|đvt|unit)\s*:\s*(.+)", re.IGNORECASE)
_SIGNED = re.compile(r"ngay (\d{1,2}) thang (\d{1,2}) nam (\d{4})")
_SENT = re.compile(r"bao cao so .*ngay (\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_DATE = re.compile(r"ngay bao cao|date of report")
_OF_A_LAW = re.compile(r"thong tu|quyet dinh|nghi dinh|ban hanh|circular|decision|decree")
_CLOSED = re.compile(
    r"(?:den|chot)(?: so lieu)?(?: het)?(?: ngay)? (\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?"
)
_ILLUSTRATIVE = re.compile(
    r"so lieu trong bieu ?: ?minh hoa|figures in this form ?: ?illustrative"
)
_ENGLISH_CLOSED = re.compile(r"(?:up to|as of|closed on) (\d{1,2}) ([a-z]+)(?: (\d{4}))?")


@dataclass(frozen=True)
class FormTable:
    """One table of a report form.

    Attributes
    ----------
    sheet : its name, None for CSV
    version : number and circular that the form prints
    month : of the report
    closed : the day on which figures were closed, if within the month
    signed : the day of the report or of its signature
    columns : position → meaning
    rows : with figures
    heads : position → the lowest cell of its header
    illustrative : a title says that the figures are made up
    """

    sheet: str | None
    version: FormVersion
    month: Month
    closed: date | None
    signed: date | None
    columns: Mapping[int, Column]
    rows: tuple[FormRow, ...]
    heads: Mapping[int, Cell]
    illustrative: bool = False

    @property
    def places(self) -> Mapping[tuple[Form | None, Month], int]:
        """The position of the column of a form and a month, of output."""
        own = {at: column for at, column in self.columns.items() if column.of == "output"}
        return {(column.form, column.month): at for at, column in own.items()}


@dataclass(frozen=True)
class _Header:
    """The place of a header, and its joined words by column."""

    first: int  # row of the grid, from 0
    end: int  # the row after it
    name: int
    unit: int | None
    code: int | None
    words: Mapping[int, str]
    heads: Mapping[int, Cell]


def find_tables(grid: Grid, merged: Merged, problems: list[Problem]) -> list[FormTable]:
    """The tables of a sheet; problems in a header are added to `problems`."""
    headers = list(_headers(grid.rows, merged))
    tables = []
    for number, header in enumerate(headers):
        above = grid.rows[headers[number - 1].end if number else 0 : header.first]
        end = headers[number + 1].first if number + 1 < len(headers) else len(grid.rows)
        table = _table(grid, header, above, end, problems)
        if table is not None:
            tables.append(table)
    return tables


def _headers(rows: Sequence[Row], merged: Merged) -> Iterator[_Header]:
    place = 0
    while place < len(rows):
        header = _header_at(rows, place, merged)
        if header is None:
            place += 1
        else:
            yield header
            place = header.end


def _header_at(rows: Sequence[Row], place: int, merged: Merged) -> _Header | None:
    """The header with its cell for names in this row; None if there is none."""
    name = next(
        (column for column, cell in enumerate(rows[place]) if _place(cell) == "name"), None
    )
    if name is None:
        return None
    first, end = place, place + 1
    while first > 0 and place - first < 2 and _goes_on(rows, first - 1, first, name):
        first -= 1
    while end < len(rows) and end - first < _DEEPEST and _under(rows[end], name):
        end += 1
    block = _spread(rows[first:end], merged)
    stacks: dict[int, list[Cell]] = {}
    for row in block:
        for column, cell in row.items():
            stacks.setdefault(column, []).append(cell)
    words = {
        column: header_words([cell.text for cell in cells]) for column, cells in stacks.items()
    }
    unit, code = (
        next((column for column, text in words.items() if place_of(text) == place), None)
        for place in ("unit", "code")
    )
    figures = {
        column: text
        for column, text in words.items()
        if column > name and place_of(text) is None and column_of(text, Month(2000, 6)) is not None
    }
    if len(figures) < _ENOUGH:
        return None
    heads = {column: cells[-1] for column, cells in stacks.items()}
    return _Header(first, end, name, unit, code, figures, heads)


def _place(cell: Cell) -> str | None:
    return place_of(header_words([cell.text])) if isinstance(cell.value, str) else None


def _goes_on(rows: Sequence[Row], above: int, below: int, name: int) -> bool:
    """Whether a row belongs to the header below: words over the figures, none over the name."""
    row = rows[above]
    if _row_number(row) != _row_number(rows[below]) - 1:
        return False
    texts = [column for column, cell in enumerate(row) if isinstance(cell.value, str)]
    spans = [column_of(header_words([row[c].text]), Month(2000, 6)) for c in texts]
    return bool(texts) and min(texts) > name and any(span is not None for span in spans)


def _under(row: Row, name: int) -> bool:
    """Whether a row continues the header above it."""
    if len(row) > name and row[name].value is not None:
        return False
    return any(isinstance(cell.value, str) for cell in row[name + 1 :])


def _row_number(row: Row) -> int:
    return coordinate_to_tuple(row[0].place)[0]


def _spread(block: Sequence[Row], merged: Merged) -> list[dict[int, Cell]]:
    """The header's texts by column; a cell that spans several columns gives its text to each."""
    found: list[dict[int, Cell]] = []
    for row in block:
        found.append({c: cell for c, cell in enumerate(row) if cell.value is not None})
    numbers = [_row_number(row) - 1 for row in block]
    for (top, left), (bottom, right) in merged:
        if top not in numbers:
            continue
        source = found[numbers.index(top)].get(left)
        for number in range(top, bottom + 1):
            for column in range(left, right + 1):
                if source is not None and number in numbers:
                    found[numbers.index(number)].setdefault(column, source)
    for depth, cells in enumerate(found[:-1]):
        lower = {column for below in found[depth + 1 :] for column in below}
        for column in sorted(lower - cells.keys()):
            left = column - 1
            if left in cells and left in lower and left not in _own(found, depth):
                cells[column] = cells[left]
    return found


def _own(found: Sequence[Mapping[int, Cell]], depth: int) -> set[int]:
    """Columns with a cell merged downwards, which spans no other columns."""
    return {
        column
        for column, cell in found[depth].items()
        if any(below.get(column) is cell for below in found[depth + 1 :])
    }


def _table(
    grid: Grid, header: _Header, above: Sequence[Row], end: int, problems: list[Problem]
) -> FormTable | None:
    titles = [fold(cell.text) for row in above for cell in row if isinstance(cell.value, str)]
    month = _report_month(titles, list(header.words.values()))
    some_head = header.heads[min(header.words)]
    if month is None:
        expected = "the month of the report in the title, such as 'Tháng 6 năm 2021'"
        advice = "Write month and year into the title of the form."
        found = f"'{' / '.join(titles)[:80]}'" if titles else "no title"
        problems.append(Problem.at(some_head, expected, advice, found))
        return None
    columns = {
        column: meaning
        for column, words in header.words.items()
        if (meaning := column_of(words, month)) is not None
    }
    columns = settled(columns, month)
    body = grid.rows[header.end : end]
    texts = [*titles, *header.words.values()]
    _check_years(columns, header, month, problems)
    rest = [fold(cell.text) for row in body for cell in row if isinstance(cell.value, str)]
    return FormTable(
        sheet=grid.sheet,
        version=version_of(titles),
        month=month,
        closed=_closed(texts, month),
        signed=_dated(above, month) or _signed([*titles, *rest], month),
        columns=columns,
        rows=tuple(_rows(body, header, columns, _table_unit(above))),
        heads=header.heads,
        illustrative=any(_ILLUSTRATIVE.search(text) for text in titles),
    )


def _report_month(titles: Sequence[str], headers: Sequence[str]) -> Month | None:
    """The month of a report: from its title, else from its headings."""
    years: set[int] = set()
    months: list[int] = []
    for text in titles:
        if _OF_A_LAW.search(text):
            continue
        plain = _CLOSED.sub(" ", _SIGNED.sub(" ", text))
        period = period_in(plain)
        years |= years_in(plain)
        if period is None or _is_year(plain, period):
            continue
        if period.year is not None:
            return Month(period.year, period.month)
        months.append(period.month)
    periods = [period for words in headers if (period := period_in(words)) is not None]
    dated = [
        Month(period.year, period.month)
        for words, period in zip(headers, map(period_in, headers), strict=True)
        if period and period.year and not _is_year(words, period)
    ]
    if not years:
        years = {year for words in headers for year in years_in(words)}
    if months and years:
        return Month(max(years), months[0])
    if dated:
        return max(dated)
    named = [period.month for period in periods if period.year is None]
    return Month(max(years), max(named)) if named and years else None


def _is_year(words: str, period: Period) -> bool:
    """Whether the words name only a year, which is read as January to December."""
    return period.month == 12 and period.to_date and not re.search(r"\d thang|months", words)


def _check_years(
    columns: Mapping[int, Column], header: _Header, month: Month, problems: list[Problem]
) -> None:
    """Report headings of another year, left over from an older report."""
    for place, column in columns.items():
        years = years_in(column.words)
        plan = column.form in ("plan", "share_of_plan")
        if years and (
            (plan and month.year not in years) or years.isdisjoint({month.year, month.year - 1})
        ):
            expected = f"a heading of {month.year}, the year in the title"
            advice = "Correct the title or the heading, whichever is left over from another year."
            problems.append(Problem.at(header.heads[place], expected, advice))


def _closed(texts: Sequence[str], month: Month) -> date | None:
    """The day on which figures were closed, if the month was not over then."""
    last = month.last_day.day
    for text in texts:
        found = _CLOSED.search(text)
        if (
            found
            and int(found[2]) == month.month
            and 0 < int(found[1]) < last
            and found[3] in (None, str(month.year))
        ):
            return date(*month, int(found[1]))
        found = _ENGLISH_CLOSED.search(text)
        if found and 0 < int(found[1]) < last:
            period = period_in(f"{found[2]} {month.year}")
            if period and (period.month, found[3] or str(month.year)) == (
                month.month,
                str(month.year),
            ):
                return date(*month, int(found[1]))
    return None


def _dated(above: Sequence[Row], month: Month) -> date | None:
    """The date of the report, beside a cell over the table labelled so."""
    for row in above:
        for cell, following in pairwise(row):
            if not (isinstance(cell.value, str) and _DATE.match(fold(cell.text))):
                continue
            try:
                day = read_day(following.value)
            except InvalidMonth:
                continue
            if day >= date(*month, 1):
                return day
    return None


def _signed(texts: Sequence[str], month: Month) -> date | None:
    """The date of signature: a day in the month of the report or later."""
    for text in texts:
        found = _SIGNED.search(text) or _SENT.search(text)
        if not found or _OF_A_LAW.search(text):
            continue
        try:
            day = date(int(found[3]), int(found[2]), int(found[1]))
        except ValueError:
            continue
        if day >= date(*month, 1):
            return day
    return None


def _table_unit(above: Sequence[Row]) -> str:
    for row in reversed(above):
        for cell in row:
            found = _UNIT_LINE.search(collapse(cell.text)) if isinstance(cell.value, str) else None
            if found:
                return found[1].strip(" ()")
    return ""


def _rows(
    body: Sequence[Row], header: _Header, columns: Mapping[int, Column], table_unit: str
) -> Iterator[FormRow]:
    above = table_unit
    for row in body:
        cells = {c: row[c] for c in columns if c < len(row)}
        label = _label(row, header, min(columns))
        if label is None or _is_numbering(row):
            continue
        key, own = row_name(label.text)
        unit = own or table_unit
        if header.unit is not None and header.unit < len(row):
            written = collapse(row[header.unit].text)
            if written.lower() in DITTO:
                unit = above
            elif written:
                unit = written
        above = unit or above
        figures = {
            c: cell for c, cell in cells.items() if cell.value is not None or cell.uncomputed
        }
        if key and figures:
            code = row[header.code].text if header.code is not None else ""
            yield FormRow(collapse(label.text), key, unit, code, label, figures)


def _label(row: Row, header: _Header, first_figure: int) -> Cell | None:
    """The cell that names a row: in the column of names, else the last text before the figures."""
    if header.name < len(row) and isinstance(row[header.name].value, str):
        return row[header.name]
    left = [
        cell
        for column, cell in enumerate(row[:first_figure])
        if isinstance(cell.value, str) and column != header.unit and len(cell.text) > 3
    ]
    return left[-1] if left else None


def _is_numbering(row: Row) -> bool:
    """Whether a row only numbers the columns: A, B, 1, 2, 3 = 2/1."""
    texts = [fold(cell.text) for cell in row if cell.value is not None]
    return len(texts) > 2 and all(_LETTER.fullmatch(text) for text in texts)
