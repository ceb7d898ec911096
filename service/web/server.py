"""The listening socket and the connections on it: how many, how slow, how long.

Uvicorn waits for the rest of a request's head, and for a reader that reads nothing, as
long as they like. `Patient` has an end to its patience. When connections run out, the one that has
waited longest without a request of its own makes room: a newcomer with a request is
answered, however many others hold half of one.
"""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
import threading
from collections import Counter, defaultdict
from functools import partial
from types import FrameType
from typing import Any

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from models.errors import InputError
from service.web.headers import HEADERS

HEAD_SECONDS = 10.0  # for all of a request's head, from its first byte or from connecting
IDLE_SECONDS = 20  # for the next request on a connection that is kept alive
STALLED_SECONDS = 60.0  # for a client that does not read its answer
MOST_OF_AN_ADDRESS, MOST_CONNECTIONS = 256, 512
AT_ONCE, IN_QUEUE = 64, 4096  # connections accepted in one go; those the kernel lets wait
MOST_HEAD_BYTES = 32 * 1024
UNWANTED_PAUSE = 0.05  # seconds after each piece of a body that was answered without being read
TURN = 0.0005  # seconds that one thread may keep the interpreter from the others
COLLECT_AFTER = (5_000, 10, 10)  # new objects, then collections of the younger ones

_PLAIN = b"".join(
    f"{name}: {value}\r\n".encode() for name, value in {**HEADERS, "Connection": "close"}.items()
)
_MALFORMED = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n" + _PLAIN + b"\r\n"
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\n"
    + _PLAIN
    + b"\r\n"
)


class Connections:
    """The open connections of one server, by address of the client.

    Parameters
    ----------
    of : processes that share a service's connections; the system gives each what comes, so
        that one may have more than its part of an address: only the whole is divided
    """

    def __init__(self, of: int = 1) -> None:
        self._most = max(MOST_CONNECTIONS // of, 1)
        self._most_of_one = min(MOST_OF_AN_ADDRESS, self._most)
        # without a request, by address, the longest first
        self._waiting: defaultdict[str, dict[Patient, None]] = defaultdict(dict)
        self._of: Counter[str] = Counter()

    def enter(self, one: Patient) -> bool:
        """Count a new connection; False if there is no room for it.

        Room is made by an address that has too many, or has the most that wait: a reader
        whose request is still to be read does not make room for those who send halves.
        """
        while self._of[one.address] >= self._most_of_one or self._of.total() >= self._most:
            crowded = one.address
            if self._of[crowded] < self._most_of_one and self._waiting:
                crowded = max(self._waiting, key=lambda address: len(self._waiting[address]))
            oldest = next(iter(self._waiting.get(crowded, ())), None)
            if oldest is None:
                return False
            oldest.drop()
        self._of[one.address] += 1
        self.wait(one)
        return True

    def leave(self, one: Patient) -> None:
        self.work(one)
        self._of[one.address] -= 1
        if self._of[one.address] <= 0:
            del self._of[one.address]

    def wait(self, one: Patient) -> None:
        """It waits for its next request."""
        self._waiting[one.address][one] = None

    def work(self, one: Patient) -> None:
        """It has a request that is being answered."""
        mine = self._waiting.get(one.address, {})
        mine.pop(one, None)
        if not mine:
            self._waiting.pop(one.address, None)


class Patient(H11Protocol):
    """Uvicorn's protocol, with an end to waiting and a place among the connections."""

    def __init__(self, *given: Any, open_: Connections, **named: Any) -> None:
        super().__init__(*given, **named)
        self.address = ""
        self._open = open_
        self._entered = False
        self._timer: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        super().connection_made(transport)
        self.address = self.client[0] if self.client else "local"
        self._entered = self._open.enter(self)
        if self._entered:
            self._await_head()
        else:
            transport.write(_FULL)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:  # of the next head, a part
            self._await_head()
            if self.conn.their_state is h11.SEND_BODY:  # or of a body that nobody waits for
                self._slow_down()
        else:
            self._end_waiting()

    def on_response_complete(self) -> None:
        self._open.wait(self)
        super().on_response_complete()
        if not self.cycle.response_complete:  # the next request had come already
            self._open.work(self)

    def send_400_response(self, msg: str) -> None:
        self.transport.write(_MALFORMED)
        self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.call_later(STALLED_SECONDS, self.drop)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def drop(self) -> None:
        """Close without another word."""
        self._leave()
        self.transport.abort()

    def _await_head(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(HEAD_SECONDS, self.drop)

    def _slow_down(self) -> None:
        """Take the rest of an unwanted body slowly, so that it costs nobody else their time.

        To close at once would reset the connection, and the client might not get to read
        why. It has `HEAD_SECONDS` for the rest.
        """
        self.flow.pause_reading()
        self.loop.call_later(UNWANTED_PAUSE, self.flow.resume_reading)

    def _end_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._open.work(self)

    def _leave(self) -> None:
        for timer in (self._timer, self._stalled):
            if timer is not None:
                timer.cancel()
        self._timer = self._stalled = None
        if self._entered:
            self._entered = False
            self._open.leave(self)


class _Listener(socket.socket):
    """Keeps its queue, whatever asyncio asks for.

    Asyncio accepts as many connections in one go as it lets wait. A short queue makes a
    newcomer in a flood wait a second for the kernel's next try; a long one accepted in one
    go holds everybody up.
    """

    def listen(self, backlog: int = IN_QUEUE, /) -> None:
        super().listen(IN_QUEUE)


def listen(host: str, port: int) -> socket.socket:
    """Listen for requests.

    The protocol is named, so that asyncio sets TCP_NODELAY on what it accepts: without
    it an answer's second packet waits 40 ms for the client's delayed acknowledgement.

    Raises
    ------
    InputError
        If the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.create_server((host, port), family=family, backlog=IN_QUEUE)
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]
        raise InputError(
            "expected an address to listen on, found {host} port {port}: {reason}. "
            "Choose another with --host and --port.",
            host=host,
            port=port,
            reason=reason,
        ) from error
    return _Listener(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=made.detach())


class Server(uvicorn.Server):
    """Uvicorn's server, which also tells answers that stay open that they are to end."""

    def __init__(self, config: uvicorn.Config, closing: threading.Event) -> None:
        super().__init__(config)
        self._closing = closing

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._closing.set()
        super().handle_exit(sig, frame)


def server_of(app: FastAPI, of: int = 1) -> uvicorn.Server:
    """The server of an application: `.run(sockets=[listen(...)])` answers until told to stop.

    Parameters
    ----------
    of : processes that share the socket
    """
    config = uvicorn.Config(
        app,
        http=partial(Patient, open_=Connections(of)),  # type: ignore[arg-type]
        ws="none",
        log_config=None,  # its lines go where ours go
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS,
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
        backlog=AT_ONCE,
    )
    return Server(config, app.state.vedich.closing)


def stay_responsive() -> None:
    """Short turns for threads, and short pauses to collect memory.

    A reader's request gives the interpreter up at each of its queries, and would wait
    Python's usual 5 ms each time for somebody's long computation. A collection holds
    everybody up: it leaves out what the program loaded (280,000 objects, 200 ms), and
    comes more often so that each has less to do.
    """
    sys.setswitchinterval(TURN)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
