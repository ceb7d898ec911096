"""Local accounts: a name, a role and the argon2 hash of a password.

Accounts are never deleted, only disabled: the audit log and the sign-off refer to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from argon2 import PasswordHasher
from sqlalchemy import Connection, delete, insert, select, update

from data.accounts.bodies import HOUSE, NAME, require_body
from data.accounts.brake import forget, second_step
from data.accounts.passwords import check_password
from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store
from models.errors import InvalidAccount, UnknownAccount

Role = Literal["viewer", "entry", "checker", "approver", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)  # each includes the rights of those before it
Access = Literal["public", "viewer", "entry", "checker", "approver", "admin"]  # what is asked for

HASHER = PasswordHasher(parallelism=1)  # argon2id; one processor of two is left to readers
NO_PASSWORD = "none"  # in place of a hash: the account signs in elsewhere

_RESERVED = ("local", "anonymous")  # have another meaning in the audit log


@dataclass(frozen=True)
class Account:
    """A person who may log in, and their role in a body."""

    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None
    body: str = HOUSE


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


def add_account(
    store: Store, name: str, role: str, password: str, by: str, body: str = HOUSE
) -> None:
    """Create an account of a body.

    Raises
    ------
    InvalidAccount
        If name, role or password is invalid.
    UnknownBody
        If there is no such body.
    """
    check_name(name)
    check_known(role, ROLES)
    hashed = hash_of(password, name, body)
    with store.writing() as connection:
        insert_account(connection, name, role, hashed, by, body)


def insert_account(
    connection: Connection, name: str, role: str, hashed: str, by: str, body: str
) -> None:
    """Write a new account, whose name and role are valid; raise as `add_account`."""
    if find_account(connection, name) is not None:
        raise InvalidAccount(
            "account '{name}' already exists, and accounts are never deleted; expected "
            "another name.",
            name=name,
        )
    require_body(connection, body)
    connection.execute(
        insert(tables.accounts).values(
            name=name, role=role, password_hash=hashed, created_at=datetime.now(UTC), body=body
        )
    )
    write_entry(connection, by, "account.add", name, after={"role": role, "body": body})


def set_role(store: Store, name: str, role: str, by: str) -> None:
    """Change an account's role; open sessions get it at once."""
    check_known(role, ROLES)
    with store.writing() as connection:
        before = require_account(connection, name).role
        _change(connection, name, role=role)
        write_entry(
            connection, by, "account.role", name, before={"role": before}, after={"role": role}
        )


def set_body(store: Store, name: str, body: str, by: str) -> None:
    """Move an account to another body; its sessions end."""
    with store.writing() as connection:
        before = require_account(connection, name).body
        require_body(connection, body)
        _change(connection, name, body=body)
        end_sessions(connection, name)
        write_entry(
            connection, by, "account.body", name, before={"body": before}, after={"body": body}
        )


def set_password(store: Store, name: str, password: str, by: str) -> None:
    """Change an account's password, end its sessions and clear its brake."""
    with store.reading() as connection:
        body = require_account(connection, name).body
    hashed = hash_of(password, name, body)
    with store.writing() as connection:
        _change(connection, name, password_hash=hashed)
        end_sessions(connection, name)
        for counted in (name, second_step(name)):
            forget(connection, counted)
        write_entry(connection, by, "account.password", name)


def set_disabled(store: Store, name: str, disabled: bool, by: str) -> None:
    """Disable an account and end its sessions, or enable it again."""
    with store.writing() as connection:
        before = require_account(connection, name).disabled_at is not None
        _change(connection, name, disabled_at=datetime.now(UTC) if disabled else None)
        end_sessions(connection, name)
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
    if not NAME.fullmatch(name) or name in _RESERVED:
        raise InvalidAccount(
            "expected a name of 1 to 40 lower-case letters a to z, digits, '.', '_' or '-', "
            "other than {reserved}; found '{name}'.",
            reserved=" and ".join(_RESERVED),
            name=name,
        )


def check_known(given: str, known: Sequence[str]) -> None:
    """Raise `InvalidAccount` unless a role or a scope is known."""
    if given not in known:
        raise InvalidAccount(
            "expected one of {known}; found '{given}'.",
            known=", ".join(known),
            given=given,
        )


def hash_of(password: str, name: str, body: str = HOUSE) -> str:
    """The argon2 hash of a password for an account; raise `WeakPassword`."""
    check_password(password, name, () if body == HOUSE else (body,))
    return HASHER.hash(password)


def require_account(connection: Connection, name: str) -> Account:
    """An account by its name; raise `UnknownAccount`."""
    found = find_account(connection, name)
    if found is None:
        raise UnknownAccount(
            "no account '{name}'; vedich account list shows all accounts.",
            name=name,
        )
    return found


def find_account(connection: Connection, name: str) -> Account | None:
    """An account by its name; None if there is none."""
    chosen = select(tables.accounts).where(tables.accounts.c.name == name)
    row = connection.execute(chosen).first()
    return None if row is None else account_of(row)


def account_of(row: Any) -> Account:
    """A row of the table as an account."""
    return Account(row.name, row.role, row.created_at, row.disabled_at, row.body)


def _change(connection: Connection, name: str, **values: Any) -> None:
    connection.execute(
        update(tables.accounts).where(tables.accounts.c.name == name).values(values)
    )


def end_sessions(connection: Connection, name: str) -> None:
    """End all sessions of an account."""
    connection.execute(delete(tables.sessions).where(tables.sessions.c.account == name))
