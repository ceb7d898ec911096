"""Tasks of plan versions, progress reports about them, and the monthly log in words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.db.migrations.append_only import refuse_changes

revision = "tasks_progress_log"
down_revision = "accounts_and_sign_off"


def upgrade() -> None:
    op.create_table(
        "tasks",
        sa.Column("plan", sa.String(80), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("kpi", sa.String(80), nullable=False),
        sa.Column("definition", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["plan", "version"],
            ["plan_versions.plan", "plan_versions.number"],
            name="tasks_version",
        ),
    )
    op.create_table(
        "progress",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("plan", sa.String(80), sa.ForeignKey("plans.slug"), nullable=False),
        sa.Column("kpi", sa.String(80), nullable=False),
        sa.Column("step", sa.String(80), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("done", sa.Integer),
        sa.Column("obstacle", sa.Text),
        sa.Column("judgement", sa.Float(53)),
        sa.Column("final", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("entered_by", sa.Text, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("progress_of_plan", "progress", ["plan", "kpi"])
    op.create_table(
        "log_entries",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("plan", sa.String(80), sa.ForeignKey("plans.slug"), nullable=False),
        sa.Column("kpi", sa.String(80), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("text_vi", sa.Text, nullable=False),
        sa.Column("text_en", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("entered_by", sa.Text, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("log_of_plan", "log_entries", ["plan", "kpi"])
    refuse_changes("tasks", "progress", "log_entries")
