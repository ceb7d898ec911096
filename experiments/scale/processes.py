"""Processes that the experiments start, and the CPU time and memory that Linux tells of them."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
STARTS = 180.0  # seconds that a server may take to answer


@contextmanager
def server(
    command: Sequence[str], environment: Mapping[str, str], port: int, log: Path
) -> Iterator[int]:
    """A server on a port of loopback, from when it accepts until the block ends; its pid."""
    with log.open("ab") as said:
        started = subprocess.Popen(command, env=dict(environment), stdout=said, stderr=said)
    try:
        until = time.monotonic() + STARTS
        while not _accepts(port):
            if started.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{command[1:4]} did not start: {log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield started.pid
    finally:
        started.terminate()
        try:
            started.wait(40)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def free_port() -> int:
    """A port of this machine that nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        fields = _fields(int(folder.name))
        parents.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of processes so far, and of those that they waited for."""
    return sum(sum(map(int, _fields(pid)[11:15])) for pid in pids) / _TICK


def memory(pid: int) -> float:
    """Resident memory of a process, MB; 0 if it is gone."""
    return _status(pid, "VmRSS")


def peak_memory(pid: int) -> float:
    """The most resident memory that a process ever had, MB; 0 if it is gone."""
    return _status(pid, "VmHWM")


def _accepts(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _fields(pid: int) -> list[str]:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ["0"] * 20
    return stat.rpartition(")")[2].split()


def _status(pid: int, name: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    found = next((line for line in lines if line.startswith(f"{name}:")), f"{name}: 0 kB")
    return int(found.split()[1]) / 1024
