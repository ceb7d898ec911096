"""Kept values: bounded, made once, dropped with the revision they were made at."""

from __future__ import annotations

import threading
import time

import pytest

from service.state.cache import RevisionCache
from service.state.turns import Turns


def test_a_value_is_made_once_and_given_again() -> None:
    cache: RevisionCache[str] = RevisionCache(4)
    made = []

    def make() -> str:
        made.append(1)
        return "value"

    for _ in range(3):
        assert cache.get("k", lambda: 1, make) == "value"
    assert len(made) == 1


def test_a_new_revision_computes_it_again() -> None:
    cache: RevisionCache[str] = RevisionCache(4)
    assert cache.get("k", lambda: 1, lambda: "old") == "old"
    assert cache.get("k", lambda: 2, lambda: "new") == "new"
    assert cache.find("k", 1) is None


def test_data_that_change_while_a_value_is_made_leave_nothing_stale() -> None:
    cache: RevisionCache[str] = RevisionCache(4)
    revision = [1]

    def make() -> str:
        revision[0] = 2  # an ingest ends while the old answer is computed
        return "old"

    assert cache.get("k", lambda: revision[0], make) == "old"
    assert cache.get("k", lambda: revision[0], lambda: "new") == "new"


def test_the_least_recently_used_leaves_first() -> None:
    cache: RevisionCache[str] = RevisionCache(2)
    for key in ("a", "b"):
        cache.get(key, lambda: 1, lambda: "value")
    cache.find("a", 1)
    cache.get("c", lambda: 1, lambda: "value")
    assert len(cache) == 2
    assert cache.find("a", 1) == "value"
    assert cache.find("b", 1) is None


def test_heavy_values_push_out_as_many_as_they_weigh() -> None:
    cache: RevisionCache[str] = RevisionCache(10, weight=len)
    for key in ("a", "b", "c"):
        cache.get(key, lambda: 1, lambda: "four")
    assert [cache.find(key, 1) for key in ("a", "b", "c")] == [None, "four", "four"]
    cache.get("c", lambda: 2, lambda: "sixsix")  # in place of its own four
    assert cache.find("b", 1) == "four"
    cache.get("d", lambda: 1, lambda: "more than all may weigh")
    assert len(cache) == 1
    assert cache.find("d", 1) is not None


def test_many_who_ask_at_once_wait_for_one() -> None:
    cache: RevisionCache[str] = RevisionCache(4)
    made = []

    def make() -> str:
        time.sleep(0.05)
        made.append(1)
        return "value"

    threads = [threading.Thread(target=cache.get, args=("k", lambda: 1, make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_what_is_cheap_waits_for_no_turn_but_what_it_is_made_of_does() -> None:
    turns = Turns()
    cheap: RevisionCache[str] = RevisionCache(4, turns, cheap=True)
    costly: RevisionCache[str] = RevisionCache(4, turns)
    costly.get("known", lambda: 1, lambda: "kept")
    made: list[str] = []

    def ask(part: str) -> None:
        made.append(cheap.get(part, lambda: 1, lambda: costly.get(part, lambda: 1, lambda: "new")))

    threads = [threading.Thread(target=ask, args=(part,)) for part in ("known", "unknown")]
    with turns:  # somebody is at work
        for thread in threads:
            thread.start()
        threads[0].join(5)
        assert made == ["kept"]
    threads[1].join(5)
    assert made == ["kept", "new"]


def test_a_failure_is_not_kept() -> None:
    cache: RevisionCache[str] = RevisionCache(4)

    def fail() -> str:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cache.get("k", lambda: 1, fail)
    assert cache.get("k", lambda: 1, lambda: "value") == "value"
    assert not cache._making
