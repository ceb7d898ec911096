"""API keys for programs: named, scoped, shown once; only a hash is stored."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import insert, select, update

from data.accounts.accounts import check_known, check_name
from data.accounts.sessions import token_hash
from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store
from models.errors import InvalidAccount, UnknownAccount

Scope = Literal["issued", "read", "entry"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


@dataclass(frozen=True)
class ApiKey:
    """The key of a program.

    `scope`: 'issued' reads issued figures only, 'read' has the rights of a viewer,
    'entry' those of that role. No key may check or approve.
    """

    name: str
    scope: Scope
    created_at: datetime
    revoked_at: datetime | None


def api_keys(store: Store) -> tuple[ApiKey, ...]:
    """All keys, by name."""
    with store.reading() as connection:
        rows = connection.execute(select(tables.api_keys).order_by(tables.api_keys.c.name))
        return tuple(_key(row) for row in rows)


def add_key(store: Store, name: str, scope: str, by: str) -> str:
    """Create a key and return its secret, which is shown only here; raise `InvalidAccount`."""
    check_name(name)
    check_known(scope, SCOPES)
    secret = f"vedich_{secrets.token_urlsafe(32)}"
    with store.writing() as connection:
        taken = select(tables.api_keys.c.name).where(tables.api_keys.c.name == name)
        if connection.scalar(taken) is not None:
            raise InvalidAccount(
                f"a key '{name}' exists or was revoked; expected another name: the audit log "
                "refers to this one."
            )
        connection.execute(
            insert(tables.api_keys).values(
                name=name,
                scope=scope,
                key_hash=token_hash(secret),
                created_at=datetime.now(UTC),
            )
        )
        write_entry(connection, by, "key.add", name, after={"scope": scope})
    return secret


def revoke_key(store: Store, name: str, by: str) -> None:
    """Revoke a key; raise `UnknownAccount` if no active key has this name."""
    own = (tables.api_keys.c.name == name) & tables.api_keys.c.revoked_at.is_(None)
    with store.writing() as connection:
        changed = connection.execute(
            update(tables.api_keys).where(own).values(revoked_at=datetime.now(UTC))
        )
        if not changed.rowcount:
            raise UnknownAccount(f"no active key '{name}'; vedich key list shows all keys.")
        write_entry(connection, by, "key.revoke", name)


def key_of(store: Store, secret: str) -> ApiKey | None:
    """The active key with this secret; None if it is unknown or revoked."""
    table = tables.api_keys
    chosen = select(table).where(
        table.c.key_hash == token_hash(secret), table.c.revoked_at.is_(None)
    )
    with store.reading() as connection:
        row = connection.execute(chosen).first()
    return None if row is None else _key(row)


def _key(row: Any) -> ApiKey:
    return ApiKey(row.name, row.scope, row.created_at, row.revoked_at)
