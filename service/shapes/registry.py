"""The shapes of model versions, their scores on past years, and retraining.

Scores are fractions of last year's total (0.05 is 5 %), except counts and the Brier score.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field

from service.projections.shape import Moment, Number, Shape


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


class TrackRecordList(Shape):
    track_record: tuple[TrackRecord, ...]


class RetrainRequest(Shape):
    as_of: str | None = Field(default=None, description="YYYY-MM or YYYY-MM-DD; default: newest")


class JobShape(Shape):
    id: str
    kind: str = Field(description="'retrain', 'promote' or 'monthly'")
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
