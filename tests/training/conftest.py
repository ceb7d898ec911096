"""A small family with vintages, a store that holds it, and one real MLflow on SQLite.

Creating MLflow's tables takes seconds, so all tests of this folder share one.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import save_plan
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from data.vintages.rows import ImportRecord, add_observations
from models.candidates import REGISTRY
from models.candidates.base import Candidate
from models.series import Month
from training.backtest.scoreboard import ENSEMBLE, QUANTILES, Scoreboard, board_of
from training.tracking import MlflowTracker, RegisteredVersion, RetrainingRun

KPIS = (
    Kpi("coal", "Than", "Coal", "thousand tons"),
    Kpi("steel", "Thép", "Steel", "thousand tons"),
    Kpi("both", "Than và thép", "Coal and steel", "thousand tons", parts=("coal", "steel")),
    Kpi("output", "Chỉ số sản xuất", "Production index", "%", kind="growth"),
)
LAST = Month(2018, 6)


@pytest.fixture(scope="session")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> MlflowTracker:
    folder = tmp_path_factory.mktemp("mlflow")
    tracker = MlflowTracker(f"sqlite:///{folder / 'mlflow.db'}", folder / "artifacts")
    tracker.open()
    return tracker


@pytest.fixture(scope="session")
def figures() -> tuple[Observation, ...]:
    """What was printed of the family `demo` from 2012 to June 2018, month by month."""
    return (*_flow("coal", 100.0), *_flow("steel", 40.0), *_rates("output"))


@pytest.fixture(scope="session")
def panel(figures: tuple[Observation, ...]) -> Panel:
    return Panel.of("demo", KPIS, figures)


@pytest.fixture(scope="session")
def cheap() -> Mapping[str, Candidate]:
    """The two candidates that cost nothing to fit."""
    return {name: REGISTRY[name] for name in ("pace", "seasonal_naive")}


@pytest.fixture(scope="session")
def new_store(
    tmp_path_factory: pytest.TempPathFactory, figures: tuple[Observation, ...]
) -> Iterator[Callable[[str], Store]]:
    """Stores that hold the family under a name of their own."""
    opened: list[Store] = []

    def make(family: str) -> Store:
        store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('store') / 'vedich.db'}")
        opened.append(store)
        save_plan(store, Plan(f"{family}-2018", family, 2018, "", "", "", KPIS, ()))
        add_observations(store, family, figures, origin())
        return store

    yield make
    for store in opened:
        store.close()


class FakeTracker:
    """A tracker in memory; `away` is what it raises instead of recording."""

    def __init__(self) -> None:
        self.away: Exception | None = None
        self.runs: list[RetrainingRun] = []
        self.aliases: dict[str, str] = {}

    def open(self) -> None:
        pass

    def record(self, run: RetrainingRun) -> RegisteredVersion:
        if self.away is not None:
            raise self.away
        self.runs.append(run)
        return RegisteredVersion(run.family, str(len(self.runs)), f"run{len(self.runs)}")

    def set_alias(self, family: str, alias: str, version: str) -> None:
        self.aliases[alias] = version

    def remove_alias(self, family: str, alias: str) -> None:
        del self.aliases[alias]

    def versions(self, family: str) -> tuple[RegisteredVersion, ...]:
        return tuple(
            RegisteredVersion(
                family,
                str(number),
                f"run{number}",
                tuple(alias for alias, named in self.aliases.items() if named == str(number)),
                run.tags,
            )
            for number, run in enumerate(self.runs, start=1)
        )


@pytest.fixture
def fake_tracker() -> FakeTracker:
    return FakeTracker()


def origin() -> ImportRecord:
    return ImportRecord("demo.csv", "0" * 64, "test", datetime(2018, 7, 1, tzinfo=UTC))


def published(month: Month) -> date:
    return date(month.year, month.month, calendar.monthrange(month.year, month.month)[1])


def _values(kpi: str, level: float) -> dict[Month, float]:
    rng = np.random.default_rng([ord(letter) for letter in kpi])
    season = 1 + 0.2 * np.sin(np.arange(12) / 2)
    count = LAST.ordinal - Month(2012, 1).ordinal + 1
    noise = np.exp(0.05 * rng.standard_normal(count))
    trend = 1.004 ** np.arange(count)
    values = level * np.resize(season, count) * trend * noise
    return {Month(2012, 1).plus(place): float(value) for place, value in enumerate(values)}


def _flow(kpi: str, level: float) -> list[Observation]:
    """Each month: a first estimate (3 % low), the month before restated, the cumulative figure."""
    values = _values(kpi, level)
    rows = []
    for month, value in values.items():
        day = published(month)
        first = Month(month.year, 1)
        so_far = sum(values[first.plus(n)] for n in range(month.month - 1))
        rows.append(Observation(kpi, month, "month", 0.97 * value, "estimate", day, "made"))
        rows.append(
            Observation(kpi, month, "year_to_date", so_far + 0.97 * value, "estimate", day, "made")
        )
        before = month.plus(-1)
        if before in values:
            rows.append(Observation(kpi, before, "month", values[before], "restated", day, "made"))
    return rows


def _rates(kpi: str) -> list[Observation]:
    values = _values(kpi, 100.0)
    rows = []
    for month, value in values.items():
        day, last_year, before = published(month), month.plus(-12), month.plus(-1)
        if before in values:
            rate = 100 * value / values[before]
            rows.append(Observation(kpi, month, "rate_on_month", rate, "estimate", day, "made"))
        if last_year in values:
            rate = 100 * value / values[last_year]
            rows.append(Observation(kpi, month, "rate_on_year", rate, "estimate", day, "made"))
            now = sum(values[Month(month.year, n)] for n in range(1, month.month + 1))
            then = sum(values[Month(month.year - 1, n)] for n in range(1, month.month + 1))
            rate = 100 * now / then
            rows.append(Observation(kpi, month, "rate_to_date", rate, "estimate", day, "made"))
    return rows


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
    return board_of(pd.DataFrame(rows))
