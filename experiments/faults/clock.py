"""Set the clock of a monthly run back and forward, before it and at random points of it.

The run sees its clock through a small library (`clock_set.c`, compiled here: needs gcc) that
moves the wall clock alone; the steady clock goes on, as it does where a real clock is set. A
run is also killed at the moment at which the clock is set back, and the next one begins with
that clock.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from experiments.faults.checks import Reference, place
from experiments.faults.process import Process
from experiments.faults.scenario import Fault

KINDS = ("back before", "back meanwhile", "forward meanwhile", "back, and killed")
DAYS = 400
SECONDS = struct.Struct("q")


@contextmanager
def clock_set(home: Path, reference: Reference, kind: str) -> Iterator[Fault]:
    """A home whose runs see a clock that is set."""
    shutil.copytree(reference.before, home)
    clock, library = home / "clock", home / "clock_set.so"
    source = Path(__file__).with_name("clock_set.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)

    def put(days: int) -> None:
        with clock.open("r+b" if clock.exists() else "wb", buffering=0) as file:
            file.write(SECONDS.pack(86_400 * days))

    def disturb(process: Process) -> None:
        put(DAYS if kind == "forward meanwhile" else -DAYS)
        if kind == "back, and killed":
            process.kill()

    put(-DAYS if kind == "back before" else 0)
    more = {"LD_PRELOAD": str(library), "CLOCK_SET": str(clock)}
    yield Fault(place(home), disturb, lambda: None, more, killed=kind == "back, and killed")
