"""`vedich monthly` as a process of its own, killed once it has used so much CPU time.

CPU time and not the clock decides, so that a point means the same on a busy machine.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from experiments.faults.family import SLUG

LOOK = 0.005  # seconds between two looks at a run that is to be killed
LONGEST = 900.0  # seconds of a run
PATIENCE = 30.0  # seconds in which workers must have ended after their parent was killed
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Run:
    """How a run ended.

    Attributes
    ----------
    code : its exit code; negative: the signal that ended it
    cpu : seconds of CPU time that were seen, of it and of all processes below it
    orphans : processes below it that were alive `PATIENCE` after its end
    """

    code: int
    cpu: float
    orphans: int
    said: str


def run_monthly(home: Path, watched: Path, kill_at: float | None = None) -> Run:
    """Run the month; killed (SIGKILL) after so many seconds of CPU time, or left to its end."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("VEDICH_")},
        "VEDICH_HOME": str(home),
        "VEDICH_WATCHED": str(watched),
        "VEDICH_MONTHLY_REPORTS": "report.docx",
    }
    command = [
        sys.executable,
        "-m",
        "service.cli.main",
        "monthly",
        "--plan",
        SLUG,
        "--workers",
        "2",
    ]
    log = home / "run.log"
    with log.open("w") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
        below: set[int] = set()
        used, begun = 0.0, time.monotonic()
        while process.poll() is None and time.monotonic() - begun < LONGEST:
            tree = _tree(process.pid)
            below |= tree.keys() - {process.pid}
            used = max(used, sum(tree.values()))
            if kill_at is not None and used >= kill_at:
                process.kill()
                break
            time.sleep(LOOK if kill_at is not None else 10 * LOOK)
        if process.poll() is None and process.returncode is None and kill_at is None:
            process.kill()  # it took too long
        code = process.wait()
    until = time.monotonic() + PATIENCE
    while any(map(_alive, below)) and time.monotonic() < until:
        time.sleep(0.05)
    left = [pid for pid in below if _alive(pid)]
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return Run(code, used, len(left), log.read_text(errors="replace"))


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _alive(pid: int) -> bool:
    try:
        return _stat(pid)[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def _tree(root: int) -> dict[int, float]:
    """CPU seconds of a process and of those below it, with what they collected."""
    parents: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = _stat(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents.setdefault(int(stat[1]), []).append(int(folder.name))
        used[int(folder.name)] = sum(int(one) for one in stat[11:15]) / _TICK
    found, waiting = {}, [root]
    while waiting:
        pid = waiting.pop()
        if pid in used:
            found[pid] = used[pid]
        waiting += parents.get(pid, [])
    return found
