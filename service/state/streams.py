"""How many answers may stay open at once: those that tell of progress as it is made."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from models.errors import Overloaded

OF_ONE, OF_ALL = 8, 64  # open at once for a caller, and for all


class Streams:
    """Counts the open streams of one service process, by caller."""

    def __init__(self, of_one: int = OF_ONE, of_all: int = OF_ALL) -> None:
        self._of_one, self._of_all = of_one, of_all
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def one(self, caller: str) -> Iterator[None]:
        """Count a stream while it is open.

        Raises
        ------
        Overloaded
            If the caller, or all together, have too many.
        """
        with self._lock:
            if self._open[caller] >= self._of_one or self._open.total() >= self._of_all:
                raise Overloaded(
                    "too many pages watch jobs at once. Ask for the job again in a while: "
                    "GET /v1/jobs/ID."
                )
            self._open[caller] += 1
        try:
            yield
        finally:
            with self._lock:
                self._open[caller] -= 1
                if not self._open[caller]:
                    del self._open[caller]
