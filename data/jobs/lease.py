"""Keeping the lease of a job while its work goes on, and watching those of others."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from data.db.store import Store
from data.jobs import rows
from data.jobs.job import Cancelled, Job, LeaseLost
from models.errors import Busy, StoreUnavailable

BEAT = 2.0  # seconds between two signs of life
STALE = 20.0  # seconds without one, after which another process takes a job up

log = logging.getLogger(__name__)


def new_runner() -> str:
    """A name for a process that runs jobs, never used before."""
    return f"{socket.gethostname()[:20]}:{os.getpid()}:{secrets.token_hex(3)}"[:40]


class Lease:
    """Beats in a thread of its own; `progress` is what the work calls.

    Parameters
    ----------
    lost : called in that thread when the job is another's by now
    every : seconds between two beats; default `BEAT`
    """

    def __init__(
        self, store: Store, job: Job, lost: Callable[[], None], every: float | None = None
    ) -> None:
        self._every = BEAT if every is None else every
        self._store, self._job, self._lost = store, job, lost
        self._made: tuple[int, int, str] | None = None
        self._over = threading.Event()
        self._cancelled = self._gone = False
        self._thread = threading.Thread(target=self._beat, name="lease", daemon=True)

    def progress(self, done: int, total: int, step: str) -> None:
        """The work's progress; raises if the work is to end.

        Once all is done what was learned is written, so the database is asked whether the
        job is still ours: a process that was stopped for a while does not know otherwise.

        Raises
        ------
        Cancelled, LeaseLost
        """
        self._made = (done, total, step)
        if done >= total and not self._gone:
            with suppress(Cancelled):
                rows.beat(self._store, self._job, self._made)
        if self._gone:
            raise LeaseLost
        if self._cancelled and done < total:  # what is learned is written as a whole
            raise Cancelled("the job was cancelled.")

    def __enter__(self) -> Lease:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        if self._made is not None and not self._gone:
            try:
                rows.beat(self._store, self._job, self._made)
            except (Cancelled, LeaseLost, StoreUnavailable):
                return

    def _beat(self) -> None:
        while not self._over.wait(self._every):
            try:
                rows.beat(self._store, self._job, self._made)
            except Cancelled:
                self._cancelled = True
            except LeaseLost:
                self._gone = True
                self._lost()
                return
            except StoreUnavailable as error:
                log.warning("job %s: %s", self._job.id, error)


class Watch:
    """Which running jobs have stood still, by this process's own steady clock."""

    def __init__(self, stale: float = STALE) -> None:
        self._stale = stale
        self._seen: dict[int, tuple[int, float]] = {}

    def still(self, store: Store) -> tuple[Job, ...]:
        """The running jobs that gave no sign of life for too long while this was asked."""
        now, found, seen = time.monotonic(), [], {}
        for job in rows.running(store):
            beats, since = self._seen.get(job.number, (-1, now))
            seen[job.number] = (job.beats, since if beats == job.beats else now)
            if now - seen[job.number][1] >= self._stale:
                found.append(job)
        self._seen = seen
        return tuple(found)


@contextmanager
def attended(
    store: Store,
    kind: str,
    task: str,
    by: str,
    *,
    family: str,
    plan: str | None,
    stale: float = STALE,
) -> Iterator[Callable[[int, int, str], None]]:
    """Run work of a family in this process, as its only runner.

    Gives the function to which the work tells its progress.

    Raises
    ------
    Busy
        If another process has a job of the family, and lives.
    KeyboardInterrupt
        If the job was cancelled from elsewhere, as if here.
    """
    runner, watch = new_runner(), Watch(stale)
    watch.still(store)
    begun = time.monotonic()  # what stands still since is taken back before anybody is busy
    while True:
        job = rows.attend(store, kind, task, by, runner, family=family, plan=plan)
        if job is not None:
            break
        waited = time.monotonic() - begun
        still = watch.still(store)
        rows.take_back(store, [one.number for one in still])
        if not still and waited > stale + BEAT:
            raise Busy(
                "'{family}' has a job that still runs. Wait for it (vedich job list), or end it: "
                "vedich job cancel ID.",
                family=family,
            )
        time.sleep(min(0.5, stale / 4))
    try:
        with Lease(store, job, lambda: None) as lease:
            yield lease.progress
    except LeaseLost:
        raise
    except (Cancelled, KeyboardInterrupt) as told:
        rows.end(store, job, "cancelled")
        raise KeyboardInterrupt from told
    except BaseException as error:
        rows.end(store, job, "failed", error=str(error) or type(error).__name__)
        raise
    rows.end(store, job, "done")
