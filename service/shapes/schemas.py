"""The shapes of the API beside projections (those: `service.projections.view`).

Figures are in the KPI's unit, growth in per cent (4.0 is +4 %), probabilities and
ranks are fractions; what does not exist is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field

from data.accounts.accounts import Access
from data.sign_off.rules import State
from data.vintages.observation import Form
from models.events.event import Shape as ShapeOfEvent
from models.kinds import Kind
from models.series import FigureStatus
from models.targets.target import Comparator, TargetForm, TargetLevel
from service.projections.shape import Moment, MonthText, Name, Number, Second, Shape
from service.projections.view import EstimateView, VersionView


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
    parts: tuple[str, ...]
    index: str | None
    indicator: str | None
    demonstration: bool


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


class ProgressEntry(Shape):
    """A report about a task: its state at the end of the day. At least one field is given."""

    by: str = Field(default="", description="author; default the caller")
    day: date | None = Field(default=None, description="default today")
    step: str = Field(default="", description="of a checklist")
    done: int | None = Field(
        default=None, description="counted since the task's start; of a step 1 (done) or 0"
    )
    obstacle: str | None = Field(default=None, description="'' when there is none any more")
    judgement: float | None = Field(
        default=None, description="own probability, 0 to 1, of the whole or of the step in time"
    )
    final: bool = Field(default=False, description="nothing more will be counted")
    note: str = ""
    source: str = ""


class ProgressShape(Shape):
    kpi: str
    day: date
    step: str
    done: int | None
    obstacle: str | None
    judgement: float | None
    final: bool
    note: str
    source: str
    by: str
    entered: Second


class ProgressList(Shape):
    plan: str
    kpi: str
    progress: tuple[ProgressShape, ...]


class EventText(Shape):
    """An event of the planner's own; it counts as accepted."""

    kpi: str
    start: str = Field(description="first month touched, YYYY-MM")
    shape: ShapeOfEvent
    size: float = Field(description="effect on the month: -0.3 is 30 % lower")
    length: int = Field(default=1, description="months of a pulse, or of a ramp's growth")
    name: str = ""
    day: date | None = Field(default=None, description="from when it counts; default today")
    note: str = ""
    by: str = Field(default="", description="author; default the caller")


class EventDecision(Shape):
    """From when a decision counts, and why."""

    day: date | None = Field(default=None, description="from when it counts; default today")
    note: str = ""
    by: str = Field(default="", description="author; default the caller")


class EventOutcome(Shape):
    """An event with the decision that counts; a proposal has none."""

    kpi: str
    event: str = Field(description="names it within its KPI: 2020-04-pulse")
    name: str
    start: MonthText
    shape: ShapeOfEvent
    size: float = Field(description="effect on the month: -0.3 is 30 % lower")
    length: int
    state: Literal["proposed", "accepted", "rejected"]
    day: date | None = Field(description="from when the decision counts")
    by: str | None
    note: str
    entered: Second | None


class EventList(Shape):
    plan: str
    as_of: date
    events: tuple[EventOutcome, ...]


class LogText(Shape):
    """What was observed in a month, in words; in one language or both."""

    by: str = Field(default="", description="author; default the caller")
    month: str = Field(description="YYYY-MM")
    vi: str = ""
    en: str = ""
    day: date | None = Field(default=None, description="when it was said; default today")
    source: str = ""


class IndexFigure(Shape):
    """A published figure beside a month; rates have 100 as unchanged."""

    form: str
    value: float
    status: FigureStatus
    published: date
    source: str


class LogEntryShape(Shape):
    month: MonthText
    text: Name
    by: str
    day: date
    source: str
    entered: Second
    index: tuple[IndexFigure, ...]


class Log(Shape):
    plan: str
    kpi: str
    name: Name
    index: str | None = Field(description="the KPI whose published figures stand beside")
    unit: str | None = Field(description="of the index")
    log: tuple[LogEntryShape, ...]


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
    next: str | None


class ModelVersion(Shape):
    family: str
    version: str
    as_of: date
    promoted_at: Moment
    bundle_hash: str
    champion: bool


