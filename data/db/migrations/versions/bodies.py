"""Bodies that own plan families, second factors, identities elsewhere, failed logins.

Everything there is goes to one body, the house itself, which shares what it issued
as before.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "bodies"
down_revision = "report_texts"


def upgrade() -> None:
    bodies = op.create_table(
        "bodies",
        sa.Column("slug", sa.String(40), primary_key=True),
        sa.Column("name_vi", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("parent", sa.String(40), sa.ForeignKey("bodies.slug")),
        sa.Column("shares", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.bulk_insert(
        bodies,
        [
            {
                "slug": "house",
                "name_vi": "Toàn hệ thống",
                "name_en": "The whole house",
                "parent": None,
                "shares": True,
                "created_at": datetime.now(UTC),
            }
        ],
    )
    op.create_table(
        "families",
        sa.Column("family", sa.String(80), primary_key=True),
        sa.Column("body", sa.String(40), sa.ForeignKey("bodies.slug"), nullable=False),
    )
    op.execute("INSERT INTO families SELECT DISTINCT family, 'house' FROM plans")
    for table in ("accounts", "api_keys"):
        body = sa.Column("body", sa.String(40), nullable=False, server_default="house")
        op.add_column(table, body)
    op.add_column("api_keys", sa.Column("expires_at", sa.DateTime(timezone=True)))
    _signing_in()


def _signing_in() -> None:
    op.add_column(
        "sessions",
        sa.Column("stage", sa.String(10), nullable=False, server_default="password"),
    )
    op.create_table(
        "second_factors",
        sa.Column("account", sa.String(40), sa.ForeignKey("accounts.name"), primary_key=True),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("last_step", sa.Integer, nullable=False),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("account", sa.String(40), sa.ForeignKey("accounts.name"), primary_key=True),
        sa.Column("code_hash", sa.String(64), primary_key=True),
    )
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(200), primary_key=True),
        sa.Column("subject", sa.String(200), primary_key=True),
        sa.Column("account", sa.String(40), sa.ForeignKey("accounts.name"), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "sign_ins",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("verifier", sa.String(128), nullable=False),
        sa.Column("next", sa.Text, nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "failed_logins",
        sa.Column("name_hash", sa.String(64), primary_key=True),
        sa.Column("address", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("challenge", sa.String(64), nullable=False),
    )
    op.create_index("failed_logins_by_age", "failed_logins", ["last_at"])
