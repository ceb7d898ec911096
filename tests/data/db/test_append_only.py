"""Append-only tables: no statement changes, removes, replaces or backdates a row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, insert, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from data.db import tables
from data.db.audit import record
from data.db.store import Store
from data.ledger.projections import Given, record_projections
from data.plans.rows import save_plan
from data.vintages.rows import add_observations
from tests.families import demo_figures, demo_plan, import_of


@pytest.fixture
def filled(store: Store) -> Store:
    save_plan(store, demo_plan())
    add_observations(store, "demo", demo_figures()[:3], import_of())
    record(store, "os:a", "plan.save", "demo-2018")
    record_projections(store, [Given("ABC", "demo-2018", "coal", {"median": 1.0})])
    return store


def run(url: str, statement: str) -> None:
    """Run a statement as any program with access would, without our settings."""
    address = make_url(url)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    engine = create_engine(address)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


KEPT = ("audit", "chain", "edits", "imports", "observations", "plan_versions", "projections")


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("audit", "id, at, actor, action, subject"),
        ("observations", "*"),
        ("projections", "*"),
        ("projections", "rowid, 'NEW', plan, kpi, payload, recorded_at, 99"),
        ("plan_versions", "*"),
        ("chain", "*"),
    ],
)
@pytest.mark.parametrize("how", ["INSERT OR REPLACE", "REPLACE"])
def test_no_row_is_replaced_on_sqlite(
    filled: Store, store_url: str, table: str, columns: str, how: str
) -> None:
    if store_url.startswith("postgresql"):
        pytest.skip("PostgreSQL has no such statement")
    into = f"{table} ({columns})" if columns.startswith("id") else table
    if columns.startswith("rowid"):
        into = f"{table} (rowid, stamp, plan, kpi, payload, recorded_at, number)"
    with pytest.raises(DBAPIError, match="append-only"):
        run(store_url, f"{how} INTO {into} SELECT {columns} FROM {table}")


@pytest.mark.parametrize("table", KEPT)
def test_no_table_is_emptied(filled: Store, store_url: str, table: str) -> None:
    word = "TRUNCATE" if store_url.startswith("postgresql") else "DELETE FROM"
    after = " CASCADE" if store_url.startswith("postgresql") else ""
    with pytest.raises(DBAPIError, match="append-only"):
        run(store_url, f"{word} {table}{after}")


def test_an_upsert_changes_nothing(filled: Store, store_url: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        run(
            store_url,
            "INSERT INTO projections SELECT * FROM projections WHERE true "
            "ON CONFLICT (stamp) DO UPDATE SET plan = 'x'",
        )


def test_a_row_may_not_take_an_earlier_place(filled: Store, store_url: str) -> None:
    with filled.writing() as connection:
        connection.execute(
            insert(tables.audit).values(
                id=100, at=datetime.now(UTC), actor="a", action="b", subject="c"
            )
        )
    columns = "actor, action, subject, at"
    with pytest.raises(DBAPIError, match="append-only"):
        run(
            store_url,
            f"INSERT INTO audit (id, {columns}) SELECT 50, {columns} FROM audit WHERE id = 100",
        )
    if store_url.startswith("sqlite"):
        with pytest.raises(DBAPIError, match="append-only"):
            run(
                store_url,
                f"INSERT INTO audit (id, {columns}) SELECT -5, {columns} FROM audit "
                "WHERE id = 100",
            )


def test_a_row_may_not_say_it_is_older_than_the_newest(filled: Store) -> None:
    early = datetime.now(UTC) - timedelta(hours=1)
    for table, values in (
        (tables.audit, {"at": early, "actor": "a", "action": "b", "subject": "c"}),
        (
            tables.projections,
            {"stamp": "X", "plan": "p", "kpi": "k", "payload": {}, "recorded_at": early},
        ),
        (tables.edits, {"family": "demo", "plan": "demo-2018", "edited_at": early}),
    ):
        with pytest.raises(DBAPIError, match="in order"), filled.writing() as connection:
            connection.execute(insert(table).values(**values))
    with filled.writing() as connection:  # a clock that was ahead does not close the table
        ahead = datetime.now(UTC) + timedelta(days=4000)
        values = {"actor": "a", "action": "b", "subject": "c"}
        connection.execute(insert(tables.audit).values(at=ahead, **values))
        connection.execute(insert(tables.audit).values(at=datetime.now(UTC), **values))


def test_every_table_that_refuses_deletes_refuses_the_detours(store: Store) -> None:
    postgresql = store._engine.dialect.name == "postgresql"
    query = (
        "SELECT tgname FROM pg_trigger"
        if postgresql
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    last, guards = (
        ("_no_change", ("_no_truncate",))
        if postgresql
        else ("_no_delete", ("_no_update", "_no_replace", "_no_negative"))
    )
    with store.reading() as connection:
        found = set(connection.scalars(text(query)))
        known = set(inspect(connection).get_table_names())
    kept = {name.removesuffix(last) for name in found if name.endswith(last)}
    assert {"audit", "observations", "steps", "projections", "progress", "chain"} <= kept <= known
    assert {f"{table}{guard}" for table in kept for guard in guards} <= found


def test_the_ledger_is_numbered_in_order_of_entry(filled: Store) -> None:
    record_projections(filled, [Given("ABD", "demo-2018", "coal", {"median": 2.0})])
    with filled.reading() as connection:
        rows = connection.execute(text("SELECT stamp, number FROM projections ORDER BY number"))
        assert [tuple(row) for row in rows] == [("ABC", 1), ("ABD", 2)]
