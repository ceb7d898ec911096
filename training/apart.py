"""Tasks that go on without each other: whole families in processes that may end at any moment.

The workers of one family (`training.workers`, `training.cluster`) stand and fall together: a
retraining is whole or not at all. Families do not: each has its own bundle, rows and files.
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

from training.workers import Item, Result, end_with_parent

_spawned = multiprocessing.get_context("spawn")


def apart(
    task: Callable[[Item], Result],
    items: Sequence[Item],
    number: int,
    lost: Callable[[Item], Result],
    done: Callable[[Item], None] | None = None,
) -> Generator[Result, None, None]:
    """`[task(item) for item in items]`, each as soon as it and those before it are there.

    A process is reused, and has one item at a time. If it ends before its item is done,
    whatever ended it, only that item is lost. If the caller stops early, what runs is
    interrupted as by Ctrl+C.

    Parameters
    ----------
    task : a module-level function (it is pickled by name)
    number : of items at once, each in a process; 1 runs them in the current process
    lost : gives the result of an item whose process ended
    done : called after each item, in the order in which they are done
    """
    if number == 1:
        for item in items:
            result = task(item)
            if done:
                done(item)
            yield result
        return
    waiting = deque(enumerate(items))
    busy: dict[object, tuple[_Place, int]] = {}  # by the line to it
    idle: list[_Place] = []
    found: dict[int, Result] = {}
    try:
        for following in range(len(items)):
            while following not in found:
                while waiting and len(busy) < number:
                    place = idle.pop() if idle else _Place(task)
                    busy[place.line] = (place, waiting[0][0])
                    with suppress(BrokenPipeError):  # its end is seen below
                        place.line.send(waiting.popleft()[1])
                for line in connection.wait([place.line for place, _ in busy.values()]):
                    place, which = busy.pop(line)
                    try:
                        found[which] = place.line.recv()
                        idle.append(place)
                    except (EOFError, ConnectionResetError):
                        place.end()
                        found[which] = lost(items[which])
                    if done:
                        done(items[which])
            yield found.pop(following)
    finally:
        places = [*idle, *(place for place, _ in busy.values())]
        for place in places:
            place.interrupt()
        for place in places:
            place.end()


class _Place:
    """A process that does one item after the other."""

    def __init__(self, task: Callable[[Item], Result]) -> None:
        self.line, there = _spawned.Pipe()
        self._process = _spawned.Process(target=_serve, args=(task, there))
        self._process.start()
        there.close()  # so that its end is seen here

    def interrupt(self) -> None:
        if self._process.is_alive() and self._process.pid:
            os.kill(self._process.pid, signal.SIGINT)

    def end(self) -> None:
        self.line.close()
        self._process.join()


def _serve(task: Callable[[Item], Result], line: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    with suppress(KeyboardInterrupt, EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            item = line.recv()
            signal.signal(signal.SIGINT, _interrupted)
            result = task(item)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            line.send(result)


def _interrupted(*_: object) -> None:
    """As Python does, but once: what ends a task is not to be interrupted itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt
