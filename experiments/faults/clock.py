"""Set the clock of a monthly run back and forward, before it and at random points of it.

The run sees its clock through libfaketime (Debian: apt-get install faketime); the steady
clock goes on, as it does where a real clock is set. A run is also killed at the moment at
which the clock is set back, and the next one begins with that clock.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from experiments.faults.checks import Reference, place
from experiments.faults.process import Process
from experiments.faults.scenario import Fault

KINDS = ("back before", "back meanwhile", "forward meanwhile", "back, and killed")
BACK, FORWARD, RIGHT = "-400d", "+400d", "+0d"
LIBRARY = "faketime/libfaketime.so.1"


@contextmanager
def clock_set(home: Path, reference: Reference, kind: str) -> Iterator[Fault]:
    """A home whose runs see a clock that is set."""
    shutil.copytree(reference.before, home)
    clock = home / "clock"
    clock.write_text(BACK if kind == "back before" else RIGHT)

    def disturb(process: Process) -> None:
        clock.with_suffix(".new").write_text(FORWARD if kind == "forward meanwhile" else BACK)
        clock.with_suffix(".new").replace(clock)
        if kind == "back, and killed":
            process.kill()

    more = {
        "LD_PRELOAD": str(_library()),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    yield Fault(place(home), disturb, lambda: None, more, killed=kind == "back, and killed")


def _library() -> Path:
    for found in sorted(Path("/usr/lib").glob(f"*/{LIBRARY}")):
        return found
    raise SystemExit("expected libfaketime; install it: apt-get install faketime")
