"""The hash chain: what every transaction seals, and what `verify` names when it is broken."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, insert, select, text

from data.db import chain, tables
from data.db.audit import record, write_entry
from data.db.store import Store
from data.db.verification import Broken, head_of, verify
from data.ledger.projections import Given, record_projections
from data.plans.rows import save_plan
from data.vintages.rows import add_observations
from tests.families import demo_figures, demo_plan, import_of


@pytest.fixture
def filled(store: Store) -> Store:
    save_plan(store, demo_plan())
    add_observations(store, "demo", demo_figures()[:20], import_of())
    for number in range(3):
        record(store, "os:a", "plan.save", f"subject {number}")
    record_projections(
        store, [Given("ABC", "demo-2018", "coal", {"median": 1.25, "name": "Than"})]
    )
    return store


def without_guards(store: Store, change: Callable[[Connection], object]) -> None:
    """What the owner of the database can do: lift the triggers of all tables, and write."""
    with store._engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            for table in (*chain.CHAINED, "chain"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        else:
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in connection.scalars(text(query)).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        change(connection)


def statement(sql: str) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(text(sql))


def test_a_chain_that_nobody_touched_holds(filled: Store) -> None:
    found = verify(filled)
    assert (found.broken, found.outside) == (None, ())
    with filled.reading() as connection:
        counted = sum(
            len(connection.execute(select(columns[0])).all())
            for _, columns in chain.CHAINED.values()
        )
    assert found.rows == counted >= 20 + 3 + 1
    assert found.head == head_of(filled)
    assert verify(filled, found.head.hash[:12]).broken is None


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("UPDATE observations SET value = value + 1 WHERE id = 7", ("changed", "observations", 7)),
        ("UPDATE audit SET actor = 'os:b' WHERE id = 3", ("changed", "audit", 3)),
        ("DELETE FROM observations WHERE id = 7", ("missing", "observations", 7)),
        ("DELETE FROM audit WHERE id = 3", ("missing", "audit", 3)),
        ("UPDATE projections SET payload = '{}'", ("changed", "projections", 1)),
        ("UPDATE projections SET recorded_at = '2020-01-01'", ("changed", "projections", 1)),
        ("DELETE FROM chain WHERE id = 2", ("link", "chain", 3)),
        ("UPDATE chain SET outside = (1 = 1) WHERE id = 2", ("link", "chain", 2)),
    ],
)
def test_the_first_broken_row_is_named(
    filled: Store, sql: str, broken: tuple[str, str, int]
) -> None:
    without_guards(filled, statement(sql))
    assert verify(filled).broken == Broken(*broken)


def test_a_row_that_was_slipped_in_is_named(filled: Store) -> None:
    with filled.writing() as connection:
        values = {"actor": "a", "action": "b", "subject": "c", "at": import_of().imported_at}
        newest = connection.execute(text("SELECT max(at) FROM audit")).scalar()
        assert newest
        connection.execute(
            text(
                "INSERT INTO audit (id, at, actor, action, subject) "
                "SELECT 100, at, actor, action, subject FROM audit ORDER BY id DESC LIMIT 1"
            )
        )
    without_guards(
        filled, lambda connection: connection.execute(insert(tables.audit).values(id=50, **values))
    )
    assert verify(filled).broken == Broken("added", "audit", 50)


def test_a_chain_cut_off_at_its_end_shows_only_against_a_noted_head(filled: Store) -> None:
    noted = head_of(filled)

    def cut(connection: Connection) -> None:
        connection.execute(text("DELETE FROM chain WHERE id = :id"), {"id": noted.number})
        connection.execute(text("DELETE FROM projections"))

    without_guards(filled, cut)
    assert verify(filled).broken is None
    assert verify(filled, noted.hash).broken == Broken("head", "chain", noted.number - 1)


def test_rows_written_around_the_program_are_told_apart(filled: Store) -> None:
    with filled._engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit (at, actor, action, subject) "
                "SELECT at, 'boss', action, subject FROM audit ORDER BY id DESC LIMIT 1"
            )
        )
    assert verify(filled).outside == (("audit", 1),)
    record(filled, "os:a", "plan.save", "later")
    found = verify(filled)
    assert (found.broken, found.outside) == (None, (("audit", 1),))


def test_many_rows_are_several_links(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "CHUNK", 7)
    save_plan(store, demo_plan())
    add_observations(store, "demo", demo_figures()[:20], import_of())
    assert verify(store).broken is None
    with store.reading() as connection:
        links = connection.execute(
            select(tables.chain.c.first, tables.chain.c.last)
            .where(tables.chain.c.sealed == "observations")
            .order_by(tables.chain.c.id)
        )
        assert [tuple(row) for row in links] == [(1, 7), (8, 14), (15, 20)]


def test_writers_at_once_make_one_chain(store: Store, store_url: str) -> None:
    doors = [Store.open(store_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: record(doors[n % 4], "os:a", "x", str(n)), range(40)))
    for door in doors:
        door.close()
    found = verify(store)
    assert (found.broken, found.outside, found.rows) == (None, (), 40)


def test_a_transaction_that_fails_seals_nothing(store: Store) -> None:
    def fail() -> None:
        with store.writing() as connection:
            write_entry(connection, "os:a", "x", "y")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert verify(store).links == 0
