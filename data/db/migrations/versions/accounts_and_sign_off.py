"""Accounts, sessions, API keys, the audit log, official estimates and their sign-off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.db.migrations.append_only import refuse_changes

revision = "accounts_and_sign_off"
down_revision = "0001"


def upgrade() -> None:
    _accounts()
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("before", sa.JSON),
        sa.Column("after", sa.JSON),
    )
    op.create_index("audit_of_action", "audit", ["action", "at"])
    _sign_off()
    refuse_changes("audit", "estimates", "steps", "issued_figures")


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(40), sa.ForeignKey("accounts.name"), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "api_keys",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("scope", sa.String(20), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )


def _sign_off() -> None:
    op.create_table(
        "estimates",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("plan", sa.String(80), sa.ForeignKey("plans.slug"), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("kpi", sa.String(80), nullable=False),
        sa.Column("value", sa.Float(53), nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
    )
    op.create_index("estimates_of_month", "estimates", ["plan", "month"])
    op.create_table(
        "steps",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("family", sa.String(80), nullable=False),
        sa.Column("plan", sa.String(80), sa.ForeignKey("plans.slug"), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("estimate", sa.Integer, sa.ForeignKey("estimates.id")),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("figures", sa.String(16)),
    )
    op.create_index("steps_of_month", "steps", ["plan", "month"])
    op.create_index("steps_of_family", "steps", ["family", "id"])
    op.create_table(
        "issued_figures",
        sa.Column("step", sa.Integer, sa.ForeignKey("steps.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("kpi", sa.String(80), nullable=False),
        sa.Column("stamp", sa.String(40), sa.ForeignKey("projections.stamp"), nullable=False),
    )
    op.create_index("issued_figures_by_stamp", "issued_figures", ["stamp"])
