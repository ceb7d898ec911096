"""Tidy files, one figure per row: all problems are reported at once, and then nothing is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from data.plans.kpi import Kpi
from data.readers.spreadsheet.figure_text import Figures
from data.readers.spreadsheet.rate_text import rate_of
from data.readers.spreadsheet.tables import Problem, raise_problems, refusal
from data.readers.spreadsheet.workbook import OpenedFile
from data.readers.tidy.headings import TidyTable, TidyTables, find_tidy, no_header
from data.readers.tidy.rows import NamedRows, RowReader, TidyFigure, has_no_value, is_rate
from data.vintages.dated import DatedFigure
from data.vintages.observation import Observation
from models.errors import UnreadableFile


@dataclass(frozen=True)
class TidyFile:
    """A tidy file's figures, the names in it, and a problem for each unknown one.

    With `problems` nothing of the file is used.
    """

    file: str
    figures: tuple[TidyFigure, ...]
    names: tuple[NamedRows, ...]
    unknown: tuple[Problem, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def observations(self) -> tuple[Observation, ...]:
        """The figures of months and longer periods."""
        return tuple(one.figure for one in self.figures if isinstance(one.figure, Observation))

    @property
    def dated(self) -> tuple[DatedFigure, ...]:
        """The figures to a day."""
        return tuple(one.figure for one in self.figures if isinstance(one.figure, DatedFigure))

    @property
    def refusal(self) -> UnreadableFile | None:
        """The error for unknown names; None if all names are known."""
        return refusal(self.file, self.unknown)


def read_tidy(
    content: bytes, file: str, kpis: Sequence[Kpi], published: date | None
) -> tuple[Observation, ...]:
    """Read the figures of a tidy CSV or XLSX file; every row must name a KPI.

    See `read_rows`; a problem, an unknown name, or a file without a tidy table raises
    `UnreadableFile`.
    """
    opened = OpenedFile(content, file)
    found = find_tidy(opened)
    if found is None:
        raise no_header(opened)
    tidy = read_rows(found, kpis, published)
    raise_problems(tidy.file, [*tidy.problems, *tidy.unknown])
    return tidy.observations


def read_rows(
    found: TidyTables,
    kpis: Sequence[Kpi],
    published: date | None,
    matched: Mapping[str, str | None] | None = None,
) -> TidyFile:
    """Read a tidy CSV or XLSX file; rows with an unknown name are set aside.

    Parameters
    ----------
    found : the tables of the file
    kpis : the KPIs of the plan family; a row names a KPI by slug or by name
    published : date or None, for rows without a publication date
    matched : folded names that people matched to a KPI's slug, or to no KPI (None)

    Returns
    -------
    TidyFile, figures in the order of the file. A row without a form is the
    month's own figure, one without a status an estimate; a row without a value
    is left out. A number formatted as a percentage is per cent (1.045 shown as
    104.5 % is 104.5).

    Raises
    ------
    UnreadableFile
        If there is nothing below the header.
    """
    problems: list[Problem] = []
    numbers = _figures(found.tables, problems)
    reader = RowReader(found.file, tuple(kpis), published, numbers, problems, matched or {})
    figures = [
        figure
        for table in found.tables
        for row in table.rows
        if (figure := reader.read(table, row)) is not None
    ]
    if not (figures or problems or reader.names):
        raise UnreadableFile(
            found.file,
            expected="at least one row with a value below the header",
            found="none",
            advice="Fill in the values, one figure per row.",
        )
    return TidyFile(
        found.file, tuple(figures), reader.named(), tuple(reader.unknown), tuple(problems)
    )


def _figures(tables: Sequence[TidyTable], problems: list[Problem]) -> Figures:
    cells = [
        rate_of(cell)[0] if is_rate(table, row) else cell
        for table in tables
        for row in table.rows
        if (cell := table.cell(row, "value")) is not None and not has_no_value(cell)
    ]
    return Figures.of(cells, problems)
