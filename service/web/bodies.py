"""ASGI middleware for what clients send: who may, how much, how fast.

A caller is known and has the route's role before a byte of the body is read; then bytes
are counted as they come, whether the client announced them (Content-Length) or not
(chunked). A route that takes more than `LARGEST` says so: `@largest_body(...)`.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data.accounts.accounts import Access
from data.settings import Settings
from models.errors import Overloaded, TooSlow, UploadTooLarge, VedichError
from service.auth.access import admitted, declared
from service.web.guard import respond_to

LARGEST = 1_000_000  # bytes of a body, of a route that does not say otherwise
PIECE_SECONDS = 10.0  # for the next piece of a body
SLOWEST = 50_000  # bytes per second of a whole body, after the first `PIECE_SECONDS`

_READ_ONLY = ("GET", "HEAD", "OPTIONS")
_CAP = "largest_body"
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def largest_body(size: int) -> Callable[[Endpoint], Endpoint]:
    """Declare the largest body that a route takes, in bytes."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _CAP, size)
        return endpoint

    return mark


@dataclass(frozen=True)
class _Taking:
    """What a route says of the bodies it takes."""

    method: str
    path: re.Pattern[str]
    access: Access | None
    cap: int


class Bodies:
    """Refuses bodies that nobody may send, too many, too large or too slow ones."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._routes: tuple[_Taking, ...] = ()
        self._of: Counter[str] = Counter()  # bytes being received, by sender
        self._most = (settings.uploads_of_caller, settings.uploads_of_all)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _READ_ONLY:
            await self._app(scope, receive, send)
            return
        announced = _announced(scope)
        route = self._route(scope) if announced != 0 else None
        if route is None:  # nothing is sent, or nobody reads it
            await self._app(scope, receive, send)
            return
        try:
            scope["path_params"] = _names(route, scope)
            sender = await _sender(scope, route)
            check_body(announced or 0, route.cap)
            with self._received(sender, route.cap if announced is None else announced):
                await self._limited(route.cap, scope, receive, send)
        except VedichError as error:
            await respond_to(error, scope, receive, send)

    async def _limited(self, cap: int, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application on a body that is counted and timed; raise what stopped it."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PIECE_SECONDS + cap / SLOWEST
        size, done = 0, False
        failure: VedichError | None = None

        async def counted() -> Message:
            nonlocal size, done, failure
            if done:
                return await receive()  # a disconnect, at some time
            try:
                async with asyncio.timeout_at(min(until, loop.time() + PIECE_SECONDS)):
                    message = await receive()
            except TimeoutError:
                failure = TooSlow(
                    "expected the next piece of the body within {seconds:.0f} seconds and "
                    "{rate} kB a second, found less. Send it again over a faster line.",
                    seconds=PIECE_SECONDS,
                    rate=SLOWEST // 1000,
                )
                raise failure from None
            size += len(message.get("body", b""))
            done = not message.get("more_body", False)
            try:
                check_body(size, cap)
            except UploadTooLarge as error:
                failure = error
                raise
            return message

        async def unless_failed(message: Message) -> None:
            if failure is None:
                await send(message)

        try:
            await self._app(scope, counted, unless_failed)
        except Exception:
            if failure is None:
                raise
        if failure is not None:
            raise failure

    @contextmanager
    def _received(self, sender: str, size: int) -> Iterator[None]:
        """Count the bytes of a body while it is received; raise `Overloaded` above the budget."""
        own, total = self._of[sender] + size, self._of.total() + size
        for found, most in zip((own, total), self._most, strict=True):
            if found > most:
                raise Overloaded(
                    "expected at most {most} MB on their way here at once, found {found:.1f} MB. "
                    "Send one upload after the other, or try again in a minute.",
                    most=most // 1_000_000,
                    found=found / 1e6,
                )
        self._of[sender] += size
        try:
            yield
        finally:
            self._of[sender] -= size
            if self._of[sender] <= 0:
                del self._of[sender]

    def _route(self, scope: Scope) -> _Taking | None:
        if not self._routes:
            self._routes = tuple(_takings(scope["app"]))
        method, path = scope["method"], scope["path"]
        found = (one for one in self._routes if one.method == method and one.path.match(path))
        return next(found, None)


def check_body(size: int, cap: int) -> None:
    """Raise `UploadTooLarge` above the cap of a route, in bytes."""
    if size > cap:
        unit, divisor = ("MB", 1_000_000) if cap >= 1_000_000 else ("kB", 1000)
        raise UploadTooLarge(
            "expected a body of at most {cap:.0f} {unit} here, found {size:,} bytes or more. "
            "Send less at once.",
            cap=cap / divisor,
            unit=unit,
            size=size,
        )


async def _sender(scope: Scope, route: _Taking) -> str:
    """Who sends the body, once it is known that the route is for them."""
    if route.access is None or route.access == "public":
        return str((scope.get("client") or ("unknown",))[0])
    return (await admitted(Request(scope), route.access)).name


def _names(route: _Taking, scope: Scope) -> dict[str, str]:
    """What the path names, as the router will find it: rights go by it."""
    found = route.path.match(scope["path"])
    return found.groupdict() if found else {}


def _announced(scope: Scope) -> int | None:
    """Bytes of the body as announced; None if it is chunked."""
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return None
    return int(headers.get(b"content-length", 0))


def _takings(app: FastAPI) -> Iterator[_Taking]:
    access = {(method, path): role for method, path, role in declared(app)}
    for route in iter_route_contexts(app.routes):
        for method in sorted((route.methods or set()) - {*_READ_ONLY}):
            cap = getattr(route.endpoint, _CAP, LARGEST)
            path = compile_path(str(route.path))[0]
            yield _Taking(method, path, access[method, str(route.path)], cap)
