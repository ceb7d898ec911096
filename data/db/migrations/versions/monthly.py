"""Monthly runs, and what is to be told of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.db.migrations.append_only import refuse_changes, refuse_detours

revision = "monthly"
down_revision = "jobs"


def upgrade() -> None:
    op.create_table(
        "monthly_runs",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("plan", sa.String(80), sa.ForeignKey("plans.slug"), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("data_hash", sa.String(64), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.JSON, nullable=False),
    )
    op.create_index("monthly_runs_of_plan", "monthly_runs", ["plan", "as_of"])
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run", sa.Integer, sa.ForeignKey("monthly_runs.id"), nullable=False),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("text_vi", sa.Text, nullable=False),
        sa.Column("text_en", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("notices_of_run", "notices", ["run", "id"])
    refuse_changes("monthly_runs", "notices")
    refuse_detours("monthly_runs", "notices")
