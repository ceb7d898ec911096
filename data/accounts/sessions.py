"""Sessions: logging in and out with opaque tokens, stored as hashes, and a limit on guessing."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2.exceptions import VerifyMismatchError
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from data.accounts.accounts import HASHER, LONGEST, Account, account_of
from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store
from models.errors import LoginFailed, TooManyLogins

LASTS = timedelta(hours=12)  # a working day
WINDOW = timedelta(minutes=15)
FAILURES_OF_NAME, FAILURES_OF_ADDRESS = 5, 20  # within the window

_FAILED = "login.failed"


def log_in(store: Store, name: str, password: str, address: str, now: datetime) -> str:
    """Log in: begin a session.

    Parameters
    ----------
    name, password : as typed
    address : of the client, for the limit on guessing and the audit log
    now : with its time zone

    Returns
    -------
    str, the session token; only its hash is stored

    Raises
    ------
    LoginFailed
        If name and password do not match, or the account is disabled.
    TooManyLogins
        After too many failures for the name or from the address.
    """
    verify(store, name, password, address, now)
    token = secrets.token_urlsafe(32)
    with store.writing() as connection:
        connection.execute(delete(tables.sessions).where(tables.sessions.c.ends_at <= now))
        connection.execute(
            insert(tables.sessions).values(
                token_hash=token_hash(token), account=name, ends_at=now + LASTS
            )
        )
        write_entry(connection, name, "login", name, after={"address": address})
    return token


def verify(store: Store, name: str, password: str, address: str, now: datetime) -> None:
    """Check a password against an account; raise `LoginFailed` or `TooManyLogins` as `log_in`."""
    with store.reading() as connection:
        _refuse_guessing(connection, name, address, now)
        row = connection.execute(
            select(tables.accounts).where(
                tables.accounts.c.name == name, tables.accounts.c.disabled_at.is_(None)
            )
        ).first()
    hashed = row.password_hash if row else _dummy_hash()
    if not _matches(hashed, password) or row is None:
        with store.writing() as connection:
            who = name if row else _masked(name)
            write_entry(connection, "anonymous", _FAILED, who, after={"address": address})
        raise LoginFailed("expected the name and the password of an account; they do not match.")
    if HASHER.check_needs_rehash(hashed):
        with store.writing() as connection:
            connection.execute(
                update(tables.accounts)
                .where(tables.accounts.c.name == name)
                .values(password_hash=HASHER.hash(password))
            )


def log_out(store: Store, token: str) -> None:
    """End a session; does nothing if it has ended already."""
    own = tables.sessions.c.token_hash == token_hash(token)
    with store.writing() as connection:
        name = connection.scalar(select(tables.sessions.c.account).where(own))
        if name is not None:
            connection.execute(delete(tables.sessions).where(own))
            write_entry(connection, name, "logout", name)


def account_of_session(store: Store, token: str, now: datetime) -> Account | None:
    """The account of a session; None if the session has ended."""
    chosen = (
        select(tables.accounts)
        .join(tables.sessions, tables.sessions.c.account == tables.accounts.c.name)
        .where(tables.sessions.c.token_hash == token_hash(token))
        .where(tables.sessions.c.ends_at > now, tables.accounts.c.disabled_at.is_(None))
    )
    with store.reading() as connection:
        row = connection.execute(chosen).first()
    return None if row is None else account_of(row)


def token_hash(token: str) -> str:
    """The stored form of a random token, which is long enough for a plain SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()


def _refuse_guessing(connection: Connection, name: str, address: str, now: datetime) -> None:
    table = tables.audit
    of_name = table.c.subject.in_((name, _masked(name)))
    from_address = table.c.after["address"].as_string() == address
    for same, most in ((of_name, FAILURES_OF_NAME), (from_address, FAILURES_OF_ADDRESS)):
        if _failures(connection, same, now - WINDOW) >= most:
            raise TooManyLogins(
                f"logging in failed {most} times within {WINDOW.seconds // 60} minutes; expected "
                "a pause. Try again later, or ask an administrator for another password."
            )


def _matches(hashed: str, password: str) -> bool:
    try:
        return HASHER.verify(hashed, password[: LONGEST + 1])
    except VerifyMismatchError:
        return False


@cache
def _dummy_hash() -> str:
    """Verified for an unknown name, so that it takes as long as a known one."""
    return HASHER.hash(secrets.token_hex())


def _masked(name: str) -> str:
    """An unknown name for the audit log, hashed: people type their password there by mistake."""
    return f"unknown {token_hash(name)[:12]}"


def _failures(connection: Connection, same: ColumnElement[bool], since: datetime) -> int:
    table = tables.audit
    chosen = select(func.count()).where(table.c.action == _FAILED, table.c.at > since, same)
    return int(connection.execute(chosen).scalar_one())
