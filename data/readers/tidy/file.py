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
from data.readers.tidy.rows import NamedRows, RowReader, has_no_value, is_rate
from data.vintages.dated import DatedFigure
from data.vintages.observation import Observation
from models.errors import UnreadableFile


@dataclass(frozen=True)
class TidyFile:
    """A tidy file's figures, the names in it, and a problem for each unknown one."""

    file: str
    observations: tuple[Observation, ...]
    names: tuple[NamedRows, ...]
    unknown: tuple[Problem, ...]
    places: tuple[tuple[str, str], ...]  # sheet and cell of each observation
    dated: tuple[DatedFigure, ...] = ()

    @property
    def refusal(self) -> UnreadableFile | None:
        """The error for unknown names; None if all names are known."""
        return refusal(self.file, self.unknown)


def read_tidy(
    content: bytes, file: str, kpis: Sequence[Kpi], published: date | None
) -> tuple[Observation, ...]:
    """Read the figures of a tidy CSV or XLSX file; every row must name a KPI.

    See `read_rows`; an unknown name, or a file without a tidy table, raises
    `UnreadableFile`.
    """
    opened = OpenedFile(content, file)
    found = find_tidy(opened)
    if found is None:
        raise no_header(opened)
    tidy = read_rows(found, kpis, published)
    if tidy.refusal:
        raise tidy.refusal
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
        With the place of the first problem, and the others listed in its advice;
        unknown names are among them only when there are other problems.
    """
    problems: list[Problem] = []
    numbers = _figures(found.tables, problems)
    reader = RowReader(found.file, tuple(kpis), published, numbers, problems, matched or {})
    observations, places = [], []
    for table in found.tables:
        for row in table.rows:
            observation = reader.read(table, row)
            if observation is not None:
                observations.append(observation)
                cell = table.cell(row, "value")
                places.append((cell.sheet or "", cell.place) if cell else ("", ""))
    if problems:
        raise_problems(found.file, [*problems, *reader.unknown])
    if not observations and not reader.names:
        raise UnreadableFile(
            found.file,
            expected="at least one row with a value below the header",
            found="none",
            advice="Fill in the values, one figure per row.",
        )
    return TidyFile(
        found.file,
        tuple(observations),
        reader.named(),
        tuple(reader.unknown),
        tuple(places),
        tuple(reader.dated),
    )


def _figures(tables: Sequence[TidyTable], problems: list[Problem]) -> Figures:
    cells = [
        rate_of(cell)[0] if is_rate(table, row) else cell
        for table in tables
        for row in table.rows
        if (cell := table.cell(row, "value")) is not None and not has_no_value(cell)
    ]
    return Figures.of(cells, problems)
