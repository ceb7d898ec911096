"""Any number of workers: the same results, in the order of the items."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from models.errors import ClusterUnavailable, InputError
from tests.processes import alive
from training.workers import Workers, one_thread


def shifted(shared: dict[str, int], item: int) -> int:
    return shared["shift"] + item


def refusing(shared: None, item: int) -> int:
    if item == 2:
        raise InputError("expected anything but 2")
    return item


def killed(shared: None, item: int) -> int:
    if item == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 2])
def test_results_come_in_the_order_of_the_items(number: int) -> None:
    told: list[int] = []
    with Workers({"shift": 10}, number) as workers:
        assert workers.run(shifted, [5, 3, 9, 1], told.append) == [15, 13, 19, 11]
        assert workers.run(shifted, []) == []
        assert workers.run(shifted, [2]) == [12]
    assert sorted(told) == [1, 3, 5, 9]


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 2])
def test_an_error_of_a_task_is_raised_as_it_is(number: int) -> None:
    with pytest.raises(InputError, match="anything but 2"), Workers(None, number) as workers:
        workers.run(refusing, [1, 2, 3, 4])


@pytest.mark.slow
def test_a_process_that_was_killed_is_said_and_nobody_waits_for_it() -> None:
    told = "one was ended from outside.*with fewer --workers"
    with pytest.raises(ClusterUnavailable, match=told), Workers(None, 2) as workers:
        workers.run(killed, [1, 2, 3, 4])


@pytest.mark.slow
def test_what_is_shared_is_gone_from_the_disk_afterwards(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Workers({"shift": 1}, 2) as workers:
        assert workers.run(shifted, [1, 2]) == [2, 3]
        assert list(tmp_path.glob("*/shared.pickle"))
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_workers_end_with_their_parent_even_if_it_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, sys, time\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from training.workers import Workers\n"
        "def ids(shared, item):\n"
        "    time.sleep(0.5)\n"
        "    return os.getpid()\n"
        "if __name__ == '__main__':\n"
        "    with Workers(None, 2) as workers:\n"
        "        print(*workers.run(ids, [1, 2, 3, 4]), flush=True)\n"
        "        time.sleep(60)\n"
    )
    root = str(Path(__file__).resolve().parents[2])
    parent = subprocess.Popen([sys.executable, script, root], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    found = {int(one) for one in parent.stdout.readline().split()}
    assert len(found) == 2
    assert all(map(alive, found))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 20
    while any(map(alive, found)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(alive, found))


def process_of(shared: None, seconds: float) -> int:
    """The process that does a task, which takes so many seconds of its time."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
    return os.getpid()


def test_small_work_starts_no_process() -> None:
    with Workers(None, 2, alone=1.0) as workers:
        assert set(workers.run(process_of, [0.001] * 20)) == {os.getpid()}


@pytest.mark.slow
def test_the_rest_of_long_work_is_done_by_other_processes() -> None:
    told: list[float] = []
    items = [0.3, *(0.05 + place / 1000 for place in range(20))]  # the first loads libraries
    with Workers(None, 2, alone=1.0) as workers:
        found = workers.run(process_of, items, told.append)
        again = workers.run(process_of, [0.001, 0.001])
    assert found[:3] == [os.getpid()] * 3
    assert os.getpid() not in {found[-1], *again}
    assert sorted(told) == sorted(items)


def threads_of(shared: None, item: int) -> list[int]:
    for name in ("scipy.linalg", "scipy.optimize", "scipy.special", "scipy.stats"):
        import_module(name)
    return [library["num_threads"] for library in threadpool_info()]


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 2])
def test_linear_algebra_has_one_thread_whatever_the_environment_says(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.setenv(variable, "2")
    with Workers(None, number) as workers:
        for found in workers.run(threads_of, [1, 2]):
            assert len(found) >= 2  # numpy's copy and scipy's
            assert set(found) == {1}


def test_the_same_holds_where_lessons_are_learned() -> None:
    with threadpool_limits(limits=2), one_thread():
        assert {library["num_threads"] for library in threadpool_info()} == {1}
