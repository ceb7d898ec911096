"""A real MLflow on SQLite: runs, versions, aliases; and what happens when it is away."""

from __future__ import annotations

import errno
import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import warnings
from contextlib import closing
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from models.errors import TrackingUnavailable
from service.wording import worded
from training.tracking import CARD, MlflowTracker, NestedRun, RetrainingRun, TrainingData

pytestmark = pytest.mark.slow


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "bundle.json").write_text(json.dumps({"format_version": 1}))
    return folder


def run_of(family: str, bundle: Path) -> RetrainingRun:
    return RetrainingRun(
        family=family,
        name="2021-06-30",
        bundle=bundle,
        data=TrainingData(f"{family} 2021-06-30", "d" * 64, f"vedich:{family}", {"kpis": "2"}),
        card="# A card, with đồng\n",
        plots=lambda: {"fan.svg": b"<svg/>"},
        metrics={"annual_error": {3: 0.08, 6: 0.05, 9: float("nan")}},
        params={"n_paths": "400"},
        tags={"as_of": "2021-06-30", "data_hash": "abc"},
        nested=(
            NestedRun("coal", {"annual_error": {6: 0.04}}, {"kpi": "coal"}),
            NestedRun("steel", {"annual_error": {6: 0.06}}, {"kpi": "steel"}),
        ),
    )


def test_a_retraining_is_a_parent_run_with_one_nested_run_per_kpi(
    tracker: MlflowTracker, bundle: Path
) -> None:
    registered = tracker.record(run_of("nested", bundle))

    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=tracker.uri, registry_uri=tracker.uri)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        experiment = client.get_experiment_by_name("nested")
        assert experiment is not None
        runs = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}
        history = client.get_metric_history(registered.run_id, "annual_error")
    assert set(runs) == {"2021-06-30", "coal", "steel"}
    parent = runs["2021-06-30"]
    assert parent.info.run_id == registered.run_id
    assert {run.info.status for run in runs.values()} == {"FINISHED"}
    assert runs["coal"].data.tags["mlflow.parentRunId"] == registered.run_id
    assert runs["coal"].data.metrics == {"annual_error": 0.04}
    assert parent.data.tags["data_hash"] == "abc"
    assert parent.data.params == {"n_paths": "400"}
    # months known is the step; a value that is none is left out
    assert [(point.step, point.value) for point in history] == [(3, 0.08), (6, 0.05)]


def test_the_version_carries_tags_signature_and_requirements_and_no_code(
    tracker: MlflowTracker, bundle: Path
) -> None:
    registered = tracker.record(run_of("version", bundle))
    assert registered.version == "1"
    assert registered.tags["as_of"] == "2021-06-30"
    assert tracker.artifacts is not None
    folder = tracker.artifacts / "version" / registered.run_id / "artifacts" / "model"
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert files == {
        "MLmodel",
        "requirements.txt",
        "conda.yaml",
        "python_env.yaml",
        "data/bundle/bundle.json",
    }
    described = (folder / "MLmodel").read_text()
    assert "loader_module: training.flavor" in described
    assert '"name": "median"' in described
    required = (folder / "requirements.txt").read_text().splitlines()
    assert [line.split("==")[0] for line in required] == ["mlflow", "vedich"]


def test_the_run_keeps_its_data_plots_and_model_card(tracker: MlflowTracker, bundle: Path) -> None:
    registered = tracker.record(run_of("about", bundle))

    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=tracker.uri, registry_uri=tracker.uri)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = client.get_run(registered.run_id)
        version = client.get_model_version("about", registered.version)
    assert run.inputs is not None
    [used] = run.inputs.dataset_inputs
    assert used.dataset.profile is not None
    assert used.dataset.name == "about 2021-06-30"
    assert used.dataset.digest == "d" * 36
    assert json.loads(used.dataset.profile) == {"kpis": "2"}
    assert [(tag.key, tag.value) for tag in used.tags] == [("mlflow.data.context", "training")]
    assert version.description == "# A card, with đồng\n"
    assert tracker.artifacts is not None
    folder = tracker.artifacts / "about" / registered.run_id / "artifacts" / "about"
    assert {path.name for path in folder.iterdir()} == {CARD, "fan.svg"}
    assert (folder / CARD).read_text(encoding="utf-8") == version.description
    assert (folder / "fan.svg").read_bytes() == b"<svg/>"


def test_mlflows_own_pages_are_for_this_machine_and_keep_the_address_to_themselves(
    tracker: MlflowTracker,
) -> None:
    command, environment = tracker.pages(5077)
    assert command[1:] == [
        *("-m", "mlflow", "server", "--host", "127.0.0.1", "--port", "5077", "--workers", "1")
    ]
    assert environment["MLFLOW_BACKEND_STORE_URI"] == tracker.uri
    assert environment["MLFLOW_DISABLE_TELEMETRY"] == "true"
    with pytest.raises(TrackingUnavailable, match=r"open http://mlflow\.example:5000 in a"):
        MlflowTracker("http://u:secret@mlflow.example:5000").pages(5077)


