"""The view of one projection that API, feed, CSV, pages, reports, charts and commands read.

`service.projections.view_build` builds it once. It is frozen and also the declared shape of
the API; `service.projections.shape.as_json` keeps the order of the fields here. A field that
does not exist for a KPI (no target, no required pace) is None. Figures are in the KPI's unit
with ten significant digits, growth in per cent (4.0 is +4 %), probabilities and ranks are
fractions.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import ConfigDict, Field

from data.plans.kpi import ratio_factor
from data.sign_off.rules import State
from data.vintages.observation import Form
from models.events.event import Shape as ShapeOfEvent
from models.kinds import Kind, KindTraits, traits_of
from models.series import FigureStatus
from models.targets.target import Comparator, Status, TargetForm, TargetLevel
from service.projections.shape import (
    Band,
    Moment,
    MonthText,
    Name,
    Number,
    OptionalNumber,
    Quantiles,
    Sentence,
    Shape,
)

BaseStatus = FigureStatus | Literal["projected"]
_RANK = "share of past years with less growth than this: 1 if no year reached it"


class YearView(Shape):
    """The year. Mean and median of totals and parts add up to the last digit."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    mean: Number
    median: Number
    quantiles: Quantiles
    decimals: int | None = Field(
        default=None,
        description="digits of mean and median, in which total and parts add up; else null",
    )


class GrowthView(Shape):
    median: Number = Field(
        description="per cent on last year; percentage points for a KPI that is itself a per cent"
    )
    base: Number = Field(description="last year's outcome, in the KPI's unit; 100 for growth")
    base_status: BaseStatus | None


class RequiredMonthView(Shape):
    month: MonthText
    minimum: Number
    growth: OptionalNumber = Field(description="per cent on the same month of last year")


class RequiredQuarterView(Shape):
    quarter: str
    minimum: Number
    growth: OptionalNumber = Field(description="per cent on the same quarter of last year")
    rank: OptionalNumber = Field(description=_RANK)


class RequiredView(Shape):
    """The required pace: what the rest of the year needs to just meet a target."""

    monthly_average: Number
    ratio_to_last_year: OptionalNumber
    rank_in_history: OptionalNumber = Field(description=_RANK)
    quarters: tuple[RequiredQuarterView, ...]
    months: tuple[RequiredMonthView, ...]


class BaseView(Shape):
    value: Number = Field(description="last year over the target's period, in the KPI's unit")
    status: BaseStatus | None


class BaseWhenSetView(BaseView):
    as_of: date = Field(description="the day on which the target got its present value")


class TargetView(Shape):
    level: TargetLevel
    period: str = Field(
        description="'year', 'Q1' to 'Q4', 'H1', 'H2', '9M', 'remaining half', a day (from "
        "1 January through it) or 'day..day'"
    )
    comparator: Comparator
    form: TargetForm
    lower: OptionalNumber
    upper: OptionalNumber
    lower_value: OptionalNumber
    upper_value: OptionalNumber
    base_when_set: BaseWhenSetView | None = Field(
        description="growth targets: the base as known when the target was set"
    )
    base_today: BaseView | None = Field(description="growth targets: the base as known now")
    plan_version: int | None
    source: str
    probability: OptionalNumber
    status: Status
    mark: Literal["met", "missed", "open"]
    actual: OptionalNumber = Field(description="the outcome, once the target's period is over")
    provisional: bool = Field(description="the figures to date are not final")
    expected_gap: OptionalNumber
    required: RequiredView | None
    reason: Sentence | None = Field(description="why there is no probability")

    @property
    def bound(self) -> float | None:
        """The deciding bound as an outcome: the upper for 'at_most', else the lower."""
        return self.upper_value if self.comparator == "at_most" else self.lower_value


class MonthView(Shape):
    month: MonthText
    status: BaseStatus
    median: Number = Field(description="kind growth: per cent on the same month of last year")
    quantiles: Band = Field(description="empty for an observed month")
    cumulative: Band = Field(
        description="quantiles of the year to date through this month; months' do not add up"
    )


class FailureView(Shape):
    candidate: str
    reason: str


class EventView(Shape):
    start: MonthText = Field(description="first month touched")
    shape: ShapeOfEvent
    size: Number = Field(description="effect on the month: -0.3 is 30 % lower")
    length: int = Field(description="months of a pulse, or of a ramp's growth")
    name: str


class PlanInformationView(Shape):
    """The forecast was moved part of the way to plan × usual fulfilment."""

    before: Number = Field(description="median of the forecast without the plan")
    plan: Number = Field(description="the plan's value, in the KPI's unit")
    weight: Number = Field(description="part of the way, 0 to 1, on logarithms")
    usual: Number = Field(description="outcome ÷ plan, median of the family's earlier plans")
    earlier_plans: int = Field(description="plans of earlier years that this was learned from")
    met: Number = Field(description="share of them that was met")


