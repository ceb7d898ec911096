"""Sheets, cells and texts of spreadsheets, whichever program wrote them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import PurePath

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from data.readers.parts.marks import NONE, Marks, gives_nothing
from data.readers.parts.xls import xls_marks
from data.readers.parts.xlsx import xlsx_marks
from data.readers.spreadsheet.intake import has_macros
from data.readers.spreadsheet.tcvn3 import Script
from models.errors import UnreadableFile

Row = Sequence[object]

_NUMBER = re.compile(r"^[+-]?\d+(?:[.,]\d+)?$")
_NAME = 120  # longest text whose folding is cached
_PUBLISHED = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?!\d)")


_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def clean(text: str) -> str:
    """Text as stored: Unicode NFC, no invisible characters, newlines as '\\n', stripped."""
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", text).strip()


def collapse(text: str) -> str:
    """Single spaces, Unicode NFC."""
    return " ".join(clean(text).split())


def fold(text: str) -> str:
    """Fold a name for comparison: no accents, lower case, white space collapsed.

    Examples
    --------
    >>> fold("  Bộ  Công Thương ")
    'bo cong thuong'
    """
    return _folded(text) if len(text) <= _NAME else _folded.__wrapped__(text)


@lru_cache(maxsize=1 << 14)
def _folded(text: str) -> str:
    """`fold` with a cache: tables repeat their names every month."""
    plain = _INVISIBLE.sub("", text).replace("đ", "d").replace("Đ", "D")
    decomposed = unicodedata.normalize("NFD", plain)
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(letters.lower().split())


def number(value: object) -> float | None:
    """The cell as a number; None for text, dates, blanks and booleans.

    Text counts if it is one number with at most one decimal separator.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str) and _NUMBER.match(value.strip()):
        return float(value.strip().replace(",", "."))
    return None


def is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def cell_name(row: int, column: int) -> str:
    """'D12' for row 11, column 3 (both from 0)."""
    letters = ""
    rest = column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return f"{letters}{row + 1}"


def publication_date(file: str) -> date | None:
    """The date at the start of a file name (2021-06-29-…); None without one."""
    match = _PUBLISHED.match(PurePath(file).name)
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _raise_others(error: BaseException) -> None:
    """Raise errors that are not about the workbook; calamine also panics on some workbooks."""
    panic = type(error).__name__ == "PanicException"
    if not (panic or isinstance(error, CalamineError | OSError | ValueError)):
        raise error


class Sheets:
    """The visible sheets of an .xls or .xlsx workbook, opened once; each is read once.

    Attributes
    ----------
    names : of the visible sheets
    hidden : names of the hidden sheets, which are not read

    Raises
    ------
    UnreadableFile
        If the content is not a workbook, is damaged or is locked with a password.
    """

    def __init__(self, content: bytes, file: str) -> None:
        self.file = file
        try:
            self._book = CalamineWorkbook.from_filelike(BytesIO(content))
            sheets = self._book.sheets_metadata
        except BaseException as error:
            _raise_others(error)
            raise UnreadableFile(
                file,
                expected="an Excel workbook (.xls or .xlsx) that is whole and has no password",
                found=f"{len(content)} bytes that cannot be opened ({error})",
                advice="Open it in Excel, save it again as .xlsx and load that.",
            ) from error
        seen = SheetVisibleEnum.Visible
        tables = [sheet for sheet in sheets if sheet.typ == SheetTypeEnum.WorkSheet]
        self.names = tuple(sheet.name for sheet in tables if sheet.visible == seen)
        self._content = content
        self._rows: dict[str, list[Row]] = {}
        self.hidden = tuple(sheet.name for sheet in tables if sheet.visible != seen)

    def remarks(self) -> tuple[str, ...]:
        """Remarks for the planner: what in the workbook is not read."""
        hidden = [f"sheet '{name}' is hidden and was not read" for name in self.hidden]
        macros = ["its macros were not run"] if has_macros(self._content) else []
        return (*hidden, *macros)

    def marks(self, name: str) -> Marks:
        """Formats, error values and hidden parts of a sheet.

        An error value that is hidden is none: helpers of a sheet stand in hidden columns.
        """
        found = self._marks.get(name, NONE)
        if not found.uncomputed:
            return found
        shown = {at: text for at, text in found.uncomputed.items() if not found.hides(*at)}
        found = replace(found, uncomputed=shown)
        if not any(formula.startswith("=IF") for formula in found.uncomputed.values()):
            return found
        rows = self.rows(name)

        def is_empty(at: tuple[int, int]) -> bool:
            row = rows[at[0]] if at[0] < len(rows) else ()
            return (row[at[1]] if at[1] < len(row) else "") in ("", None)

        open_ = {
            place: formula
            for place, formula in found.uncomputed.items()
            if not gives_nothing(formula, is_empty)
        }
        return replace(found, uncomputed=open_)

    @cached_property
    def _marks(self) -> Mapping[str, Marks]:
        marks_of = xlsx_marks if self._content.startswith(b"PK") else xls_marks
        return dict(zip(self._book.sheet_names, marks_of(self._content), strict=False))

    def rows(self, name: str) -> list[Row]:
        """All rows of a sheet from A1 on, so that positions are those of Excel."""
        if name not in self._rows:
            self._rows[name] = self._read(name)
        return self._rows[name]

    def _read(self, name: str) -> list[Row]:
        try:
            rows = self._book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except BaseException as error:
            _raise_others(error)
            raise UnreadableFile(
                self.file,
                sheet=name,
                expected="a readable sheet",
                found=str(error),
                advice="Open it in Excel, save it again as .xlsx and load that.",
            ) from error
        script = Script.of(cell for row in rows for cell in row if isinstance(cell, str))
        if not script.tcvn3:
            return list(rows)
        return [
            [script.read(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
        ]

    def merged(self, name: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
        """Merged ranges: row and column (from 0) of the first and the last cell."""
        try:
            return self._book.get_sheet_by_name(name).merged_cell_ranges or []
        except BaseException as error:  # noqa: BLE001
            _raise_others(error)
            return []
