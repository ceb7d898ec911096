"""Figures to a day, and the layouts of other offices that people explained."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.db.migrations.append_only import refuse_changes

revision = "dated"
down_revision = "uploads"


def upgrade() -> None:
    op.create_table(
        "layouts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("fingerprint", sa.String(16), nullable=False),
        sa.Column("columns", sa.Text, nullable=False),
        sa.Column("confirmed_by", sa.Text, nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("layouts_of_family", "layouts", ["family", "id"])
    op.create_table(
        "dated_figures",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("import_id", sa.Integer, sa.ForeignKey("imports.id"), nullable=False),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("kpi", sa.String(80), nullable=False),
        sa.Column("from_day", sa.Date, nullable=False),
        sa.Column("to_day", sa.Date, nullable=False),
        sa.Column("value", sa.Float, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("published", sa.Date, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
    )
    op.create_index("dated_figures_of_kpi", "dated_figures", ["family", "kpi", "to_day"])
    refuse_changes("layouts", "dated_figures")
