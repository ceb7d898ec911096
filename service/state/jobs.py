"""The jobs of a running service: asked for here, run in a process of their own.

The queue is in the database (`data.jobs`), so any number of services share it: each looks
for work, and whatever a service leaves behind, another takes up.
"""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from data.db.store import Store
from data.jobs import rows
from data.jobs.job import Cancelled, Job, LeaseLost, LogLine, UnknownJob
from data.jobs.lease import BEAT, STALE, Watch, new_runner
from data.plans.rows import load_plan, plan_slugs
from data.settings import Settings
from models.errors import StoreUnavailable
from service.state.child import start_child

SCHEDULE = "schedule"  # who asks for what the settings say
PROCESS = "service.work.process"
LOOK = 2.0  # seconds between two looks at the queue
STARTS = 30.0  # seconds that a process may take before its own first sign of life
FRESH = 0.5  # seconds for which what was read answers all who watch
HANGS = 30.0  # seconds after which a job that was cancelled and goes on is ended

log = logging.getLogger(__name__)


class Jobs:
    """The jobs of one service; nothing runs before `begin`.

    Parameters
    ----------
    stale : seconds without a sign of life after which a job is taken up again
    """

    def __init__(self, store: Store, settings: Settings, stale: float = STALE) -> None:
        self._store, self._settings, self._stale = store, settings, stale
        self._runner = new_runner()
        self._month: tuple[int, int] | None = None  # whose runs were asked for
        self._told: date | None = None  # the day for which notices were asked for
        self._closing, self._asked = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._reading = threading.Lock()
        self._read: tuple[float, tuple[Job, ...]] = (0.0, ())

    def begin(self) -> None:
        """Look for work from now on."""
        if self._thread is None:
            self._closing.clear()
            self._thread = threading.Thread(target=self._look, name="jobs", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop; a job that runs goes back into the queue."""
        self._closing.set()
        self._asked.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def start(
        self, kind: str, task: str, by: str, plan: str | None, arguments: Mapping[str, Any]
    ) -> Job:
        """Ask for a job, unless the same task waits or runs already: then that one.

        Parameters
        ----------
        kind : of `service.work.process`
        plan : whose body sees it; without one it is the house's
        """
        family = "" if plan is None else load_plan(self._store, plan).family
        job = rows.enqueue(
            self._store, kind, task, by, family=family, plan=plan, arguments=arguments
        )
        self._changed()
        return job

    def cancel(self, id_: str, by: str) -> Job:
        """Ask for the end of a job."""
        job = rows.cancel(self._store, id_, by)
        self._changed()
        return job

    def get(self, id_: str) -> Job:
        """A job's current state; `UnknownJob` if there is none."""
        return rows.job_of(self._store, id_)

    def log_of(self, job: Job) -> tuple[LogLine, ...]:
        return rows.log_of(self._store, job)

    def plan_of(self, id_: str) -> str | None:
        """The plan of a job, '' if it is about none; None if there is no such job."""
        job = next((one for one in self.recent() if one.id == id_), None)
        if job is None:
            try:
                job = self.get(id_)
            except UnknownJob:
                return None
        return job.plan or ""

    def recent(self) -> tuple[Job, ...]:
        """The newest jobs of the house, newest first, as they stood at most `FRESH` ago.

        Every page and every stream asks; the database is asked once.
        """
        with self._reading:
            now = time.monotonic()
            if now - self._read[0] >= FRESH or self._read[0] == 0.0:
                self._read = (now, rows.jobs_of(self._store))
            return self._read[1]

    def _changed(self) -> None:
        with self._reading:
            self._read = (0.0, ())
        self._asked.set()

    def _look(self) -> None:
        watch = Watch(self._stale)
        while not self._closing.is_set():
            self._asked.clear()
            try:
                self._ask_for_month()
                self._ask_to_tell()
                if still := watch.still(self._store):
                    rows.take_back(self._store, [job.number for job in still])
                job = rows.claim(self._store, self._runner, self._settings.jobs_at_once)
                if job is not None:
                    self._run(job)
                    continue
            except StoreUnavailable as error:
                log.warning("jobs: %s", error)
            except Exception:
                log.exception("looking for jobs failed")
            self._asked.wait(LOOK)

    def _ask_for_month(self) -> None:
        """Ask for the monthly runs that are due, each once a month, whichever service is first."""
        now = datetime.now()
        if self._month == (now.year, now.month) or not self._is_due(now):
            return
        plans = {slug.rpartition("-")[0]: slug for slug in sorted(plan_slugs(self._store))}
        for family, slug in plans.items():
            rows.enqueue(
                self._store,
                "monthly",
                f"monthly {slug} of {now:%Y-%m}",
                SCHEDULE,
                family=family,
                plan=slug,
                once=True,
            )
        self._month = (now.year, now.month)

    def _ask_to_tell(self) -> None:
        """Ask for the notices of the day, once a day, whichever service is first."""
        now, hour = datetime.now(), self._settings.notify_hour
        if hour is None or now.hour < hour or self._told == now.date():
            return
        task = f"notify of {now:%Y-%m-%d}"
        rows.enqueue(self._store, "notify", task, SCHEDULE, once=True)
        self._told = now.date()

    def _is_due(self, now: datetime) -> bool:
        day = self._settings.monthly_day
        return bool(day) and (now.day, now.hour) >= (day, self._settings.monthly_hour)

    def _run(self, job: Job) -> None:
        """Run a job in a process, and put it back if the process ends without a last word."""
        child = start_child(PROCESS, (self._settings, job))
        begun = beaten = time.monotonic()
        cancelled = 0.0
        while child.poll() is None and not self._closing.is_set():
            try:
                child.wait(0.2)
            except subprocess.TimeoutExpired:
                now = time.monotonic()
                if now - begun < STARTS and now - beaten > BEAT:  # it does so itself by then
                    beaten = now
                    with suppress(Cancelled, LeaseLost, StoreUnavailable):
                        rows.beat(self._store, job)
                cancelled = self._since_cancelled(job, cancelled)
                if cancelled and time.monotonic() - cancelled > HANGS:
                    child.kill()
        if self._closing.is_set() and child.poll() is None:
            child.kill()
        code = child.wait()
        if child.stdin is not None:
            child.stdin.close()
        told_to = self._closing.is_set()
        reason = "the service stopped" if told_to else f"its process ended with {code}"
        rows.release(self._store, job, reason, ended=not told_to)
        self._changed()

    def _since_cancelled(self, job: Job, before: float) -> float:
        if before:
            return before
        try:
            now = next((one for one in self.recent() if one.number == job.number), None)
        except StoreUnavailable:
            return 0.0
        return time.monotonic() if now is not None and now.cancelling else 0.0
