"""Rows as JSON lines and back, between databases of any kind; keys and moments stay."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    LargeBinary,
    Table,
    func,
    inspect,
    null,
    select,
    text,
)
from sqlalchemy.schema import MetaData

_AT_ONCE = 1_000  # rows of one statement


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """The rows of a table in order of their keys, each a line of JSON."""
    order = [table.c.number] if table.name == "projections" else list(table.primary_key)
    for row in connection.execute(select(table).order_by(*order)).mappings():
        written = {name: plain(value) for name, value in row.items()}
        yield json.dumps(written, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def plain(value: Any) -> Any:
    """A value as JSON has it: days and moments as text, bytes in base 64."""
    if isinstance(value, date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def tables_of(connection: Connection) -> MetaData:
    """The tables as the database has them, of whatever version."""
    found = MetaData()
    found.reflect(connection)
    return found


def load(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert rows as `lines` wrote them; return how many. Columns not given stay empty.

    Raises
    ------
    KeyError
        If a row has a column that the table does not have.
    """
    waiting, loaded = iter(rows), 0
    while chunk := list(islice(waiting, _AT_ONCE)):
        connection.execute(
            table.insert(),
            [{name: _typed(table.c[name], row[name]) for name in row} for row in chunk],
        )
        loaded += len(chunk)
    return loaded


def _typed(column: Column[Any], value: Any) -> Any:
    """A value of JSON as the column's type takes it."""
    kind = column.type
    if value is None:
        return null() if isinstance(kind, JSON) else None
    if isinstance(kind, DateTime) or "Moment" in type(kind).__name__:
        moment = datetime.fromisoformat(value)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        # SQLite drops the zone; a column of tables.py brings its own conversion
        naive = isinstance(kind, DateTime) and not kind.timezone
        return aware.astimezone(UTC).replace(tzinfo=None) if naive else aware
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    if isinstance(kind, Boolean):
        return bool(value)
    return float(value) if isinstance(kind, Float) else value


@contextmanager
def guards_lifted(connection: Connection) -> Iterator[None]:
    """Within a transaction: rows may be entered with the moments they were first entered at."""
    if connection.dialect.name == "postgresql":
        names = inspect(connection).get_table_names()
        for name in names:
            connection.execute(text(f'ALTER TABLE "{name}" DISABLE TRIGGER USER'))
        yield
        for name in names:
            connection.execute(text(f'ALTER TABLE "{name}" ENABLE TRIGGER USER'))
        return
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    triggers = connection.execute(text(query)).all()
    for trigger in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{trigger.name}"')
    yield
    for trigger in triggers:
        connection.exec_driver_sql(trigger.sql)


def count_on(connection: Connection, tables: Iterable[Table]) -> None:
    """Let PostgreSQL number new rows after those that were loaded with their numbers."""
    if connection.dialect.name != "postgresql":
        return
    sequence = text("SELECT pg_get_serial_sequence(:name, :column)")
    for table in tables:
        for column in table.primary_key:
            values = {"name": table.name, "column": column.name}
            counter = connection.scalar(sequence, values)
            newest = connection.scalar(select(func.max(column))) if counter else None
            if newest is not None:
                connection.execute(select(func.setval(counter, newest)))
