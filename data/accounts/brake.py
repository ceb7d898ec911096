"""The brake on guessing: who fails waits, and then computes; nobody else does.

Failures are counted per pair of account name and address, so that guessing from one
place never keeps the owner out elsewhere. A pair may fail `FREE` times, then waits 1, 2,
4, … seconds before its next attempt is read, then `LONGEST`; a proof of work shortens
that to `WITH_WORK`. An address that fails for many names works for every attempt.
Counters are forgotten after `KEPT`, and there are never more than `MOST` of them.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store
from models.errors import TooManyLogins

FREE = 3  # failures of a pair before it waits
WORK_AFTER = 8  # failures of a pair before a proof of work is asked for
OF_ADDRESS = 20  # failures from an address, over all names, before it works
LONGEST, WITH_WORK = timedelta(minutes=15), timedelta(seconds=30)
OF_ADDRESS_WAIT, OF_ADDRESS_KEPT = timedelta(minutes=1), timedelta(hours=1)
KEPT = timedelta(days=1)
MOST = 10_000  # counters
BITS, MOST_BITS = 16, 20  # leading zero bits of a proof; one more with each failure
EVERYWHERE = "*"  # in place of the address: counts from all addresses
_ALL_NAMES = ""


@dataclass(frozen=True)
class Work:
    """A proof that an attempt has to carry: SHA-256 of 'challenge:proof' begins with `bits`
    zero bits."""

    challenge: str
    bits: int

    def done(self, proof: str) -> bool:
        digest = hashlib.sha256(f"{self.challenge}:{proof}".encode()).digest()
        return int.from_bytes(digest, "big") >> (256 - self.bits) == 0


@dataclass(frozen=True)
class _Counter:
    failures: int
    last_at: datetime
    challenge: str


def place_of(address: str) -> str:
    """What is counted of an address: an IPv6 network of 64 bits is one place."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if found.version == 6:
        return str(ipaddress.ip_network(f"{found}/64", strict=False).network_address)
    return str(found)


def work_of_address(store: Store, address: str, now: datetime) -> Work | None:
    """What every attempt from an address has to carry at the moment."""
    with store.reading() as connection:
        found = _counter(connection, _ALL_NAMES, place_of(address), now)
    return Work(found.challenge, BITS) if found and _braked(found, now) else None


def pass_brake(
    connection: Connection, name: str, address: str, now: datetime, proof: str = ""
) -> None:
    """Let an attempt through, or raise `TooManyLogins` with what it lacks.

    A proof is used up: the pair's next attempt is given another challenge.
    """
    place = place_of(address)
    pair = _counter(connection, name, place, now)
    if pair is not None and pair.failures >= FREE:
        work, wait = None, _wait(pair.failures)
        if pair.failures >= WORK_AFTER:
            bits = min(BITS + pair.failures - WORK_AFTER, MOST_BITS)
            work = Work(pair.challenge, bits)
        _require(connection, (name, place), pair.last_at, wait, WITH_WORK, work, proof, now)
        if work is not None:
            return
    whole = _counter(connection, _ALL_NAMES, place, now)
    if whole is not None and _braked(whole, now):
        work = Work(whole.challenge, BITS)
        gap = OF_ADDRESS_WAIT
        _require(
            connection, (_ALL_NAMES, place), whole.last_at, gap, timedelta(0), work, proof, now
        )


def note_failure(connection: Connection, name: str, address: str, now: datetime) -> None:
    """Count a failed attempt, for the pair and for the address."""
    table, place = tables.failed_logins, place_of(address)
    connection.execute(delete(table).where(table.c.last_at <= now - KEPT))
    names = (name,) if place == EVERYWHERE else (name, _ALL_NAMES)
    for counted in names:
        before = _counter(connection, counted, place, now)
        if before is not None and counted == _ALL_NAMES and now - before.last_at > OF_ADDRESS_KEPT:
            before = _Counter(0, now, "")
        failures = min(1 + (before.failures if before else 0), 1_000)
        connection.execute(delete(table).where(*_same(counted, place)))
        connection.execute(
            insert(table).values(
                name_hash=_hash(counted),
                address=place,
                failures=failures,
                last_at=now,
                challenge=secrets.token_hex(16),
            )
        )
    over = connection.scalar(select(func.count()).select_from(table)) or 0
    if over > MOST:
        eldest = select(table.c.last_at).order_by(table.c.last_at).limit(1).offset(over - MOST - 1)
        limit = connection.scalar(eldest)
        connection.execute(delete(table).where(table.c.last_at <= limit))


