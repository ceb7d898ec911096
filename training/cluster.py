"""Tasks on a Dask cluster: the same functions on many machines, and the same digits.

What is shared is sent to every machine once; results come back as they are made. A machine
that is lost loses nothing: its tasks are done again by another. Dask sends pickled objects,
so scheduler and machines belong in a network that only they are in, or behind TLS
(`tls://`, by Dask's own settings).
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from functools import cache, partial
from importlib.util import find_spec
from types import TracebackType
from typing import Any

from threadpoolctl import threadpool_limits

from models.errors import ClusterUnavailable, MissingExtra
from training.backtest.seen import method
from training.workers import Item, Result, Shared, Workers, load_algebra

CONNECT = 10.0  # seconds for the scheduler to answer, and for a first worker to be there
RETRIES = 3  # of a task whose machine was lost


class Cluster(Workers[Shared]):
    """The workers of a Dask scheduler, in place of processes of this machine.

    Parameters
    ----------
    shared : read by every task; sent to each worker once
    scheduler : address, such as 'tcp://10.0.0.5:8786'

    Raises
    ------
    MissingExtra
        If Dask is not installed.
    ClusterUnavailable
        If the scheduler does not answer, has no worker, or a worker runs another program.
    """

    def __init__(self, shared: Shared, scheduler: str) -> None:
        super().__init__(shared)
        if find_spec("distributed") is None:
            raise MissingExtra(
                "engine dask: expected the library distributed, found that it is not installed. "
                "Install the extra 'dask': pip install 'vedich[dask]'."
            )
        from distributed import Client

        self._scheduler = scheduler
        try:
            self._client = Client(scheduler, timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ClusterUnavailable(
                "expected a Dask scheduler at {address}, found: {reason}. Start it with "
                "'dask scheduler', and give its address with --scheduler.",
                address=scheduler,
                reason=str(error).splitlines()[0] or type(error).__name__,
            ) from error
        try:
            self._check_workers()
            self._sent = self._client.scatter(shared, broadcast=True, hash=False)
        except BaseException:
            self._client.close()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()  # cancels what still runs
        super().__exit__(kind, error, trace)

    def run(
        self,
        task: Callable[[Shared, Item], Result],
        items: Sequence[Item],
        done: Callable[[Item], None] | None = None,
    ) -> list[Result]:
        """As `Workers.run`; an error of a task is raised as it is.

        Raises
        ------
        ClusterUnavailable
            If all workers are lost, or a worker that came later runs another program.
        """
        from distributed import as_completed
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        if not items:
            return []
        call = partial(_run, task, program())
        futures = self._client.map(call, items, shared=self._sent, pure=False, retries=RETRIES)
        places = {future.key: place for place, future in enumerate(futures)}
        found: dict[int, Result] = {}
        coming = as_completed(futures, loop=self._client.loop, with_results=True)
        del futures  # each is let go of once its result is here
        try:
            for future, result in coming:
                if future.cancelled():  # it, or what is shared, is nowhere any more
                    raise FutureCancelledError(future.key, "lost")
                place = places[future.key]
                found[place] = result
                if done:
                    done(items[place])
        except (FutureCancelledError, KilledWorker, OSError) as error:
            raise ClusterUnavailable(
                "expected the workers of {address} until the end, found that they were lost "
                "({reason}). Nothing was stored; run it again.",
                address=self._scheduler,
                reason=type(error).__name__,
            ) from error
        return [found[place] for place in range(len(items))]

    def _check_workers(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=CONNECT)
        except TimeoutError:
            raise ClusterUnavailable(
                "expected workers at {address}, found none. Start some with "
                "'dask worker {address}', where this program is installed.",
                address=self._scheduler,
            ) from None
        for worker, own in self._client.run(program).items():
            if own != program():
                raise _another_program(str(worker))


@cache
def program() -> str:
    """What decides the digits: this program's method, its libraries, and Python."""
    return f"{method()} {platform.python_version()}"


def _run(task: Callable[[Any, Any], Any], expected: str, item: Any, shared: Any) -> Any:
    _prepare()
    if program() != expected:
        raise _another_program(platform.node())
    return task(shared, item)


@cache
def _prepare() -> None:
    """One thread of linear algebra, from now on and for all threads of this process."""
    load_algebra()
    threadpool_limits(limits=1)


def _another_program(worker: str) -> ClusterUnavailable:
    return ClusterUnavailable(
        "expected the same program and libraries on all machines, found others at {worker}. "
        "Install this version there; digits would differ.",
        worker=worker,
    )
