"""A small family with vintages, a store that holds it, and one real MLflow on SQLite.

Creating MLflow's tables takes seconds, so all tests of this folder share one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd
import pytest

from data.db.store import Store
from data.plans.rows import save_plan
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from data.vintages.rows import add_observations
from models.candidates.base import Candidate
from tests.families import CHEAP, KPIS, FakeTracker, demo_figures, import_of, small_plan
from tests.homes import Run
from training.backtest.scoreboard import ENSEMBLE, QUANTILES, Scoreboard, scoreboard_of
from training.tracking import MlflowTracker


@pytest.fixture(scope="session")
def tracker(tmp_path_factory: pytest.TempPathFactory, this_run: Run) -> MlflowTracker:
    tracker = this_run.new_tracking(tmp_path_factory.mktemp("mlflow"))
    tracker.open()
    return tracker


@pytest.fixture
def fake_tracker() -> FakeTracker:
    return FakeTracker()


@pytest.fixture(scope="session")
def figures() -> tuple[Observation, ...]:
    """What was printed of the family `demo` from 2012 to June 2018, month by month."""
    return demo_figures(estimated=0.97)


@pytest.fixture(scope="session")
def panel(figures: tuple[Observation, ...]) -> Panel:
    return Panel.of("demo", KPIS, figures)


@pytest.fixture(scope="session")
def cheap() -> Mapping[str, Candidate]:
    """The two candidates that cost nothing to fit."""
    return CHEAP


@pytest.fixture(scope="session")
def new_store(
    tmp_path_factory: pytest.TempPathFactory, this_run: Run, figures: tuple[Observation, ...]
) -> Iterator[Callable[[str], Store]]:
    """Stores that hold the family under a name of their own."""
    opened: list[Store] = []

    def make(family: str) -> Store:
        store = this_run.new_store(tmp_path_factory.mktemp("store"))
        opened.append(store)
        save_plan(store, small_plan(family, 2018, KPIS))
        add_observations(store, family, figures, import_of())
        return store

    yield make
    for store in opened:
        store.close()


@pytest.fixture(scope="session")
def scores() -> Scoreboard:
    """Two KPIs, three years, two origins each; the ensemble better than the pace."""
    rows = []
    for kpi, base in (("coal", 100.0), ("steel", 50.0)):
        for year in (2015, 2016, 2017):
            for known in (3, 9):
                for method, error in ((ENSEMBLE, 0.02), ("pace", 0.05)):
                    middle, spread = base * (1.04 + error), base * 0.01
                    rows.append(
                        {
                            "kpi": kpi,
                            "year": year,
                            "months_known": known,
                            "method": method,
                            "outcome": base * 1.04,
                            "base": base,
                            **{
                                name: middle + step * spread
                                for step, name in enumerate(QUANTILES, start=-4)
                            },
                            "crps": error,
                            "brier": 0.1,
                            "standardised": 0.5 if method == ENSEMBLE else np.nan,
                        }
                    )
    return scoreboard_of(pd.DataFrame(rows))
