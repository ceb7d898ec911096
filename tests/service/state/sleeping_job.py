"""The process of a job that sleeps; its progress names its process."""

from __future__ import annotations

import os
import time
from typing import Any

from data.db.store import Store
from data.jobs.job import Job
from data.settings import Settings
from service.workflow import job_process
from training.workers import Progress


def sleep(store: Store, settings: Settings, job: Job, progress: Progress) -> dict[str, Any]:
    until = time.monotonic() + float(job.arguments["seconds"])
    while time.monotonic() < until:
        progress(1, 2, str(os.getpid()))
        time.sleep(0.05)
    return {"process": os.getpid()}


if __name__ == "__main__":
    job_process.main({"sleep": sleep}, beat=0.2)
