"""Events that a planner accepted, rejected or added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.db.migrations.append_only import refuse_changes

revision = "events"
down_revision = "scenarios"


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("kpi", sa.String(80), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("shape", sa.String(10), nullable=False),
        sa.Column("size", sa.Float(53), nullable=False),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("entered_by", sa.Text, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("events_of_family", "events", ["family", "kpi"])
    refuse_changes("events")
