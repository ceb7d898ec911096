"""What answers while the database or MLflow is unavailable, and the errors of the rest."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from data.db.store import Store
from data.settings import Settings
from service.app import create_app
from service.shapes.operation import Problem
from service.texts import TEXT

pytestmark = pytest.mark.slow

PROJECTION = "/v1/plans/demo-2018/projections/coal?as_of=2018-06"
NOBODY = "http://127.0.0.1:9"  # the port 'discard', on which nothing listens


def test_answers_go_on_while_mlflow_is_unavailable(home: Path, client_of: Any) -> None:
    settings = Settings(home=home, MLFLOW_TRACKING_URI=NOBODY)
    assert settings.tracking_uri == NOBODY
    app = create_app(settings, Store.open(settings.store_url))
    client = client_of(app)
    for address in (PROJECTION, "/v1/models", "/v1/track-record", "/readyz", "/plans/demo-2018"):
        assert client.get(address).status_code == 200
    app.state.vedich.jobs.begin()
    started = client.post("/v1/plans/demo-2018/retrain", json={"as_of": "2018-06"})
    deadline = time.monotonic() + 60
    job = started.json()
    while job["state"] in ("queued", "running") and time.monotonic() < deadline:
        time.sleep(0.05)
        job = client.get(started.headers["location"]).json()
    assert job["state"] == "failed"
    assert f"expected MLflow at {NOBODY}" in job["error"]
    assert client.get(PROJECTION).status_code == 200
    app.state.vedich.jobs.close()


def test_an_answer_does_not_load_mlflow(home: Path) -> None:
    script = f"""
import asyncio, sys
import httpx
from service.app import create_app

async def ask(app):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return (await client.get({PROJECTION!r})).status_code

assert asyncio.run(ask(create_app())) == 200
assert "mlflow" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize(
    "address",
    ["/readyz", "/v1/plans", PROJECTION, "/v1/observations?plan=demo-2018", "/plans/demo-2018"],
)
def test_an_unavailable_database_is_503_everywhere(
    own_service: Any, home: Path, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert own_service.get(address).status_code == 200
    store = own_service.app.state.vedich.store
    store.close()  # or a connection that is open goes on reading the file
    home.rename(home.with_name("elsewhere"))
    response = own_service.get(address)
    home.with_name("elsewhere").rename(home)
    assert response.status_code == 503
    problem = Problem.model_validate(response.json())
    assert problem.type == "/problems#store-unavailable"
    assert problem.detail in {
        TEXT["en"][f"unavailable.page.{reason}"] for reason in ("read_only", "unreachable")
    }
    assert not any(told in response.text for told in (str(home), "sqlite", "vedich.db"))
    assert str(home) in caplog.text  # where it is, is for the log
    assert response.headers["x-content-type-options"] == "nosniff"
    assert own_service.get(address).status_code == 200
    assert own_service.get("/healthz").status_code == 200


def test_a_damaged_bundle_is_503(own_service: Any, home: Path) -> None:
    for arrays in home.glob("bundles/demo/*/bundle.json"):
        arrays.write_text("no longer a bundle")
    response = own_service.get(PROJECTION)
    assert (response.status_code, response.json()["type"]) == (503, "/problems#unreadable-bundle")
