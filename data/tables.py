"""The tables of the store; changed by a migration only."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

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
    Column("entered_at", DateTime(timezone=True), nullable=False),
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
    Column("entered_at", DateTime(timezone=True), nullable=False),
    Index("log_of_plan", "plan", "kpi"),
)

edits = Table(
    "edits",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("plan", String(80), nullable=False),
    Column("edited_at", DateTime(timezone=True), nullable=False),
    Index("edits_of_family", "family", "id"),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("imported_at", DateTime(timezone=True), nullable=False),
    Column("imported_by", Text, nullable=False),
    Index("imports_of_family", "family", "id"),
)

observations = Table(
    "observations",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("kpi", String(80), nullable=False),
    Column("year", Integer, nullable=False),
    Column("month", Integer, nullable=False),
    Column("form", String(20), nullable=False),
    Column("value", Float(53), nullable=False),
    Column("status", String(20), nullable=False),
    Column("published", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False),
    Index("observations_by_vintage", "family", "kpi", "published"),
)

promotions = Table(
    "promotions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("version", String(40), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("promoted_at", DateTime(timezone=True), nullable=False),
    Column("bundle_hash", String(64), nullable=False),
    Index("promotions_of_family", "family", "id"),
)

projections = Table(
    "projections",
    metadata,
    Column("stamp", String(40), primary_key=True),
    Column("plan", String(80), nullable=False),
    Column("kpi", String(80), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)
