"""Bodies, accounts and how they sign in, keys of programs, the audit log and its chain."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from data.db.tables.base import Moment, metadata

bodies = Table(
    "bodies",
    metadata,
    Column("slug", String(40), primary_key=True),
    Column("name_vi", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("parent", String(40), ForeignKey("bodies.slug")),  # null: the house itself
    Column("shares", Boolean, nullable=False),  # whether everybody may read what it issued
    Column("created_at", Moment, nullable=False),
)

families = Table(  # which body a plan family belongs to
    "families",
    metadata,
    Column("family", String(80), primary_key=True),
    Column("body", String(40), ForeignKey("bodies.slug"), nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    Column("body", String(40), nullable=False, server_default="house"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account", String(40), ForeignKey("accounts.name"), nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("stage", String(10), nullable=False, server_default="password"),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("account", String(40), ForeignKey("accounts.name"), primary_key=True),
    Column("secret", String(64), nullable=False),
    Column("confirmed_at", Moment),  # null: the first code was not typed yet
    Column("last_step", Integer, nullable=False),  # of the last code taken
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("account", String(40), ForeignKey("accounts.name"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
)

identities = Table(  # who an account is at the provider of OpenID Connect
    "identities",
    metadata,
    Column("issuer", String(200), primary_key=True),
    Column("subject", String(200), primary_key=True),
    Column("account", String(40), ForeignKey("accounts.name"), nullable=False),
    Column("linked_at", Moment, nullable=False),
)

sign_ins = Table(  # begun at the provider of OpenID Connect, not yet come back
    "sign_ins",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("state", String(64), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("next", Text, nullable=False),
    Column("ends_at", Moment, nullable=False),
)

failed_logins = Table(  # counted per name and address; name '' counts an address over all names
    "failed_logins",
    metadata,
    Column("name_hash", String(64), primary_key=True),
    Column("address", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("challenge", String(64), nullable=False),
    Index("failed_logins_by_age", "last_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("scope", String(20), nullable=False),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("body", String(40), nullable=False, server_default="house"),
    Column("expires_at", Moment),  # null: never, for keys made before keys expired
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Index("audit_of_action", "action", "at"),
)

chain = Table(  # see data/db/chain.py
    "chain",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("sealed", String(40), nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("marks", LargeBinary, nullable=False),
    Column("outside", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("chain_of_table", "sealed", "last"),
)
