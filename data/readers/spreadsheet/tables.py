"""Sheets and CSV files as rows of cells with their place.

For files that people write (tidy figures, plans, report forms); the statistics
office's workbooks have their own reader. Nothing here knows the meaning of a column.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from data.readers.parts.display import PLAIN, Display
from data.readers.parts.marks import Marks
from data.readers.spreadsheet.cells import Sheets, cell_name, clean
from data.readers.spreadsheet.intake import MAX_CELLS
from data.readers.spreadsheet.tcvn3 import Script, better_as_tcvn3, converted
from models.errors import UnreadableFile

DELIMITERS = (",", ";", "\t")
_HEAD = 60  # rows from which a caller recognises the delimiter
_LINE = re.compile(r"[^\r\n]+")
_LONGEST = 32_767  # characters in an Excel cell


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with its place.

    `value` is text (stripped), a number as stored, a date, or None if empty.
    `uncomputed` is a formula without a saved result, or an error value such as #REF!;
    else ''. `display` is how the sheet shows the number (1.045 as 104.5 %).
    """

    value: str | float | date | None
    sheet: str | None
    place: str
    uncomputed: str = ""
    display: Display = PLAIN

    @property
    def missing(self) -> str:
        """What stands where a number should be, in words; '' if the cell has none of it."""
        if not self.uncomputed:
            return ""
        what = (
            "the formula {} without a result"
            if self.uncomputed.startswith("=")
            else "the error {}"
        )
        return what.format(self.uncomputed)

    @property
    def text(self) -> str:
        """The cell as text; '' when empty, whole numbers without decimals."""
        if self.value is None:
            return ""
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return str(self.value)


Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """A sheet, or a CSV file read with one delimiter.

    Empty rows are left out, and so are empty cells at the end of a row; each cell has
    its place.
    """

    sheet: str | None
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Problem:
    """A problem in a file: place, what was expected, what was found."""

    expected: str
    found: str
    advice: str = ""
    sheet: str | None = None
    cell: str | None = None
    path: str | None = None

    @classmethod
    def at(cls, cell: Cell, expected: str, advice: str = "", found: str = "") -> Problem:
        shown = found or (f"'{cell.text}'" if cell.text else "an empty cell")
        return cls(expected, shown, advice, cell.sheet, cell.place)

    def alone(self, file: str) -> UnreadableFile:
        """An error about this problem alone."""
        return UnreadableFile(
            file,
            expected=self.expected,
            found=self.found,
            advice=self.advice,
            sheet=self.sheet,
            cell=self.cell,
            path=self.path,
        )

    def __str__(self) -> str:
        place = f"sheet '{self.sheet}', " if self.sheet else ""
        return f"{place}{self.cell or self.path}: expected {self.expected}, found {self.found}"


def refusal(file: str, problems: Sequence[Problem], shown: int = 10) -> UnreadableFile | None:
    """One error for all problems of a file; None when there are none."""
    if not problems:
        return None
    first, *others = problems
    advice = first.advice
    if others:
        listed = "; ".join(str(problem) for problem in others[: shown - 1])
        more = f"; and {len(others) - shown + 1} more" if len(others) >= shown else ""
        advice = f"{advice} Also {listed}{more}.".strip()
    return UnreadableFile(
        file,
        expected=first.expected,
        found=first.found,
        sheet=first.sheet,
        cell=first.cell,
        path=first.path,
        advice=f"{advice} Nothing was loaded.",
        others=[other.alone(file) for other in others],
    )


def raise_problems(file: str, problems: Sequence[Problem]) -> None:
    """Raise one `UnreadableFile` for all problems of a file; return when there are none."""
    if error := refusal(file, problems):
        raise error


