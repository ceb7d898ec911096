"""The shape of scenarios side by side."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from models.targets.target import Status
from service.projections.shape import Name, Number, OptionalNumber, Sentence, Shape

Column = Literal["forecast", "low", "base", "high", "own"]


class ScenarioColumn(Shape):
    """A scenario and what it assumes."""

    column: Column
    id: int | None = Field(description="of a scenario that the department saved, else null")
    name: Name
    assumptions: tuple[Sentence, ...]


class ScenarioCell(Shape):
    """A KPI's year in a scenario."""

    projected: OptionalNumber = Field(
        description="the forecast's and a saved scenario's median; else the mean of the futures "
        "of the scenario, so that totals and parts add up"
    )
    probability: OptionalNumber = Field(
        description="of the assigned target of the year, among the futures of the scenario"
    )


class ScenarioRow(Shape):
    kpi: str
    name: Name
    unit: str
    target: OptionalNumber = Field(description="the assigned target's deciding bound")
    status: Status = Field(description="of the forecast")
    cells: tuple[ScenarioCell, ...] = Field(description="one per scenario, in their order")


class ScenarioTable(Shape):
    """Internal: scenarios are no official projection."""

    plan: str
    as_of: date
    internal: Literal[True]
    notice: Name
    label: Name | None
    share: Number = Field(description="share of all joint futures that low, base and high average")
    scenarios: tuple[ScenarioColumn, ...]
    rows: tuple[ScenarioRow, ...]
