"""A file of figures, opened at most once, with the views its readers need."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from openpyxl.utils import coordinate_to_tuple

from data.readers.parts.marks import hidden_note
from data.readers.spreadsheet.cells import Sheets
from data.readers.spreadsheet.intake import kind_of
from data.readers.spreadsheet.tables import Csv, Grid, in_unicode, read_csv, sheet_grids
from models.errors import UnreadableFile


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
    def grids(self) -> tuple[Grid, ...]:
        """The visible sheets of a workbook, cell by cell; formulas have their saved results."""
        if not self.sheets.names:
            raise UnreadableFile(
                self.file,
                expected="a sheet that is not hidden",
                found="none",
                advice="Unhide the sheet with the table, and save the workbook.",
            )
        return in_unicode(sheet_grids(self.sheets))

    def remarks(self) -> tuple[str, ...]:
        """Remarks for the planner: what in the file is not read."""
        return self.sheets.remarks() if self.kind in ("xlsx", "xls") else ()

    def hidden_notes(self, read: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """Remarks on figures read from hidden rows and columns, by sheet and cell."""
        if self.kind not in ("xlsx", "xls"):
            return ()
        places: dict[str, list[tuple[int, int]]] = {}
        for sheet, cell in read:
            row, column = coordinate_to_tuple(cell)
            places.setdefault(sheet, []).append((row - 1, column - 1))
        notes = (hidden_note(name, self.sheets.marks(name), at) for name, at in places.items())
        return tuple(note for note in notes if note)
