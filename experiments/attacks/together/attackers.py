"""The attacks as loops against one running service, each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from multiprocessing.queues import Queue
from queue import Empty

from experiments.attacks.docx_template.run import ATTACKS as TEMPLATES, template
from experiments.attacks.http.attacks import send_body
from experiments.attacks.http.served import everything, parsed

ADDRESSES = tuple(f"127.0.1.{number}" for number in range(1, 5))
HALVES = 1100
FORM = "application/x-www-form-urlencoded"


def _ask(
    port: int,
    head: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    *,
    address: str = ADDRESSES[0],
    seconds: float = 30.0,
) -> str:
    """Status of a request from one of the attackers' addresses."""
    given = {"Host": "127.0.0.1", "Connection": "close", **headers}
    if body:
        given["Content-Length"] = str(len(body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    try:
        with socket.create_connection(("127.0.0.1", port), 5, (address, 0)) as line:
            line.settimeout(seconds)
            line.sendall(f"{head} HTTP/1.1\r\n{lines}\r\n".encode() + body)
            return str(parsed(everything(line))[0])
    except OSError as error:
        return type(error).__name__


def bodies(port: int, key: str) -> Iterator[str]:
    """Five anonymous JSON bodies of 200 MB at once, two of them chunked."""
    while True:
        with ThreadPoolExecutor(5) as pool:
            answers = pool.map(lambda number: send_body(port, number > 2), range(5))
        yield from map(str, answers)
        time.sleep(1)


def half_requests(port: int, key: str) -> Iterator[str]:
    """1,100 connections from four addresses, each with half of a head, every 12 seconds."""
    while True:
        lines: list[socket.socket] = []
        for number in range(HALVES):
            with suppress(OSError):
                address = ADDRESSES[number % len(ADDRESSES)]
                line = socket.create_connection(("127.0.0.1", port), 1, (address, 0))
                lines.append(line)
                line.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n")
                yield "made"
        time.sleep(12)
        for line in lines:
            line.close()


def templates(port: int, key: str) -> Iterator[str]:
    """Hostile Word templates, two at once, one after the other."""
    edge = "edge-of-parts"
    kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    parts = {}
    for name in TEMPLATES:
        start = (
            f'--{edge}\r\nContent-Disposition: form-data; name="template"; '
            'filename="t.docx"\r\n\r\n'
        )
        parts[name] = start.encode() + template(name) + f"\r\n--{edge}--\r\n".encode()
    head, own = "POST /plans/vietnam-2021/reports/template?lang=en", _own(key)
    while True:
        for name in TEMPLATES:
            second = threading.Thread(
                target=_ask, args=(port, head, kind | own, parts[name]), kwargs={"seconds": 70.0}
            )
            second.start()
            answer = _ask(port, head, kind | own, parts[name], seconds=70.0)
            second.join()
            yield answer
            time.sleep(1)


def guesses(port: int, key: str) -> Iterator[str]:
    """Wrong passwords for an account that exists and for others, five a second."""
    headers = {"Content-Type": FORM, "Origin": "http://127.0.0.1"}
    for number in count():
        name = "linh" if number % 2 else f"nobody{number % 40}"
        body = f"name={name}&password=wrong{number}".encode()
        yield _ask(port, "POST /login", headers, body, address=ADDRESSES[number % 4])
        time.sleep(0.2)


def vintages(port: int, key: str) -> Iterator[str]:
    """Projections of other days, years 1 to 2099 among them, one a second."""
    for number in count():
        day = f"2021-{1 + number % 12:02d}-{1 + number % 28:02d}"
        if number % 2:
            day = f"{1 + number * 37 % 2099:04d}-06"
        yield _ask(port, f"GET /v1/plans/vietnam-2021/projections/coal?as_of={day}", _own(key))
        time.sleep(1)


def forged(port: int, key: str) -> Iterator[str]:
    """Forged hosts, metrics and paths that nobody is told of, ten a second."""
    asked: tuple[tuple[str, dict[str, str]], ...] = (
        ("/odata/", {"Host": "evil.example"}),
        ("/metrics", {}),
        ("/%2e%2e/%2e%2e/etc/passwd", {}),
        ("/v1/plans/vietnam-2021/projections", {"Authorization": "Bearer no"}),
        ("/v1/plans/vietnam-2021", {"Cookie": "vedich_session=no"}),
    )
    for number in count():
        path, headers = asked[number % len(asked)]
        yield _ask(port, f"GET {path}", headers, address=ADDRESSES[number % 4])
        time.sleep(0.1)


def _own(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


Loop = Callable[[int, str], Iterator[str]]
LOOPS: Mapping[str, Loop] = {
    one.__name__: one for one in (bodies, half_requests, templates, guesses, vintages, forged)
}


@contextmanager
def under_attack(
    port: int, key: str, seconds: float, names: Sequence[str] = tuple(LOOPS)
) -> Iterator[dict[str, Counter[str]]]:
    """Loops at once for so long; what each was answered, in the dictionary afterwards.

    Attackers stand for machines of their own, and the service does not share processors
    with those: they and their threads run only while a processor is free (SCHED_IDLE).
    """
    start = multiprocessing.get_context("spawn")
    told: Queue[tuple[str, dict[str, int]]] = start.Queue()
    running = [
        start.Process(target=_run, args=(name, port, key, seconds, told), daemon=True)
        for name in names
    ]
    for process in running:
        process.start()
    found: dict[str, Counter[str]] = {}
    try:
        yield found
        with suppress(Empty):  # one that hangs is missing in what is told
            for _ in running:
                name, counts = told.get(timeout=120)
                found[name] = Counter(counts)
    finally:
        for process in running:
            process.kill()
            process.join()


def _run(
    name: str, port: int, key: str, seconds: float, told: Queue[tuple[str, dict[str, int]]]
) -> None:
    os.setpriority(os.PRIO_PROCESS, 0, 19)
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))  # threads inherit it
    until, counts = time.monotonic() + seconds, Counter[str]()
    for answer in LOOPS[name](port, key):
        counts[answer] += 1
        if time.monotonic() > until:
            break
    told.put((name, dict(counts)))
