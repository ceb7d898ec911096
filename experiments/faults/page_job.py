"""Kill the service that does a monthly run as a job, while a second one is there.

Two services on one database are asked for the same monthly run at once. The one that does
it is killed (SIGKILL) at a random point; the other must end the job.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from data.settings import Settings
from experiments.faults.checks import (
    MONTHS,
    Asked,
    Reference,
    place,
    points,
    write_results,
    wrong_after,
)
from experiments.faults.family import SLUG, put_month
from experiments.faults.process import LONGEST, LOOK, PATIENCE, Run, alive, environment_of, tree
from experiments.faults.servers import STARTS, free_port

HEADERS = {"Content-Type": "application/json"}


class Service:
    """`vedich serve` on a home."""

    def __init__(self, settings: Settings, name: str) -> None:
        port = free_port()
        self.name, self.url = name, f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "service.cli.main", "serve", "--port", str(port)]
        with settings.home.with_name(f"{settings.home.name}-{name}.log").open("w") as said:
            self.process = subprocess.Popen(
                command, env=environment_of(settings), stdout=said, stderr=said
            )

    def asked(self, path: str, body: bytes | None = None) -> dict[str, Any]:
        request = urllib.request.Request(f"{self.url}{path}", body, HEADERS)
        with urllib.request.urlopen(request, timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                return True
        except OSError:
            return False

    def below(self) -> dict[int, float]:
        """Its jobs' processes, with the CPU seconds of each."""
        return {pid: cpu for pid, cpu in tree(self.process.pid) if pid != self.process.pid}

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def two_services(settings: Settings) -> Iterator[list[Service]]:
    """Two services on one home, which answer."""
    with ExitStack() as open_:
        services = []
        for name in ("one", "two"):
            services.append(Service(settings, name))
            open_.callback(services[-1].end)
        _until(lambda: all(one.answers() for one in services), STARTS, "the services")
        yield services


def killed_service(home: Path, reference: Reference, share: float) -> dict[str, object]:
    """Ask both services for the month, kill the one that does it, wait for the other."""
    shutil.copytree(reference.before, home)
    settings = place(home)
    with two_services(settings) as services:
        put_month(settings, MONTHS[reference.month])
        path = f"/v1/plans/{SLUG}/monthly"
        jobs = [one.asked(path, b"{}") for one in services]
        at = share * reference.cpu
        _until(lambda: any(sum(one.below().values()) >= at for one in services), LONGEST, "a job")
        first = max(services, key=lambda one: sum(one.below().values()))
        [second] = [one for one in services if one is not first]
        left, killed = first.below(), time.monotonic()
        first.process.kill()
        first.process.wait()
        state: dict[str, Any] = {}

        def over() -> bool:
            state.update(second.asked(f"/v1/jobs/{jobs[0]['id']}"))
            return state["state"] not in ("queued", "running")

        _until(over, LONGEST, "the other service")
        after = time.monotonic() - killed
    orphans = sum(map(alive, left))
    code = 0 if state["state"] == "done" else 2
    run = Run(code, at, True, after, orphans, str(state.get("error") or ""))
    wrong = list(wrong_after(settings, run, reference))
    if code:
        wrong.append(f"the job is {state['state']}: {run.said}")
    if jobs[0]["id"] != jobs[1]["id"]:
        wrong.append("two jobs for one month")
    shutil.rmtree(home)
    return {
        "home": home.name,
        "month": reference.month,
        "killed": first.name,
        "share_of_cpu": f"{share:.3f}",
        "ended": state["state"],
        "seconds_after": f"{after:.1f}",
        "wrong": "; ".join(wrong),
    }


def kill_services(known: Mapping[str, Reference], folder: Path, asked: Asked) -> int:
    """Kill a service on each month so many times; write the table."""
    lines = []
    for number in range(asked.each * len(known)):
        reference = list(known.values())[number % len(known)]
        share = 0.8 * next(points(asked.seed, number))  # before the job is done
        lines.append(killed_service(folder / f"page_job-{number + 1}", reference, share))
        print(lines[-1], flush=True)
    return write_results("page_job", lines, asked, known)


def _until(ready: Callable[[], bool], seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            raise SystemExit(f"{what}: not ready within {seconds:g} s")
        time.sleep(10 * LOOK)
