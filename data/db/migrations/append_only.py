"""Triggers that keep tables append-only, for the migrations after the first.

Refused: updates and deletes; on SQLite replacing a row by inserting its key again; on
PostgreSQL emptying a table; and rows that claim to be older than the newest row, by
their number or (`MOMENTS`) by the moment they name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from alembic import op

# table → the column that says when a row was written. Not imports and withdrawals, whose
# moment may be that of an earlier record: the audit log says when they were entered.
MOMENTS: Mapping[str, str] = {
    "audit": "at",
    "chain": "at",
    "edits": "edited_at",
    "events": "entered_at",
    "log_entries": "entered_at",
    "progress": "entered_at",
    "projects": "entered_at",
    "projections": "recorded_at",
    "scenarios": "at",
    "steps": "at",
}
# A writer reads the clock before it waits for its turn, and reading files takes minutes.
TOLERANCE = 15  # minutes


def append_only_tables() -> tuple[str, ...]:
    """The tables whose rows the database already refuses to delete."""
    if op.get_bind().dialect.name == "postgresql":
        query = (
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE t.tgname = c.relname || '_no_change' ORDER BY 1"
        )
    else:
        query = (
            "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' "
            "AND name = tbl_name || '_no_delete' ORDER BY 1"
        )
    return tuple(op.get_bind().scalars(sa.text(query)))


def refuse_changes(*tables: str) -> None:
    """Create triggers that reject updates and deletes on these tables."""
    for table in tables:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
            continue
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def refuse_detours(*tables: str) -> None:
    """Create triggers that reject the ways round `refuse_changes`, and rows out of order."""
    for table in tables:
        if op.get_bind().dialect.name == "postgresql":
            _on_postgresql(table)
        else:
            _on_sqlite(table)


def _on_sqlite(table: str) -> None:
    """Whatever the settings of a connection: delete triggers see no replacing insert."""
    backdated = (
        f"julianday(NEW.{MOMENTS[table]}) < min(julianday('now'), (SELECT julianday("
        f"{MOMENTS[table]}) FROM {table} ORDER BY {_order(table)} DESC LIMIT 1)) "
        f"- {TOLERANCE} / 1440.0"
        if table in MOMENTS
        else None
    )
    # NEW.rowid is -1 while SQLite has yet to choose it
    refused = ["NEW.rowid > 0 AND NEW.rowid <= (SELECT max(rowid) FROM " + table + ")"]
    for key in _keys(table):
        same = " AND ".join(f"{column} = NEW.{column}" for column in key)
        refused.append(f"EXISTS (SELECT 1 FROM {table} WHERE {same})")
    _sqlite_trigger(f"{table}_no_replace BEFORE INSERT", table, " OR ".join(refused))
    _sqlite_trigger(f"{table}_no_negative AFTER INSERT", table, "NEW.rowid < 1")
    if backdated:
        _sqlite_trigger(f"{table}_no_backdate BEFORE INSERT", table, backdated, "in order")


def _sqlite_trigger(name: str, table: str, condition: str, how: str = "append-only") -> None:
    op.execute(
        f"CREATE TRIGGER {name} ON {table} WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is {how}'); END"
    )


def _on_postgresql(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    order = _order(table)
    refused = [f"NEW.{order} <= (SELECT max({order}) FROM {table})"] if order != "rowid" else []
    if table in MOMENTS:
        moment = MOMENTS[table]
        refused.append(
            f"NEW.{moment} < least(now(), (SELECT {moment} FROM {table} ORDER BY {order} DESC "
            f"LIMIT 1)) - interval '{TOLERANCE} minutes'"
        )
    if not refused:
        return
    op.execute(
        f"CREATE FUNCTION {table}_in_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {' OR '.join(refused)} THEN RAISE EXCEPTION '{table} is append-only, in order'; "
        "END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_in_order BEFORE INSERT ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_in_order()"
    )


def _order(table: str) -> str:
    """The column that numbers a table's rows; 'rowid' if it has none."""
    columns = {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}
    if table == "projections":
        return "number"
    return "id" if "id" in columns else "rowid"


def _keys(table: str) -> Iterator[list[str]]:
    """The keys of a table that are not its row number: primary, unique, unique by index."""
    found = sa.inspect(op.get_bind())
    primary = found.get_pk_constraint(table)["constrained_columns"]
    if primary != ["id"]:
        yield primary
    for one in found.get_unique_constraints(table):
        yield one["column_names"]
    for index in found.get_indexes(table):
        if index["unique"]:
            yield [str(name) for name in index["column_names"]]
