"""What a workbook says of its cells beside their values, whichever program wrote it.

Number formats that change what is shown, error values, formulas without a saved result,
hidden rows and columns. `xlsx` reads them of XML, `xls` of records.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from openpyxl.utils import coordinate_to_tuple, get_column_letter

from data.readers.parts.display import Display

_IF_EMPTY = re.compile(
    r'=IF\((?:ISBLANK\()?(\$?[A-Z]{1,3}\$?\d{1,7})(?:\)|="")\s*,\s*""\s*,', re.IGNORECASE
)
_IF_FILLED = re.compile(r'=IF\((\$?[A-Z]{1,3}\$?\d{1,7})<>""\s*,.*,\s*""\s*\)', re.IGNORECASE)
Place = tuple[int, int]  # row and column, from 0


@dataclass(frozen=True)
class Marks:
    """The marks of a sheet; places from 0.

    Attributes
    ----------
    displays : cells whose format shows something else than the stored number
    uncomputed : cells with an error value (#REF!), or a formula without a result
    rows, columns : hidden
    """

    displays: Mapping[Place, Display] = field(default_factory=dict)
    uncomputed: Mapping[Place, str] = field(default_factory=dict)
    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()

    def hides(self, row: int, column: int) -> bool:
        return row in self.rows or column in self.columns


NONE = Marks()


def gives_nothing(formula: str, is_empty: Callable[[Place], bool]) -> bool:
    """Whether a formula without a result is known to give an empty text.

    So are rows still to come, `=IF(A9="","",A9*2)` with A9 empty; programs save their
    result as nothing at all.

    Examples
    --------
    >>> gives_nothing('=IF($A$9="","",A9*2)', lambda place: place == (8, 0))
    True
    """
    match = _IF_EMPTY.match(formula) or _IF_FILLED.fullmatch(formula)
    if match is None:
        return False
    row, column = coordinate_to_tuple(match[1].replace("$", ""))
    return is_empty((row - 1, column - 1))


def hidden_note(sheet: str, marks: Marks, read: Iterable[Place]) -> str:
    """A remark that figures were read from hidden rows or columns; '' if none were."""
    places = list(read)
    rows = {row + 1 for row, _ in places if row in marks.rows}
    columns = {column for _, column in places if column in marks.columns}
    parts = [f"rows {_spans(rows)}"] if rows else []
    letters = [get_column_letter(column + 1) for column in sorted(columns)]
    parts += [f"columns {', '.join(letters)}"] if letters else []
    if not parts:
        return ""
    found = " and ".join(parts)
    return f"sheet '{sheet}': {found} are hidden; their figures were read"


def _spans(numbers: Iterable[int]) -> str:
    """Numbers in words for people: '3, 7–9'."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
