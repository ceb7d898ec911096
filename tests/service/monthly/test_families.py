"""Monthly runs of several families at once: order, the same digits, and one that fails."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from data.db.store import Store
from data.jobs.rows import jobs_of
from data.ledger.promotions import promotions_of
from data.monthly.rows import runs_of
from data.plans.kpi import Kpi
from data.plans.plan import PlanVersion
from data.plans.rows import save_plan
from data.settings import Settings
from data.vintages.rows import add_observations
from models.series import Month
from models.targets.target import Target
from service.monthly.families import run_months
from tests.families import SOURCE, flow, import_of, noisy_months, small_plan
from tests.homes import Run

pytestmark = pytest.mark.slow

NAMES = ("north", "empty", "south")
PLANS = [f"{name}-2018" for name in NAMES]


def home_of(folder: Path, made: Run) -> Settings:
    """Two small families with figures from 2014 on, and one without any."""
    store = made.new_store(folder)
    made.new_tracking(folder)
    for name in NAMES:
        target = ("coal", Target("at_least", 1500.0, source=SOURCE))
        version = PlanVersion(1, date(2018, 1, 15), "made up", (target,))
        coal = Kpi("coal", "Than đá", "Coal", "thousand tonnes")
        save_plan(store, small_plan(name, 2018, [coal], [version]))
        if name != "empty":
            months = noisy_months(name, 100.0)
            printed = flow("coal", {month: months[month] for month in months if recent(month)})
            add_observations(store, name, printed, import_of())
    store.close()
    return Settings(home=folder, database_url=None, mlflow_tracking_uri=None)


def recent(month: Month) -> bool:
    return month >= Month(2014, 1)


def test_families_at_once_give_what_they_give_one_by_one(tmp_path: Path, this_run: Run) -> None:
    learned = []
    for workers in (1, 2):
        settings = home_of(tmp_path / str(workers), this_run)
        done: list[str] = []
        ended = list(run_months(settings, PLANS, "en", workers=workers, done=done.append))
        assert [one.plan for one in ended] == PLANS
        assert sorted(done) == sorted(PLANS)
        assert "has no figures yet" in ended[1].problem
        store = Store.open(settings.store_url)
        states = {job.plan: job.state for job in jobs_of(store)}
        assert states == {"north-2018": "done", "empty-2018": "failed", "south-2018": "done"}
        learned.append(
            [
                (
                    [one.bundle_hash for one in promotions_of(store, name)],
                    [one.outcome["statuses"] for one in runs_of(store, f"{name}-2018")],
                )
                for name in NAMES
            ]
        )
        store.close()
    assert learned[0] == learned[1]
    assert learned[0][0][0] != learned[0][2][0]


def test_on_a_cluster_too(
    scheduler: str, workers: list[subprocess.Popen[bytes]], tmp_path: Path, this_run: Run
) -> None:
    found = []
    for engine in ("local", "dask"):
        settings = home_of(tmp_path / engine, this_run)
        (ended,) = run_months(
            settings, PLANS[2:], "en", workers=1, engine=engine, scheduler=scheduler
        )
        assert ended.problem == ""
        store = Store.open(settings.store_url)
        found.append([one.bundle_hash for one in promotions_of(store, "south")])
        store.close()
    assert found[0] == found[1]


def test_a_cluster_that_is_not_there_fails_every_family(tmp_path: Path, this_run: Run) -> None:
    settings = home_of(tmp_path / "home", this_run)
    (ended,) = run_months(settings, PLANS[:1], "vi", engine="dask", workers=1)
    assert ended.problem.startswith("Nơi chạy 'dask' cần địa chỉ bộ điều phối")
