"""`vedich serve` as a process of its own: where it listens, what it says."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from service.cli.main import main

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def listening(port: int) -> set[str]:
    """Addresses on which this machine's port is listened to, as Linux lists them."""
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            address, state = line.split()[1], line.split()[3]
            host, _, number = address.partition(":")
            if int(number, 16) == port and state == "0A":
                found.add(host)
    return found


def test_it_listens_on_this_machine_alone_and_says_where(home: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "service.cli.main", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            line = running.stdout.readline()
            assert line == f"Vedich: http://127.0.0.1:{port}/ (Ctrl+C stops it)\n"
            assert listening(port) == {"0100007F"}  # 127.0.0.1
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
                assert json.load(answer) == {"status": "ready", "plans": 1}
        finally:
            running.terminate()


@pytest.mark.parametrize(
    ("options", "environment", "host"),
    [
        ((), {}, "127.0.0.1"),
        ((), {"VEDICH_HOST": "127.0.0.2"}, "127.0.0.2"),
        (("--host", "127.0.0.3"), {"VEDICH_HOST": "127.0.0.2"}, "127.0.0.3"),
    ],
)
def test_it_listens_where_it_is_told(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    environment: dict[str, str],
    host: str,
) -> None:
    found = []

    def run(_server: object, sockets: list[socket.socket]) -> None:
        found.append(sockets[0].getsockname())

    port = free_port()
    monkeypatch.delenv("VEDICH_HOST", raising=False)
    monkeypatch.setenv("VEDICH_PORT", str(port))
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr("uvicorn.Server.run", run)
    with pytest.raises(SystemExit) as ended:
        main(["serve", *options])
    assert ended.value.code == 0
    assert found == [(host, port)]


@pytest.mark.parametrize(
    ("host", "reason"),
    [("127.0.0.1", "Address already in use")],
)
def test_an_address_that_cannot_be_had_is_one_line(
    home: Path, capsys: pytest.CaptureFixture[str], host: str, reason: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SystemExit) as ended:
        main(["serve", "--host", host, "--port", str(taken.getsockname()[1])])
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert reason in line
    assert "--port" in line
