"""Tasks in parallel processes, whose number changes no digit.

A process loads the program for two seconds before its first task, so small work can be done
in the calling process: others are started once it is longer (`alone`).

Every task is a function of a shared value and of its own item, its randomness is seeded
by names, each process uses a single BLAS thread, and results are in the order of the
items. Processes are spawned, not forked: a service that retrains in the background has
threads, and forking may deadlock.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import connection
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from threadpoolctl import threadpool_limits

from models.errors import ClusterUnavailable

Item = TypeVar("Item")
Result = TypeVar("Result")
Shared = TypeVar("Shared")
Progress = Callable[[int, int, str], None]  # done, total, last step

_shared: Any = None  # of a worker process, set at its start

FEW = 3  # tasks, whose time says nothing yet of the others'
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def load_algebra() -> None:
    """Load every copy of the linear algebra that fits use, so that its threads are counted."""
    for name in ("scipy.linalg", "scipy.optimize", "scipy.special"):
        import_module(name)


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread of linear algebra, whatever the environment says.

    With several a sum is added up in another order and may differ in its last digit, and
    a bundle's content hash with it.
    """
    load_algebra()
    with threadpool_limits(limits=1):
        yield


class Workers(Generic[Shared]):
    """Processes that share a read-only value; use as a context manager.

    Each reads the value from a file, because a pipe would block the caller until the
    process has loaded the program.

    Parameters
    ----------
    shared : read by every task; written once
    number : of processes; 1 runs tasks in the current process
    alone : CPU seconds of work that the current process does by itself; the others are
        started once the tasks of a `run` will take longer. 0 starts them before the first
    """

    def __init__(self, shared: Shared, number: int = 1, alone: float = 0.0) -> None:
        self._shared, self._number, self._alone = shared, number, alone
        self._spent = 0.0  # by the current process
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=error is not None)
            self._folder.cleanup()

    def run(
        self,
        task: Callable[[Shared, Item], Result],
        items: Sequence[Item],
        done: Callable[[Item], None] | None = None,
    ) -> list[Result]:
        """`[task(shared, item) for item in items]`; `done` is called after each.

        Parameters
        ----------
        task : a module-level function (it is pickled by name)
        items : one per task, in the order of the results

        Raises
        ------
        ClusterUnavailable
            If a process was ended from outside.
        """
        results = [] if self._pool else self._run_here(task, items, done)
        rest = items[len(results) :]
        if not rest:
            return results
        pool = self._pool or self._started()
        try:
            futures = {pool.submit(_run, task, item): item for item in rest}
            for future in as_completed(futures):
                future.result()
                if done:
                    done(futures[future])
        except BrokenExecutor as error:
            raise ClusterUnavailable(
                "expected the processes of this run until its end, found that one was ended from "
                "outside, perhaps because memory ran out. Nothing was promoted; run it again, "
                "with fewer --workers."
            ) from error
        return results + [_value(future) for future in futures]

    def _run_here(
        self,
        task: Callable[[Shared, Item], Result],
        items: Sequence[Item],
        done: Callable[[Item], None] | None,
    ) -> list[Result]:
        """The results of the first items: of all, unless the rest is worth other processes."""
        results: list[Result] = []
        seconds: list[float] = []
        with one_thread():
            for item in items:
                if self._number > 1 and self._is_long(seconds, len(items)):
                    break
                begun = time.process_time()
                results.append(task(self._shared, item))
                seconds.append(time.process_time() - begun)
                if done:
                    done(item)
        self._spent += sum(seconds)
        return results

    def _is_long(self, seconds: Sequence[float], tasks: int) -> bool:
        """Whether tasks, the first of which took so long, take longer than one process should.

        By the median, as the first task loads libraries.
        """
        if self._alone and len(seconds) < FEW:
            return False
        usual = statistics.median(seconds) if seconds else 0.0
        expected = self._spent + sum(seconds) + usual * (tasks - len(seconds))
        return expected >= self._alone

    def _started(self) -> ProcessPoolExecutor:
        """The pool, each of whose processes is starting."""
        self._folder = tempfile.TemporaryDirectory(prefix="vedich-")
        file = Path(self._folder.name) / "shared.pickle"
        file.write_bytes(pickle.dumps(self._shared, pickle.HIGHEST_PROTOCOL))
        self._pool = ProcessPoolExecutor(
            max_workers=self._number,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(file,),
        )
        for _ in range(self._number):
            self._pool.submit(_ready)  # a process is started for each
        return self._pool


def _value(future: Future[Result]) -> Result:
    return future.result()


def _start(file: Path) -> None:
    global _shared
    for variable in THREADS:  # of libraries that are still to be loaded
        os.environ[variable] = "1"
    end_with_parent()
    _shared = pickle.loads(file.read_bytes())
    load_algebra()
    threadpool_limits(limits=1)  # of those that are loaded


def end_with_parent() -> None:
    """End this process once its parent is gone, whatever ended it: a killed parent tells nobody.

    The queue of tasks does not say so, for this process holds its writing end too.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch(sentinel: int) -> None:
        connection.wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, args=(parent.sentinel,), name="parent", daemon=True).start()


def _ready() -> None:
    """The first task of a process, which starts it."""


def _run(task: Callable[[Any, Any], Any], item: Any) -> Any:
    return task(_shared, item)
