"""Jobs: one at a time, asked for by id, failures in words."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from models.errors import NoObservations
from service.state.jobs import Job, Jobs, Progress, UnknownJob


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    runner = Jobs()
    yield runner
    runner.close()


def finished(jobs: Jobs, job: Job) -> Job:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        job = jobs.get(job.id)
        if job.state in ("done", "failed"):
            return job
        time.sleep(0.005)
    raise AssertionError(f"still {job.state}")


def test_progress_and_result(jobs: Jobs) -> None:
    gate = threading.Event()

    def work(progress: Progress) -> dict[str, Any]:
        progress(1, 2, "exports")
        gate.wait(5)
        return {"version": "3"}

    job = jobs.start("retrain a", work)
    deadline = time.monotonic() + 5
    while jobs.get(job.id).done == 0 and time.monotonic() < deadline:
        time.sleep(0.005)
    running = jobs.get(job.id)
    assert (running.state, running.done, running.total, running.step) == (
        "running",
        1,
        2,
        "exports",
    )
    gate.set()
    assert finished(jobs, job).result == {"version": "3"}


def test_the_same_task_is_not_queued_twice_but_again_when_done(jobs: Jobs) -> None:
    gate = threading.Event()

    def work(progress: Progress) -> dict[str, Any]:
        gate.wait(5)
        return {}

    first = jobs.start("retrain a", work)
    assert jobs.start("retrain a", work).id == first.id
    other = jobs.start("retrain b", work)
    assert other.id != first.id
    gate.set()
    finished(jobs, other)
    assert jobs.start("retrain a", work).id != first.id


def test_a_failure_a_person_can_act_on_is_told(jobs: Jobs) -> None:
    def work(progress: Progress) -> dict[str, Any]:
        raise NoObservations("nothing was published; load a file.")

    job = finished(jobs, jobs.start("t", work))
    assert (job.state, job.error) == ("failed", "nothing was published; load a file.")


def test_an_unexpected_failure_gives_nothing_away(
    jobs: Jobs, caplog: pytest.LogCaptureFixture
) -> None:
    def work(progress: Progress) -> dict[str, Any]:
        raise RuntimeError("secret path")

    job = finished(jobs, jobs.start("t", work))
    assert job.state == "failed"
    assert "secret" not in str(job.error)
    assert "secret path" in caplog.text


def test_an_unknown_id(jobs: Jobs) -> None:
    with pytest.raises(UnknownJob, match="nothing-such"):
        jobs.get("nothing-such")
