"""Stop, hang and restart the PostgreSQL server of a monthly run at random points.

Each home has a PostgreSQL server of its own, into which it was restored from a backup. It
is told to stop, is stopped where it is (SIGSTOP, all its processes), or is stopped and
started again at once. Once the run has ended it answers again, and the month is run once
more.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.db.backup.restore import restore
from data.db.backup.snapshot import backup
from data.db.store import Store
from experiments.faults.checks import Reference, place
from experiments.faults.scenario import Fault
from experiments.faults.servers import Postgresql, away

_ALONE = threading.Lock()  # Alembic upgrades one database at a time in a process


@contextmanager
def postgresql_away(home: Path, reference: Reference, kind: str) -> Iterator[Fault]:
    """A home whose database is on a server that goes away."""
    server = Postgresql(home.with_name(f"{home.name}-postgresql"))
    server.start()
    archive = home.with_name(f"{home.name}.zip")
    store = Store.open(place(reference.before).store_url)
    backup(store, reference.before, archive)
    store.close()
    try:
        with _ALONE:
            restore(archive, home, server.url())
        disturb, mend = away(server, kind)
        yield Fault(place(home, database_url=server.url()), disturb, mend)
    finally:
        server.stop()
        shutil.rmtree(server.folder)
        archive.unlink()