def is_xlsx(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def is_old_excel(content: bytes) -> bool:
    """Whether this is an .xls workbook (or another old Office file)."""
    return content.startswith(b"\xd0\xcf\x11\xe0")


def sheet_grids(sheets: Sheets, wanted: Callable[[str], bool] | None = None) -> list[Grid]:
    """The visible sheets of a workbook, with formats, error values and missing results.

    With `wanted`, only the sheets that have a text for which it is true.
    """
    grids = []
    for name in sheets.names:
        values = sheets.rows(name)
        texts = (cell for row in values for cell in row if isinstance(cell, str) and cell)
        if wanted is not None and not any(map(wanted, texts)):
            continue
        marks = sheets.marks(name)
        rows = (
            [
                cell_of(value, name, (number, column), marks)
                for column, value in enumerate(_with_errors(row, number, marks))
            ]
            for number, row in enumerate(_as_far_as(values, marks))
        )
        grids.append(Grid(name, tuple(filled(rows, sheets.file, name))))
    return grids


def _as_far_as(values: Sequence[Sequence[object]], marks: Marks) -> Iterator[Sequence[object]]:
    """The rows, and empty rows up to the last error value."""
    yield from values
    last = max((row for row, _ in marks.uncomputed), default=-1)
    for _ in range(len(values), last + 1):
        yield ()


def _with_errors(row: Sequence[object], number: int, marks: Marks) -> Sequence[object]:
    """A row, as long as its last error value requires."""
    if not marks.uncomputed:
        return row
    last = max((column for at, column in marks.uncomputed if at == number), default=-1)
    return [*row, *([None] * (last + 1 - len(row)))]


def cell_of(value: object, sheet: str, at: tuple[int, int], marks: Marks) -> Cell:
    """The cell of a sheet with its place (from 0), how it is shown, and its error value."""
    place = cell_name(*at)
    if at in marks.uncomputed:
        return Cell(None, sheet, place, marks.uncomputed[at])
    kept = _value(value)
    display = marks.displays.get(at, PLAIN) if isinstance(kept, float) else PLAIN
    return Cell(kept, sheet, place, "", display)


def filled(rows: Iterator[list[Cell]], file: str, sheet: str | None) -> Iterator[Row]:
    """The rows with content, without the empty cells at their end."""
    cells = 0
    for row in rows:
        while row and row[-1].value is None and not row[-1].uncomputed:
            row.pop()
        if not row:
            continue
        cells += len(row)
        if cells > MAX_CELLS:
            raise UnreadableFile(
                file,
                expected=f"at most {MAX_CELLS:,} cells",
                found=f"more, up to {row[-1].place}",
                sheet=sheet,
                advice="Delete what is not part of the table, or split the file.",
            )
        yield tuple(row)


def _value(value: object) -> str | float | date | None:
    """The value of a cell, in the types of `Cell`."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return float(value)
    if value is None or isinstance(value, date):
        return value
    return clean(str(value))[:_LONGEST] or None


def in_unicode(grids: Sequence[Grid]) -> tuple[Grid, ...]:
    """The sheets with TCVN3 texts converted to Unicode."""
    cells = (cell for grid in grids for row in grid.rows for cell in row)
    script = Script.of(cell.value for cell in cells if isinstance(cell.value, str))
    if not script.tcvn3:
        return tuple(grids)
    return tuple(
        Grid(grid.sheet, tuple(tuple(_read(cell, script) for cell in row) for row in grid.rows))
        for grid in grids
    )


def _read(cell: Cell, script: Script) -> Cell:
    if not isinstance(cell.value, str) or cell.value.isascii():
        return cell
    return replace(cell, value=script.read(cell.value))


def decode(content: bytes, file: str) -> str:
    """The text of a CSV file: UTF-8 or UTF-16 with or without BOM, else Windows-1258 or TCVN3.

    Raises
    ------
    UnreadableFile
        If the bytes are text in none of these.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    elif b"\x00" in content[:200]:
        candidates = ["utf-16-le" if content[1:2] == b"\x00" else "utf-16-be"]
    else:
        candidates = ["utf-8-sig"]
    for encoding in candidates:
        try:
            return _text(content.decode(encoding), file)
        except UnicodeDecodeError:
            continue
    latin = content.decode("latin-1")
    if candidates == ["utf-8-sig"]:
        windows = content.decode("cp1258", errors="replace")
        if better_as_tcvn3(latin, clean(windows)):
            return _text(converted(latin), file)
        if "\ufffd" not in windows:
            return _text(windows, file)
    raise _no_text(file)


def _text(text: str, file: str) -> str:
    """The text; raise `UnreadableFile` if it has control characters of a binary file."""
    odd = sum(letter < " " and letter not in "\t\n\r\f" for letter in text[:4000])
    if odd > 2:
        raise _no_text(file)
    return text


def _no_text(file: str) -> UnreadableFile:
    return UnreadableFile(
        file,
        expected="text in UTF-8, UTF-16, Windows-1258 or TCVN3",
        found="bytes that are text in none of them",
        advice="In Excel choose Save As, 'CSV UTF-8 (comma delimited)'.",
    )


def read_csv(content: bytes, file: str) -> Csv:
    """A CSV file, to be read with a delimiter that the caller chooses.

    Raises
    ------
    UnreadableFile
        If the bytes are not text.
    """
    text = decode(content, file)
    lines = sum(1 for _ in _LINE.finditer(text))
    if lines > MAX_CELLS:  # checked before any cell is created
        raise UnreadableFile(
            file,
            expected=f"at most {MAX_CELLS:,} cells",
            found=f"{lines:,} lines",
            advice="Delete what is not part of the table, or split the file.",
        )
    return Csv(text, file)


@dataclass(frozen=True)
class Csv:
    """The text of a CSV file."""

    text: str
    file: str

    def head(self, delimiter: str) -> Grid:
        """The first rows."""
        return Grid(None, tuple(self._rows(delimiter, _HEAD)))

    def grid(self, delimiter: str) -> Grid:
        """All rows."""
        return Grid(None, tuple(self._rows(delimiter, None)))

    def _rows(self, delimiter: str, most: int | None) -> Iterator[Row]:
        """Rows with content; raise `UnreadableFile` if the text is not CSV."""
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=delimiter)
        rows = (
            [
                Cell(clean(field) or None, None, cell_name(number, column))
                for column, field in enumerate(record)
            ]
            for number, record in enumerate(reader)
            if most is None or number < most
        )
        try:
            yield from filled(rows, self.file, None)
        except csv.Error as error:
            raise UnreadableFile(
                self.file,
                expected="a table as CSV",
                found=f"text that is not CSV ({error})",
                advice="Save the table as 'CSV UTF-8' or as .xlsx.",
            ) from error
