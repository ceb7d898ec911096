"""The audit log: every write leaves an entry, and no entry can be changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data.db import tables
from data.db.audit import entries, process_user, record, write_entry
from data.db.store import Store
from data.ledger.promotions import Promotion, record_promotion
from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.plans.rows import save_plan
from data.vintages.observation import Observation
from data.vintages.rows import ImportRecord, add_observations
from models.series import Month

EXPORTS = Kpi("exports", "Xuất khẩu", "Exports", "million USD")
VERSION = PlanVersion(1, date(2021, 1, 1), "Decision 1", ())
PLAN = Plan("somewhere-2021", "somewhere", 2021, "Somewhere", "Kế hoạch", "Plan", (EXPORTS,), ())


def test_saving_a_plan_logs_the_changes(store: Store) -> None:
    save_plan(store, PLAN, "linh")
    save_plan(store, PLAN, "linh")  # changes nothing, tells nothing
    renamed = replace(EXPORTS, name_en="Exports of goods")
    imports = Kpi("imports", "Nhập khẩu", "Imports", "million USD")
    save_plan(store, replace(PLAN, kpis=(renamed, imports), versions=(VERSION,)), "minh")
    changed, new = entries(store)
    assert (new.by, new.action, new.subject, new.before) == (
        "linh",
        "plan.save",
        "somewhere-2021",
        None,
    )
    assert new.after is not None
    assert new.after["plan"]["body"] == "Somewhere"
    assert new.after["new_kpis"] == ["exports"]
    assert changed.before is not None
    assert changed.after is not None
    assert changed.by == "minh"
    assert changed.before["kpis"]["exports"]["name_en"] == "Exports"
    assert changed.after["kpis"]["exports"]["name_en"] == "Exports of goods"
    assert (changed.after["new_kpis"], changed.after["new_versions"]) == (["imports"], [1])
    assert "plan" not in changed.before


def test_imports_and_promotions_are_logged(store: Store) -> None:
    save_plan(store, PLAN)
    now = datetime(2021, 7, 1, 8, 30, tzinfo=UTC)
    figure = Observation(
        "exports", Month(2021, 1), "month", 1.0, "estimate", date(2021, 1, 29), "s"
    )
    origin = ImportRecord("file.xls", "0" * 64, "key:loader", now)
    add_observations(store, "somewhere", [figure], origin, dry_run=True)
    add_observations(store, "somewhere", [figure], origin)
    add_observations(store, "somewhere", [figure], origin)  # known already
    for version in ("1", "2"):
        day = date(2021, 6, 30)
        record_promotion(store, Promotion("somewhere", version, day, now, "a" * 64), "linh")
    second, first, loaded, _plan = entries(store)
    assert (loaded.by, loaded.action, loaded.subject) == (
        "key:loader",
        "figures.import",
        "somewhere",
    )
    assert loaded.after == {
        "import": 1,
        "file": "file.xls",
        "new": 1,
        "unchanged": 0,
        "revised": 0,
    }
    assert (first.before, second.before) == (None, {"version": "1"})
    assert second.after == {"version": "2", "as_of": "2021-06-30"}
    assert second.by == "linh"


def test_the_actor_is_the_user_of_the_process_by_default(store: Store) -> None:
    save_plan(store, PLAN)
    assert entries(store)[0].by == process_user()


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 3_999_999_999)
    assert process_user() == "os:3999999999"


def test_the_environment_does_not_say_who_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    true = process_user()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "linh")
    assert process_user() == true != "os:linh"


def test_entries_are_paged_and_filtered(store: Store) -> None:
    for number in range(5):
        record(store, "linh" if number % 2 else "minh", "serve", f"host{number}")
    newest = entries(store, limit=2)
    assert [one.subject for one in newest] == ["host4", "host3"]
    older = entries(store, limit=2, older_than=newest[-1].id)
    assert [one.subject for one in older] == ["host2", "host1"]
    assert [one.subject for one in entries(store, by="linh")] == ["host3", "host1"]
    assert [one.subject for one in entries(store, subject="host2", action="serve")] == ["host2"]
    assert not entries(store, action="login")
    assert newest[0].at.tzinfo is not None
    assert abs((newest[0].at - datetime.now(UTC)).total_seconds()) < 60


def test_an_entry_is_rolled_back_with_its_change(store: Store) -> None:
    def fail() -> None:
        with store.writing() as connection:
            write_entry(connection, "linh", "plan.save", "x")
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        fail()
    assert entries(store) == ()


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_the_log(store: Store, statement: str) -> None:
    record(store, "linh", "serve", "host")
    with pytest.raises(DBAPIError, match="append-only"), store.writing() as connection:
        connection.execute(text(statement))
    assert len(entries(store)) == 1


def test_migrations_make_the_tables_that_the_program_knows(store: Store) -> None:
    with store.reading() as connection:
        found = compare_metadata(MigrationContext.configure(connection), tables.metadata)
    assert found == []