class RestView(Shape):
    """What some parts leave of a total that has others too, in its unit."""

    parts: tuple[str, ...]
    value: Number = Field(description="the total's projected median less those of the parts")


class ReconciledView(Shape):
    """The year was moved so that it agrees with other KPIs."""

    before: Number = Field(description="median of the forecast of this KPI alone")
    others: tuple[str, ...] = Field(description="KPIs that it was reconciled with")
    rests: tuple[RestView, ...] = Field(
        default=(),
        exclude_if=lambda rests: not rests,
        description="of the sums of KPIs that it contains; absent without such a sum",
    )


class MethodView(Shape):
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    name: str
    fallback: str | None
    failures: tuple[FailureView, ...]
    events: tuple[EventView, ...] = Field(description="accepted events that the forecast uses")
    model_version: str | None
    plan: PlanInformationView | None = None
    reconciled: ReconciledView | None = None


class JudgementView(Shape):
    probability: Number
    day: date
    by: str


class StepView(Shape):
    step: str
    name: Name
    due: date | None = Field(description="as a document gives it")
    done_on: date | None = Field(description="the day it was done, as reported")
    overdue: bool
    judgement: JudgementView | None


class TaskView(Shape):
    """The main facts of a task; null if not reported."""

    done: int | None = Field(description="counted since the start, or steps done")
    remaining: int | None
    goal: int | None = Field(description="of the target that leads: assigned, the last due")
    level: TargetLevel | None = Field(description="of the target that leads")
    period: str | None = Field(description="of the target that leads")
    of: int | None = Field(description="length of the closed list that is counted from")
    starts: date | None
    deadline: date | None
    lead: str
    role: str
    part: str = Field(description="what this body is responsible for if another leads")
    obstacle: str
    reported: date | None = Field(description="day of the newest report")
    reported_by: str
    judgement: JudgementView | None = Field(description="the planner's own probability")
    recognised_later: bool
    steps: tuple[StepView, ...]
    assumptions: tuple[Sentence, ...] = Field(description="what the probability rests on")
    missing: tuple[Sentence, ...] = Field(description="what is needed for a probability")


class VersionView(Shape):
    number: int
    adopted: date
    document: str


class EstimateView(Shape):
    """The department's own figure for the year, entered in the vintage's month."""

    value: float
    unit: str
    author: str
    reason: str
    state: State
    entered_at: Moment
    checked_by: str | None
    approved_by: str | None
    issued_at: Moment | None


class PrintedView(Shape):
    """A figure as printed; rates have 100 for unchanged."""

    month: MonthText = Field(description="the last month it covers")
    form: Form
    value: Number
    unit: str
    status: FigureStatus
    published: date | None = Field(description="null if no document gives the day")
    source: str


class ContradictionView(PrintedView):
    found: Number = Field(description="what the months give instead")
    kept: bool = Field(description="consistent within its rounding; else not used")


class DisagreementView(PrintedView):
    """A printed figure that does not agree with those of other KPIs."""

    relation: Literal["sum", "contains"] = Field(
        description="sum: its parts add up to something else; contains: another is larger"
    )
    others: tuple[str, ...] = Field(description="the parts, or the other KPI")
    found: Number = Field(description="what the others give")


class MonthsToLoadView(Shape):
    first: MonthText
    last: MonthText


class FiguresView(Shape):
    """Printed and missing figures, for KPIs without a basis."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    printed: tuple[PrintedView, ...]
    contradictions: tuple[ContradictionView, ...]
    to_load: MonthsToLoadView | None
    disagreements: tuple[DisagreementView, ...] = Field(
        default=(), description="of this year's figures with those of other KPIs"
    )


class ProjectView(Shape):
    """What an accepted project adds to the projected year, in the KPI's unit."""

    project: int = Field(description="its number in the register")
    kpi: str = Field(description="the KPI that it was entered for: this one, or one of its parts")
    name: Name
    start: MonthText = Field(description="its first month, if on time")
    added: Number = Field(description="mean of what it adds to the year's remaining months")
    low: Number = Field(description="quantile 0.1 of what it adds")
    high: Number = Field(description="quantile 0.9 of what it adds")


class ElsewhereView(Shape):
    """A KPI of another family that a late month was estimated from."""

    kpi: str = Field(description="as in `siblings`: its family and its slug there")
    name: Name
    plan: Name = Field(description="the name of its plan")


