"""Shapes of the analysis of a plan: changes of forecasts, contributions, scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field

from models.events.levers import LeverShape
from models.kinds import Kind
from models.series import FigureStatus
from models.targets.target import Status, TargetLevel
from service.projections.shape import (
    Exact,
    Moment,
    MonthText,
    Name,
    Number,
    OptionalExact,
    OptionalNumber,
    Shape,
)
from service.projections.view import GrowthView, MonthView, TargetView, YearView
from service.typed_numbers import TypedNumber

Part = Literal["plan", "model", "projects", "revisions", "month", "draws"]


class ChangePart(Shape):
    part: Part
    change: Exact = Field(description="of a probability as a fraction, else in the KPI's unit")


class Split(Shape):
    """A change and its parts, which add up to it."""

    before: OptionalExact = Field(alias="from")
    after: OptionalExact = Field(alias="to")
    change: OptionalExact = Field(description="null if either figure is missing")
    parts: tuple[ChangePart, ...]


class Ends(Shape):
    """A value at the first and at the second vintage."""

    before: str | None = Field(alias="from")
    after: str | None = Field(alias="to")


class MonthEnds(Shape):
    """A month at the first and at the second vintage."""

    before: MonthText | None = Field(alias="from")
    after: MonthText | None = Field(alias="to")


class StampEnds(Shape):
    """The stamps of both projections."""

    before: str = Field(alias="from")
    after: str = Field(alias="to")


class ProbabilityChange(Shape):
    level: TargetLevel
    period: str
    status: Ends
    probability: Split


class KpiChangeParts(Shape):
    """One KPI's change, without its sentence."""

    kpi: str
    name: Name
    unit: str
    kind: Kind
    task: bool = Field(description="counted or ticked off, not a monthly series")
    label: Name | None
    projected: Split = Field(description="median of the year")
    projected_mean: Split
    targets: tuple[ProbabilityChange, ...]
    cutoff: MonthEnds = Field(description="last month observed")
    status: Ends
    data_status: Ends
    stamp: StampEnds
    model_version: Ends


class KpiChange(KpiChangeParts):
    """One KPI's change, in parts and as a sentence."""

    sentence: Name


class Vintage(Shape):
    as_of: date
    plan_version: int | None


class ChangeList(Shape):
    """Why the projections of a plan changed."""

    plan: str
    year: int
    label: Name | None
    before: Vintage = Field(alias="from")
    after: Vintage = Field(alias="to")
    changes: tuple[KpiChange, ...]


class Contribution(Shape):
    kpi: str
    name: Name
    to_date: Number
    same_period: Number = Field(description="the same months of last year")
    change: Number
    growth: OptionalNumber = Field(description="per cent on the same period")
    contribution: Number = Field(description="percentage points of the total's growth")
    data_status: FigureStatus | None


class Remainder(Shape):
    name: Name
    change: Exact
    contribution: Exact


class LeftOut(Shape):
    kpi: str
    name: Name
    reason: Name


class Breakdown(Shape):
    """Components of one growth; with the remainder they add up to it."""

    by: tuple[str, ...] = Field(description="dimensions that tell them apart; empty: their names")
    parts: tuple[Contribution, ...]
    remainder: Remainder
    left_out: tuple[LeftOut, ...]


class Contributions(Shape):
    """Why performance changed: growth of the year to date by component."""

    plan: str
    kpi: str
    name: Name
    unit: str
    as_of: date
    label: Name | None
    cutoff: MonthText | None
    to_date: OptionalNumber
    same_period: OptionalNumber
    growth: OptionalNumber = Field(description="per cent on the same period")
    data_status: FigureStatus | None
    breakdowns: tuple[Breakdown, ...]
    reason: Name | None = Field(description="why there is none")
    sentence: Name | None


class EventShape(Shape):
    shape: Literal["pulse", "step", "ramp"]
    start: str = Field(description="first month touched, YYYY-MM", examples=["2021-12"])
    size: TypedNumber = Field(description="relative effect on the month, −0.3 is 30 % lower")
    length: int = Field(default=1, description="months of a pulse, or of a ramp's growth")


class ChangeShape(Shape):
    kpi: str
    shape: LeverShape
    months: list[str] = Field(default=[], description="YYYY-MM; of an event: all it touches")
    value: TypedNumber | None = Field(
        default=None,
        allow_inf_nan=False,
        description="per cent, or in the KPI's unit (growth: percentage points, or the rate)",
    )
    event: EventShape | None = None


class ScenarioRequest(Shape):
    """A what-if: changes, or a preset with its assumptions."""

    name: str = Field(default="", max_length=200)
    as_of: str | None = Field(default=None, description="the vintage; default the newest")
    note: str = Field(default="", max_length=2000)
    changes: list[ChangeShape] = Field(default=[], max_length=100)
    preset: str | None = None
    kpi: str | None = Field(
        default=None, description="for a preset: the KPI of the traffic through the gate"
    )
    assumptions: dict[str, TypedNumber] = Field(default={}, description="for a preset: 'share', …")


class Assumption(Shape):
    name: Name
    value: float
    unit: str
    basis: Name


class SupposedYear(Shape):
    projected: YearView
    growth_on_last_year: GrowthView | None
    targets: tuple[TargetView, ...]
    probability: OptionalNumber
    status: Status
    months: tuple[MonthView, ...]


class Difference(Shape):
    """Scenario less baseline."""

    median: Number
    mean: Number
    probability: OptionalNumber


class ScenarioResult(Shape):
    kpi: str
    name: Name
    unit: str
    kind: Kind
    cutoff: MonthText
    actual_to_date: OptionalNumber
    data_status: FigureStatus | None
    label: Name | None
    moved_by: tuple[str, ...] = Field(
        description="parts whose changes affect this total; empty: its own changes"
    )
    changed_months: tuple[MonthText, ...]
    baseline_stamp: str = Field(description="of the projection; the scenario itself has none")
    baseline: SupposedYear
    scenario: SupposedYear
    difference: Difference


class ScenarioRun(Shape):
    """The result of a scenario, as stored."""

    plan: str
    name: str
    note: str
    as_of: date
    internal: Literal[True]
    notice: Name
    label: Name | None
    assumptions: tuple[Assumption, ...]
    results: tuple[ScenarioResult, ...]


class ScenarioDetail(Shape):
    """Internal: no official projection."""

    id: int | None = Field(description="null if it was not saved")
    plan: str
    name: str
    note: str
    as_of: date
    by: str
    at: Moment | None
    internal: Literal[True]
    notice: Name
    label: Name | None
    definition: Mapping[str, Any]
    assumptions: tuple[Assumption, ...]
    results: tuple[ScenarioResult, ...]


class Beside(Shape):
    baseline: OptionalNumber
    scenario: OptionalNumber


class ScenarioSummary(Shape):
    id: int
    name: str
    as_of: date
    by: str
    at: Moment
    internal: Literal[True]
    kpi: str
    unit: str
    median: Beside
    probability: Beside


class PresetShape(Shape):
    preset: str
    kpi: str | None = Field(description="null: the request names it")
    name: Name
    assumptions: Mapping[str, float | None]
    to_enter: tuple[str, ...] = Field(description="assumptions that no published figure gives")
    basis: Name


class ScenarioList(Shape):
    plan: str
    scenarios: tuple[ScenarioSummary, ...]
    presets: tuple[PresetShape, ...]
