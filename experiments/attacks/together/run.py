"""Ten ordinary readers, first alone, then beside all attacks at once.

    make run                                  # once, for the sample plan and its model
    python -m experiments.attacks.together.run [--quiet 1] [--minutes 10]

A service of its own on a copy of VEDICH_HOME, on loopback. Readers come from addresses of
their own, each asks once a second on average. Writes results/results.json, results.md.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import socket
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from data.accounts.accounts import add_account
from data.accounts.keys import add_key
from data.db.store import Store
from data.settings import Settings, read_settings
from experiments.attacks.docx_template.run import memory_of
from experiments.attacks.http.served import PASSWORD, everything, parsed, served
from experiments.attacks.together.attackers import LOOPS, under_attack
from experiments.provenance import write_provenance

ROOT = Path(__file__).resolve().parents[3]
PLAN = "vietnam-2021"
KPIS = ("exports", "coal", "beer", "electricity", "garments", "footwear")
PATHS = (
    "/healthz",
    "/static/page.css",
    f"/plans/{PLAN}",
    f"/v1/plans/{PLAN}",
    f"/v1/plans/{PLAN}/projections",
    f"/v1/plans/{PLAN}/projections.csv",
    *(f"/plans/{PLAN}/kpis/{kpi}" for kpi in KPIS),
    *(f"/v1/plans/{PLAN}/projections/{kpi}" for kpi in KPIS),
    *(f"/v1/plans/{PLAN}/projections/{kpi}/fan-chart.svg" for kpi in KPIS),
)
READERS, PAUSE, PATIENCE = 10, 1.0, 30.0
MOST_MEMORY, MOST_RATIO = 700, 3.0  # MB; p99 beside attacks ÷ p99 alone


@dataclass
class Read:
    """What readers met: seconds of each request, and what was not a whole answer 200.

    `late`: how much later than asked a thread of the readers woke up. What the machine
    withholds from the readers themselves is in their seconds too, and not the service's.
    """

    seconds: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    late: list[float] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        p50, p99 = np.percentile(self.seconds, (50, 99))
        return {
            "requests": len(self.seconds),
            "errors": self.wrong.total(),
            "error_kinds": dict(self.wrong),
            "p50_ms": round(1000 * float(p50), 1),
            "p99_ms": round(1000 * float(p99), 1),
            "longest_ms": round(1000 * max(self.seconds), 1),
            "readers_late_p99_ms": round(1000 * float(np.percentile(self.late, 99)), 1),
        }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.attacks.together.run")
    parser.add_argument("--quiet", type=float, default=1.0, help="minutes of readers alone")
    parser.add_argument("--minutes", type=float, default=10.0, help="beside the attacks")
    parser.add_argument("--only", nargs="+", choices=tuple(LOOPS), default=tuple(LOOPS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(shutil.copytree(read_settings().home, Path(folder) / "home"))
        store = Store.open(Settings(home=home, mlflow_tracking_uri=None).store_url)
        add_account(store, "linh", "viewer", PASSWORD, "os:author")
        keys = [add_key(store, name, "read", "os:author") for name in ("readers", "attackers")]
        with served(ROOT, home, account=False) as service:
            for path in PATHS:  # every picture is computed once
                _request(service.port, path, keys[0], "127.0.2.1", Read())
            most = {"quiet": [0.0, 0.0], "attacked": [0.0, 0.0]}
            quiet = readers(service.port, service.pid, keys[0], given.quiet, given.seed,
                            most["quiet"])  # fmt: skip
            print("quiet", quiet.told(), flush=True)
            with under_attack(service.port, keys[1], 60 * given.minutes, given.only) as answers:
                time.sleep(5)  # attackers are starting
                attacked = readers(service.port, service.pid, keys[0], given.minutes,
                                   given.seed + 1, most["attacked"])  # fmt: skip
            print("attacked", attacked.told(), flush=True)
            afterwards = service.ask("/healthz")[0]
    results = {
        "minutes": {"quiet": given.quiet, "attacked": given.minutes},
        "seed": given.seed,
        "load_of_the_machine_at_the_end": round(os.getloadavg()[1], 1),
        "quiet": quiet.told() | _memory(most["quiet"]),
        "attacked": attacked.told() | _memory(most["attacked"]),
        "attackers_answers": {name: dict(counts) for name, counts in sorted(answers.items())},
        "healthz_afterwards": afterwards,
    }
    given.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, indent=1)
    (given.out / "results.json").write_text(text + "\n", encoding="utf-8")
    (given.out / "results.md").write_text(_page(results), encoding="utf-8")
    command = f"python -m experiments.attacks.together.run --minutes {given.minutes:g}"
    write_provenance(given.out, command, "fastapi", "uvicorn")
    print(text)


def readers(port: int, pid: int, key: str, minutes: float, number: int, most: list[float]) -> Read:
    """Ten readers for so long, and the most memory of the service and of its children."""
    read, until = Read(), time.monotonic() + 60 * minutes

    def ask(reader: int) -> None:
        chance = random.Random(100 * number + reader)
        while time.monotonic() < until:
            time.sleep(chance.expovariate(1 / PAUSE))
            _request(port, chance.choice(PATHS), key, f"127.0.2.{reader + 1}", read)

    threads = [threading.Thread(target=ask, args=(reader,)) for reader in range(READERS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        own, others = memory_of(pid)
        most[:] = max(most[0], own), max(most[1], others)
        for _ in range(5):
            begun = time.monotonic()
            time.sleep(0.1)
            read.late.append(time.monotonic() - begun - 0.1)
    return read


def _request(port: int, path: str, key: str, address: str, read: Read) -> None:
    begun, answer = time.monotonic(), "0"
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE, (address, 0)) as line:
            line.settimeout(PATIENCE)
            line.sendall(
                f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                f"Authorization: Bearer {key}\r\n\r\n".encode()
            )
            status, headers, body = parsed(everything(line))
            answer = str(status)
            if len(body) < int(headers.get("content-length", 0)):
                answer = "cut off"
    except OSError as error:
        answer = type(error).__name__
    read.seconds.append(time.monotonic() - begun)
    if answer != "200":
        read.wrong[f"{path}: {answer}"] += 1


def _memory(most: list[float]) -> dict[str, int]:
    return {"service_most_mb": round(most[0]), "children_most_mb": round(most[1])}


def _page(results: dict[str, Any]) -> str:
    quiet, attacked = results["quiet"], results["attacked"]
    ratio = attacked["p99_ms"] / quiet["p99_ms"]
    rows = [
        ("requests of the readers", quiet["requests"], attacked["requests"], ""),
        ("errors", quiet["errors"], attacked["errors"], "0"),
        ("median, ms", quiet["p50_ms"], attacked["p50_ms"], ""),
        ("p99, ms", quiet["p99_ms"], attacked["p99_ms"], f"{MOST_RATIO:g} × quiet"),
        ("p99 ÷ quiet", 1, round(ratio, 1), f"{MOST_RATIO:g}"),
        ("longest, ms", quiet["longest_ms"], attacked["longest_ms"], ""),
        ("readers themselves late, p99, ms", quiet["readers_late_p99_ms"],
         attacked["readers_late_p99_ms"], ""),
        ("memory of the service at most, MB", quiet["service_most_mb"],
         attacked["service_most_mb"], MOST_MEMORY),
        ("memory of its processes at most, MB", quiet["children_most_mb"],
         attacked["children_most_mb"], ""),
    ]  # fmt: skip
    lines = ["| | Quiet | Attacked | Bar |", "| --- | --- | --- | --- |"]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    lines += ["", "| Attack | Answers |", "| --- | --- |"]
    for name, counts in results["attackers_answers"].items():
        told = ", ".join(f"{answer}: {times}" for answer, times in sorted(counts.items()))
        lines.append(f"| {name} | {told} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
