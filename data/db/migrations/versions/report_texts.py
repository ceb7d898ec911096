"""Texts of the report that only people can write, and a plan's own thresholds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.db.migrations.append_only import refuse_changes

revision = "report_texts"
down_revision = "dated"


def upgrade() -> None:
    op.add_column("plans", sa.Column("thresholds", sa.JSON))
    op.create_table(
        "report_texts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("plan", sa.String(80), sa.ForeignKey("plans.slug"), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("slot", sa.String(40), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("entered_by", sa.Text, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("report_texts_of_plan", "report_texts", ["plan", "year", "month"])
    refuse_changes("report_texts")
