"""The hash chain over what must never change: figures, estimates, steps, audit log, ledger.

Every writing transaction ends with sealing: the rows it added to a chained table become
a link, whose hash covers the content of each row, in order, and the hash of the link
before. Whoever changes, deletes or slips in a row later breaks the chain from there on.
What that proves and what it cannot is in docs/security.md.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from json import JSONEncoder
from typing import Any

from sqlalchemy import Column, Connection, Table, func, insert, select

from data.db import tables

CHUNK = 10_000  # rows of one link at most
MARK = struct.Struct(">q8s")  # of a row in a link: its number, the start of its hash


def _chained(table: Table, order: str, *columns: str) -> tuple[Table, tuple[Column[Any], ...]]:
    return table, tuple(table.c[name] for name in (order, *columns))


# Table → its number, which only grows, and the columns whose content is sealed. A column
# that a later migration adds is not sealed: to seal it, chain a new name beside this one.
CHAINED: Mapping[str, tuple[Table, tuple[Column[Any], ...]]] = {
    one[0].name: one
    for one in (
        _chained(tables.audit, "id", "at", "actor", "action", "subject", "before", "after"),
        _chained(
            tables.imports, "id", "family", "file", "sha256", "imported_at", "imported_by", "batch"
        ),
        _chained(
            tables.observations,
            *("id", "family", "kpi", "year", "month", "form", "value", "status", "published"),
            *("source", "import_id"),
        ),
        _chained(
            tables.dated_figures,
            *("id", "import_id", "family", "kpi", "from_day", "to_day", "value", "status"),
            *("published", "source"),
        ),
        _chained(
            tables.withdrawals,
            *("id", "import_id", "family", "withdrawn_at", "withdrawn_by", "reason"),
        ),
        _chained(tables.estimates, "id", "plan", "month", "kpi", "value", "unit"),
        _chained(
            tables.steps,
            *("id", "family", "plan", "month", "estimate", "state", "actor", "at", "note"),
            "figures",
        ),
        _chained(
            tables.promotions, "id", "family", "version", "as_of", "promoted_at", "bundle_hash"
        ),
        _chained(tables.projections, "number", "stamp", "plan", "kpi", "payload", "recorded_at"),
        _chained(
            tables.progress,
            *("id", "plan", "kpi", "step", "day", "done", "obstacle", "judgement", "final"),
            *("note", "source", "entered_by", "entered_at"),
        ),
        _chained(
            tables.log_entries,
            *("id", "plan", "kpi", "year", "month", "day", "text_vi", "text_en", "source"),
            *("entered_by", "entered_at"),
        ),
        _chained(
            tables.events,
            *("id", "family", "kpi", "year", "month", "shape", "size", "length", "accepted"),
            *("day", "name", "note", "entered_by", "entered_at"),
        ),
        _chained(
            tables.projects,
            *(
                "id",
                "family",
                "project",
                "kpi",
                "name_vi",
                "name_en",
                "happening",
                "year",
                "month",
            ),
            *("ramp", "amount", "on_time", "delay", "responsible", "obstacle", "source"),
            *("state", "day", "note", "entered_by", "entered_at"),
        ),
    )
}


@dataclass(frozen=True)
class Head:
    """The newest link: note its hash elsewhere, and the chain up to it is fixed."""

    number: int
    hash: str
    at: datetime | None  # None: nothing is sealed yet


def _state() -> Any:
    """One statement: per table the number of its newest row, and of its newest sealed row."""
    counted = []
    for name, (_, (order, *_)) in CHAINED.items():
        newest = select(func.coalesce(func.max(order), 0)).scalar_subquery()
        last = select(func.coalesce(func.max(tables.chain.c.last), 0))
        sealed = last.where(tables.chain.c.sealed == name).scalar_subquery()
        counted += [newest.label(f"{name}_newest"), sealed.label(f"{name}_sealed")]
    return select(*counted)


STATE = _state()  # built once: every transaction runs it
_encode = JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=date.isoformat
).encode  # days and moments, the latter in UTC; the rest of a row is JSON


def seal(connection: Connection, *, outside: bool = False) -> None:
    """Append links for the rows that are not sealed yet; only while holding the writer's lock.

    Parameters
    ----------
    outside : the rows were written by something else than the program
    """
    state = connection.execute(STATE).one()._mapping
    for name in CHAINED:
        if state[f"{name}_newest"] > state[f"{name}_sealed"]:
            seal_table(connection, name, state[f"{name}_sealed"], outside=outside)


def seal_table(connection: Connection, name: str, after: int, *, outside: bool = False) -> None:
    """Append links for a table's rows after a number."""
    while rows := rows_of(connection, name, after, None):
        previous = newest(connection).hash
        after = rows[-1][0]
        at = datetime.now(UTC)
        digest, marks = digests(name, rows)
        connection.execute(
            insert(tables.chain).values(
                sealed=name,
                first=rows[0][0],
                last=after,
                marks=marks,
                outside=outside,
                at=at,
                previous=previous,
                hash=link_hash(name, rows[0][0], after, outside, at, previous, digest),
            )
        )


def newest(connection: Connection) -> Head:
    """The chain's newest link, over an open connection."""
    table = tables.chain
    chosen = select(table.c.id, table.c.hash, table.c.at).order_by(table.c.id.desc()).limit(1)
    row = connection.execute(chosen).first()
    return Head(0, "", None) if row is None else Head(row.id, row.hash, row.at)


def rows_of(
    connection: Connection, name: str, after: int, up_to: int | None
) -> Sequence[Sequence[Any]]:
    """Sealed columns of a table's rows after a number: up to another, or one chunk of them."""
    _, columns = CHAINED[name]
    chosen = select(*columns).where(columns[0] > after).order_by(columns[0])
    chosen = chosen.limit(CHUNK) if up_to is None else chosen.where(columns[0] <= up_to)
    return connection.execute(chosen).all()


def digests(name: str, rows: Sequence[Sequence[Any]]) -> tuple[str, bytes]:
    """The digest of all rows, and the mark of each."""
    whole, marks = hashlib.sha256(), bytearray()
    for number, digest in _hashed(name, rows):
        whole.update(digest)
        marks += MARK.pack(number, digest[:8])
    return whole.hexdigest(), bytes(marks)


def _hashed(name: str, rows: Sequence[Sequence[Any]]) -> Iterator[tuple[int, bytes]]:
    for row in rows:
        yield row[0], hashlib.sha256(_encode([name, *row]).encode()).digest()


def link_hash(
    name: str, first: int, last: int, outside: bool, at: datetime, previous: str, digest: str
) -> str:
    """The hash of a link."""
    content = _encode([name, first, last, outside, at, previous, digest])
    return hashlib.sha256(content.encode()).hexdigest()
