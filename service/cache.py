"""Answers kept ready: bounded, encoded once, and never older than the data."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """A response body, its media type and the ETag that names it."""

    body: bytes
    media_type: str
    etag: str


class AnswerCache:
    """Least recently used answers, each valid for one revision of the store.

    The revision counts every change of observations, plans and promotions, also
    those made by another process, so an answer is served only while nothing
    that it was made from has changed.
    """

    def __init__(self, size: int = 2048) -> None:
        self._size = size
        self._answers: OrderedDict[Hashable, tuple[int, Answer]] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}

    def find(self, key: Hashable, revision: int) -> Answer | None:
        """The answer, if it was made at this revision."""
        with self._lock:
            kept = self._answers.get(key)
            if kept is None or kept[0] != revision:
                return None
            self._answers.move_to_end(key)
            return kept[1]

    def get(
        self, key: Hashable, revision: Callable[[], int], make: Callable[[], Answer]
    ) -> Answer:
        """The answer, made now if it is not there; made once for all who wait for it.

        `revision` is read before `make`: if the data change while the answer is
        being made, it is kept under the old revision and never served again.
        """
        found = self.find(key, revision())
        if found is not None:
            return found
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        try:
            with making:
                now = revision()
                found = self.find(key, now)
                if found is None:
                    found = make()
                    self._keep(key, now, found)
        finally:
            with self._lock:
                self._making.pop(key, None)
        return found

    def _keep(self, key: Hashable, revision: int, answer: Answer) -> None:
        with self._lock:
            self._answers[key] = (revision, answer)
            self._answers.move_to_end(key)
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)

    def __len__(self) -> int:
        return len(self._answers)
