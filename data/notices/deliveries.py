"""Deliveries: who claims a notice for an address sends it; nobody else does.

A claim that was left, because its process ended before it said how the sending went, is
taken up again after `LEFT`; the receiver knows the second by its number, which is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, insert, select, update

from data.db import tables
from data.db.store import Store

Channel = Literal["mail", "webhook", "drop"]
STATES = ("sending", "sent", "failed")
LEFT = timedelta(minutes=10)
WAITS = (1, 5, 25, 125, 625)  # minutes after each attempt that failed; then it is given up

_table = tables.deliveries


@dataclass(frozen=True)
class Claim:
    """A notice that this process, and no other, sends to an address."""

    id: int
    attempts: int


def claim(
    store: Store, notice: int, channel: Channel, address: str, now: datetime
) -> Claim | None:
    """Take a delivery; None if it was made, is being made, waits, or was given up."""
    same = (
        _table.c.notice == notice,
        _table.c.channel == channel,
        _table.c.address == address,
    )
    with store.writing() as connection:
        row = connection.execute(select(_table).where(*same)).one_or_none()
        if row is None:
            made = connection.execute(
                insert(_table)
                .values(
                    notice=notice,
                    channel=channel,
                    address=address,
                    state="sending",
                    attempts=1,
                    at=now,
                    error="",
                )
                .returning(_table.c.id)
            )
            return Claim(int(made.scalar_one()), 1)
        since = now - row.at
        if row.state == "sent" or -LEFT < since < _wait(row.state, row.attempts):
            return None  # a moment further ahead was told by a clock that was set back since
        if row.attempts > len(WAITS):
            return None
        again = update(_table).where(_table.c.id == row.id)
        connection.execute(again.values(state="sending", attempts=row.attempts + 1, at=now))
        return Claim(int(row.id), int(row.attempts) + 1)


def settle(store: Store, claimed: Claim, now: datetime, error: str = "") -> None:
    """Say how a delivery went: sent, or failed with an error."""
    state = "failed" if error else "sent"
    chosen = update(_table).where(_table.c.id == claimed.id)
    with store.writing() as connection:
        connection.execute(chosen.values(state=state, at=now, error=error[:500]))


def failures_of(store: Store, plan: str) -> tuple[tuple[str, str, str], ...]:
    """Deliveries of a plan's notices that failed last: channel, address, error."""
    joined = _table.join(tables.notices, tables.notices.c.id == _table.c.notice)
    chosen = (
        select(_table.c.channel, _table.c.address, _table.c.error)
        .select_from(joined)
        .where(tables.notices.c.plan == plan, _table.c.state == "failed")
    )
    with store.reading() as connection:
        rows = connection.execute(chosen.order_by(_table.c.id.desc()).limit(20))
        return tuple((row.channel, row.address, row.error) for row in rows)


def states_of(store: Store) -> Mapping[str, int]:
    """How many deliveries are in each state."""
    chosen = select(_table.c.state, func.count().label("counted")).group_by(_table.c.state)
    with store.reading() as connection:
        return {row.state: row.counted for row in connection.execute(chosen)}


def _wait(state: str, attempts: int) -> timedelta:
    if state == "sending":
        return LEFT
    return timedelta(minutes=WAITS[min(attempts, len(WAITS)) - 1])