class NowcastView(Shape):
    """The last months of the year to date are an estimate: known to a day, or late."""

    since: date = Field(description="first day of the printed figure, or of the late month")
    day: date = Field(description="last day of the printed figure, or of the late month")
    printed: Number = Field(description="the figure, in the KPI's unit; of a late month 0")
    share: Number = Field(description="share of the estimated months that it usually covers")
    low: Number = Field(description="quantile 0.1 of the year to date, in the KPI's unit")
    high: Number = Field(description="quantile 0.9 of the year to date, in the KPI's unit")
    siblings: tuple[str, ...] = Field(
        default=(),
        description="KPIs that a late month was estimated from, 'family/slug' for one of "
        "another family; absent for a figure to a day",
        exclude_if=lambda siblings: not siblings,
    )
    elsewhere: tuple[ElsewhereView, ...] = Field(
        default=(),
        description="the names of those of other families; absent without any",
        exclude_if=lambda elsewhere: not elsewhere,
    )
    left: tuple[str, ...] = Field(
        default=(),
        description="a total and its other parts, which leave the late month; absent otherwise",
        exclude_if=lambda left: not left,
    )
    gain: Number | None = Field(
        default=None,
        description="share of the error of past months that such estimates took off",
        exclude_if=lambda gain: gain is None,
    )

    @property
    def late(self) -> bool:
        """Whether nothing was printed of the month itself."""
        return bool(self.siblings or self.left)


class Unstamped(Shape):
    """A projection before its stamp, which is a hash of these fields and the inputs."""

    plan: str
    kpi: str
    name: Name
    plan_version: VersionView | None = Field(description="the version in force at the vintage")
    label: Name | None = Field(description="shown wherever the projection is shown")
    unit: str
    kind: Kind
    year: int
    as_of: date
    cutoff: MonthText | None
    actual_to_date: OptionalNumber
    data_status: FigureStatus | None
    projected: YearView | None
    growth_on_last_year: GrowthView | None
    targets: tuple[TargetView, ...]
    probability: OptionalNumber
    status: Status
    official_estimate: EstimateView | None
    task: TaskView | None = Field(description="of what is counted or ticked off, else null")
    months: tuple[MonthView, ...]
    method: MethodView
    figures: FiguresView
    projects: tuple[ProjectView, ...] = Field(
        default=(),
        exclude_if=lambda projects: not projects,
        description="what accepted projects add to the year; absent without any",
    )
    nowcast: NowcastView | None = Field(
        default=None,
        exclude_if=lambda nowcast: nowcast is None,
        description="how the last months known were estimated; absent if they were printed",
    )

    @property
    def traits(self) -> KindTraits:
        """What the KPI's kind does."""
        return traits_of(self.kind)

    @property
    def in_points(self) -> bool:
        """Whether it is itself a per cent, so that it changes by points."""
        return ratio_factor(self.unit) != 1.0 and not self.traits.outcome_is_rate

    @property
    def leading(self) -> TargetView | None:
        """The year's assigned target; of a task the target of `done` and `remaining`."""
        task = self.task
        wanted = (task.level, task.period) if task else ("assigned", "year")
        return next((one for one in self.targets if (one.level, one.period) == wanted), None)

    @property
    def assigned(self) -> TargetView | None:
        """The target of the projection's own `probability`; None without one."""
        target = self.leading
        return target if target is not None and target.level == "assigned" else None


class ProjectionView(Unstamped):
    """One KPI's stamped projection."""

    stamp: str


class StampInputs(Shape):
    """The inputs of a projection, enough to compute the same digits again.

    `data` is a hash of the figures known, `bundle` of the trained bundle (None if no model
    is needed), `seed` the vintage that seeds the draws, `events` and `projects` the numbers
    of the last decisions about the KPI's events and projects.
    """

    plan: str
    plan_version: int | None
    kpi: str
    as_of: date
    data: str
    bundle: str | None
    seed: str | None
    events: int | None
    projects: int | None = Field(
        default=None,
        exclude_if=lambda number: number is None,
        description="absent without an entry about a project",
    )


class JointProbability(Shape):
    """Joint probability of all assigned targets; errors of KPIs are correlated."""

    targets: int = Field(description="assigned targets that have a probability")
    all: float = Field(description="probability that every one of them is met")
    at_least: tuple[float, ...] = Field(description="place k: probability that at least k are met")
    without: tuple[str, ...] = Field(description="KPIs with an assigned target but no probability")


class ProjectionsView(Shape):
    """The projections of a plan's KPIs, in its order."""

    projections: tuple[ProjectionView, ...]
    together: JointProbability | None = Field(
        description="null without a target that has a probability, and for readers outside"
    )


class HistoryPoint(Shape):
    """The projection of one month; `reason` says why it is missing."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    as_of: date
    cutoff: MonthText | None = None
    probability: OptionalNumber = None
    status: Status | None = None
    median: OptionalNumber = None
    quantiles: Band = None
    lower_value: OptionalNumber = None
    upper_value: OptionalNumber = None
    plan_version: int | None = None
    model_version: str | None = None
    stamp: str | None = None
    hindsight: bool = Field(
        default=False,
        description="the month had no model: what the model of `as_of` says of it since",
    )
    reason: str | None = None


class HistoryView(Shape):
    """A KPI's probability month by month through the year."""

    plan: str
    kpi: str
    label: Name | None
    year: int
    unit: str
    history: tuple[HistoryPoint, ...]


class StampView(Shape):
    """The projection recorded under a stamp, and its inputs."""

    stamp: str
    plan: str
    kpi: str
    inputs: StampInputs
    projection: ProjectionView
