"""Local accounts: a name, a role and the argon2 hash of a password.

Accounts are never deleted, only disabled: the audit log and the sign-off refer to them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from argon2 import PasswordHasher
from sqlalchemy import Connection, delete, insert, select, update

from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store
from models.errors import InvalidAccount, UnknownAccount

Role = Literal["viewer", "entry", "checker", "approver", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)  # each includes the rights of those before it
Access = Literal["public", "viewer", "entry", "checker", "approver", "admin"]  # what is asked for

SHORTEST, LONGEST = 10, 200  # characters of a password
HASHER = PasswordHasher()  # argon2id

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")
_RESERVED = ("local", "anonymous")  # have another meaning in the audit log


@dataclass(frozen=True)
class Account:
    """A person who may log in, and their role."""

    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None


def has_accounts(store: Store) -> bool:
    """Whether any account exists; from the first account on, everybody has to log in."""
    with store.reading() as connection:
        return any_account(connection)


def any_account(connection: Connection) -> bool:
    """As `has_accounts`, over an open connection."""
    return connection.scalar(select(tables.accounts.c.name).limit(1)) is not None


def accounts(store: Store) -> tuple[Account, ...]:
    """All accounts, by name."""
    with store.reading() as connection:
        rows = connection.execute(select(tables.accounts).order_by(tables.accounts.c.name))
        return tuple(account_of(row) for row in rows)


def add_account(store: Store, name: str, role: str, password: str, by: str) -> None:
    """Create an account; raise `InvalidAccount` if name, role or password is invalid."""
    check_name(name)
    check_known(role, ROLES)
    hashed = hash_of(password)
    with store.writing() as connection:
        if _row(connection, name) is not None:
            raise InvalidAccount(
                f"account '{name}' already exists, and accounts are never deleted; "
                "expected another name."
            )
        connection.execute(
            insert(tables.accounts).values(
                name=name, role=role, password_hash=hashed, created_at=datetime.now(UTC)
            )
        )
        write_entry(connection, by, "account.add", name, after={"role": role})


def set_role(store: Store, name: str, role: str, by: str) -> None:
    """Change an account's role; open sessions get it at once."""
    check_known(role, ROLES)
    with store.writing() as connection:
        before = require_account(connection, name).role
        _change(connection, name, role=role)
        write_entry(
            connection, by, "account.role", name, before={"role": before}, after={"role": role}
        )


def set_password(store: Store, name: str, password: str, by: str) -> None:
    """Change an account's password and end its sessions."""
    hashed = hash_of(password)
    with store.writing() as connection:
        require_account(connection, name)
        _change(connection, name, password_hash=hashed)
        _end_sessions(connection, name)
        write_entry(connection, by, "account.password", name)


def set_disabled(store: Store, name: str, disabled: bool, by: str) -> None:
    """Disable an account and end its sessions, or enable it again."""
    with store.writing() as connection:
        before = require_account(connection, name).disabled_at is not None
        _change(connection, name, disabled_at=datetime.now(UTC) if disabled else None)
        _end_sessions(connection, name)
        write_entry(
            connection,
            by,
            "account.disable" if disabled else "account.enable",
            name,
            before={"disabled": before},
            after={"disabled": disabled},
        )


def check_name(name: str) -> None:
    """Raise `InvalidAccount` unless `name` is valid for an account or a key."""
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise InvalidAccount(
            f"expected a name of 1 to 40 lower-case letters a to z, digits, '.', '_' or '-', "
            f"other than {' and '.join(_RESERVED)}; found '{name}'."
        )


def check_known(given: str, known: Sequence[str]) -> None:
    """Raise `InvalidAccount` unless a role or a scope is known."""
    if given not in known:
        raise InvalidAccount(f"expected one of {', '.join(known)}; found '{given}'.")


def hash_of(password: str) -> str:
    """The argon2 hash of a password; raise `InvalidAccount` if its length is not allowed."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidAccount(
            f"expected a password of {SHORTEST} to {LONGEST} characters, found {len(password)}."
        )
    return HASHER.hash(password)


def require_account(connection: Connection, name: str) -> Account:
    """An account by its name; raise `UnknownAccount`."""
    row = _row(connection, name)
    if row is None:
        raise UnknownAccount(f"no account '{name}'; vedich account list shows all accounts.")
    return account_of(row)


def account_of(row: Any) -> Account:
    """A row of the table as an account."""
    return Account(row.name, row.role, row.created_at, row.disabled_at)


def _row(connection: Connection, name: str) -> Any:
    return connection.execute(
        select(tables.accounts).where(tables.accounts.c.name == name)
    ).first()


def _change(connection: Connection, name: str, **values: Any) -> None:
    connection.execute(
        update(tables.accounts).where(tables.accounts.c.name == name).values(values)
    )


def _end_sessions(connection: Connection, name: str) -> None:
    connection.execute(delete(tables.sessions).where(tables.sessions.c.account == name))
