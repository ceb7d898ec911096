"""Processes of the machine, as tests of kills look at them."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and is not yet collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def children(pid: int) -> list[int]:
    """The processes below one, of all generations."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(folder.name))
    found, waiting = [], [pid]
    while waiting:
        below = parents.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def free_port() -> int:
    """A port of this machine that nobody listens on at the moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def serving(
    command: Sequence[str], environment: Mapping[str, str], asked: str, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A server as a process, from when it answers at `asked` until the block ends."""
    with log.open("wb") as said:
        started = subprocess.Popen(command, env=dict(environment), stdout=said, stderr=said)
    try:
        until = time.monotonic() + 120
        while True:
            try:
                with urllib.request.urlopen(asked, timeout=5):
                    break
            except (urllib.error.URLError, OSError):
                assert started.poll() is None, log.read_text(errors="replace")
                assert time.monotonic() < until, log.read_text(errors="replace")
                time.sleep(0.2)
        yield started
    finally:
        started.terminate()
        try:
            started.wait(30)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
