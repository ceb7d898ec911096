"""Any number of workers: the same results, in the order of the items."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from models.errors import InputError
from tests.processes import alive
from training.workers import Workers


def shifted(shared: dict[str, int], item: int) -> int:
    return shared["shift"] + item


def refusing(shared: None, item: int) -> int:
    if item == 2:
        raise InputError("expected anything but 2")
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
def test_what_is_shared_is_gone_from_the_disk_afterwards(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Workers({"shift": 1}, 2) as workers:
        assert list(tmp_path.glob("*/shared.pickle"))
        assert workers.run(shifted, [1, 2]) == [2, 3]
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