class ModelList(Shape):
    models: tuple[ModelVersion, ...]


class Score(Shape):
    """Fractions of last year's total (0.05 is 5 %), but for counts and the Brier score."""

    method: str = Field(description="'ensemble', or one of its candidates")
    months_known: int | None = Field(description="of the year; null over all months")
    n: int = Field(description="KPI, year and months known, each counted once")
    annual_error: Number = Field(description="mean of |median − outcome|")
    median_error: Number = Field(description="median of the same")
    crps: Number
    coverage_80: Number = Field(description="share of outcomes inside the 80 % interval")
    coverage_95: Number
    width_80: Number
    brier: Number = Field(description="of targets at −10, −5, 0, 5 and 10 % growth")


class KpiScore(Score):
    kpi: str


class TrackRecord(Shape):
    family: str
    model_version: str
    as_of: date = Field(description="the model was made from data up to that day")
    years: tuple[int, ...] = Field(description="that were forecast")
    methods: tuple[Score, ...]
    kpis: tuple[KpiScore, ...] = Field(description="the ensemble, over all months known")


class TrackRecordList(Shape):
    track_record: tuple[TrackRecord, ...]


class RetrainRequest(Shape):
    as_of: str | None = Field(default=None, description="YYYY-MM or YYYY-MM-DD; default: newest")


class JobShape(Shape):
    id: str
    task: str
    state: Literal["queued", "running", "done", "failed"]
    done: int
    total: int
    step: str
    result: Mapping[str, Any] | None
    error: str | None


class OEmbed(Shape):
    """oEmbed 1.0, type rich."""

    version: Literal["1.0"]
    type: Literal["rich"]
    title: str
    provider_name: str
    provider_url: str
    cache_age: int
    html: str
    width: int
    height: int


class StepShape(Shape):
    state: State
    by: str
    at: Moment
    note: str


class EstimateShape(EstimateView):
    """One estimate; a changed value is another one."""

    kpi: str
    id: int
    history: tuple[StepShape, ...]


class EstimateList(Shape):
    """All estimates of one KPI in one month, newest first."""

    estimates: tuple[EstimateShape, ...]


class EstimateEntry(Shape):
    value: float = Field(allow_inf_nan=False)
    unit: str = Field(description="the KPI's unit, as a check", examples=["million USD"])
    reason: str


class EstimateStep(Shape):
    estimate: int = Field(description="id of the estimate that was reviewed")
    note: str = ""


class MonthStep(Shape):
    figures: str = Field(description="of the month as it was reviewed")
    note: str = ""


class SendBack(Shape):
    note: str = Field(description="why")


class IssueShape(Shape):
    by: str
    at: Moment
    stamps: Mapping[str, str]


class MonthShape(Shape):
    """How far a month's projections and reports are, and what a signature would cover."""

    plan: str
    month: MonthText
    as_of: date
    state: State
    figures: str | None = Field(description="names projections and estimates; null without any")
    stamps: Mapping[str, str] = Field(description="of the projections as they are now, by KPI")
    reason: str | None = Field(description="why there are no projections")
    estimates: tuple[EstimateShape, ...] = Field(description="the newest of each KPI")
    history: tuple[StepShape, ...]
    issued: IssueShape | None = Field(description="what readers outside get")


class MonthSummary(Shape):
    month: MonthText
    state: State
    issued_at: Moment | None


class MonthList(Shape):
    months: tuple[MonthSummary, ...]


class AuditEntry(Shape):
    id: int
    at: Moment
    by: str
    action: str
    subject: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


class AuditLog(Shape):
    entries: tuple[AuditEntry, ...]


class WhoAmI(Shape):
    name: str | None
    access: Access


class PasswordChange(Shape):
    old: str = Field(max_length=1000)
    new: str = Field(max_length=1000)


class Health(Shape):
    status: Literal["ok"]
    version: str


class Readiness(Shape):
    status: Literal["ready"]
    plans: int


class Place(Shape):
    place: str
    message: str


class Problem(Shape):
    """Every error response, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[Place]
