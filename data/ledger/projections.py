"""The ledger: every projection that was given out, by its stamp; append-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select

from data.db import tables
from data.db.store import Store
from models.errors import UnknownStamp


@dataclass(frozen=True)
class LedgerEntry:
    """An entry: its stamp, its content as recorded, and when that was, in UTC."""

    stamp: str
    payload: Mapping[str, Any]
    recorded_at: datetime


@dataclass(frozen=True)
class Given:
    """A projection that is given out: its stamp, of what it is, and its content."""

    stamp: str
    plan: str
    kpi: str
    payload: Mapping[str, Any]


def ledger_of(store: Store, plan: str) -> tuple[LedgerEntry, ...]:
    """Every projection of a plan that was given out, in order of entry."""
    table = tables.projections
    chosen = select(table).where(table.c.plan == plan).order_by(table.c.number)
    with store.reading() as connection:
        return tuple(
            LedgerEntry(row.stamp, row.payload, row.recorded_at)
            for row in connection.execute(chosen)
        )


def record_projections(store: Store, given: Sequence[Given]) -> None:
    """Add projections to the ledger, all or none; a known stamp keeps its content."""
    table = tables.projections
    with store.writing() as connection:
        for one in given:
            known = select(table.c.stamp).where(table.c.stamp == one.stamp)
            if connection.scalar(known) is None:
                connection.execute(
                    insert(table).values(
                        stamp=one.stamp,
                        plan=one.plan,
                        kpi=one.kpi,
                        payload=dict(one.payload),
                        recorded_at=datetime.now(UTC),
                    )
                )


def recorded_projection(store: Store, stamp: str) -> dict[str, Any]:
    """The ledger's content for a stamp; raise `UnknownStamp`."""
    return dict(_entry(store, stamp)[0])


def recorded_at(store: Store, stamp: str) -> datetime:
    """When a stamp was added to the ledger, in UTC; raise `UnknownStamp`."""
    return _entry(store, stamp)[1]


def _entry(store: Store, stamp: str) -> tuple[Mapping[str, Any], datetime]:
    table = tables.projections
    chosen = select(table.c.payload, table.c.recorded_at).where(table.c.stamp == stamp)
    with store.reading() as connection:
        entry = connection.execute(chosen).one_or_none()
    if entry is None:
        raise UnknownStamp(
            "no figure in the ledger carries the code '{stamp}'; check the letters. The ledger "
            "has what was given out: the month of each promoted model, signed months, reports "
            "and projections issued by command. What was only read is not kept; while figures "
            "and model are the same, vedich project --issue with its plan and date enters it.",
            stamp=stamp,
        )
    return entry.payload, entry.recorded_at
