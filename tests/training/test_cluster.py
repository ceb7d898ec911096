"""A Dask cluster of two workers on this machine: the same digits, also when one is killed."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from data.db.store import Store
from data.settings import Settings
from models.errors import ClusterUnavailable, InputError
from tests.families import train
from tests.processes import free_port
from training.cluster import Cluster

pytest.importorskip("distributed", reason="the extra 'dask' is not installed")
pytestmark = pytest.mark.slow


def slow_sum(shared: list[int], item: int) -> int:
    time.sleep(0.2)
    return sum(shared) + item


def refusing(shared: None, item: int) -> int:
    raise InputError("expected anything but {item}", item=item)


def test_a_retraining_gives_the_same_digits_as_on_one_machine(
    scheduler: str,
    workers: list[subprocess.Popen[bytes]],
    new_store: Callable[[str], Store],
    tmp_path: Path,
) -> None:
    store, day = new_store("spread"), date(2018, 6, 30)
    here, there = (Settings(home=tmp_path / name) for name in ("here", "there"))
    alone = train(store, here, "spread-2018", day)
    steps: list[str] = []
    spread = train(
        store,
        there,
        "spread-2018",
        day,
        engine="dask",
        scheduler=scheduler,
        progress=lambda done, total, step: steps.append(f"{done}/{total}"),
    )
    assert spread.bundle_hash == alone.bundle_hash
    assert steps[-1] == f"{len(steps)}/{len(steps)}"


def test_a_killed_worker_loses_nothing(
    scheduler: str, workers: list[subprocess.Popen[bytes]]
) -> None:
    with Cluster([1, 2, 3], scheduler) as cluster:
        told: list[int] = []

        def done(item: int) -> None:
            told.append(item)
            if len(told) == 3:
                workers[0].kill()

        assert cluster.run(slow_sum, range(20), done) == [6 + item for item in range(20)]
    assert sorted(told) == [*range(20)]


def test_without_any_worker_left_nothing_is_stored_and_it_is_said(
    scheduler: str, workers: list[subprocess.Popen[bytes]]
) -> None:
    with Cluster([1], scheduler) as cluster:

        def done(_: int) -> None:
            for one in workers:
                one.kill()

        with pytest.raises(ClusterUnavailable, match="found that they were lost"):
            cluster.run(slow_sum, range(20), done)


def test_an_error_of_a_task_is_raised_as_it_is(
    scheduler: str, workers: list[subprocess.Popen[bytes]]
) -> None:
    with (
        Cluster(None, scheduler) as cluster,
        pytest.raises(InputError, match="expected anything but 1"),
    ):
        cluster.run(refusing, [1])


def test_what_is_away_or_empty_is_named(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.cluster.CONNECT", 3.0)
    with pytest.raises(ClusterUnavailable, match=f"workers at {scheduler}, found none"):
        Cluster(None, scheduler)
    nobody = f"tcp://127.0.0.1:{free_port()}"
    with pytest.raises(ClusterUnavailable, match=f"scheduler at {nobody}, found"):
        Cluster(None, nobody)


def test_another_program_is_refused(
    scheduler: str,
    workers: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("training.cluster.method", lambda: "another")
    from training.cluster import program

    program.cache_clear()
    with pytest.raises(ClusterUnavailable, match="expected the same program and libraries"):
        Cluster(None, scheduler)
    program.cache_clear()
