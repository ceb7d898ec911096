"""A small plan family with two trained models, its service, and a client that needs no network.

The family `demo` has figures from 2012 to June 2018, published at each month's
end. Models were trained as of March and May 2018 with the two candidates that
cost nothing to fit. Tests that write take a copy of it (`home`).
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from data.accounts.accounts import ROLES, add_account
from data.accounts.keys import SCOPES, add_key
from data.db.store import Store
from data.home import tighten
from data.plans.rows import save_plan
from data.samples.lang_son.workbooks import write_workbooks
from data.samples.load import load_sample
from data.settings import Settings
from data.vintages.rows import add_observations
from service.app import create_app
from tests.families import FakeTracker, demo_figures, demo_plan, import_of, train
from tests.homes import Run
from tests.office import Office

TRAINED = (date(2018, 3, 31), date(2018, 5, 31))


@pytest.fixture(scope="session")
def quick_retrain() -> Callable[..., Any]:
    """What takes the place of `training.retrain.retrain` where only its place matters."""
    return train


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory: pytest.TempPathFactory, this_run: Run) -> Path:
    """The folder of a service with the plan `demo-2018` and two models; not to be changed."""

    def make(home: Path) -> None:
        store = this_run.new_store(home)
        save_plan(store, demo_plan())
        add_observations(store, "demo", demo_figures(), import_of())
        settings, tracker = Settings(home=home, mlflow_tracking_uri=None), FakeTracker()
        for day in TRAINED:
            train(store, settings, "demo-2018", day, tracker=tracker, promote=True)
        store.close()

    return this_run.copy("trained", make, tmp_path_factory.mktemp("trained") / "home")


@pytest.fixture
def home(trained_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the trained folder to write in; also where VEDICH_HOME points."""
    folder = tmp_path / "home"
    shutil.copytree(trained_home, folder)
    tighten(folder)  # as a command leaves it, so that the next has nothing to say about it
    for variable in ("VEDICH_DATABASE_URL", "MLFLOW_TRACKING_URI", "VEDICH_LANG", "VEDICH_PORT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("VEDICH_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def may_home(tmp_path_factory: pytest.TempPathFactory, this_run: Run) -> Path:
    """The illustrative year before June's report came, without a model; read only."""

    def make(home: Path) -> None:
        store = this_run.new_store(home)
        load_sample(store, "lang-son-2021", until=date(2021, 6, 24))
        store.close()

    return this_run.copy("may", make, tmp_path_factory.mktemp("may") / "home")


@pytest.fixture(scope="session")
def june_workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """June's report of the illustrative year, as a department's workbook."""
    return write_workbooks(tmp_path_factory.mktemp("workbooks"))[5]


@pytest.fixture
def sample_home(tmp_path: Path, this_run: Run) -> Path:
    """A folder of its own with all sample plans and their figures, untrained."""

    def make(home: Path) -> None:
        store = this_run.new_store(home)
        load_sample(store, "all")
        store.close()

    return this_run.copy("samples", make, tmp_path / "samples")


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
    app.state.vedich.jobs.close()
    store.close()


@pytest.fixture(scope="session")
def service(trained_home: Path) -> Iterator[Client]:
    """The service on the trained folder, for tests that only ask."""
    yield from _serving(trained_home)


@pytest.fixture
def own_service(home: Path) -> Iterator[Client]:
    """A service of the test's own, which it may change."""
    yield from _serving(home)


@pytest.fixture(autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hashes that cost little; the default is meant to cost."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("data.accounts.accounts.HASHER", cheap)
        patch.setattr("data.accounts.sessions.HASHER", cheap)
        yield


@pytest.fixture
def office(own_service: Any) -> Office:
    store = own_service.app.state.vedich.store
    for role in ROLES:
        add_account(store, role, role, Office.password, "os:root")
    keys: dict[str, str] = {scope: add_key(store, scope, scope, "os:root") for scope in SCOPES}
    return Office(own_service, store, keys)
