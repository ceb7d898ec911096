"""Tasks in parallel processes, whose number changes no digit.

Every task is a function of a shared value and of its own item, its randomness is seeded
by names, each process uses a single BLAS thread, and results are in the order of the
items. Processes are spawned, not forked: a service that retrains in the background has
threads, and forking may deadlock.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import connection
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Result = TypeVar("Result")
Shared = TypeVar("Shared")
Progress = Callable[[int, int, str], None]  # done, total, last step

_shared: Any = None  # of a worker process, set at its start


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

    All start immediately, while the caller continues: each reads the value from a file,
    because a pipe would block the caller until the process has loaded the program.

    Parameters
    ----------
    shared : read by every task; written once
    number : of processes; 1 runs tasks in the current process
    """

    def __init__(self, shared: Shared, number: int = 1) -> None:
        self._shared = shared
        self._pool: ProcessPoolExecutor | None = None
        if number > 1:
            self._folder = tempfile.TemporaryDirectory(prefix="vedich-")
            file = Path(self._folder.name) / "shared.pickle"
            file.write_bytes(pickle.dumps(shared, pickle.HIGHEST_PROTOCOL))
            self._pool = ProcessPoolExecutor(
                max_workers=number,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_start,
                initargs=(file,),
            )
            for _ in range(number):
                self._pool.submit(_ready)  # a process is started for each

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
        """
        if self._pool is None:
            results = []
            with one_thread():
                for item in items:
                    results.append(task(self._shared, item))
                    if done:
                        done(item)
            return results
        futures = {self._pool.submit(_run, task, item): item for item in items}
        for future in as_completed(futures):
            future.result()
            if done:
                done(futures[future])
        return [_value(future) for future in futures]


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
