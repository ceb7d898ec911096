"""Fixtures that all tests may use."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.homes import Run
from tests.processes import free_port

# properties are tried on the same examples on every run, without a clock
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=40)
settings.load_profile("repeatable")

DASK = (sys.executable, "-m", "distributed.cli.dask_scheduler")
WORKER = (sys.executable, "-m", "distributed.cli.dask_worker")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the project; tests that need it skip without it."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data are not beside the project (../shared/data)")
    return folder


@pytest.fixture(scope="session")
def this_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What this run of the tests makes once, for all workers."""
    return Run.of(tmp_path_factory)


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """Address of a scheduler without workers."""
    pytest.importorskip("distributed", reason="the extra 'dask' is not installed")
    address = f"tcp://127.0.0.1:{free_port()}"
    port = address.rpartition(":")[2]
    started = _start([*DASK, "--host", "127.0.0.1", "--port", port, "--no-dashboard"], tmp_path)
    until = time.monotonic() + 60
    while not _answers(int(port)):
        assert time.monotonic() < until, (tmp_path / "dask.log").read_text()
        time.sleep(0.1)
    yield address
    _end(started)


@pytest.fixture
def workers(scheduler: str, tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two workers of the scheduler."""
    options = ["--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard", "--no-nanny"]
    options += ["--local-directory", str(tmp_path / "scratch")]
    started = [_start([*WORKER, scheduler, *options], tmp_path) for _ in range(2)]
    yield started
    for one in started:
        _end(one)


def _start(command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "dask.log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=Path(__file__).parents[1])


def _answers(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
