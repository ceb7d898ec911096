"""What a reader finds in a workbook: printed figures, each with its cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

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
    form : what the column says the figure is; None for a share of a total, which has no
        place among the observations
    month : the month the figure is about; for a cumulative figure the last one
    report_month : the month of the report
    unit : as printed for the row or the table, ditto marks resolved
    value : as printed, rates with 100 = unchanged
    sheet, cell : where it stands, `cell` as in 'D12'
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

    @property
    def status(self) -> FigureStatus:
        """The plan is final, the month of the report an estimate, what lies before it restated."""
        if self.form == "plan":
            return "final"
        return "estimate" if self.month == self.report_month else "restated"


@dataclass(frozen=True)
class PrintedWorkbook:
    """All figures of one monthly report; `notes` says in words what was odd and where.

    `claimed` says which KPI a row is of, by table, quantity, occurrence and folded
    name, where the reader itself could tell.
    """

    file: str
    report_month: Month
    published: date | None
    figures: tuple[PrintedFigure, ...]
    tables: tuple[str, ...]
    notes: tuple[str, ...]
    claimed: Mapping[tuple[str, str, int, str], str] = field(default_factory=dict)
