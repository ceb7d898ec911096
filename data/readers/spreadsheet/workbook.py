"""A file of figures, opened once by each library and seen in the ways its readers need.

Calamine opens workbooks fast and whatever wrote them; openpyxl also knows which
numbers are shown as percentages and which formulas lack a result. Each opens the
file at most once, and only when a reader asks for what it alone can say.
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
    kind : 'xlsx', 'xls' or 'text', whatever the name says

    Raises
    ------
    UnreadableFile
        If the bytes are no table, are damaged, locked or too large; the views raise
        it too, for what only their library finds.
    """

    def __init__(self, content: bytes, file: str) -> None:
        self.file = file
        self.kind = kind_of(content, file)
        self._content = content

    @cached_property
    def text(self) -> Csv:
        """A CSV file, to be read with the delimiter that makes sense to the caller."""
        return read_csv(self._content, self.file)

    @cached_property
    def sheets(self) -> Sheets:
        """The visible sheets of a workbook with their bare values, as calamine reads them."""
        return Sheets(self._content, self.file)

    @cached_property
    def unsaved_results(self) -> bool:
        """Whether some formula of an .xlsx workbook has no saved result; of .xls nobody knows."""
        return self.kind == "xlsx" and has_unsaved_results(self._content)

    @cached_property
    def grids(self) -> tuple[Grid, ...]:
        """The visible sheets of a workbook, cell by cell, with percentages and formulas.

        Formulas give the results that were saved with them. Of an .xls file neither
        percentages nor formulas without a result can be told from other cells.
        """
        if self.kind == "xls":
            grids = quick_sheets(self.sheets)
        else:
            try:
                grids = list(_formatted(self._content, self.file, self.unsaved_results))
            except _DAMAGED as error:
                raise UnreadableFile(
                    self.file,
                    expected="an Excel workbook (.xlsx)",
                    found=f"a file that Excel's format does not allow ({error})",
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
        """What a planner should know of the file: what in it is not looked at."""
        return () if self.kind == "text" else self.sheets.remarks()


def _formatted(content: bytes, file: str, unsaved_results: bool) -> Iterator[Grid]:
    """The visible sheets as openpyxl reads them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles it does not keep
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

    A workbook of openpyxl gives either results or formulas, as it was opened. Each
    pass over a sheet asks which, so one workbook can give both in turn.
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
