"""Finished answers, kept for as long as nothing that they rest on has changed.

What a GET answers follows from the request, the database, the files beside it, the day and the
settings. Whoever sends the same request again, while nobody has committed anything to the
database, gets the same bytes, and nobody computes, routes or identifies anything for it. "The
same request" is meant to the letter: address, host, key, cookie and every other header that is
not listed as immaterial. So an answer reaches nobody but who would have been given it: to
revoke a key, to change a role or to log out is a commit, and a session or key that ends by
itself ends what it was answered.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.auth.access import UNTIL
from service.auth.loopback import is_loopback
from service.state.app_state import AppState

MOST_BYTES = 32_000_000  # of all that is kept by a process
LARGEST = 4_000_000  # of one answer; what is larger is rare, and would push out many
_OVERHEAD = 2_000  # bytes of an entry beside its body and its request

# Headers on which no answer depends; every other is part of the request.
IMMATERIAL = frozenset(
    {
        b"accept-encoding",
        b"cache-control",
        b"connection",
        b"pragma",
        b"referer",
        b"traceparent",
        b"tracestate",
        b"user-agent",
        b"x-request-id",
    }
)
_BODY = frozenset({b"content-length", b"transfer-encoding"})
_UNCACHED, _NEVER = "uncached", "vedich.do_not_cache"
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_is_local = lru_cache(maxsize=256)(is_loopback)


def uncached(endpoint: Endpoint) -> Endpoint:
    """Declare that a route's answer rests on more than that.

    On the time of day, chance, or what the process itself counts.
    """
    setattr(endpoint, _UNCACHED, True)
    return endpoint


def do_not_cache(request: Request) -> None:
    """Say of the answer to this request that it shows what moves by itself."""
    request.scope[_NEVER] = True


@dataclass(frozen=True)
class _Answer:
    """An answer, the state it is valid for, and when the caller's session or key ends."""

    state: Hashable
    until: float
    route: object
    start: Message
    body: Message
    asked: int  # bytes of the request, which is its key

    @property
    def size(self) -> int:
        return len(self.body["body"]) + self.asked + _OVERHEAD


class AnswerCache:
    """ASGI middleware that gives a kept answer again, and keeps what was answered.

    Parameters
    ----------
    files : on which answers rest beside the database
    """

    def __init__(self, app: ASGIApp, app_state: AppState, files: Sequence[Path] = ()) -> None:
        self._app, self._app_state, self._files = app, app_state, files
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = _request(scope)
        if request is None:
            await self._app(scope, receive, send)
            return
        found = self._answers.get(request)
        # who asks for the first time waits for no database: an older version does no harm,
        # the answer is only kept for less
        told = self._app_state.version
        version = told.known() if found is None else await told.now()
        files = tuple(map(_edition, self._files))
        state = (version, files, date.today(), self._app_state.settings)
        if found is not None and found.state == state and time.time() < found.until:
            self._answers.move_to_end(request)
            scope["route"] = found.route  # for who counts
            await send(found.start)
            await send(found.body)
            return
        answer = await self._answered(scope, receive, send, state)
        if answer is not None and version is None:
            await told.now()  # for who asks next
        elif answer is not None:
            self._keep(request, answer)

    async def _answered(
        self, scope: Scope, receive: Receive, send: Send, state: Hashable
    ) -> _Answer | None:
        """Let the application answer; what it said, if that may be kept."""
        start: Message | None = None
        bodies: list[Message] = []

        async def noted(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            elif len(bodies) < 2:  # a second one says that it is a stream
                bodies.append(message)
            await send(message)

        await self._app(scope, receive, noted)
        if start is None or len(bodies) != 1 or not _may_be_kept(scope, start):
            return None
        until = scope.get(UNTIL, math.inf)
        return _Answer(state, until, scope.get("route"), start, bodies[0], _size(scope))

    def _keep(self, request: Hashable, answer: _Answer) -> None:
        if answer.size > LARGEST:
            return
        before = self._answers.pop(request, None)
        self._answers[request] = answer
        self._bytes += answer.size - (before.size if before else 0)
        while self._bytes > MOST_BYTES:
            self._bytes -= self._answers.popitem(last=False)[1].size


def _edition(file: Path) -> Hashable:
    """What changes when a file is written or replaced; None while there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _request(scope: Scope) -> Hashable:
    """All that an answer may depend on, of a request that only reads; None for another."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    headers = tuple(one for one in scope["headers"] if one[0] not in IMMATERIAL)
    if any(name in _BODY for name, _ in headers):
        return None
    client, server = scope.get("client") or ("",), scope.get("server") or ("",)
    here = _is_local(client[0])  # of its address only this counts
    return scope["scheme"], server[0], here, scope["raw_path"], scope["query_string"], headers


def _size(scope: Scope) -> int:
    headers = sum(len(name) + len(value) for name, value in scope["headers"])
    return len(scope["raw_path"]) + len(scope["query_string"]) + headers


def _may_be_kept(scope: Scope, start: Message) -> bool:
    if start["status"] not in (200, 304) or scope.get(_NEVER):
        return False
    if getattr(scope.get("endpoint"), _UNCACHED, False):
        return False
    return not any(
        name == b"set-cookie" or (name == b"cache-control" and b"no-store" in value)
        for name, value in start["headers"]
    )
