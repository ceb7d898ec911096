"""Work that ends with its connection: when the client leaves, it is told to give up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Event
from typing import TypeVar

from fastapi import Request
from starlette.concurrency import run_in_threadpool

Result = TypeVar("Result")
_LOOK = 0.2  # seconds between looks at the connection


async def while_connected(request: Request, work: Callable[[Event], Result]) -> Result:
    """Run work in a thread; once the client has left, or the service stops, set its event.

    Parameters
    ----------
    work : looks at the event, and ends soon after it is set
    """
    given_up = Event()

    async def watch() -> None:
        while not await request.is_disconnected():
            await asyncio.sleep(_LOOK)
        given_up.set()

    watching = asyncio.create_task(watch())
    try:
        return await run_in_threadpool(work, given_up)
    finally:
        given_up.set()
        watching.cancel()
