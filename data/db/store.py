"""Access to the database: read connections, one writer at a time, migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from models.errors import InputError, StoreUnavailable

HEAD = "projects"  # the newest migration; Alembic is imported only for a database that lacks it
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
    def open(cls, url: str) -> Store:
        """Open the database at a SQLAlchemy URL and migrate it to the newest version.

        SQLite files are created with their folder, in WAL mode; 'postgresql://'
        uses psycopg.

        Raises
        ------
        InputError
            If the URL is invalid or names an unsupported database.
        StoreUnavailable
            If the database cannot be reached or opened; every method raises it
            if the connection fails later.
        """
        address = _address(url)
        if address.get_backend_name() == "sqlite" and address.database not in (
            None,
            "",
            ":memory:",
        ):
            Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "handle_error", _translate_connection_failure)
        store = cls(engine)
        store._migrate()
        return store

    def close(self) -> None:
        self._engine.dispose()

    def _migrate(self) -> None:
        with self.reading() as connection:
            if _revision(connection) == HEAD:
                return
        from alembic import command
        from alembic.config import Config

        configuration = Config()
        configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self.writing() as connection:
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")

    def reading(self) -> Connection:
        """A connection for reading; use it as a context manager."""
        return self._engine.connect()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that locks out other writers from its start."""
        with self._engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(select(func.pg_advisory_xact_lock(_WRITER)))
            yield connection


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
            f"expected the URL of a database, found {backend}. Set VEDICH_DATABASE_URL to "
            "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE."
        )
    if address.drivername == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    return address


def _prepare_sqlite(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _translate_connection_failure(context: ExceptionContext) -> None:
    """Translate connection failures to `StoreUnavailable`; errors in statements pass through."""
    sqlite_error = getattr(context.original_exception, "sqlite_errorname", "")
    operational = isinstance(context.sqlalchemy_exception, OperationalError)
    if (operational and sqlite_error != "SQLITE_ERROR") or sqlite_error == "SQLITE_NOTADB":
        engine = context.engine
        place = engine.url.render_as_string() if engine else "the configured URL"
        reason = (str(context.original_exception).splitlines() or ["no answer"])[0]
        raise StoreUnavailable(
            f"expected the database at {place}, found: {reason}. Start it, or set "
            "VEDICH_DATABASE_URL to where it is (unset: a file under VEDICH_HOME)."
        )