def forget(connection: Connection, name: str, address: str | None = None) -> int:
    """Forget the failures of a name, from one address or from all; how many counters."""
    table = tables.failed_logins
    chosen = delete(table).where(table.c.name_hash == _hash(name))
    if address is not None:
        chosen = chosen.where(table.c.address == place_of(address))
    return connection.execute(chosen).rowcount


def clear(store: Store, by: str, *, name: str | None = None, address: str | None = None) -> int:
    """Clear the brake for a name, an address, or both together; how many counters it had."""
    table = tables.failed_logins
    chosen = delete(table)
    if name is not None:
        chosen = chosen.where(table.c.name_hash.in_([_hash(name), _hash(second_step(name))]))
    if address is not None:
        chosen = chosen.where(table.c.address == place_of(address))
    with store.writing() as connection:
        cleared = connection.execute(chosen).rowcount
        after = {"cleared": cleared, "address": address}
        write_entry(connection, by, "login.clear", name or "all names", after=after)
    return cleared


def braked_until(connection: Connection, name: str, now: datetime) -> datetime | None:
    """Until when some address has to wait for a name; None if none has."""
    table = tables.failed_logins
    chosen = select(table).where(
        table.c.name_hash.in_([_hash(name), _hash(second_step(name))]), table.c.failures >= FREE
    )
    ends = [row.last_at + _wait(row.failures) for row in connection.execute(chosen)]
    return max((end for end in ends if end > now), default=None)


def second_step(name: str) -> str:
    """The name under which wrong codes of the second step are counted."""
    return f"{name}/second"


def _wait(failures: int) -> timedelta:
    """How long a pair waits after so many failures, without work."""
    return LONGEST if failures >= WORK_AFTER else timedelta(seconds=2 ** (failures - FREE))


def _require(
    connection: Connection,
    same: tuple[str, str],
    since: datetime,
    wait: timedelta,
    with_work: timedelta,
    work: Work | None,
    proof: str,
    now: datetime,
) -> None:
    """Refuse an attempt that comes too early; without work or before the shorter wait."""
    if now >= since + wait:
        return
    if work is not None and work.done(proof):
        if now >= since + with_work:
            _renew(connection, *same)
            return
        wait = with_work
    seconds = int((since + wait - now).total_seconds()) + 1
    earliest = max(0, int((since + with_work - now).total_seconds()) + 1)
    raise TooManyLogins(
        "logging in failed too often for this name from this address; expected a pause "
        "of {seconds} seconds. Try again then, from elsewhere now, or ask an "
        "administrator: vedich account clear NAME.",
        seconds=seconds,
        wait=seconds,
        challenge=work.challenge if work else "",
        bits=work.bits if work else 0,
        with_work=earliest if work else 0,
    )


def _renew(connection: Connection, name: str, place: str) -> None:
    fresh = update(tables.failed_logins).where(*_same(name, place))
    connection.execute(fresh.values(challenge=secrets.token_hex(16)))


def _braked(found: _Counter | None, now: datetime) -> bool:
    recent = found is not None and now - found.last_at <= OF_ADDRESS_KEPT
    return recent and found is not None and found.failures >= OF_ADDRESS


def _counter(connection: Connection, name: str, place: str, now: datetime) -> _Counter | None:
    row = connection.execute(select(tables.failed_logins).where(*_same(name, place))).first()
    if row is None or row.last_at <= now - KEPT:
        return None
    return _Counter(row.failures, row.last_at, row.challenge)


def _same(name: str, place: str) -> tuple[ColumnElement[bool], ...]:
    table = tables.failed_logins
    return (table.c.name_hash == _hash(name), table.c.address == place)


def _hash(name: str) -> str:
    """Names are kept hashed: people type their password there by mistake."""
    return hashlib.sha256(name.encode()).hexdigest()
