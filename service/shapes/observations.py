"""The shapes of published figures."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from data.vintages.observation import Form
from models.series import FigureStatus
from service.projections.shape import MonthText, Shape
from service.shapes.imports import DatedShape


class ObservationShape(Shape):
    kpi: str
    month: MonthText = Field(
        description="the month it is about; the last one for a cumulative figure"
    )
    form: Form
    value: float
    unit: str = Field(description="'%' for rates and shares: 100 is unchanged, or the whole plan")
    status: FigureStatus
    published: date
    source: str


class ObservationList(Shape):
    plan: str
    as_of: date
    count: int = Field(description="of all pages")
    observations: tuple[ObservationShape, ...]
    dated: tuple[DatedShape, ...] = Field(
        description="figures to a day, all of them on each page; no month or year to date"
    )
    next: str | None
