"""The figures of a file, read with the decimal separator that the file proves.

Where the cells of every layout become numbers, and so the one place for what a cell shows,
error values, formulas without a result, dates and numbers typed as text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from data.readers.spreadsheet.number_format import parse_number, weigh
from data.readers.spreadsheet.tables import Cell, Problem


@dataclass(frozen=True)
class Figures:
    """Values by sheet and cell."""

    values: Mapping[tuple[str | None, str], float]

    @classmethod
    def of(
        cls, cells: Sequence[Cell], problems: list[Problem], witnesses: Iterable[str] = ()
    ) -> Figures:
        """Read cells that should hold numbers.

        Parameters
        ----------
        cells : numbers, or texts that should be numbers; an error value, or a formula
            without a result, is a problem
        problems : problems are added here
        witnesses : other texts of the file that may prove its decimal separator
        """
        values = {
            (cell.sheet, cell.place): cell.display.shown(cell.value)
            for cell in cells
            if isinstance(cell.value, float)
        }
        texts = [cell for cell in cells if isinstance(cell.value, str)]
        evidence = weigh(cell.text for cell in texts)
        shown = weigh(witnesses)
        separator = evidence.separator or (shown.separator if shown.dot or shown.comma else None)
        expected = "a number"
        advice = "Open the file in Excel, check the formula, and save it."
        problems += [
            Problem.at(cell, expected, advice, cell.missing) for cell in cells if cell.uncomputed
        ]
        advice = "Write 0 for zero and leave the cell empty when there is no figure."
        problems += [Problem.at(texts[at], expected, advice) for at in evidence.unreadable]
        dates = [cell for cell in cells if isinstance(cell.value, date)]
        advice = "Excel took the number for a date; format the cell as a number and type it again."
        problems += [Problem.at(cell, expected, advice) for cell in dates]
        if separator is not None and not (evidence.dot and evidence.comma):
            unreadable = set(evidence.unreadable)
            for at, cell in enumerate(texts):
                if at not in unreadable:
                    values[cell.sheet, cell.place] = parse_number(cell.text, separator)
        elif evidence.dot and evidence.comma:
            dot, comma = texts[evidence.dot[0]], texts[evidence.comma[0]]
            expected = f"numbers in one format, as in {dot.place} ('{dot.text}', decimal point)"
            advice = "Write all values of the file with the same decimal separator."
            problems.append(Problem.at(comma, expected, advice))
        else:
            problems.append(_reads_two_ways(texts[evidence.open[0]]))
        problems += [
            Problem.at(cell, "a finite number")
            for cell in cells
            if not math.isfinite(values.get((cell.sheet, cell.place), 0.0))
        ]
        return cls({place: value for place, value in values.items() if math.isfinite(value)})

    def value(self, cell: Cell) -> float | None:
        return self.values.get((cell.sheet, cell.place))


def _reads_two_ways(cell: Cell) -> Problem:
    low, high = sorted((parse_number(cell.text, ","), parse_number(cell.text, ".")))
    expected = f"a number that reads one way: is it {high:g} or {low:g}?"
    advice = (
        "No value of the file tells thousands from decimals. Write them without "
        f"separators ({high:.0f}) or with decimals (1.234,0 or 1,234.0), or save as .xlsx "
        "with numbers as numbers."
    )
    return Problem.at(cell, expected, advice)
