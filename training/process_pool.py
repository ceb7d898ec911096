"""A pool of processes for tasks that go on without each other: whole families.

The workers of one family (`training.workers`, `training.cluster`) stand and fall together: a
retraining is whole or not at all. Families do not: each has its own bundle, rows and files,
so a process that ends, whatever ended it, takes only its own item along.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from multiprocessing import connection
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from training.workers import Item, Result, end_with_parent

_spawned = multiprocessing.get_context("spawn")


class ProcessPool:
    """`with ProcessPool(number) as pool` does so many items at once.

    Parameters
    ----------
    number : of processes, started when first needed; 1 does everything in the current one
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._idle: list[_Place] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _end(self._idle)

    def map(
        self,
        task: Callable[[Item], Result],
        items: Sequence[Item],
        lost: Callable[[Item], Result],
        done: Callable[[Item], None] | None = None,
        weight: Callable[[Item], float] = lambda _: 0.0,
    ) -> Generator[Result, None, None]:
        """`[task(item) for item in items]`, each as soon as it and those before it are there.

        A process has one item at a time. If the caller stops early, what runs is interrupted
        as by Ctrl+C.

        Parameters
        ----------
        task : a module-level function (it is pickled by name)
        lost : gives the result of an item whose process ended
        done : called after each item, in the order in which they are done
        weight : of an item, default the same; heavier ones begin first, so that none runs alone
        """
        if self._number == 1:
            for item in items:
                result = task(item)
                if done:
                    done(item)
                yield result
            return
        waiting = deque(sorted(enumerate(items), key=lambda one: -weight(one[1])))
        busy: dict[object, tuple[_Place, int]] = {}  # by the line to it
        found: dict[int, Result] = {}
        try:
            for following in range(len(items)):
                while following not in found:
                    while waiting and len(busy) < self._number:
                        place = self._idle.pop() if self._idle else _Place()
                        busy[place.line] = (place, waiting[0][0])
                        with suppress(BrokenPipeError):  # its end is seen below
                            place.line.send((task, waiting.popleft()[1]))
                    for line in connection.wait([place.line for place, _ in busy.values()]):
                        place, which = busy.pop(line)
                        try:
                            found[which] = place.line.recv()
                            self._idle.append(place)
                        except (EOFError, ConnectionResetError):
                            place.end()
                            found[which] = lost(items[which])
                        if done:
                            done(items[which])
                yield found.pop(following)
        finally:
            _end([place for place, _ in busy.values()])


class _Place:
    """A process that does one item after the other."""

    def __init__(self) -> None:
        self.line, there = _spawned.Pipe()
        self._process = _spawned.Process(target=_serve, args=(there,))
        self._process.start()
        there.close()  # so that its end is seen here

    def interrupt(self) -> None:
        if self._process.is_alive() and self._process.pid:
            os.kill(self._process.pid, signal.SIGINT)

    def end(self) -> None:
        self.line.close()
        self._process.join()


def _end(places: Sequence[_Place]) -> None:
    for place in places:
        place.interrupt()
    for place in places:
        place.end()


def _serve(line: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    with suppress(KeyboardInterrupt, EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            task, item = line.recv()
            signal.signal(signal.SIGINT, _interrupted)
            result = task(item)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            line.send(result)


def _interrupted(*_: object) -> None:
    """As Python does, but once: what ends a task is not to be interrupted itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt
