"""The jobs of a service: a process of their own, which a kill does not lose."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from data.db.store import Store
from data.jobs.job import Job
from data.jobs.rows import cancel, enqueue, job_of, log_of
from data.settings import Settings
from service.state import jobs as module
from service.state.jobs import Jobs
from tests.processes import alive, children

PROCESS = "tests.service.state.sleeping_job"

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    found = Store.open(settings.store_url)
    yield found
    found.close()


@pytest.fixture
def serving(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Jobs]]:
    """Starts services on the database, whose jobs sleep."""
    monkeypatch.setattr(module, "PROCESS", PROCESS)
    monkeypatch.setattr(module, "LOOK", 0.1)
    monkeypatch.setattr(module, "FRESH", 0.0)
    monkeypatch.setattr(module, "BEAT", 0.2)
    begun: list[Jobs] = []

    def begin() -> Jobs:
        jobs = Jobs(store, settings, stale=2.0)
        jobs.begin()
        begun.append(jobs)
        return jobs

    yield begin
    for jobs in begun:
        jobs.close()


def ask(store: Store, seconds: float, task: str = "sleep") -> Job:
    return enqueue(store, "sleep", task, "An", arguments={"seconds": seconds})


def until(store: Store, job: Job, ready: Callable[[Job], bool]) -> Job:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        job = job_of(store, job.id)
        if ready(job):
            return job
        time.sleep(0.05)
    raise AssertionError(f"still {job}")


def ends(process: int) -> bool:
    """Whether a process ends within a while."""
    deadline = time.monotonic() + 20
    while alive(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(process)


def over(job: Job) -> bool:
    return not job.open


def runs(job: Job) -> bool:
    return job.state == "running" and job.done > 0


def test_a_job_runs_in_a_process_of_its_own(store: Store, serving: Any) -> None:
    serving()
    job = until(store, ask(store, 0.2), over)
    assert job.state == "done"
    assert job.result is not None
    assert job.result["process"] != os.getpid()


def test_a_job_whose_process_is_killed_is_resumed(store: Store, serving: Any) -> None:
    serving()
    job = until(store, ask(store, 2.0), runs)
    os.kill(int(job.step), signal.SIGKILL)
    done = until(store, job, over)
    assert (done.state, done.attempts) == ("done", 2)
    events = [line.event for line in log_of(store, done)]
    assert events == ["queued", "started", "interrupted", "resumed", "done"]


def test_a_job_that_is_cancelled_ends(store: Store, serving: Any) -> None:
    serving()
    job = until(store, ask(store, 60.0), runs)
    cancel(store, job.id, "Bình")
    assert until(store, job, over).state == "cancelled"
    assert ends(int(job.step))


def test_a_job_that_hangs_after_it_was_cancelled_is_ended(
    store: Store, serving: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HANGS", 0.5)
    serving()
    job = until(store, ask(store, 60.0), runs)
    os.kill(int(job.step), signal.SIGSTOP)
    cancel(store, job.id, "Bình")
    assert until(store, job, over).state == "cancelled"


def test_a_service_that_stops_leaves_its_job_to_the_next(store: Store, serving: Any) -> None:
    first = serving()
    job = until(store, ask(store, 2.0), runs)
    first.close()
    assert ends(int(job.step))
    waiting = job_of(store, job.id)
    assert (waiting.state, waiting.attempts) == ("queued", 0)
    serving()
    assert until(store, job, over).state == "done"


def test_two_services_share_a_queue(store: Store, serving: Any) -> None:
    serving()
    serving()
    jobs = [ask(store, 0.1, f"sleep {number}") for number in range(4)]
    done = [until(store, job, over) for job in jobs]
    assert [job.state for job in done] == ["done"] * 4
    assert [job.attempts for job in done] == [1] * 4


def test_a_service_that_is_killed_takes_its_processes_along_and_loses_nothing(
    store: Store, serving: Any, settings: Settings
) -> None:
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from data.db.store import Store\n"
        "from data.settings import Settings\n"
        "from service.state import jobs\n"
        f"jobs.PROCESS = {PROCESS!r}\n"
        "settings = Settings(home=Path(sys.argv[1]))\n"
        "found = jobs.Jobs(Store.open(settings.store_url), settings)\n"
        "found.begin()\n"
        "time.sleep(120)\n"
    )
    job = ask(store, 3.0)
    other = subprocess.Popen([sys.executable, "-c", script, str(settings.home)])
    job = until(store, job, runs)
    assert int(job.step) in children(other.pid)
    other.kill()
    other.wait()
    assert ends(int(job.step))
    assert job_of(store, job.id).state == "running"  # nobody was left to say otherwise
    serving()
    done = until(store, job, over)
    assert (done.state, done.attempts) == ("done", 2)
