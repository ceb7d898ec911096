"""What enters the record: what was said before the outcome, once a month, live ones apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from data.db import tables
from data.db.store import Store
from data.ledger.projections import ledger_of
from data.plans.plan import Plan
from data.plans.rows import load_plan, save_plan
from data.settings import Settings
from data.sign_off.signing import enter_estimate, sign_estimate
from data.vintages.panel_rows import load_panel
from models.series import Month
from service.projections.issue import GRID, issue
from service.projections.replay import entry_of
from service.projections.shape import as_json
from service.track_record.settled import SettledKpi, settled_of
from tests.service.track_record.conftest import DAYS, LAST_YEAR

LATER = date(2018, 6, 30)
DECEMBER = date(2017, 12, 31)


@pytest.fixture
def store(settled_home: Path) -> Any:
    found = Store.open(Settings(home=settled_home).store_url)
    yield found
    found.close()


def settled(store: Store, day: date = LATER) -> dict[str, SettledKpi]:
    plan = load_plan(store, LAST_YEAR)
    found = settled_of(store, load_panel(store, "demo"), plan, day)
    return {one.kpi: one for one in found}


def test_every_projection_of_the_year_is_judged_by_its_target(store: Store) -> None:
    found = settled(store)
    assert list(found) == ["coal", "steel", "both", "output"]
    coal = found["coal"].given
    assert [one.as_of for one in coal] == list(DAYS)
    assert [one.months_known for one in coal] == [4, 9]
    assert [[t.met for t in one.targets] for one in coal] == [[True, True], [True]]
    assert {t.met for one in found["steel"].given for t in one.targets} == {False}
    assert found["output"].given[0].targets == ()
    assert found["output"].given[0].quantiles is not None


def test_what_was_said_after_the_outcome_does_not_count(store: Store, settled_home: Path) -> None:
    issue(store, Settings(home=settled_home, mlflow_tracking_uri=None), LAST_YEAR, LATER)
    assert [one.as_of for one in settled(store)["coal"].given] == list(DAYS)


def test_before_the_outcome_nothing_is_settled_but_parts_of_the_year(store: Store) -> None:
    assert settled(store, date(2017, 5, 31)) == {}
    found = settled(store, date(2017, 9, 30))
    assert list(found) == ["coal"]
    (given,) = found["coal"].given
    assert [one.period for one in given.targets] == ["H1"]
    assert (given.median, given.quantiles, given.grid) == (None, None, None)


def test_computed_afterwards_it_is_a_backtest_and_in_time_it_is_live(store: Store) -> None:
    assert {one.origin for one in settled(store)["coal"].given} == {"backtest"}
    again = copy_recorded(store, "coal", DAYS[1], datetime(2017, 10, 5, tzinfo=UTC), "B" * 12)
    copy_recorded(store, "coal", DAYS[0], datetime(2017, 10, 5, tzinfo=UTC), "C" * 12)
    found = settled(store)["coal"].given
    # five months after its day it is no forecast of that day any more
    assert {one.as_of: one.origin for one in found} == {DAYS[0]: "backtest", DAYS[1]: "live"}
    assert found[1].stamp == again  # takes the place of the one computed afterwards


def copy_recorded(store: Store, kpi: str, day: date, at: datetime, stamp: str) -> str:
    """The same projection under another stamp, in the ledger since another moment."""
    entries = [entry_of(one.payload) for one in ledger_of(store, LAST_YEAR)]
    (one,) = (
        one.projection
        for one in entries
        if (one.projection.kpi, one.projection.as_of) == (kpi, day)
    )
    entry = next(each for each in entries if each.projection is one)
    payload = {
        "inputs": as_json(entry.inputs),
        "projection": as_json(one.model_copy(update={"stamp": stamp})),
        "grid": list(entry.grid or ()),
    }
    with store.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS projections_no_backdate")
        row = {"stamp": stamp, "plan": LAST_YEAR, "kpi": kpi, "payload": payload}
        connection.execute(insert(tables.projections).values(**row, recorded_at=at))
    return stamp


def test_illustrative_figures_never_enter(store: Store, settled_home: Path) -> None:
    plan = load_plan(store, LAST_YEAR)
    labelled: Plan = replace(plan, label="made up, for demonstration")
    save_plan(store, labelled)
    settings = Settings(home=settled_home, mlflow_tracking_uri=None)
    before = {kpi: one.given for kpi, one in settled(store).items()}
    issue(store, settings, LAST_YEAR, date(2017, 11, 30))
    assert {kpi: one.given for kpi, one in settled(store).items()} == before
    entries = [entry_of(one.payload).projection for one in ledger_of(store, LAST_YEAR)]
    assert any(one.label and one.as_of == date(2017, 11, 30) for one in entries)


def test_the_ledger_keeps_the_whole_distribution(store: Store) -> None:
    entry = entry_of(ledger_of(store, LAST_YEAR)[0].payload)
    assert entry.grid is not None
    assert entry.projection.projected is not None
    assert len(entry.grid) == len(GRID)
    assert list(entry.grid) == sorted(entry.grid)
    shown = entry.projection.projected.quantiles
    assert entry.grid[9] <= shown.q10 <= entry.grid[10]
    assert entry.grid[49] <= shown.q50 <= entry.grid[50]


def test_signed_estimates_stand_beside_the_forecast_and_drafts_do_not(store: Store) -> None:
    plan, month = load_plan(store, LAST_YEAR), Month(2017, 9)
    for kpi, value in (("coal", 1450.0), ("steel", 7.0)):
        unit = plan.kpi(kpi).unit
        enter_estimate(store, plan, month, kpi, value, unit, "made up", "planner")
    seen = 1
    for step in ("checked", "approved"):
        sign_estimate(store, plan, month, "coal", seen, step, "head")
    found = settled(store)
    (made,) = found["coal"].estimates
    assert (made.value, made.state, made.author, made.origin) == (
        *(1450.0, "approved", "planner"),
        "backtest",
    )
    assert made.right is True  # above the plan, and the year was
    assert made.forecast == found["coal"].given[1].median
    assert found["steel"].estimates == ()
