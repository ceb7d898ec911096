"""The second factor of an account: codes that change every 30 seconds (TOTP, RFC 6238).

A code counts once, and one step early or late. Recovery codes replace a lost device, each
once; only their hashes are kept. The secret itself has to be kept as it is: whoever reads
the database can compute codes, but not passwords.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from data.accounts.accounts import end_sessions, require_account
from data.accounts.brake import EVERYWHERE, forget, note_failure, pass_brake, second_step
from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store
from models.errors import InvalidAccount, WrongCode

STEP = 30  # seconds
DRIFT = 1  # steps that a clock may be early or late
RECOVERY_CODES = 10
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # without letters that look alike
_GROUPS, _LETTERS = 6, 4


def is_enrolled(connection: Connection, name: str) -> bool:
    """Whether an account has a second factor that was confirmed."""
    row = _row(connection, name)
    return row is not None and row.confirmed_at is not None


def has_factor(store: Store, name: str) -> bool:
    """As `is_enrolled`, over a connection of its own."""
    with store.reading() as connection:
        return is_enrolled(connection, name)


def begin_enrolment(store: Store, name: str) -> str:
    """A secret for an account's device; it counts once `confirm` saw a code of it.

    The same secret is returned until then. Raise `InvalidAccount` if there is a second
    factor already.
    """
    import pyotp

    with store.writing() as connection:
        row = _row(connection, name)
        if row is not None and row.confirmed_at is not None:
            raise InvalidAccount(
                "account '{name}' has a second factor already. An administrator takes it away: "
                "vedich account reset-factor {name}",
                name=name,
            )
        if row is not None:
            return str(row.secret)
        secret = pyotp.random_base32()
        connection.execute(
            insert(tables.second_factors).values(account=name, secret=secret, last_step=0)
        )
    return secret


def provisioning_uri(name: str, secret: str) -> str:
    """What the QR code for a device holds."""
    import pyotp

    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=name, issuer_name="Vedich")


def confirm(store: Store, name: str, code: str, now: datetime) -> tuple[str, ...]:
    """Confirm a device by its first code.

    Returns
    -------
    tuple of str: the recovery codes, shown only here

    Raises
    ------
    WrongCode
        If the code is not the device's, or no enrolment was begun.
    TooManyLogins
        After too many wrong codes.
    """
    with store.writing() as connection:
        pass_brake(connection, second_step(name), EVERYWHERE, now)
        row = _row(connection, name)
        step = None if row is None or row.confirmed_at else _step_of(row, code, now)
        if step is not None:
            own = tables.second_factors.c.account == name
            values = {"confirmed_at": now, "last_step": step}
            connection.execute(update(tables.second_factors).where(own).values(values))
            write_entry(connection, name, "account.factor", name)
            return _new_recovery_codes(connection, name)
        note_failure(connection, second_step(name), EVERYWHERE, now)
    raise _wrong()


def check_code(store: Store, name: str, code: str, now: datetime) -> None:
    """Check the code of a device or a recovery code, and use it up.

    Raises
    ------
    WrongCode
        If it is wrong, was used before, or is older than one step.
    TooManyLogins
        After too many wrong codes, from whatever address: the password was right.
    """
    with store.writing() as connection:
        pass_brake(connection, second_step(name), EVERYWHERE, now)
        row = _row(connection, name)
        if row is not None and row.confirmed_at is not None:
            if (step := _step_of(row, code, now)) is not None:
                own = tables.second_factors.c.account == name
                connection.execute(update(tables.second_factors).where(own).values(last_step=step))
                forget(connection, second_step(name))
                return
            if _use_recovery_code(connection, name, code):
                forget(connection, second_step(name))
                left = len(_recovery_hashes(connection, name))
                write_entry(connection, name, "account.recovery", name, after={"left": left})
                return
        note_failure(connection, second_step(name), EVERYWHERE, now)
        write_entry(connection, "anonymous", "login.failed", name, after={"step": "second"})
    raise _wrong()


def new_recovery_codes(store: Store, name: str) -> tuple[str, ...]:
    """New recovery codes of an account; the old ones no longer count."""
    with store.writing() as connection:
        write_entry(connection, name, "account.recovery", name, after={"left": RECOVERY_CODES})
        return _new_recovery_codes(connection, name)


def reset_factor(store: Store, name: str, by: str) -> None:
    """Take away an account's second factor and its recovery codes; its sessions end."""
    with store.writing() as connection:
        require_account(connection, name)
        for table in (tables.second_factors, tables.recovery_codes):
            connection.execute(delete(table).where(table.c.account == name))
        end_sessions(connection, name)
        forget(connection, second_step(name))
        write_entry(connection, by, "account.reset-factor", name)


def _step_of(row: Any, code: str, now: datetime) -> int | None:
    """The step whose code was typed; None for a wrong code and one that was used."""
    import pyotp

    typed, device = "".join(code.split()), pyotp.TOTP(row.secret, interval=STEP)
    current = int(now.timestamp()) // STEP
    for step in range(current - DRIFT, current + DRIFT + 1):
        same = secrets.compare_digest(device.at(step * STEP).encode(), typed.encode())
        if same and step > row.last_step:
            return step
    return None


def _new_recovery_codes(connection: Connection, name: str) -> tuple[str, ...]:
    table = tables.recovery_codes
    connection.execute(delete(table).where(table.c.account == name))
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    rows = [{"account": name, "code_hash": _hash(code)} for code in codes]
    connection.execute(insert(table), rows)
    return codes


def _recovery_code() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))
    return "-".join(groups)


def _use_recovery_code(connection: Connection, name: str, code: str) -> bool:
    table = tables.recovery_codes
    own = (table.c.account == name) & (table.c.code_hash == _hash(code))
    return connection.execute(delete(table).where(own)).rowcount > 0


def _recovery_hashes(connection: Connection, name: str) -> list[str]:
    table = tables.recovery_codes
    chosen = select(table.c.code_hash).where(table.c.account == name)
    return list(connection.scalars(chosen))


def _hash(code: str) -> str:
    """Of 120 random bits, which is long enough for a plain SHA-256."""
    bare = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(bare.encode()).hexdigest()


def _row(connection: Connection, name: str) -> Any:
    table = tables.second_factors
    return connection.execute(select(table).where(table.c.account == name)).first()


def _wrong() -> WrongCode:
    return WrongCode(
        "expected the code that the device shows now, or a recovery code not used before; found "
        "another. Check the clock of the device."
    )
