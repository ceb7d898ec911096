"""One real MLflow on SQLite for all tests of this folder: creating its tables takes seconds."""

from __future__ import annotations

import pytest

from training.tracking import MlflowTracker


@pytest.fixture(scope="session")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> MlflowTracker:
    folder = tmp_path_factory.mktemp("mlflow")
    tracker = MlflowTracker(f"sqlite:///{folder / 'mlflow.db'}", folder / "artifacts")
    tracker.open()
    return tracker
