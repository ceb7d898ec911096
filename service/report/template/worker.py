"""The process in which a template is filled in: limits first, then one order, then the end.

Started by `isolation` with the number of the process that waits for it; run by hand it
only waits for an order.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from typing import IO, Any

from models.errors import UnreadableFile
from service.report.template.isolation import MB, Closed, Limits, receive, send
from service.report.template.rendering import Order, rendered

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
_LARGEST_ORDER = 64 * MB


def die_with(parent: int) -> None:
    """End when the process that waits for the answer ends, even by SIGKILL (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def limit(limits: Limits) -> None:
    """Let the kernel hold the limits: not even a long call in C gets past them."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_mb * MB,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, limits.seconds)


class Charts:
    """The charts that the other side draws, each asked for once."""

    def __init__(self, given: IO[bytes], answers: IO[bytes]) -> None:
        self._given, self._answers = given, answers
        self._drawn: dict[str, bytes] = {}

    def __call__(self, code: str) -> bytes:
        if code not in self._drawn:
            left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
            send(self._answers, {"chart": code})
            self._drawn[code] = receive(self._given, _LARGEST_ORDER)[1] or b""
            signal.setitimer(signal.ITIMER_REAL, left)
        return self._drawn[code]


def work(given: IO[bytes], answers: IO[bytes]) -> None:
    """Read one order and answer it."""
    header, template = receive(given, _LARGEST_ORDER)
    limit(Limits(**header["limits"]))
    order = header["order"]
    try:
        content, unknown = rendered(
            template or b"",
            Order(**{**order, "labels": tuple(order["labels"])}),
            Charts(given, answers),
        )
    except MemoryError:
        send(answers, {"limit": "memory"})
    except UnreadableFile as problem:
        send(answers, {"unreadable": _arguments(problem)})
    else:
        send(answers, {"unknown": unknown}, content)


def _arguments(problem: UnreadableFile) -> dict[str, Any]:
    return {
        "path": problem.path,
        "expected": problem.expected,
        "found": problem.found[:500],
        "advice": problem.advice,
    }


def main() -> None:
    """Work for the process named on the command line."""
    die_with(int(sys.argv[1]))
    try:
        work(sys.stdin.buffer, sys.stdout.buffer)
    except (Closed, BrokenPipeError):
        os._exit(1)


if __name__ == "__main__":
    main()
