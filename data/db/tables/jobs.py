"""Long work: jobs, what they leave behind, and monthly runs."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from data.db.tables.base import Moment, metadata

jobs = Table(  # changed as they go on; what they leave behind is in append-only tables
    "jobs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(20), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("task", Text, nullable=False),
    Column("family", String(80), nullable=False),
    Column("plan", String(80)),
    Column("arguments", JSON, nullable=False),
    Column("owner", Text, nullable=False),
    Column("attended", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("result", JSON(none_as_null=True)),
    Column("error", Text),
    Column("failure", JSON(none_as_null=True)),
    Column("cancelling", Boolean, nullable=False),
    Column("runner", String(40), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("beats", Integer, nullable=False),
    Column("beat_at", Moment),
    Column("queued_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Index("jobs_by_state", "state", "number"),
)

job_log = Table(
    "job_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("job", Integer, ForeignKey("jobs.number"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("event", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Index("job_log_of_job", "job", "id"),
)

monthly_runs = Table(
    "monthly_runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("data_hash", String(64), nullable=False),
    Column("actor", Text, nullable=False),
    Column("ended_at", Moment, nullable=False),
    Column("outcome", JSON, nullable=False),
    Index("monthly_runs_of_plan", "plan", "as_of"),
)
