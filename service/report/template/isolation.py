"""A process of its own for a template, with limits, killed when nobody needs it any more.

The process (`worker`) gets neither the environment nor the database, only what is to be
filled in. It ends when it is done, at any limit, when its caller gives up, and when the
service ends, however that happens. Both sides talk in frames over its standard input
and output: a JSON header and bytes, each with its length; nothing is unpickled.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from models.errors import Busy
from service.report.template.rendering import Order

if TYPE_CHECKING:
    from data.settings import Settings

MB = 2**20
_PROGRAM = Path(__file__).resolve().parents[3]
_SIZES = struct.Struct(">IQ")
_LARGEST_HEADER = 4 * MB
_GRACE = 2.0  # seconds that the process has to end itself at its wall time
_LOOK = 0.05  # seconds between looks at the clock and the caller
_TURNS = threading.BoundedSemaphore(2)  # processes at once
_PLACES = threading.BoundedSemaphore(6)  # processes and those who wait for one


@dataclass(frozen=True)
class Limits:
    """What filling in a template may take; `VEDICH_TEMPLATE_…` in docs/settings.md."""

    memory_mb: int = 512  # of address space
    cpu_seconds: int = 10
    seconds: int = 60  # on the clock, without drawing charts
    output_mb: int = 50  # of the document

    def allowed(self, limit: str) -> str:
        """A limit in words."""
        return {
            "memory": f"{self.memory_mb} MB of memory",
            "cpu": f"{self.cpu_seconds} seconds of computing",
            "time": f"{self.seconds} seconds",
            "output": f"a document of {self.output_mb} MB",
        }[limit]


@dataclass(frozen=True)
class Answer:
    """The document, or why there is none.

    Attributes
    ----------
    content : the .docx
    unknown : unknown placeholders, each with its place
    limit : the limit that was exceeded: 'memory', 'cpu', 'time' or 'output'
    unreadable : arguments of `UnreadableFile`
    """

    content: bytes = b""
    unknown: tuple[str, ...] = ()
    limit: str | None = None
    unreadable: dict[str, Any] | None = None


def limits_of(settings: Settings) -> Limits:
    """The limits that the settings give."""
    return Limits(
        memory_mb=settings.template_memory_mb,
        cpu_seconds=settings.template_cpu_seconds,
        seconds=settings.template_seconds,
        output_mb=settings.template_output_mb,
    )


class Closed(Exception):
    """The other side ended."""


def send(stream: IO[bytes], header: dict[str, Any], body: bytes = b"") -> None:
    """Write a frame."""
    head = json.dumps(header).encode()
    stream.write(_SIZES.pack(len(head), len(body)) + head)
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes], largest: int) -> tuple[dict[str, Any], bytes | None]:
    """Read a frame; None in place of a body over `largest` bytes.

    Raises
    ------
    Closed
        If the other side ended.
    """
    head_size, body_size = _SIZES.unpack(_exactly(stream, _SIZES.size))
    header: dict[str, Any] = json.loads(_exactly(stream, min(head_size, _LARGEST_HEADER)))
    return header, None if body_size > largest else _exactly(stream, body_size)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise Closed
    return content


def in_own_process(
    template: bytes,
    order: Order,
    png_of: Callable[[str], bytes],
    limits: Limits,
    given_up: threading.Event,
) -> Answer:
    """Fill in a template in a process of its own; see `filling.fill`."""
    with _turn(given_up) as mine:
        if not mine:
            return Answer(limit="time")
        process = subprocess.Popen(
            [sys.executable, "-m", "service.report.template.worker", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_PROGRAM,
            env={"PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
        )
        give_way(process.pid)
        watch = _Watch(process, limits.seconds + _GRACE, given_up)
        try:
            return _conversation(process, watch, template, order, png_of, limits)
        except (Closed, BrokenPipeError):
            return Answer(limit=_reason(process.wait()))
        finally:
            watch.end()


def give_way(process: int) -> None:
    """Let a process run only while those who read leave a processor free."""
    with suppress(ProcessLookupError):  # it ended already
        os.setpriority(os.PRIO_PROCESS, process, 19)
        if sys.platform == "linux":  # stronger than 19, and at once
            os.sched_setscheduler(process, os.SCHED_IDLE, os.sched_param(0))


@contextmanager
def _turn(given_up: threading.Event) -> Iterator[bool]:
    """Wait for one of the processes: False if the caller gave up before.

    Few may wait, since each holds a thread of the service; `Busy` for the rest.
    """
    if not _PLACES.acquire(blocking=False):
        raise Busy(
            "expected a free place to fill in a template, found others waiting. Try again in a "
            "minute."
        )
    mine = False
    try:
        while not mine and not given_up.is_set():
            mine = _TURNS.acquire(timeout=_LOOK)
        yield mine
    finally:
        if mine:
            _TURNS.release()
        _PLACES.release()


def _conversation(
    process: subprocess.Popen[bytes],
    watch: _Watch,
    template: bytes,
    order: Order,
    png_of: Callable[[str], bytes],
    limits: Limits,
) -> Answer:
    assert process.stdin is not None
    assert process.stdout is not None
    send(process.stdin, {"order": asdict(order), "limits": asdict(limits)}, template)
    drawn: set[str] = set()
    while True:
        header, body = receive(process.stdout, limits.output_mb * MB)
        code = header.get("chart")
        if code is None:
            break
        if code in drawn:  # the process keeps what it was sent
            raise Closed
        drawn.add(code)
        with watch.stopped():
            png = png_of(code)
        send(process.stdin, {}, png)
    if body is None:
        return Answer(limit="output")
    return Answer(
        body, tuple(header.get("unknown", ())), header.get("limit"), header.get("unreadable")
    )


def _reason(code: int) -> str:
    """Which limit a process met that ended without an answer."""
    if code == -signal.SIGXCPU:
        return "cpu"
    return "time" if code in (-signal.SIGALRM, -signal.SIGKILL) else "memory"


class _Watch:
    """Kills the process when its time is over or its caller gave up."""

    def __init__(
        self, process: subprocess.Popen[bytes], seconds: float, given_up: threading.Event
    ) -> None:
        self._process, self._left, self._given_up = process, seconds, given_up
        self._running, self._done = True, threading.Event()
        self._thread = threading.Thread(target=self._run, name="template-watch", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Kill the process if it still runs, and wait for it."""
        self._done.set()
        self._thread.join()
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue  # what it had not read
        self._process.wait()

    def stopped(self) -> _Stopped:
        """While our side works, the clock stands still."""
        return _Stopped(self)

    def _run(self) -> None:
        before = time.monotonic()
        while not self._done.wait(_LOOK):
            now = time.monotonic()
            if self._running:
                self._left -= now - before
            before = now
            if self._left < 0 or self._given_up.is_set():
                self._process.kill()
                return


class _Stopped:
    def __init__(self, watch: _Watch) -> None:
        self._watch = watch

    def __enter__(self) -> None:
        self._watch._running = False

    def __exit__(self, *_error: object) -> None:
        self._watch._running = True
