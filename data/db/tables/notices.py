"""What is told to whom: notices, the rules of a plan, and deliveries."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from data.db.tables.base import Moment, metadata

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("family", String(80), nullable=False),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("rule", String(20), nullable=False),
    Column("about", String(200), nullable=False, unique=True),  # so that it is told once
    Column("kpi", String(80)),
    Column("stamp", String(40)),
    Column("text_vi", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("notices_of_plan", "plan", "id"),
    Index("notices_of_family", "family", "id"),
)

notice_rules = Table(
    "notice_rules",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("content", JSON, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("notice_rules_of_plan", "plan", "id"),
)

deliveries = Table(  # changed while it is tried
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("notice", Integer, ForeignKey("notices.id"), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("address", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("error", Text, nullable=False),
    Index("deliveries_once", "notice", "channel", "address", unique=True),
)

standing = Table(  # replaced whenever a plan is watched
    "standing",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("plan", String(80), ForeignKey("plans.slug"), nullable=False),
    Column("rule", String(20), nullable=False),
    Column("kpi", String(80)),
    Index("standing_of_plan", "plan"),
)
