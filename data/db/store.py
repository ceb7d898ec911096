"""Access to the database: read connections, one writer at a time, migrations."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, OperationalError, TimeoutError as PoolTimeout

from data.db.chain import seal
from models.errors import InputError, StoreUnavailable

HEAD = "outbox"  # the newest migration; Alembic is imported only for a database that lacks it
TIMEOUT = 10.0  # seconds; the setting VEDICH_DATABASE_TIMEOUT
_REASONS = {  # beginnings of SQLite's names of errors, and of the states of PostgreSQL
    "SQLITE_BUSY": "locked",
    "SQLITE_CORRUPT": "damaged",
    "SQLITE_NOTADB": "damaged",
    "SQLITE_IOERR_SHORT_READ": "damaged",
    "SQLITE_READONLY": "read_only",
    "SQLITE_CANTOPEN": "read_only",
    "SQLITE_FULL": "full",
    "SQLITE_NOMEM": "memory",
    "25006": "read_only",
    "53100": "full",
    "53200": "memory",
    "XX001": "damaged",
    "XX002": "damaged",
}
ROOM = 1_000_000  # bytes without which an error of writing is one of a full disk
_WRITER = 8_651_093  # number of the advisory lock that PostgreSQL writers take


class Store:
    """A database of plans and observations; append-only except for names and definitions.

    Observations, imports, plan versions, entries, promotions and projections are
    never changed or deleted; triggers in the database enforce this. One writer at a
    time; any number of threads and processes may read meanwhile. Queries are
    functions that take the store, in the room of their subject: `data.plans`,
    `data.vintages`, `data.ledger`, …
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str, timeout: float = TIMEOUT) -> Store:
        """Open the database at a SQLAlchemy URL and migrate it to the newest version.

        SQLite files are created with their folder, in WAL mode; 'postgresql://'
        uses psycopg.

        Parameters
        ----------
        timeout : seconds that a statement, a lock or a silent server may take

        Raises
        ------
        InputError
            If the URL is invalid or names an unsupported database.
        StoreUnavailable
            If the database cannot be reached or opened; every method raises it
            if the connection fails later.
        """
        return cls._opened(url, "head", timeout)

    @classmethod
    def at_version(cls, url: str, version: str) -> Store:
        """An empty database with the tables of a version, older or the newest.

        Raises
        ------
        InputError
            If the database has tables already.
        StoreUnavailable
            If this program does not know the version, or as for `open`.
        """
        return cls._opened(url, version)

    @classmethod
    def _opened(cls, url: str, version: str, timeout: float = TIMEOUT) -> Store:
        address = _address(url)
        file = file_of(url)
        if file is not None:
            _own_file(file)
        if address.get_backend_name() == "sqlite":
            engine = create_engine(address)
            event.listen(engine, "connect", partial(_prepare_sqlite, timeout))
        else:
            from data.db.patience import limit_waiting

            engine = create_engine(address, pool_timeout=timeout)
            limit_waiting(engine, timeout)
        event.listen(engine, "handle_error", _translate_connection_failure)
        store = cls(engine)
        store.upgrade(version)
        return store

    def close(self) -> None:
        self._engine.dispose()

    @property
    def engine(self) -> str:
        """'sqlite' or 'postgresql'."""
        return self._engine.dialect.name

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database, resolved."""
        return file_of(self._engine.url.render_as_string(hide_password=False))

    def upgrade(self, version: str = "head") -> None:
        """Bring the tables to a version, by default the newest."""
        with self.reading() as connection:
            revision = _revision(connection)
            if version != "head" and inspect(connection).get_table_names():
                place = self._engine.url.render_as_string()
                raise InputError(
                    "{place}: expected an empty database to restore into, found tables. Set "
                    "VEDICH_DATABASE_URL to a new one.",
                    place=place,
                )
        if revision == HEAD:
            return
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        configuration = Config()
        configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        scripts = ScriptDirectory.from_config(configuration)
        known = {None, "head", *(script.revision for script in scripts.walk_revisions())}
        if unknown := {revision, version} - known:
            place = self._engine.url.render_as_string()
            raise StoreUnavailable(place, f"tables of version '{unknown.pop()}'", "newer")
        with self.locked() as connection:
            if connection.dialect.name == "postgresql":
                from data.db.patience import wait_without_end

                wait_without_end(connection.connection.driver_connection)
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, version)

    def reading(self) -> Connection:
        """A connection for reading; use it as a context manager."""
        with _unless_all_are_taken():
            return self._engine.connect()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection on which everything is read as it was at one moment."""
        with self.reading() as connection:
            if self.engine == "sqlite":
                connection.exec_driver_sql("BEGIN")
            else:
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that locks out other writers from its start.

        It ends by sealing the rows that it added (`data.db.chain`).
        """
        with self.locked() as connection:
            seal(connection, outside=True)
            yield connection
            seal(connection)

    @contextmanager
    def locked(self) -> Iterator[Connection]:
        """The same without sealing: for migrations, and to load rows that are sealed already."""
        with _unless_all_are_taken():
            opened = self._engine.connect()
        with opened as connection, connection.begin():
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(select(func.pg_advisory_xact_lock(_WRITER)))
            yield connection


@contextmanager
def _unless_all_are_taken() -> Iterator[None]:
    """Translate a wait in vain for one of the pool's connections."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable(
            "the configured URL", "that all connections are busy: it is slow or does not answer"
        ) from error


