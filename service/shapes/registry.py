"""The shapes of model versions, their scores on past years, and retraining.

Scores are fractions of last year's total (0.05 is 5 %), except counts and the Brier score.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field

from data.sign_off.rules import State
from models.kinds import Kind
from models.series import FigureStatus
from models.targets.target import Comparator, TargetLevel
from service.projections.shape import (
    Band,
    Moment,
    MonthText,
    Name,
    Number,
    OptionalNumber,
    Shape,
)

SettledOn = Literal["estimate", "final"]


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
    as_of: date = Field(description="the model was trained on data up to that day")
    years: tuple[int, ...] = Field(description="the years forecast")
    methods: tuple[Score, ...]
    kpis: tuple[KpiScore, ...] = Field(description="the ensemble, over all months known")


class ReliabilityBand(Shape):
    """Forecasts with probabilities from `low` to `high`, and how often the target was met."""

    low: float
    high: float
    n: float
    mean_probability: float
    share_met: float


class SettledScore(Shape):
    """Scores of what was given out, as fractions of last year's total but for probabilities.

    `origin` 'live' was in the ledger before anybody could know the outcome; 'backtest' was
    computed afterwards, from the figures of its day.
    """

    by: Literal["all", "kind", "months_known", "office", "kpi"]
    group: str = Field(description="the kind, number of months, office or KPI; '' for all")
    origin: Literal["live", "backtest"]
    settled_on: SettledOn = Field(
        description="'estimate': the first figure of the whole year, December's estimate; "
        "'final': the one it was restated to"
    )
    probabilities: int = Field(description="probabilities of targets that are settled")
    brier: OptionalNumber
    brier_of_share: OptionalNumber = Field(description="of always saying the share that was met")
    mean_probability: OptionalNumber
    share_met: OptionalNumber
    forecasts: int = Field(description="projected years that are over")
    annual_error: OptionalNumber = Field(description="mean of |median − outcome|")
    coverage_80: OptionalNumber
    coverage_95: OptionalNumber
    width_80: OptionalNumber
    with_crps: int = Field(description="projected years whose whole distribution was kept")
    crps: OptionalNumber


class EstimateScore(Shape):
    """How far official estimates were from what came, as fractions of last year's total."""

    by: Literal["all", "kind", "months_known", "office", "kpi"]
    group: str
    origin: Literal["live", "backtest"] = Field(
        description="'live': entered before the outcome was published"
    )
    settled_on: SettledOn
    n: int
    error: Number = Field(description="mean of |estimate − outcome|")
    bias: Number = Field(description="mean of estimate − outcome")
    right: OptionalNumber = Field(
        description="share on the right side of the assigned target, on December's estimate"
    )
    with_forecast: int = Field(description="of them, those with a projection of the same month")
    forecast_error: OptionalNumber = Field(description="mean of |median − outcome| of these")


class Reliability(Shape):
    origin: Literal["live", "backtest"]
    settled_on: SettledOn
    bands: tuple[ReliabilityBand, ...]


class GivenOut(Shape):
    """What was given out for a family's plans, against what came."""

    family: str
    years: tuple[int, ...]
    scores: tuple[SettledScore, ...]
    reliability: tuple[Reliability, ...]
    estimates: tuple[EstimateScore, ...]


class Offices(Shape):
    """The same by office, over all families asked for."""

    scores: tuple[SettledScore, ...]
    estimates: tuple[EstimateScore, ...]


class TrackRecordList(Shape):
    track_record: tuple[TrackRecord, ...] = Field(
        description="backtests: scores of models on years before they were made"
    )
    given_out: tuple[GivenOut, ...] = Field(
        description="what the ledger has of years that are over since; no illustrative family"
    )
    offices: Offices


class OutcomeShape(Shape):
    value: Number
    published: date
    status: FigureStatus


class JudgedShape(Shape):
    """A probability that was given, and what came of its target."""

    level: TargetLevel
    period: str
    comparator: Comparator
    lower_value: OptionalNumber = Field(description="as understood then, in the KPI's unit")
    upper_value: OptionalNumber
    plan_version: int | None
    probability: Number
    met: bool = Field(description="on December's estimate, of a part of the year its first figure")
    met_final: bool | None = Field(description="on the figure since restated; null without one")


class GivenShape(Shape):
    """A projection that was given out for a month; one a month."""

    as_of: date
    months_known: int
    origin: Literal["live", "backtest"]
    stamp: str
    model_version: str | None
    recorded_at: Moment
    median: OptionalNumber = Field(description="null while the whole year is not over")
    quantiles: Band
    targets: tuple[JudgedShape, ...]


class EstimatedShape(Shape):
    """An official estimate that was approved or issued."""

    month: MonthText
    value: Number
    state: State
    author: str
    entered_at: Moment
    origin: Literal["live", "backtest"]
    right: bool | None = Field(description="on the right side of the assigned target")


class SettledShape(Shape):
    """A KPI's year in the record: its path month by month, and what came."""

    plan: str
    kpi: str
    name: Name
    unit: str
    kind: Kind
    office: str
    year: int
    estimate: OutcomeShape | None = Field(
        description="the first figure of the whole year; null while only a part of it is over"
    )
    final: OutcomeShape | None = Field(description="what it was restated to; null without")
    given: tuple[GivenShape, ...]
    estimates: tuple[EstimatedShape, ...]


class SettledList(Shape):
    settled: tuple[SettledShape, ...]


class RetrainRequest(Shape):
    as_of: str | None = Field(default=None, description="YYYY-MM or YYYY-MM-DD; default: newest")


class JobShape(Shape):
    id: str
    kind: str = Field(description="'retrain', 'promote', 'monthly' or 'notify'")
    task: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    by: str = Field(description="who asked for it")
    done: int
    total: int
    step: str
    result: Mapping[str, Any] | None
    error: str | None
    plan: str | None = Field(default=None, description="what it is about")
    text: str | None = Field(default=None, description="the error for people, in their language")
    title: str = Field(description="the task for people, in their language")
    said: str = Field(description="how far it is for people, in their language")
    seconds_left: int | None = Field(description="at the pace so far; null if unknown")
    queued_at: Moment
    started_at: Moment | None = Field(description="the last time that it was begun")
    ended_at: Moment | None
    attempts: int = Field(description="how many times it was begun")


class JobLogLine(Shape):
    at: Moment
    event: str = Field(
        description="'queued', 'started', 'interrupted', 'resumed', 'cancelling', 'cancelled', "
        "'failed', 'done'"
    )
    detail: str


class JobDetail(JobShape):
    log: tuple[JobLogLine, ...]


class JobList(Shape):
    jobs: tuple[JobShape, ...]
