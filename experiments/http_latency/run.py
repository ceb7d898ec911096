"""A warm projection over HTTP at 500 requests a second: how long the slowest in a hundred take.

    make run                                  # once, for the sample plan and its model
    python -m experiments.http_latency.run

Starts the service of its own on what VEDICH_HOME holds, warms it, and loads it
from a second process on the same machine. Writes results.csv and results.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.http_latency.load import Outcome, steady_load
from experiments.provenance import write_provenance

PLAN, AS_OF = "vietnam-2021", "2021-06"
BAR = 10.0  # milliseconds, 99 of 100 answers


@dataclass(frozen=True)
class Case:
    """What is asked, and what every answer must be."""

    name: str
    paths: tuple[str, ...]
    headers: dict[str, str]
    status: int = 200


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.http_latency.run")
    parser.add_argument("--rate", type=float, default=500.0, help="requests per second")
    parser.add_argument("--seconds", type=float, default=20.0, help="per case")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    given = parser.parse_args()
    rows = []
    with _service() as (port, process):
        for case in _cases(port):
            steady_load(port, case.paths, rate=100, duration=2, connections=4)  # warm
            load, before = os.getloadavg()[0], _cpu_seconds(process)
            outcome = steady_load(
                port,
                case.paths,
                rate=given.rate,
                duration=given.seconds,
                connections=given.connections,
                headers=case.headers,
                status=case.status,
            )
            used = _cpu_seconds(process) - before
            rows.append(_row(case, given.rate, outcome, used, load))
    results = pd.DataFrame(rows)
    given.out.mkdir(parents=True, exist_ok=True)
    results.to_csv(given.out / "results.csv", index=False, float_format="%.3f")
    (given.out / "results.md").write_text(_page(results), encoding="utf-8")
    write_provenance(given.out, "python -m experiments.http_latency.run", "fastapi", "uvicorn")
    print(results.to_string(index=False, float_format="{:.2f}".format))


def _cases(port: int) -> list[Case]:
    base = f"/v1/plans/{PLAN}/projections"
    listed = json.loads(_get(port, f"{base}?as_of={AS_OF}")[0])["projections"]
    one = f"{base}/exports?as_of={AS_OF}"
    etag = _get(port, one)[1]
    return [
        Case("one projection", (one,), {}),
        Case("every KPI in turn", tuple(f"{base}/{p['kpi']}?as_of={AS_OF}" for p in listed), {}),
        Case("one projection, 304", (one,), {"If-None-Match": etag}, 304),
        Case("healthz (what the framework costs)", ("/healthz",), {}),
    ]


def _row(
    case: Case, rate: float, outcome: Outcome, cpu_seconds: float, load: float
) -> dict[str, object]:
    """Latencies in milliseconds, CPU of the service per request, the machine's load before."""
    p50, p90, p99 = 1000 * np.quantile(outcome.seconds, (0.5, 0.9, 0.99))
    return {
        "case": case.name,
        "rate": rate,
        "answered_per_second": outcome.rate,
        "n": len(outcome.seconds),
        "wrong": outcome.wrong,
        "p50_ms": p50,
        "p90_ms": p90,
        "p99_ms": p99,
        "max_ms": 1000 * outcome.seconds.max(),
        "service_cpu_ms": 1000 * cpu_seconds / len(outcome.seconds),
        "load_before": load,
    }


def _page(results: pd.DataFrame) -> str:
    """The table, the machine, and whether the bar was met."""
    machine = (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, "
        f"FastAPI {version('fastapi')}, Uvicorn {version('uvicorn')}"
    )
    lines = [
        f"{machine}. Milliseconds; the bar is p99 ≤ {BAR:.0f} ms for one projection.",
        "",
        "| Case | Requests/s | Answers | Wrong | p50 | p90 | p99 | Slowest | CPU of the service "
        "per request | Load of the machine before |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in results.to_dict("records"):
        lines.append(
            f"| {row['case']} | {row['answered_per_second']:.0f} | {row['n']} | {row['wrong']} "
            f"| {row['p50_ms']:.2f} | {row['p90_ms']:.2f} | {row['p99_ms']:.2f} "
            f"| {row['max_ms']:.1f} | {row['service_cpu_ms']:.2f} | {row['load_before']:.1f} |"
        )
    return "\n".join(lines) + "\n"


@contextmanager
def _service() -> Iterator[tuple[int, int]]:
    """A service on a free port of 127.0.0.1 until the end; its port and process number."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "service.cli.main", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
        try:
            assert running.stdout is not None
            if not running.stdout.readline():
                raise SystemExit("the service did not start; its message stands above.")
            yield port, running.pid
        finally:
            running.terminate()


def _get(port: int, path: str) -> tuple[bytes, str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.read(), str(answer.headers["ETag"])


def _cpu_seconds(process: int) -> float:
    """User and system time of a process so far, from /proc."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