def _revision(connection: Connection) -> str | None:
    """The newest migration applied to a database; None before the first."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _address(url: str) -> URL:
    """Parse a URL and choose its driver; errors quote only the scheme, the rest may be secret."""
    try:
        address = make_url(url)
        backend = address.get_backend_name()
    except ArgumentError:
        backend = "no URL"
    if backend not in ("sqlite", "postgresql"):
        raise InputError(
            "expected the URL of a database, found {backend}. Set VEDICH_DATABASE_URL to "
            "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE.",
            backend=backend,
        )
    if address.drivername == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    return address


def file_of(url: str) -> Path | None:
    """The file of an SQLite database, resolved; None if it is another kind, or a URI."""
    address = _address(url)
    name = address.database or ""
    if address.get_backend_name() != "sqlite" or name in ("", ":memory:"):
        return None
    return None if name.startswith("file:") else Path(name).resolve()


def _own_file(file: Path) -> None:
    """Make an empty database that only its owner can read, and its folder, if there is none."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        reason = "full" if error.errno == errno.ENOSPC else "read_only"
        found = error.strerror or str(error)
        raise StoreUnavailable(f"sqlite:///{file}", found, reason) from error


def _prepare_sqlite(timeout: float, connection: Any, _record: object) -> None:
    busy = f"busy_timeout={int(1000 * timeout)}"
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", busy):
        connection.execute(f"PRAGMA {pragma}")


def _translate_connection_failure(context: ExceptionContext) -> None:
    """Translate failures of the database itself; errors in statements pass through."""
    reason = _reason_of(context)
    if reason is not None:
        engine = context.engine
        place = engine.url.render_as_string() if engine else "the configured URL"
        found = (str(context.original_exception).splitlines() or ["no answer"])[0]
        raise StoreUnavailable(place, found, reason)


def _reason_of(context: ExceptionContext) -> str | None:
    """Why the database cannot be used; None for an error in a statement."""
    sqlite_error = getattr(context.original_exception, "sqlite_errorname", None) or ""
    state = getattr(context.original_exception, "sqlstate", None) or ""
    for beginning, reason in _REASONS.items():
        if sqlite_error.startswith(beginning) or state.startswith(beginning):
            return reason
    if sqlite_error.startswith("SQLITE_IOERR") and _is_full(context.engine):
        return "full"
    operational = isinstance(context.sqlalchemy_exception, OperationalError)
    return "unreachable" if operational and sqlite_error != "SQLITE_ERROR" else None


def _is_full(engine: Engine | None) -> bool:
    """Whether the disk of an SQLite file has no room: SQLite itself does not always say so."""
    file = file_of(engine.url.render_as_string(hide_password=False)) if engine else None
    try:
        return file is not None and shutil.disk_usage(file.parent).free < ROOM
    except OSError:
        return False
