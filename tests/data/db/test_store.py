"""The store on both engines: versions that never change, figures that only accumulate."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, StatementError

from data.db.revision import revision_of
from data.db.store import HEAD, Store
from data.ingestion.imports import undo
from data.ingestion.reading import PrintedRow
from data.ingestion.rows import write_match
from data.ledger.projections import (
    Given,
    ledger_of,
    record_projections,
    recorded_projection,
)
from data.ledger.promotions import Promotion, promotions_of, record_promotion
from data.plans.entries import LogEntry, add_log, add_progress, log_of, progress_of
from data.plans.kpi import Kpi, RowSelector
from data.plans.plan import Plan, PlanVersion
from data.plans.rows import family_plans, kpis_of, load_plan, plan_slugs, save_plan
from data.vintages.observation import UNDATED, Observation
from data.vintages.panel_rows import load_panel
from data.vintages.rows import Added, ImportRecord, add_observations, imported, vintages_of
from models.errors import (
    InputError,
    InvalidPlan,
    NoObservations,
    StoreUnavailable,
    UnknownKpi,
    UnknownPlan,
    UnknownStamp,
)
from models.series import Month
from models.targets.target import Target
from models.targets.task import Progress, Step, Task

EXPORTS = Kpi(
    slug="exports",
    name_vi="Xuất khẩu",
    name_en="Exports",
    unit="million USD",
    dimensions={"ownership": "all"},
    rows=(RowSelector("exports", ("tong tri gia",), "value"),),
)
IMPORTS = Kpi("imports", "Nhập khẩu", "Imports", "million USD")
TURNOVER = Kpi("turnover", "Kim ngạch", "Turnover", "million USD", parts=("exports", "imports"))
TARGET = Target(comparator="at_least", lower=300.0, basis="by hand", source="a decision")
FIRST = PlanVersion(1, date(2021, 1, 1), "Decision 1", (("exports", TARGET),), "first")
SECOND = PlanVersion(
    2, date(2021, 7, 1), "Decision 2", (("exports", replace(TARGET, lower=280.0)),)
)
PLAN = Plan(
    slug="somewhere-2021",
    family="somewhere",
    year=2021,
    body="Somewhere",
    name_vi="Kế hoạch",
    name_en="Plan",
    kpis=(EXPORTS, IMPORTS, TURNOVER),
    versions=(FIRST,),
    label="reconstructed",
    note="a note",
)
IMPORT = ImportRecord("file.xls", "0" * 64, "nobody", datetime(2021, 7, 1, tzinfo=UTC))


def month_figure(
    month: int, value: float, published: date, kpi: str = "exports", source: str = "s"
) -> Observation:
    return Observation(kpi, Month(2021, month), "month", value, "estimate", published, source)


JAN = month_figure(1, 10.0, date(2021, 1, 29))
FEB = month_figure(2, 11.0, date(2021, 2, 26))
JAN_AGAIN = month_figure(1, 10.5, date(2021, 2, 26))


def test_a_saved_plan_comes_back_whole(store: Store) -> None:
    saved = save_plan(store, PLAN)
    assert (saved.new_plan, saved.new_versions) == (True, (1,))
    assert plan_slugs(store) == ("somewhere-2021",)
    assert family_plans(store, "somewhere") == ("somewhere-2021",)
    assert load_plan(store, "somewhere-2021") == PLAN
    assert kpis_of(store, "somewhere") == PLAN.kpis


def test_tasks_come_back_with_their_days(store: Store) -> None:
    steps = (Step("permit", "Cấp phép", "Permit", date(2021, 9, 30), 0.7), Step("grid", "a", "b"))
    tasks = (("dam", Task(starts=date(2021, 7, 1), steps=steps, recognised_later=True)),)
    dam = Kpi("dam", "Thủy điện", "Hydropower", "steps", kind="milestone")
    version = replace(FIRST, targets=(("dam", replace(TARGET, lower=2.0)),), tasks=tasks)
    plan = replace(PLAN, kpis=(dam,), versions=(version,))
    save_plan(store, plan)
    assert load_plan(store, "somewhere-2021") == plan
    assert save_plan(store, plan).new_versions == ()
    other = replace(version, tasks=(("dam", Task(steps=steps[:1])),))
    with pytest.raises(InvalidPlan, match="a saved version never changes"):
        save_plan(store, replace(plan, versions=(other,)))


def test_reports_and_log_entries_only_accumulate(store: Store) -> None:
    save_plan(store, PLAN)
    before = revision_of(store, "somewhere")
    first = Progress("dam", date(2021, 8, 1), "An", done=1, step="permit", judgement=0.5)
    second = Progress("dam", date(2021, 7, 1), "Bình", obstacle="", final=True, note="n")
    for one in (first, second):
        add_progress(store, PLAN, one)
    kept = progress_of(store, "somewhere-2021")
    assert [replace(one, entered=None) for one in kept] == [first, second]
    assert all(one.entered and one.entered.tzinfo is UTC for one in kept)
    entry = LogEntry("prices", Month(2021, 6), date(2021, 6, 30), "ổn định", "stable", "An", "s")
    add_log(store, PLAN, entry)
    assert [replace(one, entered=None) for one in log_of(store, "somewhere-2021")] == [entry]
    assert log_of(store, "elsewhere-2021") == progress_of(store, "elsewhere-2021") == ()
    assert revision_of(store, "somewhere") != before


def test_saving_the_same_plan_again_changes_nothing(store: Store) -> None:
    save_plan(store, PLAN)
    before = revision_of(store, "somewhere")
    again = save_plan(store, PLAN)
    assert (again.new_plan, again.new_versions, again.changed_kpis) == (False, (), ())
    assert load_plan(store, "somewhere-2021") == PLAN
    assert revision_of(store, "somewhere") == before


def test_a_new_version_joins_the_old_one(store: Store) -> None:
    save_plan(store, PLAN)
    saved = save_plan(store, replace(PLAN, versions=(SECOND,)))
    assert saved.new_versions == (2,)
    plan = load_plan(store, "somewhere-2021")
    assert plan.versions == (FIRST, SECOND)
    assert plan.targets_on("exports", date(2021, 6, 30))[0].lower == 300.0
    assert plan.targets_on("exports", date(2021, 7, 1))[0].lower == 280.0


def test_a_saved_version_never_changes(store: Store) -> None:
    save_plan(store, PLAN)
    other = replace(FIRST, targets=(("exports", replace(TARGET, lower=1.0)),))
    with pytest.raises(InvalidPlan, match="Give the new version number 2"):
        save_plan(store, replace(PLAN, name_en="Changed", versions=(other,)))
    assert load_plan(store, "somewhere-2021") == PLAN


def test_a_plan_keeps_its_family(store: Store) -> None:
    save_plan(store, PLAN)
    with pytest.raises(InvalidPlan, match="family 'somewhere'"):
        save_plan(store, replace(PLAN, family="elsewhere"))


def test_names_may_change(store: Store) -> None:
    save_plan(store, PLAN)
    before = revision_of(store, "somewhere")
    renamed = replace(EXPORTS, name_en="Goods sold abroad")
    saved = save_plan(store, replace(PLAN, kpis=(renamed, IMPORTS, TURNOVER)))
    assert saved.changed_kpis == ("exports",)
    assert load_plan(store, "somewhere-2021").kpi("exports").name_en == "Goods sold abroad"
    assert revision_of(store, "somewhere") != before


def test_the_store_names_the_newest_migration(tmp_path: Path) -> None:
    scripts = ScriptDirectory(str(files("data.db") / "migrations"))
    assert scripts.get_current_head() == HEAD
    url = f"sqlite:///{tmp_path / 'vedich.db'}"
    Store.open(url).close()
    program = (
        "import sys; from data.db.store import Store; Store.open(sys.argv[1]).close(); "
        "print('alembic' in sys.modules)"
    )
    opened = subprocess.run([sys.executable, "-c", program, url], capture_output=True, text=True)
    assert (opened.stdout, opened.stderr) == ("False\n", "")


def test_unknown_names_say_what_there_is(store: Store) -> None:
    save_plan(store, PLAN)
    with pytest.raises(UnknownPlan, match="somewhere-2021"):
        load_plan(store, "nowhere-2021")
    with pytest.raises(UnknownKpi, match="exports, imports, turnover"):
        load_panel(store, "somewhere", date(2021, 6, 30)).series_as_of(
            "exprots", date(2021, 6, 30)
        )
    with pytest.raises(NoObservations, match="somewhere/exports"):
        load_panel(store, "somewhere", date(2021, 6, 30)).series_as_of(
            "exports", date(2021, 6, 30)
        )


def test_figures_are_counted_as_new_unchanged_or_revised(store: Store) -> None:
    save_plan(store, PLAN)
    assert add_observations(store, "somewhere", [JAN], IMPORT) == Added(1, 0, 0)
    assert add_observations(store, "somewhere", [JAN], IMPORT) == Added(0, 1, 0)
    assert add_observations(store, "somewhere", [JAN, FEB, JAN_AGAIN], IMPORT) == Added(2, 1, 1)


def test_a_dry_run_counts_and_writes_nothing(store: Store) -> None:
    save_plan(store, PLAN)
    before = revision_of(store, "somewhere")
    assert add_observations(store, "somewhere", [JAN], IMPORT, dry_run=True) == Added(1, 0, 0)
    assert vintages_of(store, "somewhere") == ()
    assert revision_of(store, "somewhere") == before
    assert not imported(store, "somewhere", IMPORT.sha256)


def test_loading_twice_changes_nothing(store: Store) -> None:
    save_plan(store, PLAN)
    add_observations(store, "somewhere", [JAN, FEB], IMPORT)
    known = load_panel(store, "somewhere", date(2021, 12, 31)).hash(date(2021, 12, 31))
    revision = revision_of(store, "somewhere")
    add_observations(store, "somewhere", [FEB, JAN], IMPORT)
    assert load_panel(store, "somewhere", date(2021, 12, 31)).hash(date(2021, 12, 31)) == known
    assert revision_of(store, "somewhere") == revision
    assert len(load_panel(store, "somewhere").observations("exports", date(2021, 12, 31))) == 2


def test_later_publications_are_not_known_earlier(store: Store) -> None:
    save_plan(store, PLAN)
    add_observations(store, "somewhere", [JAN], IMPORT)
    january = load_panel(store, "somewhere", date(2021, 1, 31)).hash(date(2021, 1, 31))
    add_observations(store, "somewhere", [FEB, JAN_AGAIN], IMPORT)
    assert vintages_of(store, "somewhere") == (date(2021, 1, 29), date(2021, 2, 26))
    assert load_panel(store, "somewhere", date(2021, 1, 31)).hash(date(2021, 1, 31)) == january
    assert load_panel(store, "somewhere", date(2021, 2, 28)).hash(date(2021, 2, 28)) != january
    early = load_panel(store, "somewhere", date(2021, 2, 25))
    assert [o.value for o in early.observations("exports", date(2021, 12, 31))] == [10.0]
    assert load_panel(store, "somewhere", date(2021, 2, 25)).series_as_of(
        "exports", date(2021, 2, 25)
    ).values.tolist() == [10.0]
    assert (
        load_panel(store, "somewhere", date(2021, 2, 26))
        .series_as_of("exports", date(2021, 2, 26))
        .values[0]
        == 10.5
    )


def test_families_do_not_mix(store: Store) -> None:
    save_plan(store, PLAN)
    save_plan(store, replace(PLAN, slug="elsewhere-2021", family="elsewhere"))
    add_observations(store, "somewhere", [JAN], IMPORT)
    assert vintages_of(store, "elsewhere") == ()
    assert add_observations(store, "elsewhere", [JAN], IMPORT) == Added(1, 0, 0)


def test_one_bad_figure_leaves_the_whole_file_out(store: Store) -> None:
    save_plan(store, PLAN)
    broken = replace(FEB, value=float("nan"), source="sheet 'XK', cell D12")
    with pytest.raises(InputError, match="sheet 'XK', cell D12: expected a number"):
        add_observations(store, "somewhere", [JAN, broken], IMPORT)
    assert vintages_of(store, "somewhere") == ()
    assert not imported(store, "somewhere", IMPORT.sha256)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE observations SET value = 0",
        "DELETE FROM observations",
        "UPDATE plan_versions SET document = 'x'",
        "DELETE FROM targets",
        "UPDATE tasks SET kpi = 'x'",
        "UPDATE progress SET done = 2",
        "DELETE FROM log_entries",
        "UPDATE imports SET file = 'x'",
        "DELETE FROM repeats",
        "UPDATE withdrawals SET reason = 'x'",
        "DELETE FROM withdrawals",
        "UPDATE row_matches SET kpi = 'x'",
        "DELETE FROM promotions",
        "UPDATE projections SET plan = 'x'",
    ],
)
def test_the_database_refuses_to_change_what_was_published(
    store: Store, store_url: str, statement: str
) -> None:
    save_plan(store, PLAN)
    add_observations(store, "somewhere", [JAN], IMPORT)
    add_observations(store, "somewhere", [JAN], replace(IMPORT, sha256="1" * 64))
    undo(store, "1", "nobody")
    with store.writing() as connection:
        row = PrintedRow("exports", "Hàng hóa khác")
        write_match(connection, "somewhere", row, "exports", "nobody", IMPORT.imported_at)
    record_promotion(
        store,
        Promotion("somewhere", "1", date(2021, 6, 30), datetime(2021, 7, 1, tzinfo=UTC), "a" * 64),
    )
    record_projections(store, [Given("ABC", "somewhere-2021", "exports", {"median": 1.0})])
    version = replace(SECOND, tasks=(("dam", Task()),))
    save_plan(store, replace(PLAN, versions=(FIRST, version)))
    add_progress(store, PLAN, Progress("dam", date(2021, 8, 1), "An", done=1))
    add_log(store, PLAN, LogEntry("p", Month(2021, 6), date(2021, 6, 30), "ổn định", "", "An"))
    url = make_url(store_url)
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_opening_again_finds_what_was_saved(store: Store, store_url: str) -> None:
    save_plan(store, PLAN)
    again = Store.open(store_url)
    assert load_plan(again, "somewhere-2021") == PLAN
    again.close()


def test_two_writers_add_a_figure_once(store: Store, store_url: str) -> None:
    save_plan(store, PLAN)
    doors = [Store.open(store_url) for _ in range(4)]
    figures = [
        month_figure(month, value, date(2022, 1, 29)) for month in (1, 2) for value in (1, 2)
    ]
    with ThreadPoolExecutor(4) as pool:
        added = pool.map(lambda door: add_observations(door, "somewhere", figures, IMPORT), doors)
        assert sum(one.new for one in added) == len(figures)
    for door in doors:
        door.close()


def test_two_at_once_may_open_a_new_database(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for opened in pool.map(lambda _: Store.open(empty_url), range(4)):
            assert plan_slugs(opened) == ()
            opened.close()


def test_promotions_in_order(store: Store) -> None:
    save_plan(store, PLAN)
    before = revision_of(store, "somewhere")
    moments = [datetime(2021, 7, day, 8, 30, tzinfo=UTC) for day in (1, 2)]
    given = tuple(
        Promotion("somewhere", str(number), date(2021, 6, 30), moment, "a" * 64)
        for number, moment in enumerate(moments, start=1)
    )
    for one in given:
        record_promotion(store, one)
    assert promotions_of(store, "somewhere") == given
    assert promotions_of(store, "elsewhere") == ()
    assert revision_of(store, "somewhere") != before


def test_projections_are_recorded_all_or_none(store: Store) -> None:
    given = [
        Given("ABC", "somewhere-2021", "exports", {"median": 1.0}),
        Given("ABD", "somewhere-2021", "imports", {"median": object()}),
    ]
    with pytest.raises((StatementError, TypeError)):  # by the driver of PostgreSQL
        record_projections(store, given)
    assert ledger_of(store, "somewhere-2021") == ()
    record_projections(store, given[:1])
    assert [one.stamp for one in ledger_of(store, "somewhere-2021")] == ["ABC"]


def test_the_ledger_keeps_what_was_published_first(store: Store) -> None:
    payload = {"inputs": {"seed": 1}, "projection": {"median": 1.5, "months": []}}
    record_projections(store, [Given("ABC", "somewhere-2021", "exports", payload)])
    record_projections(store, [Given("ABC", "somewhere-2021", "exports", {"median": 2})])
    assert recorded_projection(store, "ABC") == payload
    with pytest.raises(UnknownStamp, match="XYZ"):
        recorded_projection(store, "XYZ")


SHOWN = Kpi(
    "trade",
    "Kim ngạch",
    "Trade",
    "million USD",
    indicator="somewhere/turnover",
)
BESIDE = replace(PLAN, slug="province-2021", family="province", kpis=(SHOWN,), versions=())


def test_a_panel_brings_the_indicators_of_another_family(store: Store) -> None:
    save_plan(store, BESIDE)
    assert load_panel(store, "province").elsewhere == {}
    save_plan(store, PLAN)
    add_observations(store, "somewhere", [JAN, FEB], IMPORT)
    beside = load_panel(store, "province").elsewhere["somewhere"]
    assert set(beside.kpis()) == {"turnover", "exports", "imports"}  # with what it is made of
    assert len(beside.observations("exports", date(2021, 12, 31))) == 2


def test_only_what_was_known_on_a_day_is_in_its_hash(store: Store) -> None:
    save_plan(store, PLAN)
    save_plan(store, BESIDE)
    day = date(2021, 6, 30)
    known = load_panel(store, "province", day).hash(day)
    later = replace(month_figure(1, 6.0, date(2022, 3, 1)), kpi="trade")
    for figure in (replace(later, published=UNDATED), later):
        revision = revision_of(store, "province")
        add_observations(store, "province", [figure], IMPORT)
        assert load_panel(store, "province", day).hash(day) == known
        assert revision_of(store, "province") != revision
    assert vintages_of(store, "province") == (date(2022, 3, 1),)
    add_observations(store, "somewhere", [JAN], IMPORT)  # its indicator
    assert load_panel(store, "province", day).hash(day) != known


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:secret@host/db", "postgres//u:secret@h"])
def test_an_invalid_or_unsupported_url(url: str) -> None:
    with pytest.raises(InputError, match="expected the URL of a database") as refused:
        Store.open(url)
    assert "secret" not in str(refused.value)


def test_connection_failures_are_translated(tmp_path: Path) -> None:
    other = tmp_path / "letter.db"
    other.write_text("Dear colleague, " * 100)
    for url in ("postgresql://u:secret@127.0.0.1:9/db", f"sqlite:///{other}"):
        with pytest.raises(StoreUnavailable, match="VEDICH_DATABASE_URL") as unavailable:
            Store.open(url)
        assert "secret" not in str(unavailable.value)


def test_errors_in_statements_are_not_translated(store: Store) -> None:
    with pytest.raises(DBAPIError), store._engine.connect() as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))