def test_an_alias_names_one_version(tracker: MlflowTracker, bundle: Path) -> None:
    first = tracker.record(run_of("alias", bundle))
    second = tracker.record(run_of("alias", bundle))
    tracker.set_alias("alias", "champion", first.version)
    tracker.set_alias("alias", "champion", second.version)
    tracker.set_alias("alias", "challenger", first.version)
    listed = {entry.version: entry.aliases for entry in tracker.versions("alias")}
    assert listed == {"1": ("challenger",), "2": ("champion",)}
    tracker.remove_alias("alias", "challenger")
    assert tracker.versions("alias")[0].aliases == ()


def test_a_family_without_versions_has_none(tracker: MlflowTracker) -> None:
    assert tracker.versions("nobody") == ()


def test_a_failing_record_leaves_a_failed_run(tracker: MlflowTracker, tmp_path: Path) -> None:
    with pytest.raises(TrackingUnavailable):
        tracker.record(run_of("broken", tmp_path / "no such folder"))

    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=tracker.uri, registry_uri=tracker.uri)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        experiment = client.get_experiment_by_name("broken")
        assert experiment is not None
        runs = client.search_runs([experiment.experiment_id], "tags.`as_of` = '2021-06-30'")
    assert [run.info.status for run in runs] == ["FAILED"]
    assert tracker.versions("broken") == ()


def test_a_server_that_is_away_is_named_with_advice_within_seconds() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]  # bound, but nobody listens
        tracker = MlflowTracker(f"http://someone:secret@127.0.0.1:{port}")
        with pytest.raises(TrackingUnavailable, match="MLFLOW_TRACKING_URI") as caught:
            tracker.open()
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_database_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    tracker = MlflowTracker(f"sqlite:///{tmp_path / 'file' / 'mlflow.db'}")
    with pytest.raises(TrackingUnavailable, match="expected MLflow at sqlite:///"):
        tracker.open()


def test_telemetry_is_off(tracker: MlflowTracker) -> None:
    from mlflow.telemetry.utils import is_telemetry_disabled

    assert is_telemetry_disabled()
    assert os.environ["DO_NOT_TRACK"] == "true"


def test_importing_the_module_does_not_load_mlflow() -> None:
    program = "import sys, training.tracking; print('mlflow' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert told.stdout.strip() == "False", told.stderr


def test_a_deleted_experiment_is_named_before_anything_is_computed(
    tracker: MlflowTracker, bundle: Path
) -> None:
    tracker.record(run_of("deleted", bundle))
    client = tracker._opened()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = client.get_experiment_by_name("deleted")
        assert found is not None
        client.delete_experiment(found.experiment_id)
        with pytest.raises(TrackingUnavailable, match="mlflow experiments restore") as caught:
            tracker.open("deleted")
        assert f"--experiment-id {found.experiment_id}" in str(caught.value)
        client.restore_experiment(found.experiment_id)
    tracker.open("deleted")


def test_artefacts_follow_a_home_that_was_moved(tmp_path: Path, bundle: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    first = MlflowTracker(f"sqlite:///{old / 'mlflow.db'}", old / "artifacts")
    before = first.record(run_of("moved", bundle))
    old.rename(new)
    moved = MlflowTracker(f"sqlite:///{new / 'mlflow.db'}", new / "artifacts")
    moved.open("moved")
    after = moved.record(run_of("moved", bundle))
    assert not old.exists()
    model = new / "artifacts" / "moved" / after.run_id / "artifacts" / "model"
    assert (model / "MLmodel").exists()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = moved._opened().get_model_version("moved", before.version).source
    assert source == f"{(new / 'artifacts' / 'moved').as_uri()}/{before.run_id}/artifacts/model"


MAKE = """
import sys
from training.tracking import MlflowTracker
MlflowTracker(sys.argv[1]).open()
"""


def test_two_processes_make_one_database(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'mlflow.db'}"
    both = [
        subprocess.Popen([sys.executable, "-c", MAKE, address], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [one.communicate()[1] for one in both] == ["", ""]
    assert [one.returncode for one in both] == [0, 0]
    others = {one.name for one in tmp_path.iterdir()} - {"mlflow.db-shm", "mlflow.db-wal"}
    assert others == {"mlflow.db", "mlflow.db.lock"}
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_full_disk_is_said_in_both_languages(tracker: MlflowTracker, bundle: Path) -> None:
    def full() -> dict[str, bytes]:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(
        TrackingUnavailable, match=r"the disk of MLflow at sqlite.* is full"
    ) as said:
        tracker.record(replace(run_of("full", bundle), plots=full))
    assert "Hãy giải phóng dung lượng rồi chạy lại" in worded(said.value, "vi")


def test_a_server_that_stops_answering_is_given_up(bundle: Path) -> None:
    """It is there, and says nothing more after the first question."""
    asked: list[str] = []

    class Silent(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            asked.append(self.path)
            if len(asked) > 2:
                over.wait()
                return
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    over = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        tracker = MlflowTracker(f"http://127.0.0.1:{server.server_port}", timeout=1)
        tracker.open()
        with pytest.raises(TrackingUnavailable, match="no answer within 1 seconds"):
            tracker.set_alias("silent", "champion", "1")
        over.set()
        server.shutdown()
    assert len(asked) > 2
