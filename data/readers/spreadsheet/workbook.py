"""A file of figures, opened at most once by each library, with the views its readers need.

Calamine opens workbooks fast, whichever program wrote them; openpyxl also knows which
numbers are shown as percentages and which formulas lack a result. Each opens the
file only if a reader needs it.
"""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from lxml.etree import LxmlError
from openpyxl.utils.exceptions import InvalidFileException

from data.readers.spreadsheet.cells import Sheets, cell_name
from data.readers.spreadsheet.intake import has_unsaved_results, kind_of
from data.readers.spreadsheet.tables import (
    Csv,
    Grid,
    cell_of,
    filled,
    in_unicode,
    quick_sheets,
    read_csv,
)
from models.errors import UnreadableFile

_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    LxmlError,
    SyntaxError,
    AttributeError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    EOFError,
    OSError,
)


class OpenedFile:
    """A workbook or a CSV file that is safe to read; each view of it is made once.

    Attributes
    ----------
    file : its name, as it appears in errors and sources
    kind : 'xlsx', 'xls', 'text', 'sdmx' (SDMX-ML) or 'json', whatever the name says
    content : its bytes

    Raises
    ------
    UnreadableFile
        If the file is not a table, or is damaged, locked or too large; the views raise
        it too, for problems that only their library finds.
    """

    def __init__(self, content: bytes, file: str) -> None:
        self.file = file
        self.kind = kind_of(content, file)
        self.content = content

    @cached_property
    def text(self) -> Csv:
        """A CSV file, to be read with a delimiter that the caller chooses."""
        return read_csv(self.content, self.file)

    @cached_property
    def sheets(self) -> Sheets:
        """The visible sheets of a workbook with their values, read by calamine."""
        return Sheets(self.content, self.file)

    @cached_property
    def unsaved_results(self) -> bool:
        """Whether a formula of an .xlsx workbook has no saved result; False for .xls."""
        return self.kind == "xlsx" and has_unsaved_results(self.content)

    @cached_property
    def grids(self) -> tuple[Grid, ...]:
        """The visible sheets of a workbook, cell by cell, with percentages and formulas.

        Formulas have their saved results. In an .xls file, percentages and formulas
        without a result cannot be distinguished from other cells.
        """
        if self.kind == "xls":
            grids = quick_sheets(self.sheets)
        else:
            try:
                grids = list(_formatted(self.content, self.file, self.unsaved_results))
            except _DAMAGED as error:
                raise UnreadableFile(
                    self.file,
                    expected="an Excel workbook (.xlsx)",
                    found=f"a file that is not valid ({error})",
                    advice="Open it in Excel and save it again as .xlsx without a password.",
                ) from error
        if not grids:
            raise UnreadableFile(
                self.file,
                expected="a sheet that is not hidden",
                found="none",
                advice="Unhide the sheet with the table, and save the workbook.",
            )
        return in_unicode(grids)

    def remarks(self) -> tuple[str, ...]:
        """Remarks for the planner: what in the file is not read."""
        return self.sheets.remarks() if self.kind in ("xlsx", "xls") else ()


def _formatted(content: bytes, file: str, unsaved_results: bool) -> Iterator[Grid]:
    """The visible sheets as openpyxl reads them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns about unsupported styles
        book: Any = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()
            formulas = _formulas(book, sheet) if unsaved_results else {}
            rows = (
                [
                    cell_of(cell, formulas.get(place), sheet.title, place)
                    for cell, place in _placed(row, number)
                ]
                for number, row in enumerate(sheet.iter_rows())
            )
            yield Grid(sheet.title, tuple(filled(rows, file, sheet.title)))


def _placed(row: Sequence[Any], number: int) -> Iterator[tuple[Any, str]]:
    """The cells of a row, counted from 0, each with its place in A1 notation."""
    return ((cell, cell_name(number, column)) for column, cell in enumerate(row))


def _formulas(book: Any, sheet: Any) -> dict[str, object]:
    """The formulas of a sheet by place.

    An openpyxl workbook returns either results or formulas. The choice is checked on
    each pass over a sheet, so the same workbook can return both in turn.
    """
    book._data_only = False
    try:
        return {
            place: cell.value
            for number, row in enumerate(sheet.iter_rows())
            for cell, place in _placed(row, number)
            if getattr(cell, "data_type", "") == "f"
        }
    finally:
        book._data_only = True
