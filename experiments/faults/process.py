"""`vedich monthly` as a process of its own, disturbed once it has used so much CPU time.

CPU time and not the clock decides, so that a point means the same on a busy machine.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from data.settings import Settings
from experiments.faults.family import SLUG

LOOK = 0.005  # seconds between two looks at a run that is to be disturbed
LONGEST = 900.0  # seconds of a run
PATIENCE = 30.0  # seconds in which workers must have ended after their parent
_TICK = os.sysconf("SC_CLK_TCK")

Process = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Run:
    """How a run ended.

    Attributes
    ----------
    code : its exit code; negative: the signal that ended it
    cpu : seconds of CPU time that were seen, of it and of all processes below it
    disturbed : whether it came to the point at which it was to be disturbed
    after : seconds from there to its end
    orphans : processes below it that were alive `PATIENCE` after its end
    said : what it printed
    """

    code: int
    cpu: float
    disturbed: bool
    after: float
    orphans: int
    said: str

    @property
    def ended(self) -> str:
        return "killed" if self.code == -signal.SIGKILL else f"exit code {self.code}"


def run_monthly(
    settings: Settings,
    at: float | None = None,
    disturb: Callable[[Process], None] = subprocess.Popen.kill,
    *,
    more: Mapping[str, str] | None = None,
    name: str = "run",
) -> Run:
    """Run the month; after `at` seconds of CPU time it is disturbed (killed by SIGKILL).

    Parameters
    ----------
    more : environment beside that of the settings
    name : of the run among those of the home that run at once
    """
    command = [sys.executable, "-m", "service.cli.main", "monthly"]
    command += ["--plan", SLUG, "--workers", "2"]
    # beside the home, whose disk may be full
    log = settings.home.with_name(f"{settings.home.name}-{name}.log")
    with log.open("w") as said:
        environment = {**environment_of(settings), **(more or {})}
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
        below: set[int] = set()
        used, begun, moment = 0.0, time.monotonic(), None
        while process.poll() is None and time.monotonic() - begun < LONGEST:
            found = dict(tree(process.pid))
            below |= found.keys() - {process.pid}
            used = max(used, sum(found.values()))
            if at is not None and moment is None and used >= at:
                moment = time.monotonic()
                disturb(process)
            time.sleep(LOOK if at is not None and moment is None else 10 * LOOK)
        if process.poll() is None:
            process.kill()  # it took too long
        code = process.wait()
    after = 0.0 if moment is None else time.monotonic() - moment
    until = time.monotonic() + PATIENCE
    while any(map(alive, below)) and time.monotonic() < until:
        time.sleep(0.05)
    left = [pid for pid in below if alive(pid)]
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    text = log.read_text(errors="replace")
    return Run(code, used, moment is not None, after, len(left), text)


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment of a process with these settings, and no others of ours."""
    inherited = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("VEDICH_", "MLFLOW_"))
    }
    own = {
        "VEDICH_HOME": str(settings.home),
        "VEDICH_WATCHED": str(settings.watched),
        "VEDICH_MONTHLY_REPORTS": settings.monthly_reports,
        "VEDICH_DATABASE_URL": settings.database_url,
        "VEDICH_LANG": settings.lang,
        "MLFLOW_TRACKING_URI": settings.mlflow_tracking_uri,
    }
    return {**inherited, **{key: value for key, value in own.items() if value is not None}}


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def alive(pid: int) -> bool:
    try:
        return _stat(pid)[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def tree(pid: int) -> Iterator[tuple[int, float]]:
    """CPU seconds of a process and of those below it, with what they collected."""
    try:
        yield pid, sum(int(one) for one in _stat(pid)[11:15]) / _TICK
        threads = list(Path(f"/proc/{pid}/task").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return
    for thread in threads:
        with suppress(FileNotFoundError, ProcessLookupError):
            for child in (thread / "children").read_text().split():
                yield from tree(int(child))
