"""Turns at costly work: one at a time, fair among askers, few may wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import copy_context

import pytest

from models.errors import Busy
from service.state.cache import RevisionCache
from service.state.turns import ASKER, Asker, Turns


def start(name: str, work: Callable[[], None]) -> threading.Thread:
    """Work in a thread that asks in somebody's name."""

    def named() -> None:
        ASKER.set(Asker(name))
        work()

    thread = threading.Thread(target=copy_context().run, args=(named,))
    thread.start()
    return thread


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


def waiting(turns: Turns) -> int:
    return sum(map(len, turns._waiting.values()))


def test_lines_take_turns_whoever_asks_most() -> None:
    turns, order = Turns(), list[str]()

    def work(name: str) -> Callable[[], None]:
        def run() -> None:
            with turns:
                order.append(name)

        return run

    with turns:
        threads = []
        for name in ("program", "program", "program", "planner", "director"):
            before = waiting(turns)
            threads.append(start(name, work(name)))
            until(lambda before=before: waiting(turns) > before)  # type: ignore[misc]
    for thread in threads:
        thread.join(10)
    assert order == ["program", "planner", "director", "program", "program"]


def test_one_thread_works_at_a_time_and_does_not_wait_for_itself() -> None:
    turns, inside, most = Turns(), [0], [0]

    def work() -> None:
        with turns, turns:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.002)
            inside[0] -= 1

    for thread in [start(str(number), work) for number in range(8)]:
        thread.join(10)
    assert most == [1]
    assert not turns.mine


def test_too_many_of_one_asker_are_told_to_come_again_and_others_are_not() -> None:
    turns = Turns(line=1, most=2)
    done = list[str]()

    def work() -> None:
        with turns:
            done.append("done")

    def refused() -> None:
        with pytest.raises(Busy), turns:
            done.append("never")

    with turns:
        first = start("program", work)
        until(lambda: waiting(turns) == 1)
        start("program", refused).join(10)
        second = start("planner", work)
        until(lambda: waiting(turns) == 2)
        start("director", refused).join(10)  # two wait: no more of anybody
    first.join(10)
    second.join(10)
    assert done == ["done", "done"]


def test_an_error_ends_a_turn() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns:
        raise ZeroDivisionError
    thread = start("other", lambda: turns.__enter__())
    thread.join(10)
    assert not thread.is_alive()


def test_what_is_kept_is_read_while_others_compute() -> None:
    turns = Turns()
    kept: RevisionCache[str] = RevisionCache(4, turns)
    assert kept.get("warm", lambda: 1, lambda: "value") == "value"
    found = list[str]()

    def read() -> None:
        found.append(kept.get("warm", lambda: 1, lambda: "made again"))

    with turns:
        start("reader", read).join(10)
    assert found == ["value"]


def test_values_made_of_values_do_not_wait_for_those_in_line() -> None:
    """The one at work needs what another, still in line, is about to make: no deadlock."""
    turns = Turns()
    outer: RevisionCache[str] = RevisionCache(4, turns)
    inner: RevisionCache[str] = RevisionCache(4, turns)
    made, found = list[str](), list[str]()

    def make_inner() -> str:
        made.append("inner")
        return "inner"

    def ask_inner() -> None:
        found.append(inner.get("k", lambda: 1, make_inner))

    threads = []

    def make_outer() -> str:
        threads.append(start("other", ask_inner))
        until(lambda: waiting(turns) == 1)
        return f"outer of {inner.get('k', lambda: 1, make_inner)}"

    assert outer.get("k", lambda: 1, make_outer) == "outer of inner"
    threads[0].join(10)
    assert (made, found) == (["inner"], ["inner"])
