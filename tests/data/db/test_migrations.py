"""A database of the first version with rows in it, upgraded: nothing lost, all sealed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, MetaData, create_engine, make_url, select, text
from sqlalchemy.exc import DBAPIError

import data.db
from data.db.store import HEAD, Store
from data.db.verification import verify
from data.ledger.projections import Given, record_projections, recorded_projection
from data.notices.rows import notices_of
from data.plans.rows import load_plan, save_plan
from data.vintages.panel_rows import load_panel
from tests.families import demo_plan

NOW = datetime(2021, 7, 1, tzinfo=UTC)


@pytest.fixture
def first(empty_url: str) -> Iterator[Engine]:
    """A database as the first migration made it."""
    address = make_url(empty_url)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    elif address.database:
        Path(address.database).parent.mkdir(parents=True)
    engine = create_engine(address)
    upgrade(engine, "0001")
    yield engine
    engine.dispose()


def upgrade(engine: Engine, version: str) -> None:
    configuration = Config()
    scripts = Path(str(data.db.__file__)).parent / "migrations"
    configuration.set_main_option("script_location", str(scripts))
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, version)


def fill(engine: Engine) -> dict[str, int]:
    """Two rows or more in every table of the first version; how many in each."""
    tables = MetaData()
    with engine.begin() as connection:
        tables.reflect(connection)
        plan = demo_plan()
        sample = Store.open("sqlite://")
        save_plan(sample, plan)
        with sample.reading() as old:
            for name in ("plans", "kpis", "plan_kpis", "plan_versions", "targets"):
                table = tables.tables[name]
                rows = old.execute(text(f"SELECT * FROM {name}")).mappings().all()
                connection.execute(table.insert(), [plain(dict(row)) for row in rows])
        sample.close()
        moment = {"family": "demo", "imported_at": NOW, "imported_by": "An"}
        other = {"family": "demo", "plan": "demo-2018", "edited_at": NOW}
        add = connection.execute
        add(tables.tables["edits"].insert(), [other, other])
        add(
            tables.tables["imports"].insert(),
            [{**moment, "file": f"{n}.xls", "sha256": str(n) * 64} for n in (1, 2)],
        )
        figure = {"family": "demo", "kpi": "coal", "year": 2018, "form": "month", "import_id": 1}
        figure |= {"status": "official", "published": date(2018, 6, 29), "source": "1.xls, B2"}
        add(
            tables.tables["observations"].insert(),
            [{**figure, "month": n, "value": 0.1 * n} for n in range(1, 7)],
        )
        promotion = {"family": "demo", "as_of": date(2018, 6, 30), "promoted_at": NOW}
        add(
            tables.tables["promotions"].insert(),
            [{**promotion, "version": str(n), "bundle_hash": "a" * 64} for n in (1, 2)],
        )
        published = {"plan": "demo-2018", "kpi": "coal", "recorded_at": NOW}
        add(
            tables.tables["projections"].insert(),
            [{**published, "stamp": s, "payload": {"median": 0.3}} for s in ("BBB", "AAA")],
        )
        return {
            name: len(add(select(table)).all())
            for name, table in tables.tables.items()
            if name != "alembic_version"
        }


def plain(row: dict[str, object]) -> dict[str, object]:
    """A row as the text of another SQLite database has it, in Python."""
    if "definition" in row:
        row["definition"] = json.loads(str(row["definition"]))
    if "adopted" in row:
        row["adopted"] = date.fromisoformat(str(row["adopted"]))
    return row


def test_a_database_of_the_first_version_is_upgraded_with_its_rows(
    first: Engine, empty_url: str
) -> None:
    before = fill(first)
    assert min(before.values()) >= 1
    assert len(before) == 10
    first.dispose()
    store = Store.open(empty_url)
    with store.reading() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD
        for name, counted in before.items():
            assert connection.scalar(text(f"SELECT count(*) FROM {name}")) == counted, name
        numbered = connection.execute(text("SELECT stamp, number FROM projections ORDER BY 2"))
        assert [tuple(row) for row in numbered] == [("AAA", 1), ("BBB", 2)]
    assert load_plan(store, "demo-2018") == demo_plan()
    assert recorded_projection(store, "BBB") == {"median": 0.3}
    figures = load_panel(store, "demo").observations("coal", date(2018, 6, 30))
    assert [one.value for one in figures] == [0.1 * n for n in range(1, 7)]
    found = verify(store)
    assert (found.broken, found.outside, found.rows) == (None, (), 2 + 6 + 2 + 2)
    record_projections(store, [Given("CCC", "demo-2018", "coal", {"median": 1.0})])
    assert verify(store).broken is None
    for statement in (
        "UPDATE projections SET number = 9",
        "DELETE FROM projections",
        "UPDATE observations SET value = 0",
    ):
        with pytest.raises(DBAPIError, match="append-only"), store.locked() as connection:
            connection.execute(text(statement))
    store.close()


def test_notices_of_runs_go_into_the_outbox(first: Engine, empty_url: str) -> None:
    fill(first)
    upgrade(first, "monthly")
    tables = MetaData()
    with first.begin() as connection:
        tables.reflect(connection)
        run = {"family": "demo", "plan": "demo-2018", "as_of": date(2018, 6, 30), "actor": "An"}
        ended = {"ended_at": NOW, "data_hash": "a" * 64, "outcome": {}}
        connection.execute(tables.tables["monthly_runs"].insert(), [{**run, **ended}])
        told = {"run": 1, "family": "demo", "kind": "status", "at": NOW}
        texts = [{"text_vi": f"câu {n}", "text_en": f"sentence {n}"} for n in (1, 2)]
        connection.execute(tables.tables["notices"].insert(), [{**told, **both} for both in texts])
    first.dispose()
    store = Store.open(empty_url)
    found = notices_of(store, "demo-2018")
    assert [(one.id, one.notice.en, one.at) for one in found] == [
        (2, "sentence 2", NOW),
        (1, "sentence 1", NOW),
    ]
    assert {one.notice.rule for one in found} == {"status"}
    store.close()
