"""Shapes of what moves figures: changes of forecasts, contributions, scenarios."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from models.events.levers import LeverShape
from models.kinds import Kind
from models.series import FigureStatus
from models.targets.target import Status, TargetLevel
from service.projections.shape import Name, Shape
from service.projections.view import GrowthView, MonthView, TargetView, YearView


class ChangePart(Shape):
    part: Literal["plan", "model", "revisions", "month", "draws"]
    change: float = Field(description="of a probability as a fraction, else in the KPI's unit")


class Split(Shape):
    """A change and its parts, which add up to it."""

    before: float | None = Field(alias="from")
    after: float | None = Field(alias="to")
    change: float | None = Field(description="null where there is no figure at one end")
    parts: list[ChangePart]


class Ends(Shape):
    """At the first and at the second vintage."""

    before: str | None = Field(alias="from")
    after: str | None = Field(alias="to")


class ProbabilityChange(Shape):
    level: TargetLevel
    period: str
    status: Ends
    probability: Split


class KpiChange(Shape):
    kpi: str
    name: Name
    unit: str
    kind: Kind
    task: bool = Field(description="counted or ticked off, not a monthly series")
    label: Name | None
    projected: Split = Field(description="median of the year")
    projected_mean: Split
    targets: list[ProbabilityChange]
    cutoff: Ends = Field(description="last month observed")
    status: Ends
    data_status: Ends
    stamp: Ends
    model_version: Ends
    sentence: Name


class Vintage(Shape):
    as_of: str
    plan_version: int | None


class ChangeList(Shape):
    """Why the projections of a plan moved."""

    plan: str
    year: int
    label: Name | None
    before: Vintage = Field(alias="from")
    after: Vintage = Field(alias="to")
    changes: list[KpiChange]


class Contribution(Shape):
    kpi: str
    name: Name
    to_date: float
    same_period: float = Field(description="the same months of last year")
    change: float
    growth: float | None = Field(description="per cent on the same period")
    contribution: float = Field(description="percentage points of the total's growth")
    data_status: FigureStatus | None


class Remainder(Shape):
    name: Name
    change: float
    contribution: float


class LeftOut(Shape):
    kpi: str
    name: Name
    reason: Name


class Breakdown(Shape):
    """Components of one growth; with the remainder they add up to it."""

    by: list[str] = Field(description="what tells them apart; empty: their names")
    parts: list[Contribution]
    remainder: Remainder
    left_out: list[LeftOut]


class Contributions(Shape):
    """Why performance moved: growth of the year to date by component."""

    plan: str
    kpi: str
    name: Name
    unit: str
    as_of: str
    label: Name | None
    cutoff: str | None
    to_date: float | None
    same_period: float | None
    growth: float | None = Field(description="per cent on the same period")
    data_status: FigureStatus | None
    breakdowns: list[Breakdown]
    reason: Name | None = Field(description="why there is none")
    sentence: Name | None


class EventShape(Shape):
    shape: Literal["pulse", "step", "ramp"]
    start: str = Field(description="first month touched, YYYY-MM", examples=["2021-12"])
    size: float = Field(description="relative effect on the month, −0.3 is 30 % lower")
    length: int = Field(default=1, description="months of a pulse, or of a ramp's growth")


class ChangeShape(Shape):
    kpi: str
    shape: LeverShape
    months: list[str] = Field(default=[], description="YYYY-MM; of an event: all it touches")
    value: float | None = Field(
        default=None,
        allow_inf_nan=False,
        description="per cent, or in the KPI's unit (growth: percentage points, or the rate)",
    )
    event: EventShape | None = None


class ScenarioRequest(Shape):
    """A what-if: changes, or a preset with what is entered for it."""

    name: str = Field(default="", max_length=200)
    as_of: str | None = Field(default=None, description="the vintage; default the newest")
    note: str = Field(default="", max_length=2000)
    changes: list[ChangeShape] = Field(default=[], max_length=100)
    preset: str | None = None
    kpi: str | None = Field(default=None, description="for a preset: what passes the gate")
    assumptions: dict[str, float] = Field(default={}, description="for a preset: 'share', …")


class Assumption(Shape):
    name: Name
    value: float
    unit: str
    basis: Name


class SupposedYear(Shape):
    projected: YearView
    growth_on_last_year: GrowthView | None
    targets: list[TargetView]
    probability: float | None
    status: Status
    months: list[MonthView]


class Difference(Shape):
    """Scenario less baseline."""

    median: float
    mean: float
    probability: float | None


class ScenarioResult(Shape):
    kpi: str
    name: Name
    unit: str
    kind: Kind
    cutoff: str
    actual_to_date: float | None
    data_status: FigureStatus | None
    label: Name | None
    moved_by: list[str] = Field(description="parts that moved this total; empty: its own changes")
    changed_months: list[str]
    baseline_stamp: str = Field(description="of the projection; the scenario itself has none")
    baseline: SupposedYear
    scenario: SupposedYear
    difference: Difference


class ScenarioDetail(Shape):
    """Internal: no official projection."""

    id: int | None = Field(description="null if it was not saved")
    plan: str
    name: str
    note: str
    as_of: str
    by: str
    at: str | None
    internal: Literal[True]
    notice: Name
    label: Name | None
    definition: dict[str, Any]
    assumptions: list[Assumption]
    results: list[ScenarioResult]


class Beside(Shape):
    baseline: float | None
    scenario: float | None


class ScenarioSummary(Shape):
    id: int
    name: str
    as_of: str
    by: str
    at: str
    internal: Literal[True]
    kpi: str
    unit: str
    median: Beside
    probability: Beside


class PresetShape(Shape):
    preset: str
    kpi: str | None = Field(description="null: who asks names it")
    name: Name
    assumptions: dict[str, float | None]
    to_enter: list[str] = Field(description="assumptions that no published figure gives")
    basis: Name


class ScenarioList(Shape):
    plan: str
    scenarios: list[ScenarioSummary]
    presets: list[PresetShape]
