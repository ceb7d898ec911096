"""Keys for programs: named, scoped, shown once; only a hash is kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import insert, select, update

from data.accounts.accounts import check_name, one_of
from data.accounts.sessions import token_hash
from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store
from models.errors import InvalidAccount, UnknownAccount

Scope = Literal["issued", "read", "entry"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


@dataclass(frozen=True)
class ApiKey:
    """What a program may do.

    `scope`: 'issued' reads issued figures only, 'read' what a viewer may, 'entry'
    what an account of that role may. Checking and approving is for people.
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
    """Make a key and give it out, this once; raise `InvalidAccount` if it cannot be made."""
    check_name(name)
    one_of(scope, SCOPES)
    secret = f"vedich_{secrets.token_urlsafe(32)}"
    with store.writing() as connection:
        taken = select(tables.api_keys.c.name).where(tables.api_keys.c.name == name)
        if connection.scalar(taken) is not None:
            raise InvalidAccount(
                f"there is, or was, a key '{name}'; expected another name: it stands in histories."
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
    """Let a key count no more; raise `UnknownAccount` if there is none that counts."""
    own = (tables.api_keys.c.name == name) & tables.api_keys.c.revoked_at.is_(None)
    with store.writing() as connection:
        changed = connection.execute(
            update(tables.api_keys).where(own).values(revoked_at=datetime.now(UTC))
        )
        if not changed.rowcount:
            raise UnknownAccount(
                f"no key '{name}' that counts; vedich key list shows those there are."
            )
        write_entry(connection, by, "key.revoke", name)


def key_of(store: Store, secret: str) -> ApiKey | None:
    """The key that a secret opens; None if it is unknown or was revoked."""
    table = tables.api_keys
    chosen = select(table).where(
        table.c.key_hash == token_hash(secret), table.c.revoked_at.is_(None)
    )
    with store.reading() as connection:
        row = connection.execute(chosen).first()
    return None if row is None else _key(row)


def _key(row: Any) -> ApiKey:
    return ApiKey(row.name, row.scope, row.created_at, row.revoked_at)
