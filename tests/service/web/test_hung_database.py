"""PostgreSQL stopped by SIGSTOP: what needs no database answers, the rest is 503 in time."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from data.accounts.accounts import add_account
from data.db.store import Store
from data.settings import Settings
from models.errors import StoreUnavailable
from service.app import create_app
from service.texts import TEXT
from tests.data.conftest import postgresql  # noqa: F401

pytestmark = pytest.mark.slow

PATIENCE = 1.0


def tree_of(pid: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


class Stoppable:
    """A database of one test, and its server's processes."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.store = Store.open(url, PATIENCE)
        with self.store.reading() as connection:
            folder = connection.scalar(text("SHOW data_directory"))
        self._postmaster = int(Path(folder, "postmaster.pid").read_text().split()[0])

    def signal(self, number: signal.Signals) -> None:
        for pid in tree_of(self._postmaster):
            with suppress(ProcessLookupError):  # one that ended meanwhile
                os.kill(pid, number)


@pytest.fixture
def stoppable(postgresql: Any) -> Iterator[Stoppable]:  # noqa: F811
    with postgresql.database("migrated") as url:
        made = Stoppable(url)
        yield made
        made.signal(signal.SIGCONT)
        made.store.close()


def test_a_silent_server_is_given_up_and_found_again(stoppable: Stoppable) -> None:
    store = stoppable.store
    for held in (True, False):  # a connection that is open already, then a new one
        if not held:
            store.close()
        stoppable.signal(signal.SIGSTOP)
        begun = time.monotonic()
        with pytest.raises(StoreUnavailable), store.reading() as connection:
            connection.execute(text("SELECT 1"))
        assert time.monotonic() - begun < PATIENCE + 4
        stoppable.signal(signal.SIGCONT)
        with store.reading() as connection:
            assert connection.scalar(text("SELECT 1")) == 1


def test_a_statement_or_lock_that_takes_too_long_is_ended_by_the_server(
    stoppable: Stoppable,
) -> None:
    with (
        pytest.raises(StoreUnavailable, match="statement timeout"),
        stoppable.store.reading() as c,
    ):
        c.execute(text("SELECT pg_sleep(3)"))
    other = Store.open(stoppable.url, PATIENCE)
    with stoppable.store.writing(), pytest.raises(StoreUnavailable), other.writing():
        pass
    other.close()


def test_what_needs_no_database_answers_meanwhile(
    stoppable: Stoppable, tmp_path: Path, quick_hashes: None
) -> None:
    add_account(stoppable.store, "linh", "viewer", "a long password", "os:author")
    app = create_app(Settings(home=tmp_path, database_url=stoppable.url), stoppable.store)
    took: dict[str, list[float]] = {"/healthz": [], "/static/page.css": []}

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            await client.get("/v1/session")
            stoppable.signal(signal.SIGSTOP)
            cookie = {"Cookie": "vedich_session=a"}
            waiting = [
                asyncio.create_task(client.get(path, headers=cookie))
                for path in ["/v1/session", "/readyz", "/", "/odata/Projections"] * 12
            ]
            await asyncio.sleep(0.2)
            for path, seconds in took.items():
                for _ in range(5):
                    begun = time.monotonic()
                    assert (await client.get(path)).status_code == 200
                    seconds.append(time.monotonic() - begun)
            assert not any(one.done() for one in waiting)
            return list(await asyncio.gather(*waiting))

    answers = asyncio.run(ask())
    stoppable.signal(signal.SIGCONT)
    assert max(took["/healthz"] + took["/static/page.css"]) < PATIENCE / 2
    assert {answer.status_code for answer in answers} == {503}
    for answer in answers:
        problem = answer.json()
        assert problem["type"] == "/problems#store-unavailable"
        assert problem["detail"] == TEXT["en"]["unavailable.page.unreachable"]
        assert "postgres" not in answer.text
    app.state.vedich.jobs.close()
