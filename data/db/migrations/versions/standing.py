"""What looked wrong when a plan was watched last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "standing"
down_revision = "outbox"


def upgrade() -> None:
    op.create_table(
        "standing",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("plan", sa.String(80), sa.ForeignKey("plans.slug"), nullable=False),
        sa.Column("rule", sa.String(20), nullable=False),
        sa.Column("kpi", sa.String(80)),
    )
    op.create_index("standing_of_plan", "standing", ["plan"])
