"""What was promoted, projected, estimated, signed and issued, and what-if scenarios."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    ColumnDefault,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    func,
    select,
)

from data.db.tables.base import Moment, metadata

promotions = Table(
    "promotions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("version", String(40), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("promoted_at", Moment, nullable=False),
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
    Column("recorded_at", Moment, nullable=False),
    Column("number", Integer),  # in order of entry, given by the default below
    Index("projections_in_order", "number", unique=True),
)
projections.c.number.default = ColumnDefault(
    select(func.coalesce(func.max(projections.c.number), 0) + 1).scalar_subquery()
)

estimates = Table(
    "estimates",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("month", String(7), nullable=False),
    Column("kpi", String(80), nullable=False),
    Column("value", Float(53), nullable=False),
    Column("unit", Text, nullable=False),
    Index("estimates_of_month", "plan", "month"),
)

steps = Table(
    "steps",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("month", String(7), nullable=False),
    Column("estimate", Integer, ForeignKey("estimates.id")),  # null: the month as a whole
    Column("state", String(20), nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("note", Text, nullable=False),
    Column("figures", String(16)),
    Index("steps_of_month", "plan", "month"),
    Index("steps_of_family", "family", "id"),
)

issued_figures = Table(
    "issued_figures",
    metadata,
    Column("step", Integer, ForeignKey("steps.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kpi", String(80), nullable=False),
    Column("stamp", String(40), ForeignKey("projections.stamp"), nullable=False),
    Index("issued_figures_by_stamp", "stamp"),
)

scenarios = Table(
    "scenarios",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("name", Text, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("definition", JSON, nullable=False),
    Column("result", JSON, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("scenarios_of_plan", "plan", "id"),
)
