"""Several processes on one socket: real ones, told to stop and killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from data.db.store import Store
from data.jobs.rows import enqueue
from data.settings import Settings
from tests.processes import alive, children

pytestmark = pytest.mark.slow


def within(seconds: float, ready: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not ready() and time.monotonic() < until:
        time.sleep(0.05)
    return ready()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`vedich serve --workers 2` on an empty house, and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "VEDICH_HOME": str(tmp_path / "home")}
    environment.pop("VEDICH_DATABASE_URL", None)
    command = [sys.executable, "-m", "service.cli.main", "serve", "--workers", "2"]
    first = subprocess.Popen([*command, "--port", str(port)], env=environment)
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return len(children(first.pid)) == 2 and (
                httpx.get(f"{address}/healthz", timeout=20).status_code == 200
            )
        except httpx.TransportError:
            return False

    try:
        assert within(60, answers)
        yield first, address
    finally:
        first.kill()
        first.wait()


def test_they_answer_together_are_replaced_and_end_together(
    served: tuple[subprocess.Popen[bytes], str], tmp_path: Path
) -> None:
    first, address = served
    before = children(first.pid)
    for _ in range(20):
        assert httpx.get(f"{address}/healthz", timeout=20).status_code == 200
    text = httpx.get(f"{address}/metrics", timeout=20).text
    counted = {
        sample.labels["route"]: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "vedich_request_seconds_count"
    }
    assert counted["/healthz"] >= 21  # of both, whoever is asked
    os.kill(before[0], signal.SIGKILL)
    assert within(
        30, lambda: len(children(first.pid)) == 2 and before[0] not in children(first.pid)
    )
    assert httpx.get(f"{address}/healthz", timeout=20).status_code == 200

    settings = Settings(home=tmp_path / "home")
    store = Store.open(settings.store_url)
    job = enqueue(store, "retrain", "x", "An")
    with httpx.stream("GET", f"{address}/v1/jobs/{job.id}/events", timeout=20) as stream:
        assert stream.status_code == 200
        processes = children(first.pid)
        first.terminate()
        assert within(20, lambda: first.poll() is not None)  # an open stream does not hold it
    assert not any(map(alive, processes))
    store.close()


def test_they_end_with_the_first_even_if_it_is_killed(
    served: tuple[subprocess.Popen[bytes], str],
) -> None:
    first, _ = served
    processes = children(first.pid)
    first.kill()
    first.wait()
    assert within(20, lambda: not any(map(alive, processes)))
