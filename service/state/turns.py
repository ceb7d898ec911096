"""Turns at costly work: one at a time, in fair order, with an end to waiting.

Whoever reads what is cached never waits here. What has to be computed first is: the
interpreter runs one thread at a time anyway, and one at work leaves half of it to those
who read. Each asker has its own line, and the lines take turns, so that a hundred
questions of one program are not before the one of another.
"""

from __future__ import annotations

import threading
from collections import deque
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType

from models.errors import Busy

LONGEST_LINE, MOST_WAITING = 12, 24  # of an asker, of all; each holds one of 40 threads


@dataclass
class Asker:
    """Whose request a thread works on: an address until it is known who asks."""

    name: str


ASKER: ContextVar[Asker] = ContextVar("asker")  # set for each request


class Turns:
    """`with turns:` does costly work in turn; within it the same thread does not wait again."""

    def __init__(self, line: int = LONGEST_LINE, most: int = MOST_WAITING) -> None:
        self._line, self._most = line, most
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[_Place]] = {}  # the next line first
        self._holder: int | None = None
        self._depth = 0

    @property
    def mine(self) -> bool:
        """Whether it is this thread's turn."""
        return self._holder == threading.get_ident()

    def __enter__(self) -> None:
        """Wait for a turn; raise `Busy` if too many wait already."""
        if not self.mine:
            place = self._place()
            if place is not None:
                place.reached.wait()
        self._depth += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._pass_on()

    def _place(self) -> _Place | None:
        """A place in the asker's line; None if it is our turn at once."""
        asker = ASKER.get(None)
        name = "" if asker is None else asker.name
        with self._lock:
            if self._holder is None:
                self._holder = threading.get_ident()
                return None
            others = sum(map(len, self._waiting.values()))
            if len(self._waiting.get(name, ())) >= self._line or others >= self._most:
                raise Busy(
                    "expected a free place for what has to be computed first, found too many "
                    "waiting. Try again in a minute."
                )
            mine = _Place(threading.get_ident(), threading.Event())
            self._waiting.setdefault(name, deque()).append(mine)
            return mine

    def _pass_on(self) -> None:
        with self._lock:
            name = next(iter(self._waiting), None)
            if name is None:
                self._holder = None
                return
            line = self._waiting.pop(name)
            following = line.popleft()
            if line:
                self._waiting[name] = line  # behind the other lines
            self._holder = following.thread
        following.reached.set()


@dataclass(frozen=True)
class _Place:
    thread: int
    reached: threading.Event
