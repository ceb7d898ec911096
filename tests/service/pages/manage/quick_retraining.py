"""The process of a retraining with the two candidates that cost nothing, without MLflow."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import training.retrain
from data.db.store import Store
from data.jobs.job import Job
from data.ledger.promotions import promotions_of
from data.settings import Settings
from service.work import process
from service.work.retraining import retrain_job
from tests.families import FakeTracker, train
from training.tracking import RegisteredVersion, RetrainingRun
from training.workers import Progress


class CountingTracker(FakeTracker):
    """Counts on from the versions that earlier processes registered."""

    def __init__(self, before: int) -> None:
        super().__init__()
        self._before = before

    def record(self, run: RetrainingRun) -> RegisteredVersion:
        super().record(run)
        number = self._before + len(self.runs)
        return RegisteredVersion(run.family, str(number), f"run{number}")


def quick(store: Store, settings: Settings, job: Job, progress: Progress) -> dict[str, Any]:
    family = str(job.plan).rpartition("-")[0]
    tracker = CountingTracker(len(promotions_of(store, family)))

    def retrain(store: Store, settings: Settings, plan: str, day: Any, **options: Any) -> Any:
        return train(store, settings, plan, day, tracker=tracker, promote=True, **options)

    with patch.object(training.retrain, "retrain", retrain):
        return retrain_job(store, settings, job, progress)


if __name__ == "__main__":
    process.main({"retrain": quick})
