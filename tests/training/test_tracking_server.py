"""MLflow as a server of its own on PostgreSQL, both started here, and gone in the middle."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from models.errors import TrackingUnavailable
from tests.data.conftest import postgresql  # noqa: F401
from tests.processes import children, free_port, serving
from training.tracking import MlflowTracker, NestedRun, RetrainingRun, TrainingData

pytestmark = pytest.mark.slow


def test_a_retraining_is_recorded_on_a_server(
    postgresql: Any,  # noqa: F811
    tmp_path: Path,
) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "bundle.json").write_text(json.dumps({"format_version": 1}))
    run = RetrainingRun(
        family="served",
        name="2021-06-30",
        bundle=bundle,
        data=TrainingData("served 2021-06-30", "d" * 64, "vedich:served"),
        card="# A card\n",
        plots=lambda: {"fan.svg": b"<svg/>"},
        metrics={"annual_error": {3: 0.08, 6: 0.05}},
        tags={"as_of": "2021-06-30", "bundle_hash": "h" * 64},
        nested=(NestedRun("coal", {"annual_error": {6: 0.04}}),),
    )
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1"]
    command += ["--artifacts-destination", str(tmp_path / "artifacts")]
    with postgresql.database("template1") as url:
        environment = {
            **os.environ,
            "MLFLOW_BACKEND_STORE_URI": url.replace("postgresql://", "postgresql+psycopg://"),
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        }
        with serving(command, environment, f"{address}/health", tmp_path / "log"):
            tracker = MlflowTracker(address)
            tracker.open("served")
            first, second = tracker.record(run), tracker.record(run)
            tracker.set_alias("served", "champion", second.version)
            listed = {one.version: one.aliases for one in tracker.versions("served")}
            assert listed == {first.version: (), second.version: ("champion",)}

            from mlflow import MlflowClient
            from mlflow.artifacts import download_artifacts

            client = MlflowClient(tracking_uri=address, registry_uri=address)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = client.get_run(second.run_id)
                kept = download_artifacts(
                    run_id=second.run_id,
                    artifact_path="model/data/bundle/bundle.json",
                    dst_path=str(tmp_path / "back"),
                    tracking_uri=address,
                )
            assert found.data.metrics["annual_error"] == 0.05
            assert found.inputs is not None
            assert found.inputs.dataset_inputs[0].dataset.digest == "d" * 36
            assert Path(kept).read_bytes() == (bundle / "bundle.json").read_bytes()
        begun = time.monotonic()
        with pytest.raises(TrackingUnavailable, match=f"expected MLflow at {address}"):
            MlflowTracker(address).open("served")
        with pytest.raises(TrackingUnavailable):
            tracker.record(run)
        assert time.monotonic() - begun < 60


def test_a_database_that_hangs_is_given_up(
    postgresql: Any,  # noqa: F811
    tmp_path: Path,
) -> None:
    with postgresql.database("template1") as url:
        tracker = MlflowTracker(url, tmp_path / "artifacts", timeout=1)
        tracker.open("served")
        engine = create_engine(url)
        with engine.connect() as connection:
            folder = connection.scalar(text("SHOW data_directory"))
        engine.dispose()
        postmaster = int(Path(folder, "postmaster.pid").read_text().split()[0])
        pids = [postmaster, *children(postmaster)]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            with pytest.raises(TrackingUnavailable, match="expected MLflow at postgresql"):
                tracker.versions("served")
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
        assert tracker.versions("served") == ()
