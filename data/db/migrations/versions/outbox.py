"""The outbox: notices about anything, each once; rules of a plan; what was sent to whom."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from data.db.migrations.append_only import refuse_changes, refuse_detours

revision = "outbox"
down_revision = "monthly"


def upgrade() -> None:
    old = op.get_bind().execute(
        sa.text(
            "SELECT n.id, n.family, n.kind, n.text_vi, n.text_en, n.at, n.run, r.plan "
            "FROM notices n JOIN monthly_runs r ON r.id = n.run ORDER BY n.id"
        )
    )
    before = [dict(row._mapping) for row in old]
    op.drop_table("notices")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS notices_in_order()")
    notices = op.create_table(
        "notices",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("plan", sa.String(80), sa.ForeignKey("plans.slug"), nullable=False),
        sa.Column("rule", sa.String(20), nullable=False),
        sa.Column("about", sa.String(200), nullable=False, unique=True),
        sa.Column("kpi", sa.String(80)),
        sa.Column("stamp", sa.String(40)),
        sa.Column("text_vi", sa.Text, nullable=False),
        sa.Column("text_en", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("notices_of_plan", "notices", ["plan", "id"])
    op.create_index("notices_of_family", "notices", ["family", "id"])
    for row in before:
        about = f"run {row.pop('run')}, notice {row['id']}"
        at, rule = row.pop("at"), row.pop("kind")
        if isinstance(at, str):  # SQLite gives text
            at = datetime.fromisoformat(at)
        op.get_bind().execute(notices.insert().values(**row, about=about, at=at, rule=rule))
    op.create_table(
        "notice_rules",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("plan", sa.String(80), sa.ForeignKey("plans.slug"), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("notice_rules_of_plan", "notice_rules", ["plan", "id"])
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("notice", sa.Integer, sa.ForeignKey("notices.id"), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_index("deliveries_once", "deliveries", ["notice", "channel", "address"], unique=True)
    refuse_changes("notices", "notice_rules")
    refuse_detours("notices", "notice_rules")
