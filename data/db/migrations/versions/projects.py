"""The register of projects that move a KPI: what was entered and decided about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.db.migrations.append_only import refuse_changes, refuse_detours

revision = "projects"
down_revision = "hash_chain"


def upgrade() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("project", sa.Integer),
        sa.Column("kpi", sa.String(80), nullable=False),
        sa.Column("name_vi", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("happening", sa.String(10), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("ramp", sa.Integer, nullable=False),
        sa.Column("amount", sa.Float(53), nullable=False),
        sa.Column("on_time", sa.Float(53), nullable=False),
        sa.Column("delay", sa.Float(53), nullable=False),
        sa.Column("responsible", sa.Text, nullable=False),
        sa.Column("obstacle", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("entered_by", sa.Text, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("projects_of_family", "projects", ["family", "kpi"])
    refuse_changes("projects")
    refuse_detours("projects")
