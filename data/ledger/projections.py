"""The ledger: every projection that was given out, by its stamp; append-only."""

from __future__ import annotations

from collections.abc import Mapping
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


def ledger_of(store: Store, plan: str) -> tuple[LedgerEntry, ...]:
    """Every projection of a plan that was given out, in order of entry."""
    table = tables.projections
    chosen = select(table).where(table.c.plan == plan).order_by(table.c.number)
    with store.reading() as connection:
        return tuple(
            LedgerEntry(row.stamp, row.payload, row.recorded_at)
            for row in connection.execute(chosen)
        )


def record_projection(
    store: Store, stamp: str, plan: str, kpi: str, payload: Mapping[str, Any]
) -> None:
    """Add a projection to the ledger; a known stamp keeps its content."""
    known = select(tables.projections.c.stamp).where(tables.projections.c.stamp == stamp)
    with store.writing() as connection:
        if connection.scalar(known) is None:
            connection.execute(
                insert(tables.projections).values(
                    stamp=stamp,
                    plan=plan,
                    kpi=kpi,
                    payload=dict(payload),
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
