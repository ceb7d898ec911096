"""A service of a checkout on a copy of a home, and the memory that it takes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "a long password"


@dataclass(frozen=True)
class Served:
    """A running service: its port, its process, its home, and whose answers it gives."""

    port: int
    pid: int
    home: Path
    checkout: Path

    def ask(
        self, path: str, headers: Mapping[str, str] | None = None, seconds: float = 10.0
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers in lower case, and body; status 0 without an answer in time."""
        lines = "".join(
            f"{k}: {v}\r\n" for k, v in {"Host": "127.0.0.1", **(headers or {})}.items()
        )
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 3) as line:
            line.settimeout(seconds)
            line.sendall(f"GET {path} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode())
            return parsed(everything(line))
        return 0, {}, b""


def everything(line: socket.socket) -> bytes:
    """What comes until the other end closes or says no more."""
    pieces = []
    with suppress(OSError):
        while piece := line.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


def parsed(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers in lower case, and body of an answer; status 0 without one."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    if not first.startswith("HTTP/"):
        return 0, {}, b""
    headers = dict(line.lower().split(": ", 1) for line in rest if ": " in line)
    return int(first.split()[1]), headers, body


@contextmanager
def served(
    checkout: Path, home: Path, *, account: bool = True, **environment: str
) -> Iterator[Served]:
    """`vedich serve` of a checkout, with an account, so that readers outside are nobody."""
    with tempfile.TemporaryDirectory() as folder:
        own = Path(shutil.copytree(home, Path(folder) / "home"))
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = int(probe.getsockname()[1])
        given = {**os.environ, "VEDICH_HOME": str(own), **environment}
        command = [sys.executable, "-m", "service.cli.main"]
        if account:
            add = [*command, "account", "add", "linh", "--role", "viewer"]
            subprocess.run(
                add, cwd=checkout, env=given, input=f"{PASSWORD}\n", text=True, check=True,
                capture_output=True,
            )  # fmt: skip
        serve = [*command, "serve", "--port", str(port)]
        log = (Path(folder) / "log").open("w")
        with subprocess.Popen(
            serve, cwd=checkout, env=given, stdout=subprocess.PIPE, stderr=log
        ) as running:
            try:
                assert running.stdout is not None
                if not running.stdout.readline():
                    raise SystemExit(f"{checkout}: the service did not start.")
                one = Served(port, running.pid, own, checkout)
                while one.ask("/healthz")[0] != 200:
                    time.sleep(0.2)
                yield one
            finally:
                running.kill()
                log.close()


@contextmanager
def peak_memory(pid: int) -> Iterator[list[float]]:
    """The largest resident memory of a process meanwhile, in MB, in the list afterwards."""
    found, over = [resident(pid)], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            with suppress(OSError):
                found[0] = max(found[0], resident(pid))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield found
    finally:
        over.set()
        watching.join()


def resident(pid: int) -> float:
    """Resident memory of a process, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
