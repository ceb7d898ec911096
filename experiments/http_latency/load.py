"""Loads of HTTP requests over connections that stay open: as many as are answered (wrk), or a
steady rate of them, asked when they are due whatever became of those before."""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MOST_REQUESTS = 100_000
CONNECTIONS = 8


@dataclass(frozen=True)
class Rate:
    """What wrk met: answers a second, milliseconds of the 99th in a hundred, wrong answers."""

    rate: float
    p99_ms: float
    wrong: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a load met.

    Attributes
    ----------
    seconds : array, shape (n,), from when a request was due to the end of its answer
    wrong : answers with another status than expected
    rate : requests per second that were answered
    statuses : array, shape (n,), of the answers to a steady load
    """

    seconds: NDArray[np.float64]
    wrong: int
    rate: float
    statuses: NDArray[np.int_] = field(default_factory=lambda: np.empty(0, int))


def steady_load(
    port: int,
    paths: Sequence[str],
    *,
    rate: float,
    duration: float,
    connections: int,
    headers: Mapping[str, str] | None = None,
    keys: Sequence[str] = (),
    status: int = 200,
) -> Outcome:
    """Ask a service on 127.0.0.1, each request when it is due whatever became of those before.

    Parameters
    ----------
    paths : asked in turn
    keys : of the API, sent with each of the paths; none are sent by default
    rate : requests per second
    duration : seconds
    connections : open at once; a request that finds none free waits, and the wait counts
    status : expected of every answer

    Raises
    ------
    ValueError
        If it would be more than `MOST_REQUESTS` requests.
    """
    count = int(rate * duration)
    if count > MOST_REQUESTS:
        raise ValueError(f"expected at most {MOST_REQUESTS} requests, found {count}.")
    lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    own = [f"Authorization: Bearer {key}\r\n" for key in keys] or [""] * len(paths)
    requests = [
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}{mine}\r\n".encode()
        for path, mine in zip(paths, own, strict=True)
    ]
    return asyncio.run(_load(port, requests, rate, count, connections, status))


def closed_load(
    address: str, *, seconds: int, connections: int = CONNECTIONS, script: Path | None = None
) -> Rate:
    """Ask with wrk over connections that stay open, each again as soon as it was answered.

    Parameters
    ----------
    script : Lua for wrk, of another request than a GET

    Raises
    ------
    RuntimeError
        If wrk cannot ask.
    """
    more = ["--script", str(script)] if script else []
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--latency"]
    command += ["--timeout", "30s", "--duration", f"{seconds}s", *more, address]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    rate = re.search(r"Requests/sec: +([0-9.]+)", said.stdout)
    p99 = re.search(r"99% +([0-9.]+)(us|ms|s|m)", said.stdout)
    if rate is None or p99 is None:
        raise RuntimeError(f"wrk could not ask {address}: {said.stdout}{said.stderr}")
    wrong = re.search(r"Non-2xx or 3xx responses: ([0-9]+)", said.stdout)
    errors = re.search(r"Socket errors: (.*)", said.stdout)
    lost = sum(map(int, re.findall(r"[0-9]+", errors[1]))) if errors else 0
    unit = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[p99[2]]
    return Rate(float(rate[1]), float(p99[1]) * unit, lost + int(wrong[1] if wrong else 0))


async def _load(
    port: int, requests: Sequence[bytes], rate: float, count: int, connections: int, status: int
) -> Outcome:
    seconds = np.full(count, np.nan)
    statuses = np.zeros(count, dtype=int)
    turns = iter(range(count))
    begun = time.perf_counter() + 0.1

    async def ask(turns: Iterator[int]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for turn in turns:
            due = begun + turn / rate
            late = time.perf_counter() > due
            if not late:
                await asyncio.sleep(due - time.perf_counter())
            # a timer that rings late is the generator's fault, a busy connection the service's
            since = due if late else time.perf_counter()
            writer.write(requests[turn % len(requests)])
            statuses[turn] = await _answer(reader)
            seconds[turn] = time.perf_counter() - since
        writer.close()
        await writer.wait_closed()

    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(ask(turns))
    elapsed = time.perf_counter() - begun
    return Outcome(seconds, int((statuses != status).sum()), count / elapsed, statuses)


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one answer to its end; give its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head[1:] if line)
    await reader.readexactly(int(fields.get(b"content-length", 0)))
    return int(head[0].split()[1])
