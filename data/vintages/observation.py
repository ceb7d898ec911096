"""A printed figure: the store's record for a KPI and a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.series import FigureStatus, Month

Form = Literal[
    "month",  # the month's own figure
    "quarter",  # the quarter that the month ends
    "half",  # the half-year that the month ends
    "year_to_date",  # January through the month
    "rate_on_year",  # month against the same month of last year, 100 = unchanged
    "rate_to_date",  # year to date against the same months of last year
    "rate_on_month",  # month against the month before
    "share_of_plan",  # year to date as per cent of the annual plan
    "plan",  # the annual plan as printed
    "year",  # the full year as printed
]

PER_CENT: frozenset[Form] = frozenset(  # forms in per cent, whatever the KPI's unit
    ("rate_on_year", "rate_to_date", "rate_on_month", "share_of_plan")
)
UNDATED = date.max  # publication date unknown: after the day of any view


@dataclass(frozen=True)
class Observation:
    """One printed figure. Append-only: a revision is a new observation.

    `month` is the month of the figure (the last month of several); `published` the day
    of publication, `UNDATED` if unknown; `source` is file, sheet and cell.
    """

    kpi: str
    month: Month
    form: Form
    value: float
    status: FigureStatus
    published: date
    source: str
