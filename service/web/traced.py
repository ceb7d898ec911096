"""ASGI middleware around a request: its number in the log, its line there, its span."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data.telemetry.context import belongs_to
from data.telemetry.spans import span, spans_are_on

_NUMBER = re.compile(rb"[\w.-]{1,64}")
_NAMED: Mapping[str, str] = {"/v1/jobs/{id}": "job", "/v1/imports/{id}": "import"}
_PARAMETERS: tuple[str, ...] = ("plan", "kpi", "stamp")

log = logging.getLogger(__name__)


class Traced:
    """Numbers each request, by the header `X-Request-ID` if a proxy sent one.

    Routes are logged, never paths or queries: these may name people and hold keys.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # no end to it: the server logs what fails after us, in this task, which is the request's
        belongs_to({"request": _number(scope)})
        if not spans_are_on() and not log.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with span("request", headers=_traceparent(scope)) as current:
            try:
                await self._app(scope, receive, watched)
            finally:
                route = str(getattr(scope.get("route"), "path", "none"))
                about = _about(route, scope.get("path_params") or {})
                if current is not None:
                    current.update_name(f"{scope['method']} {route}")
                    current.set_attribute("http.request.method", scope["method"])
                    current.set_attribute("http.route", route)
                    current.set_attribute("http.response.status_code", status)
                    current.set_attributes({f"vedich.{key}": about[key] for key in about})
                milliseconds = 1000 * (time.perf_counter() - begun)
                said = "%s %s: %d, %.1f ms"
                log.info(said, scope["method"], route, status, milliseconds, extra=about)


def _number(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _NUMBER.fullmatch(value):
            return str(value, "ascii")
    return secrets.token_hex(8)


def _traceparent(scope: Scope) -> dict[str, str] | None:
    found = (value for name, value in scope["headers"] if name == b"traceparent")
    value = next(found, None)
    return None if value is None else {"traceparent": value.decode("latin-1")}


def _about(route: str, parameters: Mapping[str, object]) -> dict[str, str]:
    found: dict[str, str] = {
        name: str(parameters[name]) for name in _PARAMETERS if name in parameters
    }
    for prefix, name in _NAMED.items():
        if route.startswith(prefix):
            found[name] = str(parameters.get("id", ""))
    return found
