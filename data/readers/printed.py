"""What a reader finds in a workbook: printed figures, each with its cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from models.series import Month

Measure = Literal[
    "month_est",
    "month_prev",
    "ytd",
    "ytd_prev",
    "plan_pct",
    "plan_value",
    "yoy_month",
    "yoy_month_prev",
    "yoy_ytd",
    "yoy_ytd_prev",
    "mom",
    "share",
    "quarter",
    "month_last_year",
    "ytd_last_year",
    "year_last_year",
]


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
    measure : what the column says the figure is
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
    measure: Measure
    month: Month
    report_month: Month
    unit: str
    value: float
    sheet: str
    cell: str


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
