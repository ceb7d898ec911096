"""Monthly runs in the database, with their outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, insert, select

from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store

_runs = tables.monthly_runs


@dataclass(frozen=True)
class MonthlyRun:
    """A monthly run that came to its end.

    Attributes
    ----------
    as_of : the vintage
    data_hash : of all figures up to then: the same, nothing to do again
    outcome : what was done, see `service.monthly.run.Outcome`
    """

    id: int
    family: str
    plan: str
    as_of: date
    data_hash: str
    by: str
    ended_at: datetime
    outcome: Mapping[str, Any]


def last_run(store: Store, plan: str, as_of: date, data_hash: str) -> MonthlyRun | None:
    """The newest run of a plan on exactly these figures; None if there is none."""
    chosen = select(_runs).where(
        _runs.c.plan == plan, _runs.c.as_of == as_of, _runs.c.data_hash == data_hash
    )
    with store.reading() as connection:
        row = connection.execute(chosen.order_by(_runs.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _run(row)


def runs_of(store: Store, plan: str, limit: int = 24) -> tuple[MonthlyRun, ...]:
    """The newest runs of a plan, newest first."""
    chosen = select(_runs).where(_runs.c.plan == plan).order_by(_runs.c.id.desc()).limit(limit)
    with store.reading() as connection:
        return tuple(map(_run, connection.execute(chosen)))


def record_run(
    store: Store,
    *,
    family: str,
    plan: str,
    as_of: date,
    data_hash: str,
    by: str,
    outcome: Mapping[str, Any],
) -> None:
    """A run's end and an entry in the audit log: both or none."""
    values = {
        "family": family,
        "plan": plan,
        "as_of": as_of,
        "data_hash": data_hash,
        "actor": by,
        "ended_at": datetime.now(UTC),
        "outcome": dict(outcome),
    }
    with store.writing() as connection:
        connection.execute(insert(_runs).values(values))
        logged = {"as_of": as_of.isoformat(), "promoted": outcome.get("promoted")}
        write_entry(connection, by, "month.run", plan, after=logged)


def _run(row: Row[Any]) -> MonthlyRun:
    values = dict(row._mapping)
    return MonthlyRun(by=values.pop("actor"), **values)
