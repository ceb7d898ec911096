"""The result of reading a workbook: printed figures, each with its cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from data.readers.spreadsheet.tables import Problem
from data.vintages.observation import Form
from models.series import FigureStatus, Month


@dataclass(frozen=True)
class PrintedFigure:
    """One numeric cell of a known table.

    Attributes
    ----------
    table : 'exports', 'imports', 'products', 'retail', 'iip' or 'investment'; of a
        department's report 'report_form'
    row : name as printed, white space collapsed
    section : the heading printed above the row, '' if there is none
    occurrence : counts rows of one accent-folded name in the table, from 1
    quantity : 'value' or 'qty' for exports and imports, else ''
    form : from the column; None for a share of a total, which is not stored
    month : of the figure; the last month of a cumulative figure
    report_month : the month of the report
    unit : as printed for the row or the table, ditto marks resolved
    value : as printed, rates with 100 = unchanged
    sheet, cell : its place, `cell` as in 'D12'
    illustrative : the table says that its figures are illustrative
    unit_above : the unit stands over a table of the statistics office, not in the row
    """

    table: str
    row: str
    section: str
    occurrence: int
    quantity: str
    form: Form | None
    month: Month
    report_month: Month
    unit: str
    value: float
    sheet: str
    cell: str
    illustrative: bool = False
    unit_above: bool = False

    @property
    def status(self) -> FigureStatus:
        """Final for a plan, estimate for the month of the report, restated for earlier months."""
        first = self.month == self.report_month and self.form != "plan"
        if self.illustrative:
            return "illustrative_first" if first else "illustrative"
        if self.form == "plan":
            return "final"
        return "estimate" if first else "restated"


@dataclass(frozen=True)
class PrintedDays:
    """A figure to a day of a row that a KPI claims; name and unit as printed."""

    kpi: str
    from_day: date
    to_day: date
    value: float
    sheet: str
    cell: str
    row: str
    unit: str


@dataclass(frozen=True)
class PrintedWorkbook:
    """All figures of one monthly report; `notes` are remarks with their place.

    With `problems` nothing of it is used.

    `claimed` gives the KPI of the rows that the reader itself could assign, by table,
    quantity, occurrence and folded name.
    """

    file: str
    report_month: Month
    published: date | None
    figures: tuple[PrintedFigure, ...]
    tables: tuple[str, ...]
    notes: tuple[str, ...]
    claimed: Mapping[tuple[str, str, int, str], str] = field(default_factory=dict)
    dated: tuple[PrintedDays, ...] = ()
    problems: tuple[Problem, ...] = ()
