"""Sheets and CSV files as rows of cells that know their place.

For files that people write (tidy figures, plans). The statistics office's
workbooks have their own reader; nothing here knows what a column means.
"""

from __future__ import annotations

import csv
import io
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from models.errors import UnreadableFile

DELIMITERS = (",", ";", "\t")
MAX_CELLS = 5_000_000
MAX_BYTES = 400_000_000  # unpacked: a small file may hide a huge one
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    EOFError,
    OSError,
)


@dataclass(frozen=True)
class Cell:
    """What stands in one cell, and where.

    `value` is text (stripped), a number, a date, or None when empty. `uncomputed`
    says that the cell holds a formula whose result was never saved, or an error
    value such as #REF!. `percent` says that the sheet shows the number as a
    percentage (1.045 shown as 104.5 %).
    """

    value: str | float | date | None
    sheet: str | None
    place: str
    percent: bool = False
    uncomputed: str = ""

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
    """A sheet, or a CSV file read with one delimiter."""

    sheet: str | None
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file: where, what was expected, what was found."""

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

    def __str__(self) -> str:
        place = f"sheet '{self.sheet}', " if self.sheet else ""
        return f"{place}{self.cell or self.path}: expected {self.expected}, found {self.found}"


def raise_problems(file: str, problems: Sequence[Problem], shown: int = 10) -> None:
    """Raise one `UnreadableFile` for all problems of a file; return when there are none."""
    if not problems:
        return
    first, *others = problems
    advice = first.advice
    if others:
        listed = "; ".join(str(problem) for problem in others[: shown - 1])
        more = f"; and {len(others) - shown + 1} more" if len(others) >= shown else ""
        advice = f"{advice} Also {listed}{more}.".strip()
    raise UnreadableFile(
        file,
        expected=first.expected,
        found=first.found,
        sheet=first.sheet,
        cell=first.cell,
        path=first.path,
        advice=f"{advice} Nothing was loaded.",
    )


def is_xlsx(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def is_old_excel(content: bytes) -> bool:
    """Whether this is an .xls workbook (or another old Office file)."""
    return content.startswith(b"\xd0\xcf\x11\xe0")


def read_sheets(content: bytes, file: str) -> tuple[Grid, ...]:
    """All sheets of an XLSX file, cell by cell.

    Raises
    ------
    UnreadableFile
        If the file is damaged or protected.
    """
    advice = "Open it in Excel and save it again as .xlsx without a password."
    try:
        _refuse_huge(content, file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles it does not keep
            values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
            formulas = openpyxl.load_workbook(io.BytesIO(content), data_only=False)
    except _DAMAGED as error:
        raise UnreadableFile(
            file,
            expected="an Excel workbook (.xlsx)",
            found=f"a file that Excel's format does not allow ({error})",
            advice=advice,
        ) from error
    grids = []
    for sheet in values.worksheets:
        if sheet.max_row * sheet.max_column > MAX_CELLS:
            raise UnreadableFile(
                file,
                expected=f"at most {MAX_CELLS} cells in a sheet",
                found=f"{sheet.max_row} rows and {sheet.max_column} columns",
                sheet=sheet.title,
                advice="Delete the empty rows and columns below and beside the table.",
            )
        pairs = zip(sheet.iter_rows(), formulas[sheet.title].iter_rows(), strict=True)
        rows = [
            tuple(
                _cell(cell, twin.value, sheet.title) for cell, twin in zip(row, twins, strict=True)
            )
            for row, twins in pairs
        ]
        grids.append(Grid(sheet.title, tuple(rows)))
    return tuple(grids)


def _refuse_huge(content: bytes, file: str) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > MAX_BYTES:
        raise UnreadableFile(
            file,
            expected=f"at most {MAX_BYTES // 1_000_000} MB once unpacked",
            found=f"{size // 1_000_000} MB",
            advice="Save the table alone in a new workbook.",
        )


def _cell(cell: object, formula: object, sheet: str) -> Cell:
    value = getattr(cell, "value", None)
    place = str(getattr(cell, "coordinate", ""))
    uncomputed = ""
    if value is None and formula is not None:
        uncomputed = str(getattr(formula, "text", formula))
    if getattr(cell, "data_type", "") == "e":
        value, uncomputed = None, str(value)
    percent = "%" in str(getattr(cell, "number_format", "") or "")
    if isinstance(value, datetime):
        value = value.date()
    elif isinstance(value, bool):
        value = str(value).lower()
    elif isinstance(value, int | float):
        value = float(value)
    elif value is not None and not isinstance(value, date):
        value = clean(str(value)) or None
    return Cell(value, sheet, place, percent and isinstance(value, float), uncomputed)


def clean(text: str) -> str:
    """Text as kept: composed letters (NFC), no space at either end, newlines as '\\n'."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", text).strip()


def decode(content: bytes, file: str) -> str:
    """The text of a CSV file: UTF-8 or UTF-16 with or without mark, else Windows-1258.

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
        candidates = ["utf-8-sig", "cp1258"]
    for encoding in candidates:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(
        file,
        expected="text in UTF-8, UTF-16 or Windows-1258",
        found="bytes that are text in none of them",
        advice="In Excel choose Save As, 'CSV UTF-8 (comma delimited)'.",
    )


def read_delimited(text: str) -> tuple[Grid, ...]:
    """A CSV file read with each delimiter in turn; the caller knows which makes sense."""
    return tuple(Grid(None, tuple(_csv_rows(text, delimiter))) for delimiter in DELIMITERS)


def read_csv(content: bytes, file: str) -> tuple[Grid, ...]:
    """`read_delimited` of a file's bytes; `UnreadableFile` when they are no CSV."""
    try:
        return read_delimited(decode(content, file))
    except csv.Error as error:
        raise UnreadableFile(
            file,
            expected="a table as CSV",
            found=f"text that is none ({error})",
            advice="Save the table as 'CSV UTF-8' or as .xlsx.",
        ) from error


def _csv_rows(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for number, record in enumerate(reader, start=1):
        yield tuple(
            Cell(clean(field) or None, None, f"{get_column_letter(column)}{number}")
            for column, field in enumerate(record, start=1)
        )
