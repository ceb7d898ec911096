"""Tasks over several processes, whose number changes no digit.

Every task is a plain function of what all tasks share and of its own item, its
randomness is seeded by names, each process computes on one BLAS thread, and
results come back in the order of the items. Processes are spawned, not forked:
a service that retrains in the background has threads, which forking may lock.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Result = TypeVar("Result")
Shared = TypeVar("Shared")
Progress = Callable[[int, int, str], None]  # done, total, what was done last

_shared: Any = None  # of a worker process, set once when it starts


def run_tasks(
    task: Callable[[Shared, Item], Result],
    shared: Shared,
    items: Sequence[Item],
    *,
    workers: int = 1,
    progress: Progress | None = None,
    label: Callable[[Item], str] = str,
) -> list[Result]:
    """`[task(shared, item) for item in items]`, on `workers` processes.

    Parameters
    ----------
    task : a function of a module (it is sent by name)
    shared : what every task reads; sent once to each process
    items : one per task; also the order of the results
    workers : number of processes; 1 computes in this one
    progress : told after each task
    label : what a task is called when progress is told
    """
    if workers <= 1 or len(items) <= 1:
        results = []
        with threadpool_limits(limits=1):
            for done, item in enumerate(items, start=1):
                results.append(task(shared, item))
                if progress:
                    progress(done, len(items), label(item))
        return results
    with ProcessPoolExecutor(
        max_workers=min(workers, len(items)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start,
        initargs=(shared,),
    ) as pool:
        futures = [pool.submit(_run, task, item) for item in items]
        try:
            _tell(futures, items, progress, label)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        return [future.result() for future in futures]


def _tell(
    futures: Sequence[Future[Any]],
    items: Sequence[Item],
    progress: Progress | None,
    label: Callable[[Item], str],
) -> None:
    places = {future: place for place, future in enumerate(futures)}
    for done, future in enumerate(as_completed(futures), start=1):
        future.result()
        if progress:
            progress(done, len(items), label(items[places[future]]))


def _start(shared: Any) -> None:
    global _shared
    threadpool_limits(limits=1)
    _shared = shared


def _run(task: Callable[[Any, Any], Any], item: Any) -> Any:
    return task(_shared, item)
