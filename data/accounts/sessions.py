"""Sessions: logging in and out with opaque tokens, stored as hashes.

A sign-in has one step or two. After the password an account with a second factor has a
session of stage 'pending', which opens nothing but the second step; that step exchanges
it for one of stage 'factor'.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Literal, NamedTuple

from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, delete, insert, select, update

from data.accounts.accounts import HASHER, ROLES, Account, Role, account_of
from data.accounts.brake import forget, note_failure, pass_brake
from data.accounts.passwords import LONGEST
from data.accounts.second_factor import is_enrolled
from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store
from models.errors import LoginFailed

LASTS = timedelta(hours=12)  # a working day
PENDING = timedelta(minutes=10)  # between the steps of a sign-in

Stage = Literal["pending", "password", "factor"]
SecondFactor = Literal["off", "offered", "required"]  # for those who sign
SIGNERS: tuple[Role, ...] = ROLES[ROLES.index("approver") :]

_FAILED = "login.failed"


@dataclass(frozen=True)
class Session:
    """An account that is logged in, or between the steps of doing so."""

    account: Account
    stage: Stage
    ends_at: datetime

    def lacks_factor(self, second: SecondFactor) -> bool:
        """Whether it opens nothing until a second factor is set up or shown."""
        if self.stage == "pending":
            return True
        needed = second == "required" and self.account.role in SIGNERS
        return needed and self.stage != "factor"


class SignedIn(NamedTuple):
    """A new session."""

    token: str
    stage: Stage


def log_in(
    store: Store,
    name: str,
    password: str,
    address: str,
    now: datetime,
    *,
    proof: str = "",
    second: SecondFactor = "offered",
) -> SignedIn:
    """Log in: begin a session.

    Parameters
    ----------
    name, password : as typed
    address : of the client, for the brake on guessing and the audit log
    now : with its time zone
    proof : of work, where the brake asks for it
    second : whether those who sign need a second factor

    Returns
    -------
    SignedIn: the session's token, of which only the hash is stored, and whether a
    second step follows

    Raises
    ------
    LoginFailed
        If name and password do not match, or the account is disabled.
    TooManyLogins
        While this name has to wait at this address.
    """
    account = verify(store, name, password, address, now, proof)
    return begin(store, account, address, now, second)


def begin(
    store: Store,
    account: Account,
    address: str,
    now: datetime,
    second: SecondFactor,
    *,
    factor: bool = False,
) -> SignedIn:
    """Begin a session of an account whose first factor was checked.

    `factor`: whether a second one was checked already, elsewhere.
    """
    token = secrets.token_urlsafe(32)
    with store.writing() as connection:
        required = second == "required" and account.role in SIGNERS
        asked = second != "off" and (is_enrolled(connection, account.name) or required)
        stage: Stage = "factor" if factor else "pending" if asked else "password"
        _insert(connection, token, account.name, stage, now)
        if stage != "pending":
            write_entry(
                connection, account.name, "login", account.name, after={"address": address}
            )
    return SignedIn(token, stage)


def exchange(store: Store, token: str, address: str, now: datetime) -> SignedIn:
    """A new session for one whose second factor was just checked; those without it end."""
    fresh = secrets.token_urlsafe(32)
    own = tables.sessions.c.token_hash == token_hash(token)
    with store.writing() as connection:
        name = connection.scalar(select(tables.sessions.c.account).where(own))
        if name is None:
            raise LoginFailed("expected a sign-in that is not yet over. Log in again.")
        weaker = (tables.sessions.c.account == name) & (tables.sessions.c.stage != "factor")
        connection.execute(delete(tables.sessions).where(own | weaker))
        _insert(connection, fresh, name, "factor", now)
        write_entry(connection, name, "login", name, after={"address": address, "factor": True})
    return SignedIn(fresh, "factor")


def verify(
    store: Store, name: str, password: str, address: str, now: datetime, proof: str = ""
) -> Account:
    """Check a password against an account; raise `LoginFailed` or `TooManyLogins` as `log_in`."""
    chosen = select(tables.accounts).where(
        tables.accounts.c.name == name, tables.accounts.c.disabled_at.is_(None)
    )
    with store.writing() as connection:
        pass_brake(connection, name, address, now, proof)
    with store.reading() as connection:
        row = connection.execute(chosen).first()
    hashed = row.password_hash if row else _dummy_hash()
    matches = _matches(hashed, password)
    if not matches or row is None:
        with store.writing() as connection:
            note_failure(connection, name, address, now)
            who = name if row else _masked(name)
            write_entry(connection, "anonymous", _FAILED, who, after={"address": address})
        raise LoginFailed("expected the name and the password of an account; they do not match.")
    with store.writing() as connection:
        forget(connection, name, address)
        if HASHER.check_needs_rehash(hashed):
            connection.execute(
                update(tables.accounts)
                .where(tables.accounts.c.name == name)
                .values(password_hash=HASHER.hash(password))
            )
    return account_of(row)


def log_out(store: Store, token: str) -> None:
    """End a session; does nothing if it has ended already."""
    own = tables.sessions.c.token_hash == token_hash(token)
    with store.writing() as connection:
        name = connection.scalar(select(tables.sessions.c.account).where(own))
        if name is not None:
            connection.execute(delete(tables.sessions).where(own))
            write_entry(connection, name, "logout", name)


def session_of(store: Store, token: str, now: datetime) -> Session | None:
    """The session of a token, at whatever stage; None if it has ended."""
    chosen = (
        select(tables.accounts, tables.sessions.c.stage, tables.sessions.c.ends_at)
        .join(tables.sessions, tables.sessions.c.account == tables.accounts.c.name)
        .where(tables.sessions.c.token_hash == token_hash(token))
        .where(tables.sessions.c.ends_at > now, tables.accounts.c.disabled_at.is_(None))
    )
    with store.reading() as connection:
        row = connection.execute(chosen).first()
    return None if row is None else Session(account_of(row), row.stage, row.ends_at)


def token_hash(token: str) -> str:
    """The stored form of a random token, which is long enough for a plain SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()


def _insert(connection: Connection, token: str, name: str, stage: Stage, now: datetime) -> None:
    connection.execute(delete(tables.sessions).where(tables.sessions.c.ends_at <= now))
    connection.execute(
        insert(tables.sessions).values(
            token_hash=token_hash(token),
            account=name,
            ends_at=now + (PENDING if stage == "pending" else LASTS),
            stage=stage,
        )
    )


def _matches(hashed: str, password: str) -> bool:
    try:
        return HASHER.verify(hashed, password[: LONGEST + 1])
    except (VerifyMismatchError, InvalidHashError):  # or no password at all
        return False


@cache
def _dummy_hash() -> str:
    """Verified for an unknown name, so that it takes as long as a known one."""
    return HASHER.hash(secrets.token_hex())


def _masked(name: str) -> str:
    """An unknown name for the audit log, hashed: people type their password there by mistake."""
    return f"unknown {token_hash(name)[:12]}"
