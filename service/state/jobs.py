"""Background jobs: one at a time, with progress that can be polled."""

from __future__ import annotations

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Literal

from models.errors import NotFound, VedichError

State = Literal["queued", "running", "done", "failed"]
Progress = Callable[[int, int, str], None]  # done, total, last step
Work = Callable[[Progress], dict[str, Any]]

KEPT = 100  # finished jobs remembered
_UNEXPECTED = "stopped by an error inside the service; its log says which"

log = logging.getLogger(__name__)


class UnknownJob(NotFound):
    """No job of that id; jobs are forgotten when the service restarts."""


@dataclass(frozen=True)
class Job:
    """Snapshot of one job; replaced at every step. `plan`: what it is about, if about one."""

    id: str
    task: str
    state: State = "queued"
    done: int = 0
    total: int = 0
    step: str = ""
    result: dict[str, Any] | None = None
    error: str | None = None
    plan: str | None = None
    failure: VedichError | None = None  # what `error` says, to be said in other languages


class Jobs:
    """Runs jobs first in, first out, one at a time, in a separate thread."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="job")
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, task: str, work: Work, plan: str | None = None) -> Job:
        """Queue a task, unless the same task is already queued or running.

        Parameters
        ----------
        task : description; tasks with the same description are the same
        work : called with a progress function; its return value becomes `Job.result`
        plan : whose body sees it; without one it is the house's
        """
        with self._lock:
            for job in self._jobs.values():
                if job.task == task and job.state in ("queued", "running"):
                    return job
            job = Job(secrets.token_hex(8), task, plan=plan)
            self._jobs[job.id] = job
            self._forget()
        self._pool.submit(self._run, job.id, work)
        return job

    def get(self, id_: str) -> Job:
        """A job's current state; `UnknownJob` if there is none."""
        with self._lock:
            job = self._jobs.get(id_)
        if job is None:
            raise UnknownJob(
                f"expected the id of a job of this run of the service, found '{id_}'. "
                "Jobs are forgotten when the service stops; start the task again."
            )
        return job

    def plan_of(self, id_: str) -> str | None:
        """The plan of a job, '' if it is about none; None if there is no such job."""
        with self._lock:
            job = self._jobs.get(id_)
        return None if job is None else job.plan or ""

    def all(self) -> tuple[Job, ...]:
        """All remembered jobs, oldest first."""
        with self._lock:
            return tuple(self._jobs.values())

    def close(self) -> None:
        """Cancel queued jobs; a running job goes on."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, id_: str, work: Work) -> None:
        def progress(done: int, total: int, step: str) -> None:
            self._update(id_, done=done, total=total, step=step)

        self._update(id_, state="running")
        try:
            result = work(progress)
        except VedichError as error:
            self._update(id_, state="failed", error=str(error), failure=error)
        except Exception:
            log.exception("job %s failed", id_)
            self._update(id_, state="failed", error=_UNEXPECTED)
        else:
            self._update(id_, state="done", result=result)

    def _update(self, id_: str, **changes: Any) -> None:
        with self._lock:
            self._jobs[id_] = replace(self._jobs[id_], **changes)

    def _forget(self) -> None:
        finished = [job.id for job in self._jobs.values() if job.state in ("done", "failed")]
        for id_ in finished[: max(0, len(finished) - KEPT)]:
            del self._jobs[id_]
