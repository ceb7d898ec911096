"""Items in processes of their own: order, number at once, and what a lost process takes along."""

from __future__ import annotations

import os
import time
from itertools import pairwise
from pathlib import Path
from typing import Never

import pytest

from tests.processes import alive
from training.process_pool import ProcessPool

pytestmark = pytest.mark.slow


def slow_first(item: int) -> tuple[int, float, float]:
    """The item, and from when to when it was worked on; item 0 takes longest."""
    begun = time.monotonic()
    time.sleep(0.5 if item == 0 else 0.1)
    return item, begun, time.monotonic()


def when(item: int) -> tuple[int, float]:
    """The process that works on an item, and when it begins."""
    begun = time.monotonic()
    time.sleep(0.1)
    return os.getpid(), begun


def ends_itself(item: int) -> int:
    if item == 1:
        os._exit(9)
    if item == 2:
        raise RuntimeError("nobody expected this")
    return 10 * item


def waits(folder: Path) -> str:
    """Writes its process number, then waits to be interrupted."""
    (folder / str(os.getpid())).touch()
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        (folder / f"{os.getpid()} interrupted").touch()
        raise
    return "never"


def nobody(item: object) -> Never:
    raise AssertionError(item)


def test_results_come_in_order_and_no_more_than_so_many_run_at_once() -> None:
    done: list[int] = []
    with ProcessPool(2) as pool:
        found = list(pool.map(slow_first, range(6), nobody, done.append))
    assert [item for item, _, _ in found] == [*range(6)]
    assert sorted(done) == [*range(6)]
    for _, begun, _ in found:
        assert sum(other <= begun < ended for _, other, ended in found) <= 2


def test_with_a_single_place_all_is_done_in_this_process() -> None:
    with ProcessPool(1) as pool:
        found = list(pool.map(slow_first, range(3), nobody))
    assert [item for item, _, _ in found] == [0, 1, 2]
    assert all(first[2] <= second[1] for first, second in pairwise(found))


def test_a_second_task_uses_the_same_processes_and_begins_with_the_heaviest_item() -> None:
    with ProcessPool(2) as pool:
        first = {process for process, _ in pool.map(when, range(6), nobody)}
        found = list(pool.map(when, range(6), nobody, weight=float))
    assert {process for process, _ in found} == first
    assert not any(map(alive, first))
    begun = [moment for _, moment in found]
    assert max(begun[4:]) < min(begun[:4])


def test_a_process_that_ends_takes_its_own_item_only(capfd: pytest.CaptureFixture[str]) -> None:
    with ProcessPool(2) as pool:
        found = list(pool.map(ends_itself, range(6), lambda item: -item))
    assert found == [0, -1, -2, 30, 40, 50]
    assert "nobody expected this" in capfd.readouterr().err


def test_who_stops_early_interrupts_what_runs(tmp_path: Path) -> None:
    def stop(_: object) -> str:
        return "lost"

    with ProcessPool(2) as pool:
        running = pool.map(first_ends, [tmp_path, tmp_path / "none"], stop)
        assert next(running) == "ended"
        running.close()
    (told,) = tmp_path.glob("* interrupted")
    assert not alive(int(told.name.partition(" ")[0]))


def first_ends(folder: Path) -> str:
    """With a folder that exists it ends once another waits, else it waits."""
    if not folder.exists():
        return waits(folder.parent)
    while not any(folder.iterdir()):
        time.sleep(0.05)
    return "ended"
