"""A printed figure: what the store keeps of a KPI and a month."""

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

PER_CENT: frozenset[Form] = frozenset(  # the forms whose figures are per cent, whatever the unit
    ("rate_on_year", "rate_to_date", "rate_on_month", "share_of_plan")
)
UNDATED = date.max  # published, but nobody knows when: later than every day that can be asked for


@dataclass(frozen=True)
class Observation:
    """One printed figure. Append-only: a revision is a new observation.

    `month` is the month the figure is about (the last one for a figure of several
    months); `published` the day it became known, `UNDATED` where no document says
    it; `source` says file, sheet and cell, so that a person can find it again.
    """

    kpi: str
    month: Month
    form: Form
    value: float
    status: FigureStatus
    published: date
    source: str
