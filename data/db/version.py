"""Whether anything in the database has changed: one token for all of it, cheap to ask for.

SQLite counts for each connection what others have committed. PostgreSQL tells which
transactions one can see. Either is equal to an earlier one only if nothing was committed
in between, by whichever process.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from data.db.store import Store
from models.errors import StoreUnavailable

LONGEST = 0.5  # seconds that somebody waits for the token; a server that hangs tells none
_SNAPSHOT = text("SELECT CAST(pg_current_snapshot() AS text)")


class Version:
    """The version of a database, for coroutines; None where it cannot be told.

    A file is asked on the event loop: it takes microseconds and waits for nobody. A server is
    asked in a thread, once for all who wait: whoever comes while it is being asked gets the
    next answer, for the one under way may be older than what they know.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last: Hashable = None  # as it was last told
        self._file = _File.of(store)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="version")
        self._asked: asyncio.Future[Hashable] | None = None  # under way
        self._next: asyncio.Future[Hashable] | None = None  # those who came meanwhile wait for it

    def known(self) -> Hashable:
        """The token as far as it is known without waiting: of now, or of some time before."""
        return self._file.told() if self._file else self._last

    async def now(self) -> Hashable:
        """The token of the database as it is at this moment, or since."""
        if self._store.engine == "sqlite":
            return self.known()
        loop = asyncio.get_running_loop()
        if self._next is None or self._next.get_loop() is not loop:
            self._next = loop.create_task(self._ask(self._asked))
        try:
            return await asyncio.wait_for(asyncio.shield(self._next), LONGEST)
        except TimeoutError:
            return None

    def close(self) -> None:
        self._thread.shutdown(wait=False)
        if self._file is not None:
            self._file.connection.close()

    async def _ask(self, before: asyncio.Future[Hashable] | None) -> Hashable:
        loop = asyncio.get_running_loop()
        if before is not None and before.get_loop() is loop:
            await asyncio.wait([before])
        self._asked, self._next = self._next, None
        self._last = await loop.run_in_executor(self._thread, _of_server, self._store)
        return self._last


@dataclass(frozen=True)
class _File:
    """A database file, and a connection that writes nothing, to see what all others commit."""

    path: Path
    connection: sqlite3.Connection
    inode: int

    @classmethod
    def of(cls, store: Store) -> _File | None:
        if store.engine != "sqlite" or store.file is None:
            return None
        connection = sqlite3.connect(
            store.file, timeout=0, isolation_level=None, check_same_thread=False
        )
        return cls(store.file, connection, store.file.stat().st_ino)

    def told(self) -> Hashable:
        """None too if the file was moved away or another was put in its place."""
        try:
            if self.path.stat().st_ino != self.inode:
                return None
            ((version,),) = self.connection.execute("PRAGMA data_version")
        except (OSError, sqlite3.Error):
            return None
        return int(version)


def _of_server(store: Store) -> Hashable:
    try:
        with store.reading() as connection:
            return str(connection.scalar(_SNAPSHOT))
    except StoreUnavailable:
        return None
