"""The shapes of plans: KPIs, versions, targets, tasks, and two versions compared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from models.kinds import Kind
from models.reconciliation.relations import Breakdown
from models.targets.target import Comparator, TargetForm, TargetLevel
from service.projections.shape import Name, Shape
from service.projections.view import VersionView


class KpiShape(Shape):
    kpi: str
    name: Name
    unit: str
    kind: Kind
    direction: Literal["higher", "lower"]
    decimals: int
    parent: str | None
    source: str
    price_basis: str | None
    scope: str | None
    dimensions: Mapping[str, str]
    parts: tuple[str, ...] = Field(description="it is their sum and has no figures of its own")
    printed_parts: tuple[Breakdown, ...] = Field(
        description="its breakdowns: it is the sum of the KPIs of each and has figures too"
    )
    contains: tuple[Breakdown, ...] = Field(
        description="it is at least the sum of the KPIs of each"
    )
    index: str | None
    indicator: str | None


class TargetShape(Shape):
    kpi: str
    comparator: Comparator
    lower: float | None
    upper: float | None
    form: TargetForm
    level: TargetLevel
    period: str
    owner: str
    role: str
    basis: str
    source: str


class PlannedStep(Shape):
    step: str
    name: Name
    due: date | None
    judgement: float | None


class TaskShape(Shape):
    kpi: str
    starts: date | None
    due: date | None
    of: int | None
    part: str
    obstacle: str
    judgement: float | None
    recognised_later: bool
    steps: tuple[PlannedStep, ...]


class VersionShape(Shape):
    number: int
    adopted: date
    document: str
    note: str
    targets: tuple[TargetShape, ...]
    tasks: tuple[TaskShape, ...]


class TargetChange(Shape):
    change: Literal["added", "dropped", "changed"]
    kpi: str
    name: Name
    unit: str
    level: TargetLevel
    period: str
    before: TargetShape | None
    after: TargetShape | None
    difference: float | None = Field(
        description="of the bound that decides; growth targets: percentage points"
    )
    difference_percent: float | None
    text: Name


class TaskChange(Shape):
    change: Literal["added", "dropped", "changed"]
    kpi: str
    name: Name
    fields: tuple[str, ...]
    before: TaskShape | None
    after: TaskShape | None
    text: Name


class VersionComparison(Shape):
    """What differs between two versions; where a target's figures come from is no change."""

    plan: str
    before: VersionView = Field(alias="from")
    after: VersionView = Field(alias="to")
    added: tuple[TargetChange, ...]
    dropped: tuple[TargetChange, ...]
    changed: tuple[TargetChange, ...]
    tasks: tuple[TaskChange, ...]

    @property
    def texts(self) -> tuple[Name, ...]:
        """Every change as a sentence."""
        targets = (*self.added, *self.dropped, *self.changed)
        return (*(one.text for one in targets), *(one.text for one in self.tasks))


class PlanSummary(Shape):
    plan: str
    family: str
    year: int
    body: str
    name: Name
    label: Name | None
    note: str
    kpi_count: int
    version_count: int
    newest_vintage: date | None


class PlanList(Shape):
    plans: tuple[PlanSummary, ...]


class PlanDetail(PlanSummary):
    kpis: tuple[KpiShape, ...]
    versions: tuple[VersionShape, ...]
