"""Connections: no delay, an end to waiting, room for who has a request."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from service.web import server
from service.web.headers import HEADERS

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
HALF = HEALTH[:-2]


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[int]:
    """The port on which the application answers."""
    with server.listen("127.0.0.1", 0) as listener:
        running = server.server_of(app)
        task = asyncio.create_task(running.serve(sockets=[listener]))
        while not running.started:
            await asyncio.sleep(0.01)
        yield listener.getsockname()[1]
        running.should_exit = running.force_exit = True
        await task


def on(app: Any, ask: Callable[[int], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(30), serving(app) as port:
            await ask(port)

    asyncio.run(run())


async def health(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEALTH)
    head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return head


async def closed(reader: asyncio.StreamReader) -> bool:
    """Whether the other end has closed, or closes within five seconds."""
    try:
        async with asyncio.timeout(5):
            return await reader.read(1) == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False


def test_what_is_accepted_sends_without_delay() -> None:
    async def accepted() -> int:
        met: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        class Meet(asyncio.Protocol):
            def connection_made(self, transport: Any) -> None:
                own = transport.get_extra_info("socket")
                met.set_result(own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
                transport.close()

        with server.listen("127.0.0.1", 0) as listener:
            running = await asyncio.get_running_loop().create_server(Meet, sock=listener)
            _, writer = await asyncio.open_connection(*listener.getsockname())
            found = await met
            writer.close()
            running.close()
        return found

    assert asyncio.run(accepted()) != 0


def test_half_a_request_is_waited_for_only_so_long(
    service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.3)

    async def ask(port: int) -> None:
        silent, one = await asyncio.open_connection("127.0.0.1", port)
        half, other = await asyncio.open_connection("127.0.0.1", port)
        other.write(HALF)
        assert await closed(silent)
        assert await closed(half)
        one.close()
        other.close()

    on(service.app, ask)


def test_a_slow_head_gains_no_time_by_more_letters(
    service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.5)

    async def ask(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for letter in HEALTH[:6]:
            writer.write(bytes([letter]))
            await asyncio.sleep(0.12)
        assert await closed(reader)
        writer.close()

    on(service.app, ask)


@pytest.mark.parametrize("of", ["MOST_OF_AN_ADDRESS", "MOST_CONNECTIONS"])
def test_half_requests_make_room_for_whole_ones(
    service: Any, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    monkeypatch.setattr(server, of, 5)

    async def ask(port: int) -> None:
        halves = [await asyncio.open_connection("127.0.0.1", port) for _ in range(12)]
        for _, writer in halves:
            writer.write(HALF)
        assert (await health(port)).startswith(b"HTTP/1.1 200")
        assert await closed(halves[0][0])  # the oldest made room
        newest, writer = halves[-1]
        writer.write(b"\r\n")
        assert (await newest.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        for _, writer in halves:
            writer.close()

    on(service.app, ask)


def test_a_kept_alive_connection_answers_again(service: Any) -> None:
    async def ask(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(3):
            writer.write(HEALTH)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            assert b"uvicorn" not in head
            (length,) = (
                int(line.split()[1])
                for line in head.split(b"\r\n")
                if line.startswith(b"content-length")
            )
            await reader.readexactly(length)
        writer.close()

    on(service.app, ask)


def test_a_kept_alive_connection_that_is_silent_is_closed(
    service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "IDLE_SECONDS", 0.3)

    async def ask(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEALTH)
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"connection: close" not in head.lower()
        async with asyncio.timeout(3):  # far below the seconds that one gets for a head
            await reader.read()
        writer.close()

    on(service.app, ask)


def test_what_is_no_request_is_400_with_the_headers(service: Any) -> None:
    async def ask(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"nonsense\r\n\r\n")
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 400 ")
        for name, value in HEADERS.items():
            assert f"{name}: {value}".encode() in answer
        writer.close()

    on(service.app, ask)


def test_who_sends_halves_makes_room_not_a_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader's connection is the oldest, its request is not read yet, and it stays."""
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 4)
    open_, dropped = server.Connections(), []

    class One:
        def __init__(self, address: str) -> None:
            self.address = address

        def drop(self) -> None:
            dropped.append(self.address)
            open_.leave(self)  # type: ignore[arg-type]

    for address in ("reader", "a", "a", "b", "a", "b", "a"):
        assert open_.enter(One(address))  # type: ignore[arg-type]
    assert "reader" not in dropped
    assert len(dropped) == 3


def test_newcomers_in_a_flood_find_room_in_the_queue() -> None:
    """A full queue costs them a second: the kernel forgets them until they try again."""
    with server.listen("127.0.0.1", 0) as listener:
        listener.listen(server.AT_ONCE)  # as asyncio does
        lines = []
        try:
            for _ in range(600):
                lines.append(socket.create_connection(listener.getsockname(), 0.5))
        finally:
            for line in lines:
                line.close()
    assert len(lines) == 600


def test_a_long_computation_gives_way_and_little_is_collected_at_once() -> None:
    program = (
        "import gc, sys; from service.web.server import stay_responsive; stay_responsive();"
        "assert sys.getswitchinterval() < 0.001; assert len(gc.get_objects()) < 10_000"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_rest_of_an_unwanted_body_is_taken_slowly(service: Any) -> None:
    size, piece = 60_000_000, b" " * 200_000

    async def ask(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(posted(size))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 413")
        sent = 0
        try:
            async with asyncio.timeout(1):
                while sent < size:
                    writer.write(piece)
                    await writer.drain()
                    sent += len(piece)
        except TimeoutError:
            pass
        assert sent < size / 2  # and most of that waits in the buffers of both ends
        writer.close()

    on(service.app, ask)


def test_after_an_unwanted_body_the_connection_answers_again(service: Any) -> None:
    size = 1_500_000

    async def ask(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(posted(size))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 413")
        writer.write(b" " * size + HEALTH)
        await reader.readuntil(b"HTTP/1.1 200")
        writer.close()

    on(service.app, ask)


def posted(size: int) -> bytes:
    """The head of a request with a body that is larger than its route takes."""
    return (
        b"POST /v1/plans/demo-2018/versions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % size
    )
