"""API keys for programs: named, scoped, shown once; only a hash is stored."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import insert, select, update

from data.accounts.accounts import check_known, check_name
from data.accounts.bodies import HOUSE, require_body
from data.accounts.sessions import token_hash
from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store
from models.errors import InvalidAccount, UnknownAccount

Scope = Literal["issued", "read", "entry"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
SOON = timedelta(days=30)  # before its end a key is said to expire soon


@dataclass(frozen=True)
class ApiKey:
    """The key of a program.

    `scope`: 'issued' reads issued figures only, 'read' has the rights of a viewer,
    'entry' those of that role. No key may check or approve. `expires_at` is None for a key
    made before keys expired.
    """

    name: str
    scope: Scope
    created_at: datetime
    revoked_at: datetime | None
    body: str
    expires_at: datetime | None

    def expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def expires_soon(self, now: datetime) -> bool:
        """Whether it still counts, but not for long."""
        if self.revoked_at is not None or self.expires_at is None:
            return False
        return now < self.expires_at <= now + SOON


def api_keys(store: Store) -> tuple[ApiKey, ...]:
    """All keys, by name."""
    with store.reading() as connection:
        rows = connection.execute(select(tables.api_keys).order_by(tables.api_keys.c.name))
        return tuple(_key(row) for row in rows)


def add_key(
    store: Store,
    name: str,
    scope: str,
    by: str,
    *,
    expires: datetime | None = None,
    body: str = HOUSE,
) -> str:
    """Create a key of a body and return its secret, which is shown only here.

    Parameters
    ----------
    expires : when it ends, with its time zone; None for never
    body : whose figures it reads or enters

    Raises
    ------
    InvalidAccount
        If name or scope is invalid, or the key would have expired already.
    UnknownBody
        If there is no such body.
    """
    check_name(name)
    check_known(scope, SCOPES)
    now = datetime.now(UTC)
    if expires is not None and expires <= now:
        raise InvalidAccount(
            "expected a day to come as the key's last, found {expires:%Y-%m-%d}.",
            expires=expires,
        )
    secret = f"vedich_{secrets.token_urlsafe(32)}"
    with store.writing() as connection:
        taken = select(tables.api_keys.c.name).where(tables.api_keys.c.name == name)
        if connection.scalar(taken) is not None:
            raise InvalidAccount(
                "a key '{name}' exists or was revoked; expected another name: the audit log "
                "refers to this one.",
                name=name,
            )
        require_body(connection, body)
        connection.execute(
            insert(tables.api_keys).values(
                name=name,
                scope=scope,
                key_hash=token_hash(secret),
                created_at=now,
                body=body,
                expires_at=expires,
            )
        )
        ends = None if expires is None else expires.date().isoformat()
        made = {"scope": scope, "body": body, "expires": ends}
        write_entry(connection, by, "key.add", name, after=made)
    return secret


def end_of(day: date | None, days: int) -> datetime:
    """When a key ends: after its last day, by default so many days from now."""
    last = day or datetime.now(UTC).date() + timedelta(days=days)
    return datetime.combine(last + timedelta(days=1), time.min, UTC)


def last_day(key: ApiKey) -> date | None:
    """The last day on which a key counts; None if it has no end."""
    return None if key.expires_at is None else (key.expires_at - timedelta(days=1)).date()


def revoke_key(store: Store, name: str, by: str) -> None:
    """Revoke a key; raise `UnknownAccount` if no active key has this name."""
    own = (tables.api_keys.c.name == name) & tables.api_keys.c.revoked_at.is_(None)
    with store.writing() as connection:
        changed = connection.execute(
            update(tables.api_keys).where(own).values(revoked_at=datetime.now(UTC))
        )
        if not changed.rowcount:
            raise UnknownAccount(
                "no active key '{name}'; vedich key list shows all keys.",
                name=name,
            )
        write_entry(connection, by, "key.revoke", name)


def key_of(store: Store, secret: str) -> ApiKey | None:
    """The key with this secret, perhaps expired; None if it is unknown or revoked."""
    table = tables.api_keys
    chosen = select(table).where(
        table.c.key_hash == token_hash(secret), table.c.revoked_at.is_(None)
    )
    with store.reading() as connection:
        row = connection.execute(chosen).first()
    return None if row is None else _key(row)


def _key(row: Any) -> ApiKey:
    return ApiKey(row.name, row.scope, row.created_at, row.revoked_at, row.body, row.expires_at)
