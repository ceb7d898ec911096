"""The shape of a total over the plans of several bodies."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from models.kinds import Kind
from models.series import FigureStatus
from service.projections.shape import MonthText, Name, OptionalNumber, Shape
from service.projections.view import YearView


class RollUpPart(Shape):
    """One plan's KPI within a total."""

    plan: str
    body: str
    label: Name | None
    cutoff: MonthText | None
    actual_to_date: OptionalNumber = Field(description="published year to date")
    data_status: FigureStatus | None
    projected: YearView
    stamp: str


class LeftOut(Shape):
    """A plan whose KPI is not in the total, and why."""

    plan: str
    body: str
    reason: str


class RollUp(Shape):
    """The year of a total as the sum of its parts' paths, in one joint order."""

    body: str
    kpi: str
    name: Name
    unit: str
    kind: Kind
    year: int
    as_of: date
    status: Literal["projected"]
    projected: YearView
    parts: tuple[RollUpPart, ...]
    without: tuple[LeftOut, ...] = Field(description="the total is without these")
