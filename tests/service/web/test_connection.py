"""Work ends with its connection."""

from __future__ import annotations

import asyncio
import time
from threading import Event
from typing import Any

from fastapi import Request

from service.web.connection import while_connected


def request(*messages: dict[str, Any]) -> Request:
    """A request whose client sends these, then nothing more."""
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop(0)
        await asyncio.sleep(60)
        raise AssertionError

    return Request({"type": "http", "headers": []}, receive)


def test_a_client_that_leaves_sets_the_event() -> None:
    def work(given_up: Event) -> bool:
        return given_up.wait(10)

    began = time.monotonic()
    assert asyncio.run(while_connected(request({"type": "http.disconnect"}), work))
    assert time.monotonic() - began < 10


def test_a_client_that_waits_gets_the_result() -> None:
    assert asyncio.run(while_connected(request(), lambda given_up: not given_up.is_set()))
