"""A cache keyed by revision: bounded, computed once, never older than the data."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import nullcontext
from typing import Generic, TypeVar

from service.state.turns import Turns

Value = TypeVar("Value")


class RevisionCache(Generic[Value]):
    """A least-recently-used cache; a value is valid for one revision of the store.

    The revision counts every change of observations, plans and promotions, also by other
    processes, so a cached value is returned only while its inputs are unchanged.

    Parameters
    ----------
    most : sum of the weights of what is kept; the newest value is kept whatever its weight
    turns : at making values, shared with other caches
    weight : of a value, default 1 each
    cheap : values are made without a turn; what they are made of waits for its own
    """

    def __init__(
        self,
        most: int,
        turns: Turns | None = None,
        weight: Callable[[Value], int] = lambda _: 1,
        cheap: bool = False,
    ) -> None:
        self._most, self._weight, self._weighs = most, weight, 0
        self._turns = turns or Turns()
        self._cheap = cheap
        self._kept: OrderedDict[Hashable, tuple[Hashable, Value]] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}

    def find(self, key: Hashable, revision: Hashable) -> Value | None:
        """The value, if it was computed at this revision."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept[0] != revision:
                return None
            self._kept.move_to_end(key)
            return kept[1]

    def get(
        self, key: Hashable, revision: Callable[[], Hashable], make: Callable[[], Value]
    ) -> Value:
        """The cached value, else `make()`, computed once for all threads that wait.

        `revision` is read before `make`: if the data change meanwhile, the value is
        stored under the old revision and not returned again. Values that are not cheap are
        made in turn.

        Raises
        ------
        Busy
            If it is to be made and too many others wait.
        """
        found = self.find(key, revision())
        if found is not None:
            return found
        if self._turns.mine:  # nobody else makes anything
            return self._made(key, revision, make)
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        try:
            with making:  # those who ask for the same wait for it in one place
                found = self.find(key, revision())
                if found is None:
                    with nullcontext() if self._cheap else self._turns:
                        found = self._made(key, revision, make)
                return found
        finally:
            with self._lock:
                self._making.pop(key, None)

    def _made(
        self, key: Hashable, revision: Callable[[], Hashable], make: Callable[[], Value]
    ) -> Value:
        now = revision()
        found = self.find(key, now)
        if found is None:
            found = make()
            self._keep(key, now, found)
        return found

    def _keep(self, key: Hashable, revision: Hashable, value: Value) -> None:
        with self._lock:
            before = self._kept.pop(key, None)
            self._weighs += self._weight(value) - (self._weight(before[1]) if before else 0)
            self._kept[key] = (revision, value)
            while self._weighs > self._most and len(self._kept) > 1:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._weighs -= self._weight(dropped)

    def __len__(self) -> int:
        return len(self._kept)
