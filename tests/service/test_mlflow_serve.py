"""`mlflow models serve` of a registered bundle answers with the service's digits."""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from data.vintages.panel_rows import load_panel
from service.projections.shape import significant
from tests.homes import Run
from tests.processes import free_port, serving
from tests.service.conftest import TRAINED
from training.bundle.promoted import bundle_folder, bundle_for
from training.tracking import RetrainingRun, TrainingData

pytestmark = pytest.mark.slow

COLUMNS = ("kpi", "month", "form", "value", "status", "published")
TIED = {"both"}  # a total of parts is made by the service from theirs


def test_a_served_model_gives_the_services_numbers(
    service: Any, this_run: Run, tmp_path: Path
) -> None:
    state, day = service.app.state.vedich, TRAINED[-1]
    promoted = bundle_for(state.store, state.settings.bundles, "demo", day)
    tracker = this_run.new_tracking(tmp_path / "mlflow")
    registered = tracker.record(
        RetrainingRun(
            "demo",
            str(day),
            bundle_folder(state.settings.bundles, "demo", promoted.content_hash),
            TrainingData("demo", promoted.bundle.data_hash, "vedich:demo"),
        )
    )
    tracker.set_alias("demo", "champion", registered.version)
    panel = load_panel(state.store, "demo")
    rows = [
        (one.kpi, str(one.month), one.form, one.value, one.status, one.published.isoformat())
        for one in panel.figures()
        if one.kpi not in TIED
    ]
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "models", "serve"]
    command += ["--model-uri", "models:/demo@champion", "--env-manager", "local"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",  # it starts `uvicorn`
        "MLFLOW_TRACKING_URI": tracker.uri,
        "MLFLOW_REGISTRY_URI": tracker.uri,  # else that of a test before, which MLflow remembers
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    address = f"http://127.0.0.1:{port}"
    body = {
        "dataframe_split": {"columns": COLUMNS, "data": rows},
        "params": {"as_of": day.isoformat()},
    }
    with serving(command, environment, f"{address}/ping", tmp_path / "log"):
        asked = urllib.request.Request(
            f"{address}/invocations",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=60) as answered:
            scored = {row["kpi"]: row for row in json.load(answered)["predictions"]}
    said = service.get(f"/v1/plans/demo-2018/projections?as_of={day}").json()["projections"]
    compared = set()
    for one in said:
        kpi, year = one["kpi"], one["projected"]
        if year is None or kpi not in scored:
            continue
        own = {name: significant(scored[kpi][name]) for name in ("mean", "median", "q10", "q90")}
        assert (own["q10"], own["q90"]) == (year["quantiles"]["0.1"], year["quantiles"]["0.9"])
        for name in ("mean", "median"):
            if year["decimals"] is None:
                assert own[name] == year[name]
            else:  # what is shown adds up with the other KPIs, to that digit
                assert abs(own[name] - year[name]) < 10.0 ** -year["decimals"]
        compared.add(kpi)
    assert compared == {"coal", "steel", "output"}
