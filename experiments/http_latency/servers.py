"""The servers that are compared, each a process of its own on a free port of 127.0.0.1."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data.db.store import Store
from data.settings import Settings
from data.vintages.panel_rows import load_panel

ROOT = Path(__file__).resolve().parents[2]
PLAN, FAMILY, KPI, AS_OF = "vietnam-2021", "vietnam", "exports", date(2021, 6, 30)
STARTS = 300.0  # seconds that a server may take to answer
IDLE = 4.0  # seconds, longer than the service waits between two looks at what has changed
COLUMNS = ("kpi", "month", "form", "value", "status", "published")
_CLI = (sys.executable, "-m", "service.cli.main")
_BARE = """
import sys
import uvicorn
from fastapi import FastAPI, Response
content = open(sys.argv[2], "rb").read()
app = FastAPI()
@app.get("/")
async def same():
    return Response(content, media_type="application/json")
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
"""
_PLAIN = """
import sys
import uvicorn
from service.app import create_app
uvicorn.run(create_app(), port=int(sys.argv[1]), log_level="warning", access_log=False)
"""
_LUA = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open("{body}", "r")
wrk.body = file:read("*a")
file:close()
"""


@dataclass(frozen=True)
class Server:
    """A server that answers: its address, the number of its process, and its own folder."""

    address: str
    process: int
    home: Path

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.address}{path}", timeout=STARTS) as answer:
            content: bytes = answer.read()
        return content

    def wait_until_idle(self) -> None:
        """Wait until it does nothing by itself any more, which it does after a start."""
        until = time.monotonic() + STARTS
        while time.monotonic() < until:
            before = self._cpu_seconds()
            time.sleep(IDLE)
            if self._cpu_seconds() - before < IDLE / 20:
                return
        raise SystemExit("a server goes on working although nobody asks it.")

    def _cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def make_home(home: Path) -> None:
    """What `make run` leaves: the sample plans, a model for every month up to June 2021."""
    _vedich(home, "init", "--sample", "all")
    for plan in (PLAN, "lang-son-2021"):
        _vedich(home, "retrain", "--plan", plan, "--since", "2021-01", "--as-of", "2021-06")


@contextmanager
def service(home: Path, scratch: Path, workers: int = 1) -> Iterator[Server]:
    """`vedich serve` on a copy of a home."""
    own = _copy(home, scratch)
    port = _free_port()
    command = [*_CLI, "serve", "--port", str(port), "--workers", str(workers)]
    with _running(command, own, port, "/healthz") as started:
        yield started
    shutil.rmtree(own)


@contextmanager
def plain(home: Path, scratch: Path) -> Iterator[Server]:
    """The same application on a copy of a home, under uvicorn as it comes."""
    own = _copy(home, scratch)
    port = _free_port()
    with _running([sys.executable, "-c", _PLAIN, str(port)], own, port, "/healthz") as started:
        yield started
    shutil.rmtree(own)


@contextmanager
def bare(content: bytes, scratch: Path) -> Iterator[Server]:
    """A FastAPI application of one route that returns the content."""
    file, port = scratch / "content.json", _free_port()
    file.write_bytes(content)
    with _running([sys.executable, "-c", _BARE, str(port), str(file)], scratch, port, "/") as one:
        yield one


@contextmanager
def mlflow(home: Path, scratch: Path) -> Iterator[tuple[Server, Path]]:
    """`mlflow models serve` of the registered bundle; and wrk's script that asks for one KPI."""
    own = _copy(home, scratch)
    settings = Settings(home=own, mlflow_tracking_uri=None)
    body, lua, port = scratch / "body.json", scratch / "ask.lua", _free_port()
    body.write_text(json.dumps(_question(settings)), encoding="utf-8")
    lua.write_text(_LUA.format(body=body), encoding="utf-8")
    command = [sys.executable, "-m", "mlflow", "models", "serve"]
    command += ["--model-uri", f"models:/{FAMILY}@champion", "--env-manager", "local"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    uri = f"sqlite:///{own / 'mlflow.db'}"
    more = {"MLFLOW_TRACKING_URI": uri, "MLFLOW_REGISTRY_URI": uri}
    with _running(command, own, port, "/ping", more) as started:
        yield started, lua
    shutil.rmtree(own)


def _question(settings: Settings) -> dict[str, object]:
    """One KPI's figures, as the registered model is asked."""
    store = Store.open(settings.store_url)
    rows = [
        (one.kpi, str(one.month), one.form, one.value, one.status, one.published.isoformat())
        for one in load_panel(store, FAMILY).figures()
        if one.kpi == KPI and one.published <= AS_OF
    ]
    store.close()
    return {
        "dataframe_split": {"columns": COLUMNS, "data": rows},
        "params": {"as_of": AS_OF.isoformat()},
    }


def _copy(home: Path, scratch: Path) -> Path:
    own = scratch / f"home{time.monotonic_ns()}"
    shutil.copytree(home, own)
    return own


def _vedich(home: Path, *arguments: str) -> None:
    subprocess.run([*_CLI, *arguments], cwd=ROOT, env=_environment(home), check=True)


def _environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    own = ("VEDICH_", "MLFLOW_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(own)}
    path = f"{Path(sys.executable).parent}:{kept['PATH']}"  # MLflow starts `uvicorn` by its name
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true"}
    return {**kept, "PATH": path, "VEDICH_HOME": str(home), **quiet, **(more or {})}


@contextmanager
def _running(
    command: Sequence[str],
    home: Path,
    port: int,
    asked: str,
    more: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """A process from when it answers until the block ends, with those that it started."""
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        command, cwd=ROOT, env=_environment(home, more), start_new_session=True
    ) as started:
        try:
            until = time.monotonic() + STARTS
            while not _answers(address + asked):
                if started.poll() is not None or time.monotonic() > until:
                    raise SystemExit("a server did not start; its message stands above.")
                time.sleep(0.02)
            yield Server(address, started.pid, home)
        finally:
            os.killpg(started.pid, 15)  # the group is of our own process alone


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
