"""ASGI middleware around every request: whom it asks for, which headers the answer carries.

Answers also what the application fails to answer, so that a 500 has the headers too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data.settings import Settings
from models.errors import UnknownHost, VedichError
from service.auth.loopback import is_loopback
from service.state.revisions import SEEN
from service.state.turns import ASKER, Asker
from service.web.headers import HEADERS, POLICY

Headers = list[tuple[bytes, bytes]]
_POLICY = POLICY.lower().encode()


class Guard:
    """Refuses unknown host names, and adds the security headers to every answer."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._names = frozenset({*settings.host_names, settings.host.lower()})
        report = f"; report-uri {settings.csp_report_uri}" if settings.csp_report_uri else ""
        self._report = report.encode()
        self._headers: Headers = [
            (name.lower().encode(), f"{value}{report if name == POLICY else ''}".encode())
            for name, value in HEADERS.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False
        ASKER.set(Asker(str((scope.get("client") or ("",))[0])))
        SEEN.set({} if scope["method"] in ("GET", "HEAD") else None)

        async def headed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = self._completed(message.get("headers", ()))
            await send(message)

        try:
            if self._asks_for_us(scope):
                await self._app(scope, receive, headed)
            else:
                await respond_to(_unknown_host(), scope, receive, headed)
        except Exception as error:
            if not started:
                await respond_to(error, scope, receive, headed)
            raise  # for the log

    def _completed(self, headers: Sequence[tuple[bytes, bytes]]) -> Headers:
        """The headers with those of ours that are missing."""
        own = {name.lower() for name, _ in headers}
        if self._report:
            headers = [
                (name, value + self._report if name.lower() == _POLICY else value)
                for name, value in headers
            ]
        return [*headers, *(one for one in self._headers if one[0] not in own)]

    def _asks_for_us(self, scope: Scope) -> bool:
        """Whether the requested host is a name of this service."""
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        name = host_name(host.decode("latin-1"))
        here = (scope.get("server") or ("",))[0]
        return name in ("", here) or "*" in self._names or name in self._names or _is_local(name)


@lru_cache(maxsize=256)
def host_name(host: str) -> str:
    """The name in a Host header, without the port: '[::1]:8000' → '::1'; '?' for no name."""
    try:
        return (urlsplit(f"//{host}").hostname or "") if "@" not in host else "?"
    except ValueError:
        return "?"


_is_local = lru_cache(maxsize=256)(is_loopback)


async def respond_to(error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the application's own handler of this error."""
    app: FastAPI = scope["app"]
    request = Request(scope)
    kind = VedichError if isinstance(error, VedichError) else Exception
    handler: Any = app.exception_handlers[kind]
    response: Response = await run_in_threadpool(handler, request, error)
    await response(scope, receive, send)


def _unknown_host() -> UnknownHost:
    return UnknownHost(
        "expected a request for a name of this service, found another in the header Host. "
        "Whoever runs it names it in VEDICH_ALLOWED_HOSTS."
    )
