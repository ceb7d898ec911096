"""Two monthly runs of one plan at once.

Either a second command is given while the first is at a random point; or the first is
stopped there (SIGSTOP, all its processes), until a second that has taken up its job is at
a random point itself, and then goes on.
"""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from experiments.faults.checks import Reference, place, points
from experiments.faults.process import Process, Run, run_monthly, tree
from experiments.faults.scenario import Fault

KINDS = ("two commands", "stopped, taken up, and woken")


@contextmanager
def at_once(home: Path, reference: Reference, kind: str) -> Iterator[Fault]:
    """A home in which a second run begins while there is one."""
    shutil.copytree(reference.before, home)
    settings = place(home)
    others: list[Run] = []
    wakes = reference.cpu * next(points(1, int(home.name.rpartition("-")[2])))

    def second(stopped: list[int]) -> None:
        def wake(_second: Process | None = None) -> None:
            for pid in stopped:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

        others.append(run_monthly(settings, wakes, wake, name="second"))
        wake()

    threads: list[threading.Thread] = []

    def disturb(first: Process) -> None:
        stopped = list(dict(tree(first.pid))) if kind != KINDS[0] else []
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        threads.append(threading.Thread(target=second, args=(stopped,)))
        threads[0].start()

    yield Fault(settings, disturb, lambda: threads[0].join(), others=others)
