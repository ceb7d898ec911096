"""Uploads waiting to be committed, withdrawn imports, rows matched to KPIs by people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.db.migrations.append_only import refuse_changes

revision = "uploads"
down_revision = "events"


def upgrade() -> None:
    op.add_column("imports", sa.Column("batch", sa.String(20)))
    op.create_table(
        "repeats",
        sa.Column("import_id", sa.Integer, sa.ForeignKey("imports.id"), primary_key=True),
        sa.Column("observation", sa.Integer, sa.ForeignKey("observations.id"), primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
    )
    op.create_table(
        "withdrawals",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "import_id", sa.Integer, sa.ForeignKey("imports.id"), nullable=False, unique=True
        ),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "row_matches",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("printed_in", sa.Text, nullable=False),
        sa.Column("quantity", sa.String(20), nullable=False),
        sa.Column("occurrence", sa.Integer, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("kpi", sa.String(80)),
        sa.Column("confirmed_by", sa.Text, nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("row_matches_of_family", "row_matches", ["family", "id"])
    _uploads()
    refuse_changes("repeats", "withdrawals", "row_matches")


def _uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("plan", sa.String(80), sa.ForeignKey("plans.slug"), nullable=False),
        sa.Column("published", sa.Date),
        sa.Column("mark", sa.String(16), nullable=False),
        sa.Column("uploaded_by", sa.Text, nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "upload_files",
        sa.Column("upload", sa.String(20), sa.ForeignKey("uploads.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
