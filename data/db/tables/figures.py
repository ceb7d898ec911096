"""Imports and what came with them: figures, figures to a day, layouts, uploads."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from data.db.tables.base import Moment, metadata

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("imported_at", Moment, nullable=False),
    Column("imported_by", Text, nullable=False),
    Column("batch", String(20)),  # the upload it was committed with; null: none
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

repeats = Table(  # figures that a later import repeats: they survive withdrawal of the first
    "repeats",
    metadata,
    Column("import_id", Integer, ForeignKey("imports.id"), primary_key=True),
    Column("observation", Integer, ForeignKey("observations.id"), primary_key=True),
    Column("source", Text, nullable=False),
)

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False, unique=True),
    Column("family", String(80), nullable=False),
    Column("withdrawn_at", Moment, nullable=False),
    Column("withdrawn_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

layouts = Table(
    "layouts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("fingerprint", String(16), nullable=False),
    Column("columns", Text, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("confirmed_at", Moment, nullable=False),
    Index("layouts_of_family", "family", "id"),
)

dated_figures = Table(
    "dated_figures",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False),
    Column("family", String(80), nullable=False),
    Column("kpi", String(80), nullable=False),
    Column("from_day", Date, nullable=False),
    Column("to_day", Date, nullable=False),
    Column("value", Float, nullable=False),
    Column("status", String(20), nullable=False),
    Column("published", Date, nullable=False),
    Column("source", Text, nullable=False),
    Index("dated_figures_of_kpi", "family", "kpi", "to_day"),
)

row_matches = Table(
    "row_matches",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("printed_in", Text, nullable=False),
    Column("quantity", String(20), nullable=False),
    Column("occurrence", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("kpi", String(80)),  # null: the row is not a KPI of the family
    Column("confirmed_by", Text, nullable=False),
    Column("confirmed_at", Moment, nullable=False),
    Index("row_matches_of_family", "family", "id"),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("family", String(80), nullable=False),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("published", Date),
    Column("mark", String(16), nullable=False),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_at", Moment, nullable=False),
)

upload_files = Table(
    "upload_files",
    metadata,
    Column("upload", String(20), ForeignKey("uploads.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("file", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
