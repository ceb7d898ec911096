"""How fast kept-alive connections are answered, this program beside another commit's.

    make run                                  # once, for the sample plan and its model
    git worktree add ../before COMMIT
    python -m experiments.http_latency.paired --beside ../before

Both serve a copy of what VEDICH_HOME holds, through `vedich serve`, at the same time;
they are loaded in turn, so that what else the machine does meets both. Beside them a
bare FastAPI route that returns the same bytes. Writes paired.csv and paired.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from data.settings import read_settings
from experiments.http_latency.load import closed_load
from experiments.provenance import write_provenance

ROOT = Path(__file__).resolve().parents[2]
CASES = {
    "one projection": "/v1/plans/vietnam-2021/projections/exports?as_of=2021-06",
    "/healthz": "/healthz",
    "plan page": "/plans/vietnam-2021",
    "/v1/plans": "/v1/plans",
}
BARE = """
import sys
import uvicorn
from fastapi import FastAPI, Response
content = open(sys.argv[2], "rb").read()
app = FastAPI()
@app.get("/")
async def same():
    return Response(content, media_type="application/json")
print("ready", flush=True)
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.http_latency.paired")
    parser.add_argument("--beside", type=Path, required=True, help="checkout of another commit")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0, help="per case, round and program")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    given = parser.parse_args()
    home, rows = read_settings().home, []
    with ExitStack() as stack:
        ports = {
            "before": stack.enter_context(_service(given.beside, home)),
            "now": stack.enter_context(_service(ROOT, home)),
        }
        for port in ports.values():
            for path in CASES.values():
                _get(port, path)
        projection = _get(ports["now"], CASES["one projection"])
        bare = stack.enter_context(_bare(projection))
        for turn in range(given.rounds):
            asked = [
                *((case, program, ports[program], path)
                  for case, path in CASES.items() for program in ("before", "now")),
                ("one projection", "bare FastAPI", bare, "/"),
            ]  # fmt: skip
            for case, program, port, path in asked:
                load = os.getloadavg()[0]
                met = closed_load(
                    port, path, duration=given.seconds, connections=given.connections
                )
                p50, p99 = 1000 * np.quantile(met.seconds, (0.5, 0.99))
                rows.append(
                    {
                        "case": case,
                        "program": program,
                        "round": turn,
                        "rate": met.rate,
                        "wrong": met.wrong,
                        "p50_ms": p50,
                        "p99_ms": p99,
                        "load_before": load,
                    }
                )
    found = pd.DataFrame(rows)
    given.out.mkdir(parents=True, exist_ok=True)
    found.to_csv(given.out / "paired.csv", index=False, float_format="%.3f")
    table = _table(found)
    (given.out / "paired.md").write_text(table, encoding="utf-8")
    write_provenance(
        given.out,
        "python -m experiments.http_latency.paired --beside BEFORE",
        "fastapi",
        "uvicorn",
    )
    print(table)


def _table(found: pd.DataFrame) -> str:
    """Medians over the rounds, and of the ratios of a round."""
    lines = [
        f"{found['round'].nunique()} rounds in turn; medians over the rounds. Load of the machine "
        f"before a case: {found['load_before'].min():.1f} to {found['load_before'].max():.1f}. "
        f"Wrong answers: {int(found['wrong'].sum())}.",
        "",
        "| Case | Before, requests/s | Now, requests/s | Ratio by round, median | p50 before, ms "
        "| p50 now | p99 before | p99 now |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for case, of_case in found.groupby("case", sort=False):
        wide = of_case.pivot(index="round", columns="program", values=["rate", "p50_ms", "p99_ms"])
        ratio = (wide["rate"]["now"] / wide["rate"]["before"]).median()
        middle = wide.median()
        lines.append(
            f"| {case} | {middle['rate']['before']:.0f} | {middle['rate']['now']:.0f} "
            f"| {ratio:.2f} | {middle['p50_ms']['before']:.1f} | {middle['p50_ms']['now']:.1f} "
            f"| {middle['p99_ms']['before']:.1f} | {middle['p99_ms']['now']:.1f} |"
        )
    one = found[found["case"] == "one projection"].pivot(index="round", columns="program")["rate"]
    lines += [
        "",
        f"A bare FastAPI route that returns the same bytes: {one['bare FastAPI'].median():.0f} "
        f"requests/s; one projection is {(one['now'] / one['bare FastAPI']).median():.2f} of it, "
        f"before {(one['before'] / one['bare FastAPI']).median():.2f}.",
    ]
    return "\n".join(lines) + "\n"


@contextmanager
def _service(checkout: Path, home: Path) -> Iterator[int]:
    """`vedich serve` of a checkout on a copy of a home; its port."""
    with tempfile.TemporaryDirectory() as folder:
        own = shutil.copytree(home, Path(folder) / "home")
        port = _free_port()
        command = [sys.executable, "-m", "service.cli.main", "serve", "--port", str(port)]
        environment = {**os.environ, "VEDICH_HOME": str(own)}
        with _running(command, checkout, environment):
            yield port


@contextmanager
def _bare(content: bytes) -> Iterator[int]:
    """A FastAPI application of one route that returns the content; its port."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        port = _free_port()
        with _running([sys.executable, "-c", BARE, str(port), file.name], ROOT, os.environ):
            while True:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield port


@contextmanager
def _running(command: list[str], folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    with subprocess.Popen(
        command, cwd=folder, env=dict(environment), stdout=subprocess.PIPE
    ) as running:
        try:
            assert running.stdout is not None
            if not running.stdout.readline():
                raise SystemExit("a service did not start; its message stands above.")
            yield
        finally:
            running.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _get(port: int, path: str) -> bytes:
    content: bytes
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        content = answer.read()
    return content


if __name__ == "__main__":
    main()
