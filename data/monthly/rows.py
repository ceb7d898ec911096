"""Monthly runs in the database: their outcome, and what is to be told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, insert, select

from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store

_runs, _notices = tables.monthly_runs, tables.notices


@dataclass(frozen=True)
class Notice:
    """A sentence for those who are to be told, in both languages; `kind` names the rule."""

    kind: str
    vi: str
    en: str


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
    notices: Sequence[Notice],
) -> None:
    """A run's end, its notices and an entry in the audit log: all of them or none."""
    now = datetime.now(UTC)
    values = {
        "family": family,
        "plan": plan,
        "as_of": as_of,
        "data_hash": data_hash,
        "actor": by,
        "ended_at": now,
        "outcome": dict(outcome),
    }
    with store.writing() as connection:
        done = connection.execute(insert(_runs).values(values))
        assert done.inserted_primary_key is not None
        number = int(done.inserted_primary_key[0])
        for one in notices:
            told = {"kind": one.kind, "text_vi": one.vi, "text_en": one.en}
            connection.execute(insert(_notices).values(run=number, family=family, at=now, **told))
        logged = {"as_of": as_of.isoformat(), "promoted": outcome.get("promoted")}
        write_entry(connection, by, "month.run", plan, after=logged)


def notices_of(store: Store, plan: str, limit: int = 50) -> tuple[Notice, ...]:
    """The newest notices of a plan's runs, newest first."""
    joined = select(_notices).join(_runs, _notices.c.run == _runs.c.id)
    chosen = joined.where(_runs.c.plan == plan).order_by(_notices.c.id.desc()).limit(limit)
    with store.reading() as connection:
        return tuple(
            Notice(row.kind, row.text_vi, row.text_en) for row in connection.execute(chosen)
        )


def _run(row: Row[Any]) -> MonthlyRun:
    values = dict(row._mapping)
    return MonthlyRun(by=values.pop("actor"), **values)
