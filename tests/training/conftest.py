"""A small family with vintages, a store that holds it, and one real MLflow on SQLite.

Creating MLflow's tables takes seconds, so all tests of this folder share one.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from data.observation import Kpi, Observation
from data.panel import Panel
from data.plan import Plan
from data.store import ImportRecord, Store
from models.candidates import REGISTRY
from models.candidates.base import Candidate
from models.series import Month
from training.tracking import MlflowTracker

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


@pytest.fixture
def new_store(tmp_path: Path, figures: tuple[Observation, ...]) -> Callable[[str], Store]:
    """Stores that hold the family under a name of their own."""

    def make(family: str) -> Store:
        store = Store.open(f"sqlite:///{tmp_path / family}.db")
        store.save_plan(Plan(f"{family}-2018", family, 2018, "", "", "", KPIS, ()))
        store.add_observations(family, figures, origin())
        return store

    return make


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
