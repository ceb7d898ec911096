"""Plans, their targets and tasks, what is reported of them, events and projects."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from data.db.tables.base import Moment, metadata

plans = Table(
    "plans",
    metadata,
    Column("slug", String(80), primary_key=True),
    Column("family", String(80), nullable=False),
    Column("year", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("name_vi", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("label", Text),
    Column("note", Text, nullable=False),
    Column("thresholds", JSON(none_as_null=True)),
)

kpis = Table(
    "kpis",
    metadata,
    Column("family", String(80), primary_key=True),
    Column("slug", String(80), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("definition", JSON, nullable=False),
)

plan_kpis = Table(
    "plan_kpis",
    metadata,
    Column("plan", String(80), ForeignKey("plans.slug"), primary_key=True),
    Column("kpi", String(80), primary_key=True),
    Column("position", Integer, nullable=False),
)

plan_versions = Table(
    "plan_versions",
    metadata,
    Column("plan", String(80), ForeignKey("plans.slug"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("adopted", Date, nullable=False),
    Column("document", Text, nullable=False),
    Column("note", Text, nullable=False),
)

targets = Table(
    "targets",
    metadata,
    Column("plan", String(80), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kpi", String(80), nullable=False),
    Column("definition", JSON, nullable=False),
    ForeignKeyConstraint(
        ["plan", "version"], ["plan_versions.plan", "plan_versions.number"], name="targets_version"
    ),
)

tasks = Table(
    "tasks",
    metadata,
    Column("plan", String(80), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kpi", String(80), nullable=False),
    Column("definition", JSON, nullable=False),
    ForeignKeyConstraint(
        ["plan", "version"], ["plan_versions.plan", "plan_versions.number"], name="tasks_version"
    ),
)

progress = Table(
    "progress",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("kpi", String(80), nullable=False),
    Column("step", String(80), nullable=False),
    Column("day", Date, nullable=False),
    Column("done", Integer),
    Column("obstacle", Text),
    Column("judgement", Float(53)),
    Column("final", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Index("progress_of_plan", "plan", "kpi"),
)

log_entries = Table(
    "log_entries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("kpi", String(80), nullable=False),
    Column("year", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("text_vi", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Index("log_of_plan", "plan", "kpi"),
)

report_texts = Table(
    "report_texts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("year", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("slot", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Index("report_texts_of_plan", "plan", "year", "month"),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("kpi", String(80), nullable=False),
    Column("year", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("shape", String(10), nullable=False),
    Column("size", Float(53), nullable=False),
    Column("length", Integer, nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("day", Date, nullable=False),
    Column("name", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Index("events_of_family", "family", "kpi"),
)

projects = Table(
    "projects",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("project", Integer),  # the project's first entry; null: this is it
    Column("kpi", String(80), nullable=False),
    Column("name_vi", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("happening", String(10), nullable=False),
    Column("year", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("ramp", Integer, nullable=False),
    Column("amount", Float(53), nullable=False),
    Column("on_time", Float(53), nullable=False),
    Column("delay", Float(53), nullable=False),
    Column("responsible", Text, nullable=False),
    Column("obstacle", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("day", Date, nullable=False),
    Column("note", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Index("projects_of_family", "family", "kpi"),
)

edits = Table(
    "edits",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("plan", String(80), nullable=False),
    Column("edited_at", Moment, nullable=False),
    Index("edits_of_family", "family", "id"),
)
