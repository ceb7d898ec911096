"""Nothing blocks the event loop: no query, no file, whichever route is asked."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from service.auth.access import declared
from tests.service.auth.test_roles import ASKED, ask_route

pytestmark = pytest.mark.slow

_watch: list[tuple[str, str]] | None = None
_ROUTE = ""


def _note(what: str) -> None:
    if _watch is None:
        return
    try:
        asyncio.get_running_loop()  # of this thread
    except RuntimeError:
        return
    _watch.append((_ROUTE, what))


def _audited(name: str, arguments: tuple[Any, ...]) -> None:
    if _watch is not None and name in ("open", "sqlite3.connect", "subprocess.Popen"):
        given = str(arguments[0]) if arguments else ""
        if not given.endswith((".py", ".pyc", ".so")):  # what is imported on first use
            _note(f"{name} {given}")


sys.addaudithook(_audited)  # for good, as Python has it: it notes nothing outside the test


@pytest.fixture
def blocked(office: Any) -> Iterator[list[tuple[str, str]]]:
    global _watch
    engine = office.store._engine

    def query(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        _note(f"query {statement[:60]}")

    event.listen(engine, "before_cursor_execute", query)
    _watch = []
    yield _watch
    _watch = None
    event.remove(engine, "before_cursor_execute", query)


def test_no_route_blocks_the_loop(office: Any, blocked: list[tuple[str, str]]) -> None:
    global _ROUTE
    asked = 0
    for method, path, _access in declared(office.client.app):
        _ROUTE = f"{method} {path}"
        who = "viewer" if ASKED[method, path].people else "admin"
        answer = ask_route(office, who, method, path)
        assert answer.status_code < 500, _ROUTE
        asked += 1
    assert asked > 70
    assert blocked == []


def test_the_watch_sees_what_blocks(office: Any, blocked: list[tuple[str, str]]) -> None:
    async def careless() -> None:
        with office.store.reading() as connection:
            connection.exec_driver_sql("SELECT 1")

    asyncio.run(careless())
    assert "query SELECT 1" in {what for _, what in blocked}
