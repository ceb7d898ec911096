"""A small plan family with two trained models, its service, and a client that needs no network.

The family `demo` has figures from 2012 to June 2018, published at each month's
end. Models were trained as of March and May 2018 with the two candidates that
cost nothing to fit. Tests that write take a copy of it (`home`).
"""

from __future__ import annotations

import asyncio
import calendar
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.plans.rows import save_plan
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.rows import ImportRecord, add_observations
from models.candidates import REGISTRY
from models.series import Month
from models.targets.target import Target
from service.app import create_app
from training.retrain import retrain
from training.tracking import RegisteredVersion, RetrainingRun

FIRST, LAST = Month(2012, 1), Month(2018, 6)
TRAINED = (date(2018, 3, 31), date(2018, 5, 31))
KPIS = (
    Kpi("coal", "Than đá", "Coal", "thousand tonnes", decimals=1),
    Kpi("steel", "Thép", "Steel", "thousand tonnes"),
    Kpi("both", "Than và thép", "Coal and steel", "thousand tonnes", parts=("coal", "steel")),
    Kpi("output", "Chỉ số sản xuất", "Production index", "%", kind="growth", decimals=1),
    Kpi("bridge", "Cầu", "Bridge", "billion VND"),  # nothing was published about it
)
SOURCE = "a decision made up for tests"


def _plan() -> Plan:
    coal = Target("at_least", 1500.0, source=SOURCE)
    first = (
        ("coal", coal),
        ("coal", Target("at_least", 9000.0, level="stretch", source=SOURCE)),
        ("both", Target("about", 4.0, 5.0, form="growth", source=SOURCE)),
        ("output", Target("between", 2.0, 8.0, source=SOURCE)),
        ("bridge", Target("at_least", 10.0, source=SOURCE)),
    )
    moved = tuple(
        (kpi, Target("at_least", 1600.0, source=SOURCE) if target is coal else target)
        for kpi, target in first
    )
    versions = (
        PlanVersion(1, date(2018, 1, 15), "made up", first),
        PlanVersion(2, date(2018, 6, 10), "made up, adjusted", moved),
    )
    names = ("Kế hoạch thử", "Trial plan")
    return Plan("demo-2018", "demo", 2018, "Sở Công Thương", *names, KPIS, versions)


class FakeTracker:
    """Numbers versions and forgets everything else."""

    def __init__(self) -> None:
        self.runs: list[RetrainingRun] = []

    def open(self) -> None:
        pass

    def record(self, run: RetrainingRun) -> RegisteredVersion:
        self.runs.append(run)
        return RegisteredVersion(run.family, str(len(self.runs)), "run")

    def set_alias(self, family: str, alias: str, version: str) -> None:
        pass

    def versions(self, family: str) -> tuple[RegisteredVersion, ...]:
        return ()


def train(store: Store, settings: Settings, plan: str, day: date | None, **options: Any) -> Any:
    """The real retraining with the two cheap candidates, in this process, without MLflow."""
    cheap = {name: REGISTRY[name] for name in ("pace", "seasonal_naive")}
    options |= {"candidates": cheap, "workers": 1}
    return retrain(store, settings, plan, day, **{"tracker": FakeTracker(), **options})


@pytest.fixture(scope="session")
def quick_retrain() -> Callable[..., Any]:
    """What takes the place of `training.retrain.retrain` where only its place matters."""
    return train


@pytest.fixture(scope="session")
def demo_plan() -> Plan:
    return _plan()


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a service with the plan `demo-2018` and two models; read only."""
    home = tmp_path_factory.mktemp("trained")
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    save_plan(store, _plan())
    origin = ImportRecord("demo.csv", "0" * 64, "test", datetime(2018, 7, 1, tzinfo=UTC))
    figures = (*_flow("coal", 100.0), *_flow("steel", 40.0), *_rates("output"))
    add_observations(store, "demo", figures, origin)
    tracker = FakeTracker()
    for day in TRAINED:
        train(store, settings, "demo-2018", day, tracker=tracker, promote=True)
    store.close()
    return home


@pytest.fixture
def home(trained_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the trained folder to write in; also where VEDICH_HOME points."""
    folder = tmp_path / "home"
    shutil.copytree(trained_home, folder)
    for variable in ("VEDICH_DATABASE_URL", "MLFLOW_TRACKING_URI", "VEDICH_LANG", "VEDICH_PORT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("VEDICH_HOME", str(folder))
    return folder


class Client:
    """Requests to an ASGI application, one at a time; a crash inside answers as it would."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self._transport, base_url="http://127.0.0.1"
            ) as client:
                return await client.request(method, path, **options)

        return asyncio.run(ask())

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)


@pytest.fixture(scope="session")
def client_of() -> type[Client]:
    """Makes a client for an application."""
    return Client


def _serving(home: Path) -> Iterator[Client]:
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    app = create_app(settings, store)
    yield Client(app)
    app.state.vedich.close()
    store.close()


@pytest.fixture(scope="session")
def service(trained_home: Path) -> Iterator[Client]:
    """The service on the trained folder, for tests that only ask."""
    yield from _serving(trained_home)


@pytest.fixture
def own_service(home: Path) -> Iterator[Client]:
    """A service of the test's own, which it may change."""
    yield from _serving(home)


def _published(month: Month) -> date:
    return date(month.year, month.month, calendar.monthrange(month.year, month.month)[1])


def _values(kpi: str, level: float) -> dict[Month, float]:
    rng = np.random.default_rng([ord(letter) for letter in kpi])
    count = LAST.ordinal - FIRST.ordinal + 1
    season = np.resize(1 + 0.2 * np.sin(np.arange(12) / 2), count)
    noise = np.exp(0.05 * rng.standard_normal(count))
    values = level * season * 1.004 ** np.arange(count) * noise
    return {FIRST.plus(place): float(value) for place, value in enumerate(values)}


def _to_date(values: dict[Month, float], month: Month) -> float:
    return sum(values[Month(month.year, number)] for number in range(1, month.month + 1))


def _flow(kpi: str, level: float) -> list[Observation]:
    """Each month: its figure and the year to date as estimates, the month before restated."""
    values = _values(kpi, level)
    rows = []
    for month, value in values.items():
        day, before = _published(month), month.plus(-1)
        rows.append(Observation(kpi, month, "month", value, "estimate", day, "made"))
        so_far = _to_date(values, month)
        rows.append(Observation(kpi, month, "year_to_date", so_far, "estimate", day, "made"))
        if before in values:
            rows.append(Observation(kpi, before, "month", values[before], "restated", day, "made"))
    return rows


def _rates(kpi: str) -> list[Observation]:
    """Rates on the month before, on last year's month, and of the year to date."""
    values = _values(kpi, 100.0)
    rows = []
    for month, value in values.items():
        day, before, last_year = _published(month), month.plus(-1), month.plus(-12)
        found = {}
        if before in values:
            found["rate_on_month"] = value / values[before]
        if last_year in values:
            found["rate_on_year"] = value / values[last_year]
            found["rate_to_date"] = _to_date(values, month) / _to_date(values, last_year)
        for form, ratio in found.items():
            rows.append(Observation(kpi, month, form, 100 * ratio, "estimate", day, "made"))  # type: ignore[arg-type]
    return rows
